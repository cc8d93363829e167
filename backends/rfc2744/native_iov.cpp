// SPDX-License-Identifier: Apache-2.0
// Messages in pieces: the IOV calls of the library for wrapping and unwrapping.
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

constexpr std::string_view wrap_operation = "gss_wrap_iov";
constexpr std::string_view wrap_length_operation = "gss_wrap_iov_length";
constexpr std::string_view unwrap_operation = "gss_unwrap_iov";

constexpr std::string_view no_encryption_type =
    "the library has no such call for the context's encryption type";

std::string describe(std::span<const IovBuffer> pieces, std::size_t index) {
    return std::string(to_string(pieces[index].type)) + " (piece " + std::to_string(index) + ")";
}

Error outside(const Library& library, std::string_view operation) {
    ErrorDetails details;
    details.operation = operation;
    details.backend = library.traits.name;
    details.messages.emplace_back("the library has used memory that it was not given");
    return Error(std::move(details));
}

/// Of a token in parts: where its header stands, or the stream.
BytesView beginning_of(std::span<const IovBuffer> pieces) noexcept {
    const auto found = std::ranges::find_if(pieces, [](const IovBuffer& piece) {
        return piece.type == IovType::header || piece.type == IovType::stream;
    });
    return found == pieces.end() ? BytesView() : BytesView(found->octets);
}

} // namespace

std::optional<Error> NativeContext::refuse_dce_trailer(std::string_view operation,
                                                       std::span<const IovBuffer> pieces) const {
    if (!library_.traits.dce_style_is_sealed_header || !is_dce_style()) {
        return std::nullopt;
    }
    for (std::size_t index = 0; index < pieces.size(); ++index) {
        if (pieces[index].type == IovType::trailer || pieces[index].type == IovType::padding) {
            ErrorDetails details;
            details.code = ErrorCode::misuse;
            details.operation = operation;
            details.backend = library_.traits.name;
            details.subject = describe(pieces, index);
            details.messages.emplace_back("in DCE style the header holds all of the token");
            return Error(std::move(details));
        }
    }
    return std::nullopt;
}

std::optional<Error> NativeContext::too_small_piece(std::span<const IovBuffer> pieces, bool seal,
                                                    Qop qop) const {
    IovArgument lengths(library_, pieces);
    int sealed = 0;
    NativeStatus status;
    status.major = library_.call().wrap_iov_length(&status.minor, handle_, seal ? 1 : 0, qop,
                                                   &sealed, lengths.get(), lengths.count());
    if (status.major != abi::status_complete) {
        return std::nullopt;
    }
    for (std::size_t index = 0; index < pieces.size(); ++index) {
        const std::size_t needed = lengths.get()[index].buffer.length;
        if (!pieces[index].allocate && needed > pieces[index].octets.size()) {
            ErrorDetails details;
            details.code = ErrorCode::parameter_write;
            details.operation = wrap_operation;
            details.backend = library_.traits.name;
            details.subject = describe(pieces, index);
            details.messages.push_back("the caller's memory is too small: " +
                                       std::to_string(needed) + " octets are needed, " +
                                       std::to_string(pieces[index].octets.size()) + " are there");
            return Error(std::move(details));
        }
    }
    return std::nullopt;
}

Error NativeContext::wrap_error(std::string_view operation, NativeStatus status,
                                std::span<const IovBuffer> pieces, bool seal, Qop qop) const {
    Error failed = error(operation, Operation::message, status);
    if (library_.traits.iov_lacks_encryption_types && status.minor == 0 &&
        status.routine() == static_cast<std::uint32_t>(abi::Routine::failure)) {
        return absent(operation, no_encryption_type);
    }
    if (operation == wrap_operation) {
        if (std::optional<Error> reason = too_small_piece(pieces, seal, qop)) {
            return *std::move(reason);
        }
    }
    return failed;
}

