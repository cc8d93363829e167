// SPDX-License-Identifier: Apache-2.0
// What a backend answers that has none of these calls.
#include "message_calls.h"

#include "backend_interface.h"

#include <string>
#include <utility>

namespace gss::inline v0::detail {

namespace {
constexpr std::string_view not_there = "the backend has no such call";
} // namespace

Error MessageCalls::absent(std::string_view operation, std::string_view why) const {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = operation;
    if (const auto* object = dynamic_cast<const NativeObject*>(this)) {
        details.backend = object->backend()->name();
    }
    details.messages.emplace_back(why);
    return Error(std::move(details));
}

Result<bool> MessageCalls::wrap_pieces(std::span<IovBuffer> /*pieces*/, bool /*seal*/,
                                       Qop /*qop*/) {
    return absent("gss_wrap_iov", not_there);
}

Result<bool> MessageCalls::wrap_pieces_length(std::span<IovBuffer> /*pieces*/, bool /*seal*/,
                                              Qop /*qop*/) const {
    return absent("gss_wrap_iov_length", not_there);
}

Result<UnwrappedIov> MessageCalls::unwrap_pieces(std::span<IovBuffer> /*pieces*/,
                                                 bool /*out_of_order*/) {
    return absent("gss_unwrap_iov", not_there);
}

Result<std::size_t> MessageCalls::token_size(std::size_t /*message_size*/, bool /*seal*/,
                                             Qop /*qop*/) const {
    return absent("gss_wrap_iov_length", not_there);
}

Result<void> MessageCalls::get_mic_pieces(std::span<IovBuffer> /*pieces*/, Qop /*qop*/) {
    return absent("gss_get_mic_iov", not_there);
}

Result<std::size_t> MessageCalls::mic_pieces_length(std::span<const IovBuffer> /*pieces*/,
                                                    Qop /*qop*/) const {
    return absent("gss_get_mic_iov_length", not_there);
}

Result<VerifiedMic> MessageCalls::verify_mic_pieces(std::span<const IovBuffer> /*pieces*/,
                                                    bool /*out_of_order*/) {
    return absent("gss_verify_mic_iov", not_there);
}

Result<Wrapped> MessageCalls::wrap_aead(BytesView /*message*/, BytesView /*associated*/,
                                        bool /*seal*/, Qop /*qop*/) {
    return absent("gss_wrap_aead", not_there);
}

Result<Unwrapped> MessageCalls::unwrap_aead(MutableBytes /*token*/, BytesView /*associated*/,
                                            bool /*out_of_order*/) {
    return absent("gss_unwrap_aead", not_there);
}

Result<SecretBytes> MessageCalls::pseudo_random(PrfKey /*key*/, BytesView /*input*/,
                                                std::size_t /*octets*/) {
    return absent("gss_pseudo_random", not_there);
}

} // namespace gss::inline v0::detail
