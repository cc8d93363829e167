// SPDX-License-Identifier: Apache-2.0
// MICs over pieces, messages with associated data, and pseudo-random octets.
#include "convert.h"
#include "iov_argument.h"
#include "native_context.h"
#include "status.h"
#include "whole_message.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view get_mic_operation = "gss_get_mic_iov";
constexpr std::string_view mic_length_operation = "gss_get_mic_iov_length";
constexpr std::string_view verify_mic_operation = "gss_verify_mic_iov";
constexpr std::string_view wrap_aead_operation = "gss_wrap_aead";
constexpr std::string_view unwrap_aead_operation = "gss_unwrap_aead";
constexpr std::string_view prf_operation = "gss_pseudo_random";

std::size_t place_of_mic(std::span<const IovBuffer> pieces) noexcept {
    return static_cast<std::size_t>(
        std::ranges::find(pieces, IovType::mic_token, &IovBuffer::type) - pieces.begin());
}

} // namespace

Error NativeContext::too_small_mic(std::span<const IovBuffer> pieces, std::size_t needed) const {
    const std::size_t index = place_of_mic(pieces);
    ErrorDetails details;
    details.code = ErrorCode::parameter_write;
    details.operation = get_mic_operation;
    details.backend = library_.traits.name;
    details.subject = "mic_token (piece " + std::to_string(index) + ")";
    details.messages.push_back("the caller's memory is too small: " + std::to_string(needed) +
                               " octets are needed, " +
                               std::to_string(pieces[index].octets.size()) + " are there");
    return Error(std::move(details));
}

Result<void> NativeContext::get_mic_pieces(std::span<IovBuffer> pieces, Qop qop) {
    if (handle_ == nullptr) {
        return *refuse_without_context(get_mic_operation);
    }
    if (library_.call().get_mic_iov == nullptr) {
        return get_gathered_mic(pieces, qop);
    }
    IovArgument native(library_, pieces);
    NativeStatus status;
    status.major =
        library_.call().get_mic_iov(&status.minor, handle_, qop, native.get(), native.count());
    if (status.major != abi::status_complete) {
        const Error failed = error(get_mic_operation, Operation::message, status);
        const Result<std::size_t> needed = mic_pieces_length(pieces, qop);
        const IovBuffer& place = pieces[place_of_mic(pieces)];
        return needed && !place.allocate && *needed > place.octets.size()
                   ? too_small_mic(pieces, *needed)
                   : failed;
    }
    if (!native.hand_over(pieces) || pieces[place_of_mic(pieces)].octets.empty()) {
        return Error(ErrorCode::failure, std::string(get_mic_operation),
                     "the library has used memory that it was not given, or made no MIC");
    }
    return {};
}

Result<void> NativeContext::get_gathered_mic(std::span<IovBuffer> pieces, Qop qop) {
    IovBuffer& place = pieces[place_of_mic(pieces)];
    if (!place.allocate) {
        // Before a number is spent, where the size can be known.
        const Result<std::size_t> needed = mic_pieces_length(pieces, qop);
        if (needed && *needed > place.octets.size()) {
            return too_small_mic(pieces, *needed);
        }
    }
    Result<Buffer> mic = get_mic(WholeMessage(pieces).view(), qop);
    if (!mic) {
        return mic.error();
    }
    if (place.allocate) {
        place.allocated = *std::move(mic);
        place.octets = place.allocated.mutable_view();
        place.allocate = false;
        return {};
    }
    if (mic->size() > place.octets.size()) {
        return too_small_mic(pieces, mic->size());
    }
    std::copy_n(mic->data(), mic->size(), place.octets.begin());
    place.octets = place.octets.first(mic->size());
    return {};
}

Result<std::size_t> NativeContext::mic_pieces_length(std::span<const IovBuffer> pieces,
                                                     Qop qop) const {
    if (handle_ == nullptr) {
        return *refuse_without_context(mic_length_operation);
    }
    if (library_.call().get_mic_iov_length == nullptr) {
        // RFC 4121 s4.2.6.1: a MIC is a header of 16 octets and the checksum, which a wrap token
        // without confidentiality has for a trailer.
        const Result<TokenOverhead> overhead = token_overhead(0, false, qop);
        if (!overhead) {
            return lacks_encryption_type(mic_length_operation, overhead.error());
        }
        // RFC 4757 s7.2 and 7.3: a MIC has no confounder, which a wrap token has in its header.
        constexpr std::size_t confounder = 8;
        return overhead->header == WrapHeader::size ? overhead->header + overhead->trailer
                                                    : overhead->header - confounder;
    }
    IovArgument native(library_, pieces);
    NativeStatus status;
    status.major = library_.call().get_mic_iov_length(&status.minor, handle_, qop, native.get(),
                                                      native.count());
    if (status.major != abi::status_complete) {
        return error(mic_length_operation, Operation::message, status);
    }
    return native.get()[place_of_mic(pieces)].buffer.length;
}

