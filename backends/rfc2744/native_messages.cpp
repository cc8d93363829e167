// SPDX-License-Identifier: Apache-2.0
// The per-message calls of a native context.
#include "convert.h"
#include "library_backend.h"
#include "native_context.h"
#include "status.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <limits>
#include <string>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view get_mic_operation = "gss_get_mic";
constexpr std::string_view wrap_operation = "gss_wrap";
constexpr std::string_view unwrap_operation = "gss_unwrap";

Error too_small(const Library& library, std::string_view operation, std::size_t needed,
                std::size_t given) {
    ErrorDetails details;
    details.code = ErrorCode::parameter_write;
    details.operation = operation;
    details.backend = library.traits.name;
    details.messages.push_back("the caller's memory is too small: " + std::to_string(needed) +
                               " octets are needed, " + std::to_string(given) + " are there");
    return Error(std::move(details));
}

/// A library that breaks its own word about sizes.
Error broken_promise(const Library& library, std::string_view operation, std::string message) {
    ErrorDetails details;
    details.operation = operation;
    details.backend = library.traits.name;
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

/// The signature of NTLM ([MS-NLMP] s2.2.2.9: Version, Checksum and SeqNum).
constexpr std::size_t ntlm_signature_size = 16;

/// Of each MIC the mechanism is looked at: nothing is made for that.
bool is_ntlm(const std::optional<Oid>& mechanism) noexcept {
    constexpr std::string_view content = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";
    return mechanism && as_text(mechanism->content()) == content;
}

/// gss-ntlmssp 1.2 looks at so many octets of a token, however many there are.
std::optional<Error> refuse_size(const Library& library, std::string_view operation,
                                 const std::optional<Oid>& mechanism, TokenForm form,
                                 std::size_t size) {
    const bool fits =
        form == TokenForm::mic ? size == ntlm_signature_size : size >= ntlm_signature_size;
    if (fits || !is_ntlm(mechanism)) {
        return std::nullopt;
    }
    ErrorDetails details;
    details.code = ErrorCode::invalid_token;
    details.operation = operation;
    details.mechanism = mechanism;
    details.backend = library.traits.name;
    details.messages.push_back("a token of NTLM has a signature of 16 octets, this one has " +
                               std::to_string(size) + " octets in all");
    return Error(std::move(details));
}

bool overlap(BytesView left, BytesView right) noexcept {
    const std::less<> before;
    return !left.empty() && !right.empty() && before(left.data(), right.data() + right.size()) &&
           before(right.data(), left.data() + left.size());
}

} // namespace

std::optional<Order> accepted_order(abi::Uint32 major, bool out_of_order) noexcept {
    if (major == abi::status_complete) {
        return Order::in_order;
    }
    if (out_of_order) {
        switch (major) {
        case abi::status_gap_token:
            return Order::gap;
        case abi::status_unsequenced_token:
            return Order::unsequenced;
        case abi::status_old_token:
            return Order::old;
        default:
            break;
        }
    }
    return std::nullopt;
}

Result<Buffer> NativeContext::get_mic(BytesView message, Qop qop) {
    if (handle_ == nullptr) {
        return *refuse_without_context(get_mic_operation);
    }
    abi::BufferDesc input = input_buffer(message);
    OutputBuffer mic(library_);
    NativeStatus status;
    status.major = library_.call().get_mic(&status.minor, handle_, qop, &input, mic.get());
    if (status.major != abi::status_complete) {
        return error(get_mic_operation, Operation::message, status);
    }
    if (mic.view().empty()) {
        return broken_promise(library_, get_mic_operation, "success, and no MIC");
    }
    return mic.take(Buffer::Content::open);
}

Result<std::size_t> NativeContext::get_mic_into(BytesView message, MutableBytes out, Qop qop) {
    if (handle_ == nullptr) {
        return *refuse_without_context(get_mic_operation);
    }
    // The library may write the MIC before it has read the whole message.
    if (uses_iov() && !overlap(message, out)) {
        return get_mic_iov(message, out, qop);
    }
    const Result<Buffer> mic = get_mic(message, qop);
    if (!mic) {
        return mic.error();
    }
    if (mic->size() > out.size()) {
        return too_small(library_, get_mic_operation, mic->size(), out.size());
    }
    std::copy_n(mic->data(), mic->size(), out.begin());
    return mic->size();
}

