// SPDX-License-Identifier: Apache-2.0
// Writes the data types of RFC 4251 s5.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

namespace gss::inline v0::ssh::wire {

/// Appends to octets of its own.
class Writer {
public:
    Writer() = default;
    /// Starts a payload with its message number.
    explicit Writer(std::uint8_t message, std::size_t expected = 0);

    Writer& byte(std::uint8_t value);
    Writer& boolean(bool value) { return byte(value ? 1 : 0); }
    Writer& uint32(std::uint32_t value);
    Writer& string(BytesView octets);
    Writer& text(std::string_view text) { return string(as_bytes(text)); }
    /// A big-endian magnitude, leading zeros allowed, as a positive mpint.
    Writer& mpint(BytesView magnitude);
    Writer& raw(BytesView octets);

    [[nodiscard]] const Bytes& octets() const noexcept { return octets_; }
    [[nodiscard]] Bytes take() noexcept { return std::move(octets_); }

private:
    Bytes octets_;
};

/// @p magnitude without its leading zeros.
[[nodiscard]] BytesView without_leading_zeros(BytesView magnitude) noexcept;

} // namespace gss::inline v0::ssh::wire
