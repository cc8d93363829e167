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

/// What a driver is for: a client or a server, with whose credentials, who is let in.
struct DriverOptions {
    /// Clients: the host that the user named; it becomes "host@" + that, unresolved.
    std::string host;
    /// Null: the default ones. They must outlive the driver. A server's are for one mechanism.
    const Credentials* credentials = nullptr;
    bool iakerb = false;            ///< see MechanismPolicy
    bool accept_delegation = false; ///< servers
    bool require_mutual = true;     ///< servers, user authentication
    bool require_integrity = true;  ///< servers, user authentication; see TokenAcceptorOptions
    Authorizer authorizer;          ///< servers; without one everybody is denied
    /// How long one leg may take; zero: as long as the library waits.
    std::chrono::milliseconds step_limit{0};
};

/// Who stands behind a context that a server has accepted.
struct Peer {
    std::optional<Name> principal;
    std::optional<Credentials> delegated;
    Lifetime lifetime = Lifetime::not_supported();
};

/// Keeps the contexts of one SSH session by name and does what actions ask. A question about a
/// context that is not there is answered with a refusal. Move-only; one thread at a time.
///
/// What an answer says of a failure may reach the peer: of an acceptor's it holds the texts of the
/// GSS major status and nothing else, because those of Kerberos name files and principals. The
/// whole of it is in last_error().
class GSSXX_EXPORT Driver {
public:
    /// Fails with misuse when credentials are of another backend.
    [[nodiscard]] static Result<Driver> create(const Backend& backend, DriverOptions options);
    Driver(Driver&&) noexcept;
    Driver& operator=(Driver&&) noexcept;
    ~Driver();

    /// Takes actions until the engine waits for the peer or has ended: GSS questions are answered
    /// here and contexts released, everything else is handed to @p put in order. Blocks as GSS
    /// calls do. When it throws (std::bad_alloc, what @p put throws) an answer may be lost: cancel
    /// the engine unless it has ended, and run it again for the releases and the Fail.
    void run(Engine& engine, const std::function<void(Action)>& put);
    /// One action: true when it was a GSS question or a Release, which is dealt with then. For
    /// hosts that keep GssStep for another thread and leave everything else to the driver. Of
    /// AuthDone and Fail it takes note and returns false.
    bool handle(Engine& engine, const Action& action);
    /// For hosts that have no engine in their hands, such as those of a transport's session: takes
    /// note of AuthDone and Fail as handle() does, and of nothing else.
    void note(const Action& action) noexcept;

    /// Makes an initiator's first token before an engine asks for it: while the peer's first words
    /// are on their way, or to see whether there are tickets at all. The next first step with the
    /// same mechanism and flags takes what came of it, unless it is older than a minute by then, or
    /// somebody has logged in, an engine has failed or use_credentials() was called. Blocks as
    /// step() does. Fails as that step would, and with misuse in a driver that was moved from.
    Result<void> prepare(const Oid& mechanism, ContextFlags flags);
    /// The one step that may block, by itself: what the action asks, done, and the answer.
    [[nodiscard]] StepAnswer step(const GssStep& action);
    /// Makes the MIC that the action asks for; failed when there is no such context.
    [[nodiscard]] MicAnswer get_mic(const GetMic& action);
    /// Verifies the MIC of the action; not verified when there is no such context.
    [[nodiscard]] VerifyAnswer verify_mic(const VerifyMic& action);
    /// Asks the authorizer; a denial when there is none, or no such context.
    [[nodiscard]] AuthorizeAnswer authorize(const Authorize& action);
    /// Deletes the context of that name, with what was delegated through it.
    void release(const ContextName& context) noexcept;

    /// The established context of that name; null when there is none.
    [[nodiscard]] SecurityContext* context(const ContextName& name) noexcept;
    /// Hands out who logged in, once, after AuthDone for that context went through run() or
    /// handle(). Credentials that were delegated through a context are released when its user is
    /// denied, when another context has logged somebody in, and when an engine fails or is
    /// cancelled because another method has succeeded. After a partial AuthDone nobody has logged
    /// in yet: the host takes the peer when the other methods have succeeded, too. When an engine
    /// fails before that by itself, the partial success counts for nothing any more.
    [[nodiscard]] std::optional<Peer> take_peer(const ContextName& name);
    /// Hands out, once, who stands behind the context of a re-exchange that was accepted after
    /// somebody had logged in, with what was delegated anew. Nothing when that is not
    /// @p principal, compared as exported names, octet for octet: what another one delegates is
    /// released.
    [[nodiscard]] std::optional<Peer> take_renewed(const ContextName& name, const Name& principal);
    /// Other credentials for the contexts to come: a ticket was renewed.
    void use_credentials(const Credentials* credentials) noexcept;
    /// What the last GSS call that failed said, whole: for logs and for local users, not for
    /// peers. Nothing when none has failed.
    [[nodiscard]] const std::optional<Error>& last_error() const noexcept;

private:
    struct State;
    explicit Driver(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

} // namespace gss::inline v0::ssh