Result<std::size_t> NativeContext::get_mic_iov(BytesView message, MutableBytes out, Qop qop) {
    std::array<abi::IovBufferDesc, 2> iov{abi::IovBufferDesc{abi::iov_data, input_buffer(message)},
                                          abi::IovBufferDesc{abi::iov_mic_token, {}}};
    NativeStatus status;
    status.major = library_.call().get_mic_iov_length(&status.minor, handle_, qop, iov.data(), 2);
    if (status.major != abi::status_complete) {
        return error("gss_get_mic_iov_length", Operation::message, status);
    }
    const std::size_t size = iov[1].buffer.length;
    if (size > out.size()) {
        return too_small(library_, get_mic_operation, size, out.size());
    }
    iov[1].buffer = {size, out.data()};
    status.major = library_.call().get_mic_iov(&status.minor, handle_, qop, iov.data(), 2);
    if (status.major != abi::status_complete) {
        return error("gss_get_mic_iov", Operation::message, status);
    }
    if (iov[1].buffer.length > size) {
        return broken_promise(library_, "gss_get_mic_iov", "a MIC longer than announced");
    }
    return iov[1].buffer.length;
}

Result<VerifiedMic> NativeContext::verify_mic(BytesView message, BytesView mic, bool out_of_order) {
    constexpr std::string_view operation = "gss_verify_mic";
    if (handle_ == nullptr) {
        return *refuse_without_context(operation);
    }
    if (std::optional<Error> refused = refuse_cut(operation, TokenForm::mic, mic)) {
        return *std::move(refused);
    }
    if (std::optional<Error> refused =
            refuse_size(library_, operation, mechanism_, TokenForm::mic, mic.size())) {
        return *std::move(refused);
    }
    abi::BufferDesc input = input_buffer(message);
    abi::BufferDesc token = input_buffer(mic);
    abi::Uint32 qop = 0;
    NativeStatus status;
    status.major = library_.call().verify_mic(&status.minor, handle_, &input, &token, &qop);
    const std::optional<Order> order = accepted_order(status.major, out_of_order);
    if (!order) {
        return incoming_error(operation, status, TokenForm::mic, mic);
    }
    return VerifiedMic{qop, *order};
}

std::optional<Error> NativeContext::refuse_broken_blocks(BytesView message) const {
    constexpr std::size_t block = 8; // of triple DES
    if (message.size() % block == 0 || !library_.traits.dce_style_asserts_blocks ||
        !is_dce_style() || token_overhead(0, true, default_qop)) {
        return std::nullopt;
    }
    ErrorDetails details;
    details.code = ErrorCode::malformed_parameter;
    details.operation = wrap_operation;
    details.backend = library_.traits.name;
    details.mechanism = mechanism_;
    details.messages.push_back("in DCE style a message is made of whole blocks of 8 octets, this "
                               "one has " +
                               std::to_string(message.size()) + " octets");
    return Error(std::move(details));
}

Result<Wrapped> NativeContext::wrap(BytesView message, bool seal, Qop qop) {
    if (handle_ == nullptr) {
        return *refuse_without_context(wrap_operation);
    }
    if (std::optional<Error> refused = refuse_broken_blocks(message)) {
        return *std::move(refused);
    }
    abi::BufferDesc input = input_buffer(message);
    OutputBuffer token(library_);
    int sealed = 0;
    NativeStatus status;
    status.major = library_.call().wrap(&status.minor, handle_, seal ? 1 : 0, qop, &input, &sealed,
                                        token.get());
    if (status.major != abi::status_complete) {
        return error(wrap_operation, Operation::message, status);
    }
    if (token.view().empty()) {
        return broken_promise(library_, wrap_operation, "success, and no token");
    }
    // A token that is not encrypted holds the message.
    return Wrapped{token.take(sealed != 0 ? Buffer::Content::open : Buffer::Content::secret),
                   sealed != 0};
}

bool NativeContext::uses_iov() const noexcept {
    const Functions& call = library_.call();
    // DCE style has its own layout: what is cut from one block is no token of gss_wrap.
    return library_.traits.iov_in_caller_memory && mechanism_ &&
           !flags_.contains(ContextFlag::dce_style) && call.wrap_iov != nullptr &&
           call.wrap_iov_length != nullptr && call.unwrap_iov != nullptr &&
           call.get_mic_iov != nullptr && call.get_mic_iov_length != nullptr &&
           library_.traits.supports(Capability::wrap_in_caller_memory, *mechanism_);
}

