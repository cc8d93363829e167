// SPDX-License-Identifier: Apache-2.0
// Checks of groups and public values that cost nothing, before anything that does.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/ssh/key_exchange.h>

#include <cstdint>

namespace gss::inline v0::ssh::detail {

/// RFC 8270 s3: "SHOULD support groups with a modulus length of k bits where 2048 <= k <= 8192.
/// [...] In all cases, the size of the group SHOULD be at least 2048 bits."
inline constexpr std::uint32_t least_group_bits = 2048;
inline constexpr std::uint32_t most_group_bits = 8192;

/// The size of a magnitude without leading zeros.
[[nodiscard]] std::uint32_t bits_of(BytesView magnitude) noexcept;
/// -1, 0 or 1, for magnitudes without leading zeros.
[[nodiscard]] int compare(BytesView left, BytesView right) noexcept;

/// 1 < value < p - 1, for an odd p.
[[nodiscard]] bool strictly_inside(BytesView value, BytesView p) noexcept;

/// p is odd and of a size in [min, max] bits, and 1 < g < p - 1. Not whether p is a safe prime.
[[nodiscard]] bool usable_group(const DhGroup& group, std::uint32_t min,
                                std::uint32_t max) noexcept;

/// What can be seen of a public key without arithmetic: of a group's, that it lies strictly inside;
/// of a curve's, its length and form. @p group is null for curves.
[[nodiscard]] bool plausible_public_key(const KexFamilyInfo& family, const DhGroup* group,
                                        BytesView key) noexcept;
/// The shared secret is not zero; of a group, it lies strictly inside.
[[nodiscard]] bool plausible_secret(const DhGroup* group, BytesView secret) noexcept;

} // namespace gss::inline v0::ssh::detail
