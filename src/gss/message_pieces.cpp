// SPDX-License-Identifier: Apache-2.0
// Messages in pieces, with associated data, and pseudo-random octets: the public calls.
#include <gssxx/security_context.h>

#include "access.h"
#include "backend_interface.h"
#include "iov_arrangement.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace gss::inline v0 {

namespace {

using detail::IovUse;

constexpr std::string_view wrap_operation = "gss_wrap_iov";
constexpr std::string_view wrap_length_operation = "gss_wrap_iov_length";
constexpr std::string_view unwrap_operation = "gss_unwrap_iov";
constexpr std::string_view get_mic_operation = "gss_get_mic_iov";
constexpr std::string_view mic_length_operation = "gss_get_mic_iov_length";
constexpr std::string_view verify_mic_operation = "gss_verify_mic_iov";
constexpr std::string_view wrap_aead_operation = "gss_wrap_aead";
constexpr std::string_view unwrap_aead_operation = "gss_unwrap_aead";

Error not_sealed(const detail::ContextInterface& context, std::string_view operation) {
    ErrorDetails details;
    details.code = ErrorCode::insufficient_protection;
    details.operation = operation;
    details.backend = context.backend()->name();
    details.messages.emplace_back("the message was not encrypted, and sealing was required");
    return Error(std::move(details));
}

/// Nobody shall send a token that was refused.
void wipe_token(std::span<IovBuffer> pieces) noexcept {
    for (IovBuffer& piece : pieces) {
        if (piece.type == IovType::header || piece.type == IovType::padding ||
            piece.type == IovType::trailer) {
            secure_wipe(piece.octets);
        }
    }
}

/// The octets of message and token, which have to be counted together.
std::size_t together(BytesView left, BytesView right) noexcept {
    return left.size() + right.size(); // views of memory that exists: no overflow
}

} // namespace

std::string_view to_string(IovType type) noexcept {
    switch (type) {
    case IovType::empty:
        return "empty";
    case IovType::data:
        return "data";
    case IovType::header:
        return "header";
    case IovType::mechanism_parameters:
        return "mechanism_parameters";
    case IovType::trailer:
        return "trailer";
    case IovType::padding:
        return "padding";
    case IovType::stream:
        return "stream";
    case IovType::sign_only:
        return "sign_only";
    case IovType::mic_token:
        return "mic_token";
    }
    return "unknown";
}

Result<bool> MessageProtection::wrap_iov(std::span<IovBuffer> pieces, Seal seal, Qop qop) {
    const std::size_t octets = detail::total_size(pieces);
    if (!may_protect(octets)) {
        return refusal(wrap_operation, octets);
    }
    if (std::optional<Error> refused =
            detail::refuse_pieces(wrap_operation, IovUse::wrap, pieces, self_->is_dce_style())) {
        return *std::move(refused);
    }
    Result<bool> sealed = self_->wrap_pieces(pieces, seal != Seal::integrity_only, qop);
    if (seal == Seal::required && sealed.has_value() && !*sealed) {
        wipe_token(pieces);
        return not_sealed(*self_, wrap_operation);
    }
    return sealed;
}

Result<bool> MessageProtection::wrap_iov_length(std::span<IovBuffer> pieces, Seal seal,
                                                Qop qop) const {
    const std::size_t octets = detail::total_size(pieces);
    if (!may_protect(octets)) {
        return refusal(wrap_length_operation, octets);
    }
    if (std::optional<Error> refused = detail::refuse_pieces(
            wrap_length_operation, IovUse::wrap_length, pieces, self_->is_dce_style())) {
        return *std::move(refused);
    }
    return self_->wrap_pieces_length(pieces, seal != Seal::integrity_only, qop);
}

Result<UnwrappedIov> MessageProtection::unwrap_iov(std::span<IovBuffer> pieces) {
    const std::size_t octets = detail::total_size(pieces);
    if (!may_protect(octets)) {
        return refusal(unwrap_operation, octets);
    }
    if (std::optional<Error> refused = detail::refuse_pieces(unwrap_operation, IovUse::unwrap,
                                                             pieces, self_->is_dce_style())) {
        return *std::move(refused);
    }
    for (const IovBuffer& piece : pieces) {
        if ((piece.type == IovType::header || piece.type == IovType::stream) &&
            piece.octets.empty()) {
            return token_refusal(unwrap_operation, {});
        }
    }
    return self_->unwrap_pieces(pieces, out_of_order_);
}

Result<std::size_t> MessageProtection::wrap_iov_size_limit(std::size_t max_token_size, Seal seal,
                                                           Qop qop) const {
    if (!may_protect(std::size_t{0})) {
        return refusal(wrap_length_operation, std::size_t{0});
    }
    const std::size_t most = std::min(max_token_size, detail::max_message_size);
    const bool encrypt = seal != Seal::integrity_only;
    const Result<std::size_t> empty = self_->token_size(0, encrypt, qop);
    if (!empty || *empty > most) {
        return empty ? Result<std::size_t>(std::size_t{0}) : empty;
    }
    // Padding makes what is added differ by a block at most, a length of lengths by a few octets.
    constexpr std::size_t most_padding = 16;
    std::size_t message = std::min(most, most - *empty + most_padding);
    for (; message > 0; --message) {
        const Result<std::size_t> size = self_->token_size(message, encrypt, qop);
        if (!size) {
            return size.error();
        }
        if (*size <= most) {
            break;
        }
    }
    return message;
}