Result<bool> NativeContext::wrap_pieces(std::span<IovBuffer> pieces, bool seal, Qop qop) {
    if (handle_ == nullptr) {
        return *refuse_without_context(wrap_operation);
    }
    if (library_.call().wrap_iov == nullptr || library_.call().wrap_iov_length == nullptr) {
        return absent(wrap_operation, "the library does not export it");
    }
    if (std::optional<Error> refused = refuse_dce_trailer(wrap_operation, pieces)) {
        return *std::move(refused);
    }
    if (std::optional<Error> refused = refuse_without_padding(wrap_operation, pieces, false)) {
        return *std::move(refused);
    }
    if (lacks_room_for_padding(pieces)) {
        if (std::optional<Error> reason = too_small_piece(pieces, seal, qop)) {
            return *std::move(reason);
        }
    }
    if (!seal && is_dce_style() && library_.traits.dce_style_is_sealed_header) {
        return sign_in_dce_style(pieces, qop);
    }
    IovArgument native(library_, pieces);
    int sealed = 0;
    NativeStatus status;
    status.major = library_.call().wrap_iov(&status.minor, handle_, seal ? 1 : 0, qop, &sealed,
                                            native.get(), native.count());
    if (status.major != abi::status_complete) {
        return wrap_error(wrap_operation, status, pieces, seal, qop);
    }
    if (!native.hand_over(pieces)) {
        return outside(library_, wrap_operation);
    }
    return sealed != 0;
}

Result<bool> NativeContext::sign_in_dce_style(std::span<IovBuffer> pieces, Qop qop) {
    IovBuffer& header = *std::ranges::find(pieces, IovType::header, &IovBuffer::type);
    if (!header.allocate) {
        if (std::optional<Error> reason = too_small_piece(pieces, false, qop)) {
            return *std::move(reason); // before a number is spent
        }
    }
    const WholeMessage message(pieces);
    const Result<Wrapped> wrapped = wrap(message.view(), false, qop);
    if (!wrapped) {
        return wrapped.error();
    }
    // RFC 4121 s4.2.4: the checksum is over message and header, as with pieces, and it stands
    // behind the header when it is rotated there.
    const BytesView token = wrapped->token;
    const std::optional<WrapHeader> found = read_wrap_header(token);
    const std::size_t size = token.size() - std::min(token.size(), message.view().size());
    if (!found || found->rotation != found->extra_count ||
        size != WrapHeader::size + found->extra_count) {
        return absent(wrap_operation, "the library rotates no checksum behind the header");
    }
    if (header.allocate) {
        header.allocated = Buffer::copy_of(token.first(size));
        header.octets = header.allocated.mutable_view();
        header.allocate = false;
    } else if (size > header.octets.size()) {
        return outside(library_, wrap_operation);
    } else {
        std::ranges::copy(token.first(size), header.octets.begin());
        header.octets = header.octets.first(size);
    }
    return false;
}

Result<bool> NativeContext::wrap_pieces_length(std::span<IovBuffer> pieces, bool seal,
                                               Qop qop) const {
    if (handle_ == nullptr) {
        return *refuse_without_context(wrap_length_operation);
    }
    if (library_.call().wrap_iov_length == nullptr) {
        return absent(wrap_length_operation, "the library does not export it");
    }
    if (std::optional<Error> refused = refuse_dce_trailer(wrap_length_operation, pieces)) {
        return *std::move(refused);
    }
    if (std::optional<Error> refused =
            refuse_without_padding(wrap_length_operation, pieces, false)) {
        return *std::move(refused);
    }
    IovArgument native(library_, pieces);
    int sealed = 0;
    NativeStatus status;
    status.major = library_.call().wrap_iov_length(&status.minor, handle_, seal ? 1 : 0, qop,
                                                   &sealed, native.get(), native.count());
    if (status.major != abi::status_complete) {
        return wrap_error(wrap_length_operation, status, pieces, seal, qop);
    }
    native.tell_needed(pieces);
    return library_.traits.iov_lacks_encryption_types ? seal : sealed != 0;
}

