// SPDX-License-Identifier: Apache-2.0
#include "group_check.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace gss::inline v0::ssh::detail {

namespace {

std::size_t point_size(EcdhCurve curve) noexcept {
    switch (curve) {
    case EcdhCurve::x25519:
        return 32;
    case EcdhCurve::x448:
        return 56;
    case EcdhCurve::nistp256:
        return 65;
    case EcdhCurve::nistp384:
        return 97;
    case EcdhCurve::nistp521:
        return 133;
    }
    return 0;
}

bool is_montgomery(EcdhCurve curve) noexcept {
    return curve == EcdhCurve::x25519 || curve == EcdhCurve::x448;
}

} // namespace

std::uint32_t bits_of(BytesView magnitude) noexcept {
    if (magnitude.empty()) {
        return 0;
    }
    const auto first = std::to_integer<std::uint8_t>(magnitude[0]);
    return static_cast<std::uint32_t>(magnitude.size() * 8) -
           static_cast<std::uint32_t>(std::countl_zero(first));
}

int compare(BytesView left, BytesView right) noexcept {
    if (left.size() != right.size()) {
        return left.size() < right.size() ? -1 : 1;
    }
    const auto [one, other] = std::ranges::mismatch(left, right);
    if (one == left.end()) {
        return 0;
    }
    return *one < *other ? -1 : 1;
}

bool strictly_inside(BytesView value, BytesView p) noexcept {
    constexpr std::array<std::byte, 1> one{std::byte{1}};
    if (compare(value, one) <= 0 || value.size() > p.size()) {
        return false;
    }
    if (value.size() < p.size()) {
        return true;
    }
    // p is odd: p - 1 differs from p in the last octet only.
    const std::size_t last = p.size() - 1;
    const int front = compare(value.first(last), p.first(last));
    return front < 0 || (front == 0 && value[last] < static_cast<std::byte>(
                                                         std::to_integer<unsigned>(p[last]) - 1U));
}

bool usable_group(const DhGroup& group, std::uint32_t min, std::uint32_t max) noexcept {
    const std::uint32_t bits = bits_of(group.p);
    return bits >= 3 && bits >= min && bits <= max &&
           (group.p.back() & std::byte{1}) != std::byte{0} && group.p.front() != std::byte{0} &&
           !group.g.empty() && group.g.front() != std::byte{0} && strictly_inside(group.g, group.p);
}

bool plausible_public_key(const KexFamilyInfo& family, const DhGroup* group,
                          BytesView key) noexcept {
    if (family.curve) {
        // RFC 8731 s3: "Clients and servers MUST also abort if the length of the received public
        // keys are not the expected lengths." RFC 8732 s5.1: "If the conversion fails or the point
        // is transmitted using the compressed representation, the key exchange MUST fail."
        return key.size() == point_size(*family.curve) &&
               (is_montgomery(*family.curve) || key[0] == std::byte{4});
    }
    // RFC 4462 s2.1: "Either side MUST NOT send or accept e or f values that are not in the range
    // [1, p-1]." 1 and p-1 make K trivial: they are refused too.
    return group != nullptr && strictly_inside(key, group->p);
}

bool plausible_secret(const DhGroup* group, BytesView secret) noexcept {
    // RFC 4419 s3: "To prevent confinement attacks, they MUST accept the shared secret K only if
    // 1 < K < p - 1." RFC 8732 s5.1: "MUST check whether the computed Diffie-Hellman shared secret
    // is the all-zero value and abort if so".
    return group == nullptr ? !secret.empty() : strictly_inside(secret, group->p);
}

} // namespace gss::inline v0::ssh::detail