Result<void> MessageProtection::get_mic_iov(std::span<IovBuffer> pieces, Qop qop) {
    const std::size_t octets = detail::total_size(pieces);
    if (!may_protect(octets)) {
        return refusal(get_mic_operation, octets);
    }
    if (std::optional<Error> refused =
            detail::refuse_pieces(get_mic_operation, IovUse::get_mic, pieces, false)) {
        return *std::move(refused);
    }
    return self_->get_mic_pieces(pieces, qop);
}

Result<void> MessageProtection::get_mic_iov_length(std::span<IovBuffer> pieces, Qop qop) const {
    const std::size_t octets = detail::total_size(pieces);
    if (!may_protect(octets)) {
        return refusal(mic_length_operation, octets);
    }
    if (std::optional<Error> refused =
            detail::refuse_pieces(mic_length_operation, IovUse::mic_length, pieces, false)) {
        return *std::move(refused);
    }
    const Result<std::size_t> size = self_->mic_pieces_length(pieces, qop);
    if (!size) {
        return size.error();
    }
    for (IovBuffer& piece : pieces) {
        piece.needed = piece.type == IovType::mic_token ? *size : piece.octets.size();
    }
    return {};
}

Result<VerifiedMic> MessageProtection::verify_mic_iov(std::span<const IovBuffer> pieces) {
    const std::size_t octets = detail::total_size(pieces);
    if (!may_protect(octets)) {
        return refusal(verify_mic_operation, octets);
    }
    if (std::optional<Error> refused =
            detail::refuse_pieces(verify_mic_operation, IovUse::verify_mic, pieces, false)) {
        return *std::move(refused);
    }
    const auto mic = std::ranges::find(pieces, IovType::mic_token, &IovBuffer::type);
    if (mic->octets.empty()) {
        return token_refusal(verify_mic_operation, {});
    }
    return self_->verify_mic_pieces(pieces, out_of_order_);
}

Result<Wrapped> MessageProtection::wrap_aead(BytesView message, BytesView associated, Seal seal,
                                             Qop qop) {
    const std::size_t octets = together(message, associated);
    if (!may_protect(octets)) {
        return refusal(wrap_aead_operation, octets);
    }
    Result<Wrapped> wrapped =
        self_->wrap_aead(message, associated, seal != Seal::integrity_only, qop);
    if (seal == Seal::required && wrapped && !wrapped->sealed) {
        return not_sealed(*self_, wrap_aead_operation);
    }
    return wrapped;
}

Result<Unwrapped> MessageProtection::unwrap_aead(BytesView token, BytesView associated) {
    const std::size_t octets = together(token, associated);
    if (token.empty() || !may_protect(octets)) {
        return token.empty() ? token_refusal(unwrap_aead_operation, token)
                             : refusal(unwrap_aead_operation, octets);
    }
    // The parts of the token are decrypted where they lie, on every library.
    SecretBytes copy(token);
    return self_->unwrap_aead(copy.mutable_view(), associated, out_of_order_);
}

Result<UnwrappedInPlace> MessageProtection::unwrap_aead_in_place(MutableBytes token,
                                                                 BytesView associated) {
    if (token.empty() && may_protect(token)) {
        return token_refusal(unwrap_aead_operation, token);
    }
    std::array pieces{IovBuffer::of(IovType::stream, token), IovBuffer::sign_only(associated),
                      IovBuffer::of(IovType::data, {})};
    const Result<UnwrappedIov> unwrapped = unwrap_iov(pieces);
    if (!unwrapped) {
        return unwrapped.error();
    }
    return UnwrappedInPlace{pieces[2].octets, unwrapped->sealed, unwrapped->qop, unwrapped->order};
}

Result<SecretBytes> MessageProtection::pseudo_random(PrfKey key, BytesView input,
                                                     std::size_t octets) {
    constexpr std::string_view operation = "gss_pseudo_random";
    if (!may_protect(input)) {
        return refusal(operation, input);
    }
    // RFC 4401 s2: "The minimum desired_output_len is one."
    if (octets == 0 || octets > max_prf_octets || input.size() > max_prf_octets) {
        return Error(ErrorCode::malformed_parameter, std::string(operation),
                     std::to_string(octets) + " octets of " + std::to_string(input.size()) +
                         " are wanted: from 1 to " + std::to_string(max_prf_octets) +
                         " of at most " + std::to_string(max_prf_octets));
    }
    if (key != PrfKey::full && key != PrfKey::partial) {
        return Error(ErrorCode::malformed_parameter, std::string(operation), "no such key");
    }
    return self_->pseudo_random(key, input, octets);
}

} // namespace gss::inline v0