Result<TokenOverhead> NativeContext::token_overhead(std::size_t message_size, bool seal,
                                                    Qop qop) const {
    if (handle_ == nullptr) {
        return *refuse_without_context(wrap_length_operation);
    }
    if (library_.call().wrap_iov_length == nullptr) {
        return absent(wrap_length_operation, "the library does not export it");
    }
    // In DCE style the header holds all of the token.
    const int count = is_dce_style() ? 2 : 4;
    std::array<abi::IovBufferDesc, 4> iov{
        abi::IovBufferDesc{abi::iov_header, {}},
        abi::IovBufferDesc{abi::iov_data, {message_size, nullptr}},
        abi::IovBufferDesc{abi::iov_padding, {}}, abi::IovBufferDesc{abi::iov_trailer, {}}};
    int sealed = 0;
    NativeStatus status;
    status.major = library_.call().wrap_iov_length(&status.minor, handle_, seal ? 1 : 0, qop,
                                                   &sealed, iov.data(), count);
    if (status.major != abi::status_complete) {
        return wrap_error(wrap_length_operation, status, {}, seal, qop);
    }
    for (const abi::IovBufferDesc& part : iov) {
        if (part.buffer.length > detail::max_message_size) {
            return outside(library_, wrap_length_operation);
        }
    }
    return TokenOverhead{iov[0].buffer.length, iov[2].buffer.length, iov[3].buffer.length};
}

Result<std::size_t> NativeContext::token_size(std::size_t message_size, bool seal, Qop qop) const {
    const Result<TokenOverhead> overhead = token_overhead(message_size, seal, qop);
    if (!overhead) {
        return overhead.error();
    }
    return message_size + overhead->header + overhead->padding + overhead->trailer;
}

TokenMake NativeContext::make() const {
    if (!make_) {
        std::array<abi::IovBufferDesc, 4> iov{
            abi::IovBufferDesc{abi::iov_header, {}}, abi::IovBufferDesc{abi::iov_data, {}},
            abi::IovBufferDesc{abi::iov_padding, {}}, abi::IovBufferDesc{abi::iov_trailer, {}}};
        int sealed = 0;
        abi::Uint32 minor = 0;
        const abi::Uint32 major = library_.call().wrap_iov_length(&minor, handle_, 0, default_qop,
                                                                  &sealed, iov.data(), 4);
        make_ = major != abi::status_complete              ? TokenMake::unknown
                : iov[0].buffer.length == WrapHeader::size ? TokenMake::rfc4121
                                                           : TokenMake::rfc1964;
    }
    return *make_;
}

std::optional<Error> NativeContext::refuse_other_make(std::string_view operation, TokenForm form,
                                                      BytesView token) const {
    if (!library_.traits.iov_crashes_on_other_makes) {
        return std::nullopt;
    }
    const TokenMake own = make();
    if (own == TokenMake::unknown || own == make_of(form, token)) {
        return std::nullopt;
    }
    return bad_token(operation, form, token,
                     own == TokenMake::rfc4121 ? "no such token of RFC 4121"
                                               : "no such token of RFC 1964");
}

Error NativeContext::lacks_encryption_type(std::string_view operation, const Error& reason) const {
    return reason.code() == ErrorCode::unavailable ? absent(operation, no_encryption_type) : reason;
}

