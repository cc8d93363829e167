// SPDX-License-Identifier: Apache-2.0
// Half-open contexts: the initiator and the acceptor, stepped until a context is established.
#pragma once

#include <gssxx/channel_bindings.h>
#include <gssxx/context_option.h>
#include <gssxx/credentials.h>
#include <gssxx/flags.h>
#include <gssxx/name.h>
#include <gssxx/security_context.h>
#include <gssxx/time.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace gss::inline v0 {

namespace detail {
class HalfOpenContext;
}

/// What one step of context establishment came to.
struct [[nodiscard]] Step {
    /// Where the step leaves the context.
    enum class Status : std::uint8_t {
        more,   ///< send the token and feed the peer's answer to step()
        done,   ///< established here; a token, if any, must still reach the peer
        failed, ///< the context is gone for good; a token, if any, tells the peer why
    };
    Status status = Status::failed;
    Buffer token;
    std::optional<Error> error; ///< set exactly when failed

    [[nodiscard]] bool more() const noexcept { return status == Status::more; }
    [[nodiscard]] bool done() const noexcept { return status == Status::done; }
    [[nodiscard]] bool failed() const noexcept { return status == Status::failed; }
};

/// How to initiate a context.
struct InitiateOptions {
    const Credentials* credentials = nullptr; ///< null: the default credential
    Oid mechanism = mechanism::krb5();
    ContextFlags flags = default_context_flags;           ///< what to ask for
    ContextFlags required = require_mutual_and_integrity; ///< what must be granted
    Lifetime lifetime = Lifetime::indefinite();
    std::optional<ChannelBindings> channel_bindings;
    /// Set before the first step, in this order; one that fails fails the step.
    /// Capability::early_context_options.
    std::vector<ContextOption> context_options;
};

/// How to accept a context.
struct AcceptOptions {
    const Credentials* credentials = nullptr;             ///< null: the default credential
    ContextFlags required = require_mutual_and_integrity; ///< what must be granted
    std::optional<ChannelBindings> channel_bindings;
    /// Take over credentials that the initiator delegates. Without it they never reach us.
    bool accept_delegation = false;
};

/// What Initiator and Acceptor share. Not for two threads at once.
class GSSXX_EXPORT HalfOpen {
public:
    /// True once a step was done, until finish().
    [[nodiscard]] bool established() const noexcept;
    /// What the library granted so far; final only when established.
    [[nodiscard]] ContextFlags flags() const noexcept;
    /// What is known of the context. While it is half-open that is what the steps told so far, and
    /// the library is not asked: some crash (MIT 1.20 with NTLM inside SPNEGO) or claim that it is
    /// open (Heimdal 7.8). no_context before the first step and after a failed one.
    [[nodiscard]] Result<ContextInfo> inquire() const;
    /// Per-message calls before the context is established, where the mechanism granted
    /// GSS_C_PROT_READY_FLAG (RFC 2743 s1.2.7); no_context otherwise, and insufficient_protection
    /// while something that was required is not granted. The peer is not authenticated before
    /// step() was done. The pointer is good until the next step(), finish() or move; what it was
    /// told of out-of-order delivery ends with finish().
    [[nodiscard]] Result<MessageProtection*> early_protection();

protected:
    friend struct detail::Access;
    explicit HalfOpen(std::unique_ptr<detail::HalfOpenContext> self) noexcept;
    HalfOpen(HalfOpen&&) noexcept;
    HalfOpen& operator=(HalfOpen&&) noexcept;
    ~HalfOpen();

    std::unique_ptr<detail::HalfOpenContext> self_;
};

/// The side that starts a context (gss_init_sec_context, RFC 2744 s5.19).
class GSSXX_EXPORT Initiator : public HalfOpen {
public:
    /// Prepares a context to @p target; nothing is sent or contacted before the first step.
    /// Error{misuse} when target, credentials and bindings do not belong together.
    [[nodiscard]] static Result<Initiator> create(const Name& target,
                                                  const InitiateOptions& options = {});

    /// Takes the peer's token (none on the first call) and yields the next one. May contact a KDC
    /// and block for as long as the native library waits (MIT about half a minute, Heimdal about
    /// a minute) unless a deadline is given. A failed step is terminal. A context that is granted
    /// less than required fails with insufficient_protection, and no token is handed out.
    Step step(BytesView token = {}, Deadline deadline = {});

    /// The established context; misuse before a step was done. Leaves this object empty.
    [[nodiscard]] Result<SecurityContext> finish();

private:
    friend struct detail::Access;
    using HalfOpen::HalfOpen;
};

/// What an acceptor knows of a context that it accepted.
struct AcceptedContext {
    SecurityContext context;
    std::optional<Name> initiator;        ///< absent when the library gave no name
    std::optional<Credentials> delegated; ///< only with accept_delegation and the granted flag
    Lifetime lifetime = Lifetime::not_supported();
};

/// The side that answers (gss_accept_sec_context, RFC 2744 s5.1).
class GSSXX_EXPORT Acceptor : public HalfOpen {
public:
    /// Prepares to accept one context; nothing is read before the first step. Error{misuse} when
    /// the credentials are of another backend or for initiating only.
    [[nodiscard]] static Result<Acceptor> create(const Backend& backend,
                                                 const AcceptOptions& options = {});

    /// Takes the peer's token and yields the answer. Reads keytab and replay cache. A failed step
    /// is terminal; its token, if any, is an error token that the peer should get. Empty tokens
    /// are refused (invalid_token) before the native library sees them.
    Step step(BytesView token, Deadline deadline = {});

    /// The established context; misuse before a step was done. Leaves this object empty.
    [[nodiscard]] Result<AcceptedContext> finish();

private:
    friend struct detail::Access;
    using HalfOpen::HalfOpen;
};

} // namespace gss::inline v0