Result<WrappedInto> NativeContext::wrap_into(BytesView message, MutableBytes out, bool seal,
                                             Qop qop) {
    if (handle_ == nullptr) {
        return *refuse_without_context(wrap_operation);
    }
    if (uses_iov()) {
        return wrap_iov(message, out, seal, qop);
    }
    const Result<Wrapped> wrapped = wrap(message, seal, qop);
    if (!wrapped) {
        return wrapped.error();
    }
    if (wrapped->token.size() > out.size()) {
        return too_small(library_, wrap_operation, wrapped->token.size(), out.size());
    }
    std::copy_n(wrapped->token.data(), wrapped->token.size(), out.begin());
    return WrappedInto{wrapped->token.size(), wrapped->sealed};
}

Result<WrappedInto> NativeContext::wrap_iov(BytesView message, MutableBytes out, bool seal,
                                            Qop qop) {
    std::array<abi::IovBufferDesc, 4> iov{abi::IovBufferDesc{abi::iov_header, {}},
                                          abi::IovBufferDesc{abi::iov_data, input_buffer(message)},
                                          abi::IovBufferDesc{abi::iov_padding, {}},
                                          abi::IovBufferDesc{abi::iov_trailer, {}}};
    int sealed = 0;
    NativeStatus status;
    status.major = library_.call().wrap_iov_length(&status.minor, handle_, seal ? 1 : 0, qop,
                                                   &sealed, iov.data(), 4);
    if (status.major != abi::status_complete) {
        return error("gss_wrap_iov_length", Operation::message, status);
    }
    std::size_t size = 0;
    for (const abi::IovBufferDesc& part : iov) {
        if (part.buffer.length > detail::max_message_size) {
            return broken_promise(library_, "gss_wrap_iov_length", "a size past counting");
        }
        size += part.buffer.length;
    }
    if (size > out.size()) {
        return too_small(library_, wrap_operation, size, out.size());
    }
    // The message is encrypted where it stands in the token. It may lie in the same memory.
    if (!message.empty()) {
        std::memmove(out.data() + iov[0].buffer.length, message.data(), message.size());
    }
    const std::array announced{iov[0].buffer.length, iov[1].buffer.length, iov[2].buffer.length,
                               iov[3].buffer.length};
    std::byte* place = out.data();
    for (abi::IovBufferDesc& part : iov) {
        part.buffer.value = place;
        place += part.buffer.length;
    }
    status.major =
        library_.call().wrap_iov(&status.minor, handle_, seal ? 1 : 0, qop, &sealed, iov.data(), 4);
    if (status.major != abi::status_complete) {
        secure_wipe(out.first(size));
        return error("gss_wrap_iov", Operation::message, status);
    }
    for (std::size_t index = 0; index < iov.size(); ++index) {
        if (iov[index].buffer.length != announced[index]) {
            secure_wipe(out.first(size)); // there are gaps in it
            return broken_promise(library_, "gss_wrap_iov", "sizes other than announced");
        }
    }
    return WrappedInto{size, sealed != 0};
}

bool NativeContext::leaves_alone(BytesView token) const noexcept {
    return library_.traits.unwrap_leaves_alone(token);
}

Result<Unwrapped> NativeContext::unwrap(MutableBytes token, bool out_of_order) {
    if (handle_ == nullptr) {
        return *refuse_without_context(unwrap_operation);
    }
    if (std::optional<Error> refused = refuse_cut(unwrap_operation, TokenForm::wrap, token)) {
        return *std::move(refused);
    }
    if (std::optional<Error> refused =
            refuse_size(library_, unwrap_operation, mechanism_, TokenForm::wrap, token.size())) {
        return *std::move(refused);
    }
    abi::BufferDesc input = input_buffer(token);
    OutputBuffer message(library_);
    int sealed = 0;
    abi::Uint32 qop = 0;
    NativeStatus status;
    status.major =
        library_.call().unwrap(&status.minor, handle_, &input, message.get(), &sealed, &qop);
    const std::optional<Order> order = accepted_order(status.major, out_of_order);
    if (!order) {
        if (message.view().size() <= token.size()) {
            message.wipe();
        }
        return incoming_error(unwrap_operation, status, TokenForm::wrap, token);
    }
    // CVE-2024-37370: a token's false count made MIT announce more than there is. Such a buffer is
    // given back as it is: wiping would run past its end.
    if (message.view().size() > token.size()) {
        return broken_promise(library_, unwrap_operation, "a message longer than its token");
    }
    return Unwrapped{message.take(Buffer::Content::secret), sealed != 0, qop, *order};
}

