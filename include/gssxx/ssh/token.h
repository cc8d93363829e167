// SPDX-License-Identifier: Apache-2.0
// The token level: for SSH stacks that parse SSH messages themselves. Each function holds the rules
// of RFC 4462 that concern GSS-API; the stack keeps the messages in order.
#pragma once

#include <gssxx/establishment.h>
#include <gssxx/export.h>
#include <gssxx/ssh/mechanism_policy.h>
#include <gssxx/ssh/mic_data.h>

#include <optional>
#include <string>
#include <string_view>

namespace gss::inline v0::ssh {

/// What SSH requires of a context (RFC 4462 s2.1; OpenSSH requires it of user authentication too).
inline constexpr ContextFlags ssh_required_flags{ContextFlag::mutual, ContextFlag::integrity};

/// The mechanisms of @p policy that @p backend offers, in the order of the policy.
[[nodiscard]] GSSXX_EXPORT Result<OidSet> offered_mechanisms(const Backend& backend,
                                                             const MechanismPolicy& policy);

/// "host@" + @p host as GSS_C_NT_HOSTBASED_SERVICE (RFC 4462 s7.1). The host name is taken as it
/// is: nothing is resolved by us; krb5.conf (dns_canonicalize_hostname, rdns) decides what the
/// native library does, and should say false (RFC 4462 s7.2, RFC 8732 s8.3).
[[nodiscard]] GSSXX_EXPORT Result<Name> target_name(const Backend& backend, std::string_view host);

/// How to initiate a context for SSH.
struct TokenInitiatorOptions {
    Oid mechanism = mechanism::krb5();
    bool iakerb = false;
    const Credentials* credentials = nullptr; ///< null: the default ones; used while it is made
    /// To the host in the target's name "host@..." and nobody else: where the native library makes
    /// another host of it (dns_canonicalize_hostname), the step fails with insufficient_protection
    /// before a token leaves us. The realm of the host is the library's to find (krb5.conf; DNS
    /// with dns_lookup_realm). A target of another form of name is left to the library.
    bool delegate = false;
    /// Key exchange only. A library that will not hide who we are fails the step, before a token
    /// that would tell leaves us (RFC 7546 s3.1).
    bool anonymous = false;
};

/// Initiates a context for SSH: mutual authentication and integrity asked for and required, replay
/// and sequence detection not asked for (RFC 4462 s2.1, s3.4), delegation only where wanted.
class GSSXX_EXPORT TokenInitiator {
public:
    /// Fails with bad_mechanism for a mechanism that SSH must not use.
    [[nodiscard]] static Result<TokenInitiator> create(const Name& target,
                                                       const TokenInitiatorOptions& options = {});
    /// As Initiator::step. Fails, besides, when the token is longer than max_token_size, or the
    /// library used another mechanism; no token is handed out then.
    Step step(BytesView token = {}, Deadline deadline = {});
    [[nodiscard]] ContextFlags flags() const noexcept { return initiator_.flags(); }
    /// The established context. Fails with misuse before a step was done, and when called again.
    [[nodiscard]] Result<SecurityContext> finish();

private:
    TokenInitiator(Initiator initiator, const TokenInitiatorOptions& options,
                   std::optional<std::string> delegates_to);
    Step settle(Step step);
    Step refuse(Error error) noexcept;

    Initiator initiator_;
    Oid mechanism_;
    bool anonymous_;
    std::optional<std::string> delegates_to_; ///< a host
    std::optional<SecurityContext> context_;  ///< once established and found to be as it should
};

/// How to accept a context for SSH.
struct TokenAcceptorOptions {
    Oid mechanism = mechanism::krb5(); ///< the one that was selected
    bool iakerb = false;
    /// For that mechanism only, so that the library has no other parser to offer a stranger; used
    /// while it is made. Null: those of the default keytab are acquired, for that mechanism.
    const Credentials* credentials = nullptr;
    bool accept_delegation = false;
    bool require_mutual = true; ///< RFC 4462 s3.4 allows authentication without it
    /// Without integrity nothing binds the context to the SSH session (RFC 4462 s3.6); see
    /// ServerUserAuthOptions::accept_without_integrity.
    bool require_integrity = true;
};

/// Accepts a context for SSH. The first token's framing is checked before the library sees it.
class GSSXX_EXPORT TokenAcceptor {
public:
    /// Fails with bad_mechanism for a mechanism that SSH must not use. Reads the keytab when no
    /// credentials are given.
    [[nodiscard]] static Result<TokenAcceptor> create(const Backend& backend,
                                                      const TokenAcceptorOptions& options = {});
    /// As Acceptor::step. Fails, besides, when the first token is not framed for the mechanism
    /// (check_first_token), a token is longer than max_token_size, or the library used another
    /// mechanism; the library sees no octet in the first two cases.
    Step step(BytesView token, Deadline deadline = {});
    [[nodiscard]] ContextFlags flags() const noexcept { return acceptor_.flags(); }
    /// The established context. Fails with misuse before a step was done, and when called again.
    [[nodiscard]] Result<AcceptedContext> finish();

private:
    TokenAcceptor(Acceptor acceptor, Oid mechanism) noexcept;
    Step settle(Step step);
    Step refuse(Error error) noexcept;

    Acceptor acceptor_;
    Oid mechanism_;
    bool first_ = true;
    std::optional<AcceptedContext> context_; ///< once established and found to be as it should
};

} // namespace gss::inline v0::ssh
