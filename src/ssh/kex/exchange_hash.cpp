// SPDX-License-Identifier: Apache-2.0
#include "exchange_hash.h"

#include "writer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace gss::inline v0::ssh::detail {

namespace {

/// Feeds the types of RFC 4251 s5 into a hash. The first failure stays.
class HashWriter {
public:
    explicit HashWriter(Hash& hash) noexcept : hash_(hash) {}

    HashWriter& raw(BytesView octets) {
        if (!octets.empty() && outcome_.has_value()) {
            outcome_ = hash_.update(octets);
        }
        return *this;
    }
    HashWriter& uint32(std::uint32_t value) {
        const std::array<std::byte, 4> octets{
            static_cast<std::byte>(value >> 24), static_cast<std::byte>(value >> 16),
            static_cast<std::byte>(value >> 8), static_cast<std::byte>(value)};
        return raw(octets);
    }
    HashWriter& string(BytesView octets) {
        return uint32(static_cast<std::uint32_t>(octets.size())).raw(octets);
    }
    HashWriter& mpint(BytesView magnitude) {
        magnitude = wire::without_leading_zeros(magnitude);
        const std::array<std::byte, 1> zero{std::byte{0}};
        const bool needs_zero =
            !magnitude.empty() && (magnitude[0] & std::byte{0x80}) != std::byte{0};
        uint32(static_cast<std::uint32_t>(magnitude.size() + (needs_zero ? 1U : 0U)));
        return raw(needs_zero ? BytesView(zero) : BytesView()).raw(magnitude);
    }
    HashWriter& public_key(wire::PublicForm form, BytesView key) {
        return form == wire::PublicForm::mpint ? mpint(key) : string(key);
    }

    [[nodiscard]] Result<void> outcome() const { return outcome_; }

private:
    Hash& hash_;
    Result<void> outcome_;
};

} // namespace

Result<ExchangeHash> ExchangeHash::begin(const Crypto& crypto, HashAlgorithm algorithm,
                                         const KexTranscript& transcript) {
    auto hash = crypto.hash(algorithm);
    if (!hash) {
        return std::move(hash).error();
    }
    const auto outcome = HashWriter(**hash)
                             .string(as_bytes(transcript.client_version))
                             .string(as_bytes(transcript.server_version))
                             .string(transcript.client_kexinit)
                             .string(transcript.server_kexinit)
                             .outcome();
    if (!outcome) {
        return outcome.error();
    }
    return ExchangeHash(std::move(*hash));
}

// RFC 4462 s2.1: "V_C, V_S, I_C, I_S [...] string K_S, mpint e, mpint f, mpint K"; s2.2 has uint32
// min, n and max, mpint p and g before e; RFC 8732 s5.1 has string Q_C and Q_S for e and f.
Result<SecretBytes> ExchangeHash::finish(const ExchangeParts& parts) {
    HashWriter writer(*hash_);
    writer.string(parts.host_key);
    if (parts.request != nullptr && parts.group != nullptr) {
        writer.uint32(parts.request->min)
            .uint32(parts.request->preferred)
            .uint32(parts.request->max)
            .mpint(parts.group->p)
            .mpint(parts.group->g);
    }
    writer.public_key(parts.form, parts.client_key)
        .public_key(parts.form, parts.server_key)
        .raw(parts.secret);
    if (const auto outcome = writer.outcome(); !outcome) {
        return outcome.error();
    }
    return hash_->finish();
}

SecretBytes encode_secret(BytesView magnitude) {
    magnitude = wire::without_leading_zeros(magnitude);
    const bool needs_zero = !magnitude.empty() && (magnitude[0] & std::byte{0x80}) != std::byte{0};
    const std::size_t size = magnitude.size() + (needs_zero ? 1U : 0U);
    constexpr std::size_t length_size = 4;
    SecretBytes encoded(length_size + size);
    for (std::size_t i = 0; i < length_size; ++i) {
        encoded.data()[i] = static_cast<std::byte>(size >> (8 * (length_size - 1 - i)));
    }
    std::ranges::copy(magnitude, encoded.data() + length_size + (needs_zero ? 1 : 0));
    return encoded;
}

} // namespace gss::inline v0::ssh::detail
