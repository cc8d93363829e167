// SPDX-License-Identifier: Apache-2.0
// Keeps the ticket of a long-lived process alive, from its keytab or by renewing it.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gss::inline v0::krb5 {

/// Where a new ticket came from.
enum class RenewalSource : std::uint8_t {
    renewable_ticket, ///< the old one was renewed (RFC 4120 s2.3)
    keytab,           ///< the principal logged in again
};

/// What a renewal brought.
struct Renewal {
    RenewalSource source = RenewalSource::renewable_ticket;
    std::chrono::system_clock::time_point end; ///< when the new ticket expires
};

/// What a Renewer keeps alive, and how.
struct RenewerOptions {
    /// Where the ticket is: "FILE:/run/app/cache", "MEMORY:app", a path. Never the default one.
    std::string ccache = {};
    /// "FILE:/etc/app.keytab", from which to log in when the ticket cannot be renewed; absent: the
    /// ticket is renewed or nothing.
    std::optional<std::string> keytab = std::nullopt;
    /// Whose ticket, "app/host@REALM"; absent: that of the cache, which must exist then.
    std::optional<std::string> principal = std::nullopt;
    /// How long before the ticket expires it is due. Of a ticket that lives less than twice as
    /// long, half of its life.
    std::chrono::seconds margin = std::chrono::minutes(10);
    /// How long after a failure it is due again, also when the ticket has expired meanwhile.
    std::chrono::seconds retry = std::chrono::minutes(1);
    /// Called by poll() when the ticket is due, before anything is done about it: with the moment
    /// at which it expires. False: leave it alone this time, until the retry time has passed. What
    /// it throws comes out of poll(), and counts as false.
    std::function<bool(std::chrono::system_clock::time_point end)> before_expiry = {};
    /// What libkrb5 says while it works for the renewer, line by line
    /// (Capability::renewal_trace): nothing of other threads or of the GSSAPI's own calls. What it
    /// throws is lost, with the line.
    std::function<void(std::string_view line)> trace = {};
};

/// Keeps one cache filled. Has no thread and no clock of its own: who drives it sleeps until
/// next_due() and calls poll(). Credentials that were acquired from the cache before go on with
/// what they have; those acquired after a renewal have the new ticket. Move-only; one thread at a
/// time.
class GSSXX_EXPORT Renewer {
public:
    using Clock = std::chrono::system_clock;

    Renewer(Renewer&&) noexcept = default;
    Renewer& operator=(Renewer&&) noexcept = default;
    Renewer(const Renewer&) = delete;
    Renewer& operator=(const Renewer&) = delete;
    ~Renewer() = default;

    /// Looks at the cache, contacts nobody. A cache that does not exist, or whose ticket has
    /// expired, is due at once if there is a keytab. Fails with malformed_parameter without a
    /// cache's name or with times that are not above zero; ccache_not_found for a cache that does
    /// not exist, without a keytab or principal to fill it; unavailable for a trace where the
    /// backend has none, or for a backend that cannot renew (Capability::renewal).
    [[nodiscard]] static Result<Renewer> create(const Backend& backend, RenewerOptions options);

    /// When poll() wants to be called.
    [[nodiscard]] Clock::time_point next_due() const noexcept { return next_due_; }
    /// When the ticket in the cache expires; has passed when there is none.
    [[nodiscard]] Clock::time_point end() const noexcept { return end_; }

    /// Nothing before next_due(). Then calls before_expiry and renew(); yields what came of it, or
    /// nothing when before_expiry did not want it.
    [[nodiscard]] Result<std::optional<Renewal>> poll(Clock::time_point now = Clock::now());

    /// Gets a new ticket now: renews the old one if it can be, else logs in from the keytab.
    /// Contacts the KDC and blocks as long as the library waits. The cache is replaced only when
    /// the new ticket is there: a file by rename, as Credentials::store_into does it, others by
    /// emptying and filling them, between which they have no ticket. A failure to get a ticket
    /// leaves the cache as it was, sets next_due() to the retry time, and names the cache, the
    /// keytab and what each of the two ways failed with.
    [[nodiscard]] Result<Renewal> renew();

private:
    Renewer(Backend backend, RenewerOptions&& options) noexcept
        : backend_(std::move(backend)), options_(std::move(options)) {}
    /// Reads the end of the ticket out of the cache.
    [[nodiscard]] Result<void> look();

    Backend backend_;
    RenewerOptions options_;
    Clock::time_point end_{};
    Clock::time_point next_due_{};
};

} // namespace gss::inline v0::krb5