Result<VerifiedMic> NativeContext::verify_mic_pieces(std::span<const IovBuffer> pieces,
                                                     bool out_of_order) {
    if (handle_ == nullptr) {
        return *refuse_without_context(verify_mic_operation);
    }
    const BytesView mic = pieces[place_of_mic(pieces)].octets;
    if (library_.message().verify_mic_iov == nullptr) {
        return verify_mic(WholeMessage(pieces).view(), mic, out_of_order);
    }
    if (std::optional<Error> refused =
            refuse_other_make(verify_mic_operation, TokenForm::mic, mic)) {
        return *std::move(refused);
    }
    // RFC 4121 s4.2.6.1: the checksum stands behind these 16 octets. MIT 1.20 ends the process when
    // there is none.
    if (mic.size() <= WrapHeader::size) {
        return bad_token(verify_mic_operation, TokenForm::mic, mic, "a MIC without a checksum");
    }
    IovArgument native(library_, pieces);
    abi::Uint32 qop = 0;
    NativeStatus status;
    status.major = library_.message().verify_mic_iov(&status.minor, handle_, &qop, native.get(),
                                                     native.count());
    const std::optional<Order> order = accepted_order(status.major, out_of_order);
    if (!order) {
        return incoming_error(verify_mic_operation, status, TokenForm::mic, mic);
    }
    return VerifiedMic{qop, *order};
}

Result<Wrapped> NativeContext::wrap_aead(BytesView message, BytesView associated, bool seal,
                                         Qop qop) {
    if (handle_ == nullptr) {
        return *refuse_without_context(wrap_aead_operation);
    }
    if (library_.message().wrap_aead == nullptr) {
        return absent(wrap_aead_operation, "the library does not export it");
    }
    abi::BufferDesc beside = input_buffer(associated);
    abi::BufferDesc input = input_buffer(message);
    OutputBuffer token(library_);
    int sealed = 0;
    NativeStatus status;
    status.major = library_.message().wrap_aead(&status.minor, handle_, seal ? 1 : 0, qop, &beside,
                                                &input, &sealed, token.get());
    if (status.major != abi::status_complete) {
        return wrap_error(wrap_aead_operation, status, {}, seal, qop);
    }
    if (token.view().empty()) {
        return Error(ErrorCode::failure, std::string(wrap_aead_operation), "success, and no token");
    }
    return Wrapped{token.take(sealed != 0 ? Buffer::Content::open : Buffer::Content::secret),
                   sealed != 0};
}

Result<Unwrapped> NativeContext::unwrap_aead(MutableBytes token, BytesView associated,
                                             bool out_of_order) {
    if (handle_ == nullptr) {
        return *refuse_without_context(unwrap_aead_operation);
    }
    std::array pieces{IovBuffer::of(IovType::stream, token), IovBuffer::sign_only(associated),
                      IovBuffer::to_allocate(IovType::data)};
    if (cuts_streams(out_of_order) || library_.message().unwrap_aead == nullptr) {
        const Result<UnwrappedIov> unwrapped = unwrap_pieces(pieces, out_of_order);
        if (!unwrapped) {
            return unwrapped.error();
        }
        return Unwrapped{std::move(pieces[2].allocated), unwrapped->sealed, unwrapped->qop,
                         unwrapped->order};
    }
    if (std::optional<Error> refused =
            refuse_other_make(unwrap_aead_operation, TokenForm::wrap, token)) {
        return *std::move(refused);
    }
    abi::BufferDesc input = input_buffer(token);
    abi::BufferDesc beside = input_buffer(associated);
    OutputBuffer message(library_);
    int sealed = 0;
    abi::Uint32 qop = 0;
    NativeStatus status;
    status.major = library_.message().unwrap_aead(&status.minor, handle_, &input, &beside,
                                                  message.get(), &sealed, &qop);
    const std::optional<Order> order = accepted_order(status.major, out_of_order);
    const bool fits = message.view().size() <= token.size();
    if (!order || !fits) {
        if (fits) {
            message.wipe();
        }
        return order ? Error(ErrorCode::failure, std::string(unwrap_aead_operation),
                             "a message longer than its token")
                     : incoming_error(unwrap_aead_operation, status, TokenForm::wrap, token);
    }
    return Unwrapped{message.take(Buffer::Content::secret), sealed != 0, qop, *order};
}

Result<SecretBytes> NativeContext::pseudo_random(PrfKey key, BytesView input, std::size_t octets) {
    if (handle_ == nullptr) {
        return *refuse_without_context(prf_operation);
    }
    if (library_.message().pseudo_random == nullptr) {
        return absent(prf_operation, "the library does not export it");
    }
    // An address also for nothing: the library copies from there.
    abi::BufferDesc native_input = input_buffer(input.empty() ? as_bytes("").first(0) : input);
    OutputBuffer output(library_);
    NativeStatus status;
    status.major = library_.message().pseudo_random(
        &status.minor, handle_, static_cast<int>(key), &native_input,
        static_cast<std::ptrdiff_t>(octets), output.get());
    if (status.major != abi::status_complete) {
        return error(prf_operation, Operation::context, status);
    }
    if (output.view().size() != octets) {
        return Error(ErrorCode::failure, std::string(prf_operation),
                     "the library made another number of octets than it was asked for");
    }
    SecretBytes made(output.view());
    output.wipe();
    return made;
}

} // namespace gss::inline v0::rfc2744
