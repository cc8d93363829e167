// SPDX-License-Identifier: Apache-2.0
// The contexts of one SSH session, by name.
#pragma once

#include "answers.h"

#include <gssxx/ssh/driver.h>
#include <gssxx/ssh/token.h>

#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <variant>

namespace gss::inline v0::ssh {

/// A context that is established, and who stands behind it.
struct EstablishedContext {
    explicit EstablishedContext(SecurityContext established) noexcept
        : context(std::move(established)) {}

    SecurityContext context;
    bool accepted = false; ///< by us: there is a peer to authorise
    std::optional<Name> principal;
    std::optional<Credentials> delegated;
    Lifetime lifetime = Lifetime::not_supported();
    bool logged_in = false; ///< AuthDone was put out for it
    bool partly = false;    ///< and more methods are needed
    bool taken = false;     ///< take_peer() was called
};

struct __attribute__((visibility("hidden"))) Driver::State {
    using Context = std::variant<TokenInitiator, TokenAcceptor, EstablishedContext>;
    using Clock = std::chrono::steady_clock;
    /// What a first step came to before anybody asked for it.
    struct Prepared {
        GssStep action;
        StepAnswer answer;
        std::optional<Context> context; ///< nothing when the step failed
        std::optional<Error> error;     ///< why it did
        Clock::time_point made = Clock::now();
    };

    State(Backend opened, DriverOptions&& wanted)
        : backend(std::move(opened)), options(std::move(wanted)) {}

    // Legs ---------------------------------------------------------------------------------
    [[nodiscard]] Result<void> prepare(const Oid& mechanism, ContextFlags flags);
    /// What was prepared for that step; nothing when it was for another one or is too old.
    [[nodiscard]] std::optional<Prepared> take_prepared(const GssStep& action);
    [[nodiscard]] StepAnswer step(const GssStep& action);
    /// Makes the context of a first leg.
    [[nodiscard]] Result<void> begin(const GssStep& action);
    [[nodiscard]] Result<Context> begin_initiator(const GssStep& action) const;
    [[nodiscard]] Result<Context> begin_acceptor(const GssStep& action) const;
    /// Runs one leg of a context that is there.
    [[nodiscard]] StepAnswer run_leg(const GssStep& action, Context& context);
    /// Turns a half-open context whose last leg is done into an established one.
    [[nodiscard]] Result<void> establish(Context& context);
    [[nodiscard]] Deadline deadline() const;

    // Established contexts -----------------------------------------------------------------
    [[nodiscard]] EstablishedContext* established(const ContextName& name) noexcept;
    [[nodiscard]] AuthorizeAnswer authorize(const Authorize& action);
    [[nodiscard]] AuthorizeAnswer ask_authorizer(const Authorize& action,
                                                 const EstablishedContext& context);
    void note(const AuthDone& done) noexcept;
    void note(const Fail& failure) noexcept;
    /// Releases what was delegated through contexts that logged nobody in.
    void drop_delegated() noexcept;

    // Failures -----------------------------------------------------------------------------
    [[nodiscard]] StepAnswer failed(const Error& error, detail::Reader reader,
                                    BytesView token = {});
    [[nodiscard]] std::string text(const Error& error, const EstablishedContext& context);
    [[nodiscard]] std::string no_context();

    Backend backend;
    DriverOptions options;
    std::map<ContextName, Context> contexts;
    std::optional<Prepared> prepared;
    std::optional<Error> last_error;
    bool somebody_logged_in = false; ///< AuthDone without `partial` was noted
};

} // namespace gss::inline v0::ssh
