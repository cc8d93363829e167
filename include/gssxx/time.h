// SPDX-License-Identifier: Apache-2.0
// Lifetimes of credentials and contexts, and deadlines for calls that may wait for a KDC.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <functional>
#include <optional>

namespace gss::inline v0 {

/// How long something stays valid: a duration, indefinite, or not known to the backend.
/// On request, zero and indefinite both ask for the longest there is (RFC 2744 s5.2): who computes
/// what is left of something else checks is_expired() first.
class Lifetime {
public:
    /// A finite lifetime; negative values count as zero.
    // NOLINTNEXTLINE(google-explicit-constructor): a duration is a lifetime.
    constexpr Lifetime(std::chrono::seconds duration) noexcept
        : kind_(Kind::finite),
          duration_(duration.count() < 0 ? std::chrono::seconds{0} : duration) {}
    [[nodiscard]] static constexpr Lifetime indefinite() noexcept {
        return Lifetime(Kind::indefinite);
    }
    /// What is left from @p now until @p end, in whole seconds: a fraction does not count.
    [[nodiscard]] static constexpr Lifetime until(std::chrono::system_clock::time_point end,
                                                  std::chrono::system_clock::time_point now) {
        return std::chrono::floor<std::chrono::seconds>(end - now);
    }
    /// The same from the clock's now.
    [[nodiscard]] static Lifetime until(std::chrono::system_clock::time_point end) {
        return until(end, std::chrono::system_clock::now());
    }
    /// The backend has no call that tells.
    [[nodiscard]] static constexpr Lifetime not_supported() noexcept {
        return Lifetime(Kind::not_supported);
    }

    [[nodiscard]] constexpr bool is_indefinite() const noexcept {
        return kind_ == Kind::indefinite;
    }
    [[nodiscard]] constexpr bool is_supported() const noexcept {
        return kind_ != Kind::not_supported;
    }
    /// The duration in seconds; nothing when indefinite or not supported.
    [[nodiscard]] constexpr std::optional<std::chrono::seconds> duration() const noexcept {
        return kind_ == Kind::finite ? std::optional(duration_) : std::nullopt;
    }
    /// True when nothing is left.
    [[nodiscard]] constexpr bool is_expired() const noexcept {
        return kind_ == Kind::finite && duration_.count() == 0;
    }
    /// When it ends, counted from @p now; nothing when indefinite or not supported, or later than
    /// the clock can count.
    [[nodiscard]] constexpr std::optional<std::chrono::system_clock::time_point>
    end(std::chrono::system_clock::time_point now) const noexcept {
        using Clock = std::chrono::system_clock;
        if (kind_ != Kind::finite ||
            duration_ >= std::chrono::floor<std::chrono::seconds>(Clock::time_point::max() - now)) {
            return std::nullopt;
        }
        return now + duration_;
    }
    /// The same from the clock's now.
    [[nodiscard]] std::optional<std::chrono::system_clock::time_point> end() const noexcept {
        return end(std::chrono::system_clock::now());
    }
    friend constexpr bool operator==(const Lifetime&, const Lifetime&) noexcept = default;
    /// Longer is greater, and indefinite the greatest; not_supported compares with nothing else.
    friend constexpr std::partial_ordering operator<=>(const Lifetime& left,
                                                       const Lifetime& right) noexcept {
        if (left.kind_ != right.kind_ && (!left.is_supported() || !right.is_supported())) {
            return std::partial_ordering::unordered;
        }
        return left.kind_ == right.kind_ ? left.duration_ <=> right.duration_
                                         : left.kind_ <=> right.kind_;
    }

private:
    enum class Kind : unsigned char { finite, indefinite, not_supported };
    constexpr explicit Lifetime(Kind kind) noexcept : kind_(kind) {}

    Kind kind_;
    std::chrono::seconds duration_{0};
};

/// When a call that may contact a KDC gives up, on the steady clock; by default never.
///
/// Past the deadline the caller gets Error{timed_out}. A native call cannot be interrupted: it
/// ends by itself on a worker thread that owns its inputs and outputs, and what it yields is
/// released. A step that asks nobody, an initiator's check of a Kerberos AP-REP, stays in the
/// caller's thread. A process that exits meanwhile ends the worker with it. Until then the worker
/// uses the names and credentials of the call and reads the environment: do not call
/// Credentials::add_in_place, setenv or fork meanwhile.
class Deadline {
public:
    using Clock = std::chrono::steady_clock;

    constexpr Deadline() noexcept = default;
    // NOLINTNEXTLINE(google-explicit-constructor): a point in time is a deadline.
    constexpr Deadline(Clock::time_point when) noexcept : when_(when) {}
    /// @p from_now from now; never, when the clock cannot count that far.
    [[nodiscard]] static Deadline after(Clock::duration from_now) noexcept {
        const Clock::time_point now = Clock::now();
        return from_now > Clock::time_point::max() - now ? Deadline() : Deadline(now + from_now);
    }
    [[nodiscard]] constexpr const std::optional<Clock::time_point>& when() const noexcept {
        return when_;
    }

    friend constexpr bool operator==(const Deadline&, const Deadline&) noexcept = default;

private:
    std::optional<Clock::time_point> when_;
};

} // namespace gss::inline v0

/// Equal lifetimes have equal hashes.
template <>
struct std::hash<gss::Lifetime> {
    std::size_t operator()(const gss::Lifetime& lifetime) const noexcept {
        const auto duration = lifetime.duration();
        return duration ? std::hash<std::chrono::seconds::rep>{}(duration->count())
                        : ~std::size_t{0} - (lifetime.is_indefinite() ? 1U : 0U);
    }
};