Result<UnwrappedInPlace> NativeContext::unwrap_in_place(MutableBytes token, bool out_of_order) {
    if (handle_ == nullptr) {
        return *refuse_without_context(unwrap_operation);
    }
    if (uses_iov()) {
        return cuts_streams(out_of_order) ? unwrap_cut(token, out_of_order)
                                          : unwrap_iov(token, out_of_order);
    }
    Result<Unwrapped> unwrapped = unwrap(token, out_of_order);
    if (!unwrapped) {
        secure_wipe(token);
        return unwrapped.error();
    }
    if (unwrapped->message.size() > token.size()) {
        return too_small(library_, unwrap_operation, unwrapped->message.size(), token.size());
    }
    std::copy_n(unwrapped->message.data(), unwrapped->message.size(), token.begin());
    return UnwrappedInPlace{token.first(unwrapped->message.size()), unwrapped->sealed,
                            unwrapped->qop, unwrapped->order};
}

Result<UnwrappedInPlace> NativeContext::unwrap_cut(MutableBytes token, bool out_of_order) {
    std::array pieces{IovBuffer::of(IovType::stream, token), IovBuffer::of(IovType::data, {})};
    const Result<UnwrappedIov> unwrapped = unwrap_pieces(pieces, out_of_order);
    if (!unwrapped) {
        return unwrapped.error();
    }
    return UnwrappedInPlace{pieces[1].octets, unwrapped->sealed, unwrapped->qop, unwrapped->order};
}

Result<UnwrappedInPlace> NativeContext::unwrap_iov(MutableBytes token, bool out_of_order) {
    if (std::optional<Error> refused =
            refuse_other_make("gss_unwrap_iov", TokenForm::wrap, token)) {
        secure_wipe(token);
        return *std::move(refused);
    }
    std::array<abi::IovBufferDesc, 2> iov{
        abi::IovBufferDesc{abi::iov_stream, {token.size(), token.data()}},
        abi::IovBufferDesc{abi::iov_data, {}}};
    int sealed = 0;
    abi::Uint32 qop = 0;
    NativeStatus status;
    status.major = library_.call().unwrap_iov(&status.minor, handle_, &sealed, &qop, iov.data(), 2);
    const auto* begin = static_cast<const std::byte*>(iov[1].buffer.value);
    const std::optional<Order> order = accepted_order(status.major, out_of_order);
    if (!order) {
        Error failed = incoming_error("gss_unwrap_iov", status, TokenForm::wrap, token);
        secure_wipe(token); // it may hold what was decrypted before the checksum failed
        return failed;
    }
    // The library says where inside the token the message lies; it must lie inside.
    const bool inside =
        begin >= token.data() && begin <= token.data() + token.size() &&
        iov[1].buffer.length <= static_cast<std::size_t>(token.data() + token.size() - begin);
    if (!inside && iov[1].buffer.length != 0) {
        secure_wipe(token);
        return Error(ErrorCode::failure, "gss_unwrap_iov",
                     "the library placed the message outside the token");
    }
    const std::size_t offset =
        iov[1].buffer.length == 0 ? 0 : static_cast<std::size_t>(begin - token.data());
    return UnwrappedInPlace{token.subspan(offset, iov[1].buffer.length), sealed != 0, qop, *order};
}

Result<std::size_t> NativeContext::wrap_size_limit(std::size_t max_token_size, bool seal,
                                                   Qop qop) const {
    constexpr std::string_view operation = "gss_wrap_size_limit";
    if (std::optional<Error> refused = refuse_without_context(operation)) {
        return *std::move(refused);
    }
    const auto asked = static_cast<abi::Uint32>(
        std::min<std::size_t>(max_token_size, std::numeric_limits<abi::Uint32>::max()));
    abi::Uint32 limit = 0;
    NativeStatus status;
    status.major =
        library_.call().wrap_size_limit(&status.minor, handle_, seal ? 1 : 0, qop, asked, &limit);
    if (status.major != abi::status_complete) {
        return error(operation, Operation::message, status);
    }
    return limit;
}

} // namespace gss::inline v0::rfc2744
