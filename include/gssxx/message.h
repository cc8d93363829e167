// SPDX-License-Identifier: Apache-2.0
// What per-message calls take and give.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>

namespace gss::inline v0 {

/// Quality of protection (RFC 2743 s1.2.4); mechanism-specific, 0 is the default.
using Qop = std::uint32_t;
inline constexpr Qop default_qop = 0;

/// Whether wrap has to encrypt.
enum class Seal : std::uint8_t {
    required,       ///< encrypt, or fail with insufficient_protection
    if_available,   ///< encrypt where the context can; the result says what happened
    integrity_only, ///< sign but do not encrypt
};

/// What wrap yields.
struct Wrapped {
    Buffer token;
    bool sealed = false; ///< the message was encrypted
    friend bool operator==(const Wrapped&, const Wrapped&) = default;
};

/// What wrap_into yields.
struct WrappedInto {
    std::size_t size = 0; ///< octets of the caller's memory that the token takes
    bool sealed = false;
    friend bool operator==(const WrappedInto&, const WrappedInto&) = default;
};

/// Where a token stood in the sequence; anything but in_order reaches a caller only after
/// accept_out_of_order().
enum class Order : std::uint8_t {
    in_order,
    gap,         ///< GSS_S_GAP_TOKEN: earlier tokens are still missing
    unsequenced, ///< GSS_S_UNSEQ_TOKEN: a later token was seen before
    old,         ///< GSS_S_OLD_TOKEN: too old to tell whether it is a replay
};

/// What unwrap yields.
struct Unwrapped {
    Buffer message;
    bool sealed = false; ///< the message had been encrypted
    Qop qop = default_qop;
    Order order = Order::in_order;
    friend bool operator==(const Unwrapped&, const Unwrapped&) = default;
};

/// What unwrap_in_place yields: the message lies inside the memory of the token.
struct UnwrappedInPlace {
    MutableBytes message;
    bool sealed = false;
    Qop qop = default_qop;
    Order order = Order::in_order;
};

/// What verify_mic yields.
struct VerifiedMic {
    Qop qop = default_qop;
    Order order = Order::in_order;
    friend bool operator==(const VerifiedMic&, const VerifiedMic&) = default;
};

/// Which key of a context keys its pseudo-random function (RFC 4401 s2).
enum class PrfKey : std::uint8_t {
    full = 0,    ///< the best key: of fully established contexts (GSS_C_PRF_KEY_FULL)
    partial = 1, ///< the key of contexts that are not fully established (GSS_C_PRF_KEY_PARTIAL)
};

/// The most octets that pseudo_random yields at once, and takes. RFC 4401 s2: "Mechanisms MUST be
/// able to output at least up to 2^14 octets."
inline constexpr std::size_t max_prf_octets = std::size_t{1} << 20U;

} // namespace gss::inline v0
