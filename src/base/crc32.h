// SPDX-License-Identifier: Apache-2.0
// A checksum against accidents.
#pragma once

#include <gssxx/bytes.h>

#include <cstdint>

namespace gss::inline v0 {

/// CRC-32 of ISO 3309 (the one of zlib and Ethernet) over @p octets. It finds every alteration
/// of up to 32 consecutive bits; it is no protection against intent.
[[nodiscard]] std::uint32_t crc32(BytesView octets) noexcept;

} // namespace gss::inline v0
