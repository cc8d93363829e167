// SPDX-License-Identifier: Apache-2.0
#include "transcript_hash.h"

#include "exchange.h"
#include "writer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::size_t length_size = 4;

std::array<std::byte, length_size> length_field(std::size_t value) noexcept {
    return {static_cast<std::byte>(value >> 24U), static_cast<std::byte>(value >> 16U),
            static_cast<std::byte>(value >> 8U), static_cast<std::byte>(value)};
}

// RFC 4251 s5, mpint: "If the most significant bit would be set for a positive number, the number
// MUST be preceded by a zero byte."
bool needs_zero(BytesView magnitude) noexcept {
    return !magnitude.empty() && (magnitude[0] & std::byte{0x80}) != std::byte{0};
}

} // namespace

TranscriptHash::TranscriptHash(const ssh::Crypto& crypto, ssh::HashAlgorithm algorithm,
                               const ssh::KexTranscript& transcript)
    : hash_(take(crypto.hash(algorithm))) {
    update_string(as_bytes(transcript.client_version));
    update_string(as_bytes(transcript.server_version));
    update_string(transcript.client_kexinit);
    update_string(transcript.server_kexinit);
}

// RFC 4253 s8 and RFC 5656 s4: "string V_C, string V_S, string I_C, string I_S, string K_S, mpint
// e" or "string Q_C", "mpint f" or "string Q_S", "mpint K".
SecretBytes TranscriptHash::finish(const TranscriptParts& parts) {
    update_string(parts.host_key);
    update_key(parts.form, parts.client_key);
    update_key(parts.form, parts.server_key);
    update(parts.secret);
    return take(hash_->finish());
}

void TranscriptHash::update(BytesView octets) {
    if (octets.empty()) {
        return;
    }
    if (const auto outcome = hash_->update(octets); !outcome) {
        exchange_fault(outcome.error().text(), ssh::Fault::local);
    }
}

void TranscriptHash::update_string(BytesView octets) {
    update(length_field(octets.size()));
    update(octets);
}

void TranscriptHash::update_key(KeyForm form, BytesView key) {
    if (form == KeyForm::string) {
        return update_string(key);
    }
    const BytesView magnitude = ssh::wire::without_leading_zeros(key);
    const bool zero = needs_zero(magnitude);
    constexpr std::array<std::byte, 1> zero_octet{};
    update(length_field(magnitude.size() + (zero ? 1U : 0U)));
    update(zero ? BytesView(zero_octet) : BytesView());
    update(magnitude);
}

SecretBytes encode_secret(BytesView magnitude) {
    magnitude = ssh::wire::without_leading_zeros(magnitude);
    const std::size_t zero = needs_zero(magnitude) ? 1 : 0;
    SecretBytes encoded(length_size + zero + magnitude.size());
    std::ranges::copy(length_field(zero + magnitude.size()), encoded.data());
    std::ranges::copy(magnitude, encoded.data() + length_size + zero);
    return encoded;
}

} // namespace gss::inline v0::transport::detail
