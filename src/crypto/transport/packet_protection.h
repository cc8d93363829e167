// SPDX-License-Identifier: Apache-2.0
// One direction's encryption and integrity of packets (RFC 4253 s6), on OpenSSL.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace gss::inline v0::transport::detail {

struct CipherInfo {
    std::string_view name;
    std::size_t key_size;
    std::size_t iv_size; ///< 0: none is derived
    std::size_t block_size;
    bool aead; ///< has its own integrity: the MAC's name is ignored
};
struct MacInfo {
    std::string_view name;
    std::size_t key_size;
    bool etm; ///< encrypt then MAC: the length goes in clear
};
/// In our order of preference.
[[nodiscard]] std::span<const CipherInfo> ciphers() noexcept;
[[nodiscard]] std::span<const MacInfo> macs() noexcept;
[[nodiscard]] const CipherInfo* find_cipher(std::string_view name) noexcept;
[[nodiscard]] const MacInfo* find_mac(std::string_view name) noexcept;

/// A packet is length (4 octets), padding length (1), payload, padding, and a tag after them. All
/// work is done in place; nothing is allocated per packet. Move-only by pointer, one direction, one
/// thread. Keys are wiped when it goes. The first failure is for good: every later call fails.
class PacketProtection {
public:
    enum class Direction : bool { seal, open };
    PacketProtection(const PacketProtection&) = delete;
    PacketProtection& operator=(const PacketProtection&) = delete;
    virtual ~PacketProtection() = default;

    /// What the length of the part that is padded must be a multiple of; at least 8.
    [[nodiscard]] std::size_t block_size() const noexcept { return block_size_; }
    /// Whether the length field belongs to that part: not with AEAD and etm.
    [[nodiscard]] bool pads_length() const noexcept { return pads_length_; }
    [[nodiscard]] std::size_t tag_size() const noexcept { return tag_size_; }
    /// How many octets of a packet must be there before its length can be read: 4, or a block.
    [[nodiscard]] std::size_t head_size() const noexcept { return head_size_; }

    /// Encrypts @p packet, whose last tag_size() octets receive the tag.
    [[nodiscard]] virtual Result<void> seal(std::uint32_t sequence, MutableBytes packet) = 0;
    /// The length field of the packet that begins with @p head, of head_size() octets. Called once
    /// for each packet, before open(). Nobody vouches for it yet: the caller bounds it. May decrypt
    /// @p head in place, and open() knows of it.
    [[nodiscard]] virtual Result<std::uint32_t> open_length(std::uint32_t sequence,
                                                            MutableBytes head) = 0;
    /// Verifies and decrypts a whole packet, tag included. Fails with bad_mic; nothing of what was
    /// decrypted may be used then. With encrypt-and-MAC (neither AEAD nor etm) the plaintext is
    /// there before it is verified: it is wiped when that fails.
    [[nodiscard]] virtual Result<void> open(std::uint32_t sequence, MutableBytes packet) = 0;

protected:
    PacketProtection(std::size_t block, bool pads_length, std::size_t tag,
                     std::size_t head) noexcept
        : block_size_(block), pads_length_(pads_length), tag_size_(tag), head_size_(head) {}

private:
    std::size_t block_size_;
    bool pads_length_;
    std::size_t tag_size_;
    std::size_t head_size_;
};

/// Sizes of key, iv and mac_key must be those of the infos (mac_key empty with AEAD).
struct PacketKeys {
    SecretBytes key;
    SecretBytes iv;
    SecretBytes mac_key;
};
/// Fails with misuse for wrong sizes, with failure when OpenSSL does. @p mac is null with AEAD.
[[nodiscard]] Result<std::unique_ptr<PacketProtection>>
make_protection(const CipherInfo& cipher, const MacInfo* mac, PacketProtection::Direction direction,
                PacketKeys keys);
/// Before the first keys: no encryption, no tag, blocks of 8.
[[nodiscard]] std::unique_ptr<PacketProtection> no_protection();

/// Random octets from OpenSSL's generator; fails when it does.
[[nodiscard]] Result<void> random_octets(MutableBytes out);

} // namespace gss::inline v0::transport::detail
