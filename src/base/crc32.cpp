// SPDX-License-Identifier: Apache-2.0
#include "crc32.h"

namespace gss::inline v0 {

std::uint32_t crc32(BytesView octets) noexcept {
    constexpr std::uint32_t reversed_polynomial = 0xedb88320U;
    std::uint32_t remainder = 0xffffffffU;
    for (const std::byte octet : octets) {
        remainder ^= std::to_integer<std::uint32_t>(octet);
        for (int bit = 0; bit < 8; ++bit) {
            const std::uint32_t carry = remainder & 1U;
            remainder = (remainder >> 1U) ^ (carry * reversed_polynomial);
        }
    }
    return ~remainder;
}

} // namespace gss::inline v0
