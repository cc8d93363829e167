// SPDX-License-Identifier: Apache-2.0
// What the fake's tokens are made of. NOT SECURE: the digest is a 64-bit mixing function and the
// cipher its output used as a key stream. They have the one property that tests need: whatever is
// altered, by however little, gives another value.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gss::test {

/// A keyed digest in which every octet counts.
[[nodiscard]] std::uint64_t digest(std::uint64_t key, BytesView octets) noexcept;

/// Encrypts and decrypts.
void apply_key_stream(MutableBytes octets, std::uint64_t key, std::uint64_t nonce) noexcept;

/// Appends numbers, big-endian, and octets with their length.
class Writer {
public:
    void number(std::uint64_t value, std::size_t size);
    void octets(BytesView octets) { out_.insert(out_.end(), octets.begin(), octets.end()); }
    void counted(BytesView octets);
    void counted(std::string_view text) { counted(as_bytes(text)); }
    [[nodiscard]] const Bytes& bytes() const noexcept { return out_; }

private:
    Bytes out_;
};

/// Reads what a Writer wrote; after the first thing that is not there all is zero or empty.
class Reader {
public:
    explicit Reader(BytesView octets) noexcept : rest_(octets) {}
    [[nodiscard]] std::uint64_t number(std::size_t size) noexcept;
    [[nodiscard]] BytesView octets(std::size_t size) noexcept;
    [[nodiscard]] BytesView counted() noexcept { return octets(number(2)); }
    [[nodiscard]] std::string text() { return std::string(as_text(counted())); }
    [[nodiscard]] BytesView rest() const noexcept { return rest_; }
    /// True when everything was there and nothing is left.
    [[nodiscard]] bool done() const noexcept { return good_ && rest_.empty(); }
    [[nodiscard]] bool good() const noexcept { return good_; }

private:
    BytesView rest_;
    bool good_ = true;
};

} // namespace gss::test
