// SPDX-License-Identifier: Apache-2.0
// Joins engines to security contexts in the calling thread. A host that runs blocking steps
// elsewhere does the same with its own means: see docs/embedding.md.
#pragma once

#include <gssxx/establishment.h>
#include <gssxx/export.h>
#include <gssxx/ssh/authorization.h>
#include <gssxx/ssh/engine.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace gss::inline v0::ssh {

struct DriverOptions {
    /// Clients: the host that the user named; it becomes "host@" + that, unresolved.
    std::string host;
    const Credentials* credentials = nullptr; ///< null: the default ones
    bool accept_delegation = false;           ///< servers
    bool require_mutual = true;               ///< servers, user authentication
    Authorizer authorizer;                    ///< servers; without one everybody is denied
    /// How long one leg may take; zero: as long as the library waits.
    std::chrono::milliseconds step_limit{0};
};

/// Who stands behind a context that a server has accepted.
struct Peer {
    std::optional<Name> principal;
    std::optional<Credentials> delegated;
    Lifetime lifetime = Lifetime::not_supported();
};

/// Keeps the contexts of one SSH session by name and does what actions ask. Move-only; one thread.
class GSSXX_EXPORT Driver {
public:
    [[nodiscard]] static Result<Driver> create(const Backend& backend, DriverOptions options);
    Driver(Driver&&) noexcept;
    Driver& operator=(Driver&&) noexcept;
    ~Driver();

    /// Takes actions until the engine waits for the peer or has ended: GSS questions are answered
    /// here, everything else is handed to @p put in order. Blocks as GSS calls do.
    void run(Engine& engine, const std::function<void(Action)>& put);

    /// The one step that may block, by itself: what the action asks, done, and the answer.
    [[nodiscard]] StepAnswer step(const GssStep& action);
    [[nodiscard]] MicAnswer get_mic(const GetMic& action);
    [[nodiscard]] VerifyAnswer verify_mic(const VerifyMic& action);
    [[nodiscard]] AuthorizeAnswer authorize(const Authorize& action);
    void release(const ContextName& context) noexcept;

    /// The established context of that name; null when there is none.
    [[nodiscard]] SecurityContext* context(const ContextName& name) noexcept;
    /// Hands out who logged in, once, after AuthDone.
    [[nodiscard]] std::optional<Peer> take_peer(const ContextName& name);
    /// Other credentials for the contexts to come: a ticket was renewed.
    void use_credentials(const Credentials* credentials) noexcept;

private:
    struct State;
    explicit Driver(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

} // namespace gss::inline v0::ssh
