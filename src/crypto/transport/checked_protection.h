// SPDX-License-Identifier: Apache-2.0
// What all protections of packets have in common: bounds, the order of calls, the end after the
// first failure.
#pragma once

#include "openssl_handles.h"
#include "packet_protection.h"

#include <array>

namespace gss::inline v0::transport::detail {

using CipherPtr = std::unique_ptr<EVP_CIPHER, ssh::detail::Releases<&EVP_CIPHER_free>>;
using CipherContextPtr =
    std::unique_ptr<EVP_CIPHER_CTX, ssh::detail::Releases<&EVP_CIPHER_CTX_free>>;
using MacPtr = std::unique_ptr<EVP_MAC, ssh::detail::Releases<&EVP_MAC_free>>;
using MacContextPtr = std::unique_ptr<EVP_MAC_CTX, ssh::detail::Releases<&EVP_MAC_CTX_free>>;

inline constexpr std::size_t length_size = 4;

/// Why a step failed; it becomes an Error in one place, because most steps do not fail.
struct Failure {
    const char* function = nullptr; ///< of OpenSSL; null: the tag is wrong
};
/// Nothing: it went well.
using Outcome = std::optional<Failure>;
inline constexpr Failure wrong_tag{};

[[nodiscard]] inline unsigned char* octets_of(MutableBytes octets) noexcept {
    return reinterpret_cast<unsigned char*>(octets.data());
}
[[nodiscard]] inline const unsigned char* octets_of(BytesView octets) noexcept {
    return reinterpret_cast<const unsigned char*>(octets.data());
}
[[nodiscard]] inline std::uint32_t read_uint32(BytesView octets) noexcept {
    std::uint32_t value = 0;
    for (const std::byte octet : octets.first(length_size)) {
        value = (value << 8) | std::to_integer<std::uint32_t>(octet);
    }
    return value;
}
template <typename Number>
void write_number(MutableBytes out, Number value) noexcept {
    for (std::size_t i = 0; i < sizeof(Number); ++i) {
        out[i] = static_cast<std::byte>(value >> (8 * (sizeof(Number) - 1 - i)));
    }
}

/// Encrypts or decrypts @p octets in place as they follow what the context has seen.
[[nodiscard]] Outcome run_cipher(EVP_CIPHER_CTX& context, MutableBytes octets) noexcept;

/// A cipher with its key and, where it begins with one, its IV; the key is used for one direction.
[[nodiscard]] Result<CipherContextPtr> keyed_cipher(const char* name, BytesView key, BytesView iv,
                                                    PacketProtection::Direction direction);

/// Checks what callers and peers give it, and then lets a cipher's own class do the work.
class CheckedProtection : public PacketProtection {
public:
    Result<void> seal(std::uint32_t sequence, MutableBytes packet) final;
    Result<std::uint32_t> open_length(std::uint32_t sequence, MutableBytes head) final;
    Result<void> open(std::uint32_t sequence, MutableBytes packet) final;

protected:
    CheckedProtection(Direction direction, std::size_t block, bool pads_length, std::size_t tag,
                      std::size_t head) noexcept
        : PacketProtection(block, pads_length, tag, head), direction_(direction) {}

    /// @p body is the packet without its tag.
    [[nodiscard]] virtual Outcome do_seal(std::uint32_t sequence, MutableBytes body,
                                          MutableBytes tag) = 0;
    /// Puts the length in clear into @p length; the default finds it in clear in @p head.
    [[nodiscard]] virtual Outcome do_open_length(std::uint32_t sequence, MutableBytes head,
                                                 std::uint32_t& length);
    [[nodiscard]] virtual Outcome do_open(std::uint32_t sequence, MutableBytes body,
                                          MutableBytes tag) = 0;

private:
    struct OpenedHead {
        std::uint32_t sequence;
        std::uint32_t length;
    };
    [[nodiscard]] bool has_shape(MutableBytes packet, std::uint32_t length) const noexcept;
    [[nodiscard]] Error fail(Failure failure, const char* operation);
    [[nodiscard]] Error misused(const char* operation, const char* what);

    Direction direction_;
    bool failed_ = false;
    std::optional<OpenedHead> head_;
};

[[nodiscard]] Result<std::unique_ptr<PacketProtection>>
make_chacha20_poly1305(PacketProtection::Direction direction, const PacketKeys& keys);
/// @p cipher is OpenSSL's name.
[[nodiscard]] Result<std::unique_ptr<PacketProtection>>
make_gcm(const char* cipher, PacketProtection::Direction direction, const PacketKeys& keys);
[[nodiscard]] Result<std::unique_ptr<PacketProtection>>
make_ctr(const char* cipher, const char* digest, const MacInfo& mac,
         PacketProtection::Direction direction, const PacketKeys& keys);

} // namespace gss::inline v0::transport::detail
