// SPDX-License-Identifier: Apache-2.0
// Sets of single-bit flags, and the flags of security contexts.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <type_traits>

namespace gss::inline v0 {

/// A set of the single-bit enumerators of @p Enum. Bits without an enumerator are kept: a newer
/// native library may return flags that this header does not know.
template <typename Enum>
class FlagSet {
public:
    using Bits = std::uint32_t;

    /// Visits the members from the lowest bit to the highest, unknown bits included.
    class const_iterator {
    public:
        using value_type = Enum;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        constexpr const_iterator() noexcept = default;
        constexpr explicit const_iterator(Bits rest) noexcept : rest_(rest) {}
        [[nodiscard]] constexpr Enum operator*() const noexcept {
            return static_cast<Enum>(rest_ & (~rest_ + 1U));
        }
        constexpr const_iterator& operator++() noexcept {
            rest_ &= rest_ - 1U;
            return *this;
        }
        constexpr const_iterator operator++(int) noexcept {
            const const_iterator before = *this;
            ++*this;
            return before;
        }
        friend constexpr bool operator==(const_iterator, const_iterator) noexcept = default;

    private:
        Bits rest_ = 0;
    };

    constexpr FlagSet() noexcept = default;
    // NOLINTNEXTLINE(google-explicit-constructor): one flag is a set of one.
    constexpr FlagSet(Enum flag) noexcept : bits_(static_cast<Bits>(flag)) {}
    constexpr FlagSet(std::initializer_list<Enum> flags) noexcept {
        for (const Enum flag : flags) {
            insert(flag);
        }
    }
    /// The set of these bits, unknown ones included.
    [[nodiscard]] static constexpr FlagSet from_bits(Bits bits) noexcept {
        FlagSet set;
        set.bits_ = bits;
        return set;
    }

    [[nodiscard]] constexpr Bits bits() const noexcept { return bits_; }
    /// True when every bit of @p flag is in the set.
    [[nodiscard]] constexpr bool contains(Enum flag) const noexcept {
        return is_subset(FlagSet(flag).bits_, bits_);
    }
    /// True when all of @p flags are in the set.
    [[nodiscard]] constexpr bool contains_all(FlagSet flags) const noexcept {
        return is_subset(flags.bits_, bits_);
    }
    /// True when nothing is in this set that is not in @p other.
    [[nodiscard]] constexpr bool is_subset_of(FlagSet other) const noexcept {
        return is_subset(bits_, other.bits_);
    }
    /// Adds @p flag; one that is there already is fine.
    constexpr void insert(Enum flag) noexcept { bits_ |= static_cast<Bits>(flag); }
    /// Removes @p flag; an absent flag is fine.
    constexpr void erase(Enum flag) noexcept { bits_ &= ~static_cast<Bits>(flag); }
    constexpr void clear() noexcept { bits_ = 0; }
    [[nodiscard]] constexpr std::size_t size() const noexcept {
        return static_cast<std::size_t>(std::popcount(bits_));
    }
    [[nodiscard]] constexpr bool empty() const noexcept { return bits_ == 0; }
    [[nodiscard]] constexpr const_iterator begin() const noexcept { return const_iterator(bits_); }
    [[nodiscard]] constexpr const_iterator end() const noexcept { return const_iterator(); }

    /// Union, intersection, symmetric difference, difference.
    friend constexpr FlagSet operator|(FlagSet left, FlagSet right) noexcept {
        return from_bits(left.bits_ | right.bits_);
    }
    friend constexpr FlagSet operator&(FlagSet left, FlagSet right) noexcept {
        return from_bits(left.bits_ & right.bits_);
    }
    friend constexpr FlagSet operator^(FlagSet left, FlagSet right) noexcept {
        return from_bits(left.bits_ ^ right.bits_);
    }
    friend constexpr FlagSet operator-(FlagSet left, FlagSet right) noexcept {
        return from_bits(left.bits_ & ~right.bits_);
    }
    constexpr FlagSet& operator|=(FlagSet other) noexcept { return *this = *this | other; }
    constexpr FlagSet& operator&=(FlagSet other) noexcept { return *this = *this & other; }
    constexpr FlagSet& operator^=(FlagSet other) noexcept { return *this = *this ^ other; }
    constexpr FlagSet& operator-=(FlagSet other) noexcept { return *this = *this - other; }
    friend constexpr bool operator==(FlagSet, FlagSet) noexcept = default;

private:
    static constexpr bool is_subset(Bits part, Bits whole) noexcept { return (part & ~whole) == 0; }

    Bits bits_ = 0;
};

/// What a security context does or was asked to do (RFC 2743 s2.2.1, RFC 4757, RFC 5896).
enum class ContextFlag : std::uint32_t {
    delegate_to_peer = 1,       ///< GSS_C_DELEG_FLAG
    mutual = 2,                 ///< GSS_C_MUTUAL_FLAG
    replay_detection = 4,       ///< GSS_C_REPLAY_FLAG
    sequence_detection = 8,     ///< GSS_C_SEQUENCE_FLAG
    confidentiality = 16,       ///< GSS_C_CONF_FLAG
    integrity = 32,             ///< GSS_C_INTEG_FLAG
    anonymity = 64,             ///< GSS_C_ANON_FLAG
    protection_ready = 128,     ///< GSS_C_PROT_READY_FLAG
    transferable = 256,         ///< GSS_C_TRANS_FLAG
    channel_bound = 2048,       ///< GSS_C_CHANNEL_BOUND_FLAG
    dce_style = 4096,           ///< GSS_C_DCE_STYLE
    identify = 8192,            ///< GSS_C_IDENTIFY_FLAG
    extended_error = 16384,     ///< GSS_C_EXTENDED_ERROR_FLAG
    delegate_by_policy = 32768, ///< GSS_C_DELEG_POLICY_FLAG: only where the KDC says ok-as-delegate
};
using ContextFlags = FlagSet<ContextFlag>;

[[nodiscard]] constexpr ContextFlags operator|(ContextFlag left, ContextFlag right) noexcept {
    return ContextFlags(left) | ContextFlags(right);
}

/// What an initiator asks for unless told otherwise. Delegation is not in it.
inline constexpr ContextFlags default_context_flags{ContextFlag::mutual, ContextFlag::integrity,
                                                    ContextFlag::replay_detection,
                                                    ContextFlag::sequence_detection};

/// What an established context must have been granted, on either side. A caller who can live
/// with less names one of the weaker sets below.
inline constexpr ContextFlags require_mutual_and_integrity{ContextFlag::mutual,
                                                           ContextFlag::integrity};
/// For contexts where only the initiator proves who it is.
inline constexpr ContextFlags require_integrity_only{ContextFlag::integrity};
/// For contexts that protect no messages at all.
inline constexpr ContextFlags require_nothing{};

} // namespace gss::inline v0

/// Of the bits.
template <typename Enum>
struct std::hash<gss::FlagSet<Enum>> {
    std::size_t operator()(gss::FlagSet<Enum> flags) const noexcept {
        return std::hash<typename gss::FlagSet<Enum>::Bits>{}(flags.bits());
    }
};
