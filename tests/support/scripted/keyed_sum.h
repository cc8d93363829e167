// SPDX-License-Identifier: Apache-2.0
// A keyed checksum (SipHash-2-4) that depends on every octet. For tests: it protects nobody.
#pragma once

#include <gssxx/bytes.h>

#include <array>
#include <cstdint>

namespace gss::test {

using SumKey = std::array<std::uint64_t, 2>;

/// The checksum of @p octets under @p key.
[[nodiscard]] std::uint64_t keyed_sum(const SumKey& key, BytesView octets) noexcept;

/// The checksum as eight octets, least significant first, appended to @p to.
void append_number(Bytes& to, std::uint64_t number, unsigned octets = 8);

} // namespace gss::test
