// SPDX-License-Identifier: Apache-2.0
// What keys hold, and the private fields of an OpenSSH key file.
#pragma once

#include "key_types.h"
#include "reader.h"

namespace gss::inline v0::transport {

struct PublicKey::State {
    const detail::KeyFacts* facts;
    Bytes blob;
    detail::PkeyPtr key;
    std::string fingerprint;
};

struct PrivateKey::State {
    PublicKey public_key;
    detail::PkeyPtr key;
    /// A key of the two parts, which must belong together.
    [[nodiscard]] static Result<PrivateKey> join(PublicKey public_key, detail::PkeyPtr key);
    [[nodiscard]] static const detail::KeyFacts& facts(const PublicKey& key) noexcept {
        return *key.state_->facts;
    }
};

namespace detail {

/// Appends to storage that is wiped when it goes and never moves.
class SecretWriter {
public:
    explicit SecretWriter(std::size_t capacity) : octets_(capacity) {}
    SecretWriter& byte(std::uint8_t value);
    SecretWriter& uint32(std::uint32_t value);
    SecretWriter& string(BytesView octets);
    SecretWriter& text(std::string_view text) { return string(as_bytes(text)); }
    SecretWriter& mpint(BytesView magnitude);
    SecretWriter& raw(BytesView octets);
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// What was written; empty when it did not all fit.
    [[nodiscard]] BytesView view() const noexcept {
        return overflown_ ? BytesView() : octets_.view().first(size_);
    }

private:
    SecretBytes octets_;
    std::size_t size_ = 0;
    bool overflown_ = false;
};

/// The blob of the public part of @p key.
[[nodiscard]] Result<Bytes> public_blob_of(const KeyFacts& facts, const EVP_PKEY& key);
/// Reads the fields between type name and comment; they must be those of @p public_blob.
[[nodiscard]] Result<PkeyPtr> read_private_fields(const KeyFacts& facts, BytesView public_blob,
                                                  ssh::wire::Reader& reader);
[[nodiscard]] Result<void> write_private_fields(const KeyFacts& facts, const EVP_PKEY& key,
                                                SecretWriter& out);
/// Key, public blob and comment as the text of a key file.
[[nodiscard]] Result<SecretBytes> key_file_text(const KeyFacts& facts, const EVP_PKEY& key,
                                                BytesView public_blob, std::string_view comment);

} // namespace detail
} // namespace gss::inline v0::transport