Error NativeContext::bad_token(std::string_view operation, TokenForm form, BytesView token,
                               std::string message) const {
    ErrorDetails details;
    details.code = incoming_code(ErrorCode::invalid_token, form, token);
    details.operation = operation;
    details.backend = library_.traits.name;
    details.mechanism = mechanism_;
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

Result<UnwrappedIov> NativeContext::unwrap_pieces(std::span<IovBuffer> pieces, bool out_of_order) {
    if (handle_ == nullptr) {
        return *refuse_without_context(unwrap_operation);
    }
    if (library_.call().unwrap_iov == nullptr) {
        return absent(unwrap_operation, "the library does not export it");
    }
    if (std::optional<Error> refused = refuse_dce_trailer(unwrap_operation, pieces)) {
        return *std::move(refused);
    }
    const bool is_stream = std::ranges::count(pieces, IovType::stream, &IovBuffer::type) != 0;
    Result<UnwrappedIov> unwrapped = is_stream && cuts_streams(out_of_order)
                                         ? unwrap_stream(pieces, out_of_order)
                                         : unwrap_parts(pieces, out_of_order);
    if (!unwrapped) {
        wipe_messages(pieces);
    }
    return unwrapped;
}

Result<UnwrappedIov> NativeContext::unwrap_parts(std::span<IovBuffer> pieces, bool out_of_order) {
    const BytesView beginning = beginning_of(pieces);
    if (std::optional<Error> refused =
            refuse_other_make(unwrap_operation, TokenForm::wrap, beginning)) {
        return *std::move(refused);
    }
    if (library_.traits.unwraps_exact_pieces_only) {
        if (std::optional<Error> refused = refuse_false_counts(pieces, beginning)) {
            return *std::move(refused);
        }
    }
    const bool is_stream = std::ranges::count(pieces, IovType::stream, &IovBuffer::type) != 0;
    if (!is_stream) {
        if (std::optional<Error> refused = refuse_without_padding(unwrap_operation, pieces, true)) {
            return *std::move(refused);
        }
    }
    const bool has_padding = !is_stream && pads();
    IovArgument native(library_, pieces);
    if (has_padding && library_.traits.asserts_padding_fits &&
        std::ranges::count(pieces, IovType::data, &IovBuffer::type) == 1) {
        native.make_padding_data();
    }
    int sealed = 0;
    abi::Uint32 qop = 0;
    NativeStatus status;
    status.major = library_.call().unwrap_iov(&status.minor, handle_, &sealed, &qop, native.get(),
                                              native.count());
    const std::optional<Order> order = accepted_order(status.major, out_of_order);
    if (!order) {
        return unwrap_error(status, beginning);
    }
    if (!native.hand_over(pieces)) {
        return outside(library_, unwrap_operation);
    }
    if (has_padding && !settle_padding(pieces)) {
        return bad_token(unwrap_operation, TokenForm::wrap, beginning,
                         "the message is longer than its pieces of data");
    }
    return UnwrappedIov{sealed != 0, qop, *order};
}

Error NativeContext::unwrap_error(NativeStatus status, BytesView beginning) const {
    if (library_.traits.iov_lacks_encryption_types && status.minor == 0 &&
        status.routine() == static_cast<std::uint32_t>(abi::Routine::failure)) {
        // So it fails for late tokens, too: this tells the two apart.
        const Result<TokenOverhead> overhead = token_overhead(0, false, default_qop);
        if (!overhead) {
            return absent(unwrap_operation, no_encryption_type);
        }
    }
    return incoming_error(unwrap_operation, status, TokenForm::wrap, beginning);
}

std::optional<Error> NativeContext::refuse_false_counts(std::span<const IovBuffer> pieces,
                                                        BytesView beginning) const {
    const std::optional<WrapHeader> found = read_wrap_header(beginning);
    if (!found) {
        // It looks for the frame where it begins, however short the piece is.
        return beginning.size() < least_framed_header
                   ? std::optional(bad_token(unwrap_operation, TokenForm::wrap, beginning,
                                             "a header cut short"))
                   : std::nullopt;
    }
    const bool has_trailer = std::ranges::count(pieces, IovType::trailer, &IovBuffer::type) != 0;
    // The library looks for filler of that many octets, before the header or behind the trailer.
    if (found->sealed && found->extra_count != 0 && (has_trailer || !is_dce_style())) {
        return bad_token(unwrap_operation, TokenForm::wrap, beginning,
                         "filler (EC) that is in no piece");
    }
    // It puts the pieces of a rotated token together wrongly.
    if (has_trailer && found->rotation != 0) {
        return bad_token(unwrap_operation, TokenForm::wrap, beginning,
                         "a rotation (RRC), and pieces without one");
    }
    return std::nullopt;
}

} // namespace gss::inline v0::rfc2744
