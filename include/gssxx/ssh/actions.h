// SPDX-License-Identifier: Apache-2.0
// What an engine asks of its host, and what the host answers.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/flags.h>
#include <gssxx/oid.h>
#include <gssxx/ssh/crypto.h>

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gss::inline v0::ssh {

/// Names a security context within one SSH session. The engine names it, the host keeps it.
struct ContextName {
    /// What a context was made for.
    enum class Use : std::uint8_t { key_exchange, authentication };
    Use use = Use::key_exchange;
    /// Key exchange: 0 for the initial one, n for the n-th re-exchange. Authentication: the
    /// attempt.
    std::uint32_t number = 0;

    // NOLINTNEXTLINE(modernize-use-nullptr): the tool stumbles over what the compiler makes of it
    friend auto operator<=>(const ContextName&, const ContextName&) = default;
};
/// "initial key exchange", "re-exchange 2", "authentication 1".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const ContextName& name);

/// Numbers the questions of one engine, from 1. An answer names the question that it answers.
using RequestId = std::uint64_t;

// Actions --------------------------------------------------------------------------------------

/// Send this payload (message number first) to the peer.
struct SendMessage {
    Bytes payload;
};

/// Run one leg of gss_init_sec_context or gss_accept_sec_context. It may block; the engine waits
/// for the StepAnswer and holds what arrives meanwhile.
struct GssStep {
    RequestId id = 0;
    ContextName context;
    bool initiate = false;
    bool first = false; ///< make the context
    Oid mechanism;
    ContextFlags flags; ///< initiators: what to ask for
    Bytes token;        ///< empty for an initiator's first leg
};

/// Make a MIC over the octets with that context (GSS_GetMIC).
struct GetMic {
    RequestId id = 0;
    ContextName context;
    SecretBytes data;
};

/// Verify the peer's MIC over the octets with that context (GSS_VerifyMIC).
struct VerifyMic {
    RequestId id = 0;
    ContextName context;
    SecretBytes data;
    Bytes mic;
};

/// May the principal of that context use the account? Asked by servers after a good MIC only.
/// Who the principal is the host knows from its context.
struct Authorize {
    RequestId id = 0;
    ContextName context;
    std::string user; ///< as the client sent it: UTF-8, nothing escaped, perhaps empty
    std::string service;
    std::string method;
    Oid mechanism;
    ContextFlags flags; ///< what the context granted
};

/// That context is no longer needed: delete it, with credentials that were delegated through it.
struct Release {
    ContextName context;
};

/// One attempt to log in has failed, whatever the reason; the refusal follows as SendMessage, which
/// the host may delay. Reported exactly once for each attempt. No refusal follows when the client
/// gave up or began another attempt (RFC 4252 s5.1, RFC 4462 s3.9), nor when Fail ends the session.
struct AttemptFailed {
    std::string user; ///< as the client sent it, nothing escaped
    std::string method;
    std::string reason; ///< for logs: control characters are escaped
    unsigned failures = 0;
};

/// A request for a method that is not ours. The host answers the peer by itself; what was under
/// way is abandoned. The host tells ServerUserAuth::other_method_failed() when it refuses.
struct OtherRequest {
    std::string user;
    std::string service;
    std::string method;
    Bytes payload; ///< the whole SSH_MSG_USERAUTH_REQUEST
};

/// A key exchange has succeeded: keys may be derived, NEWKEYS may be sent.
struct KexDone {
    SecretBytes exchange_hash; ///< H; of the first exchange it is the session id
    SecretBytes shared_secret; ///< K, encoded as an mpint with its length
    HashAlgorithm hash = HashAlgorithm::sha256;
    /// K_S as the server sent it. The MIC vouches for it: a key that is new or has changed is no
    /// reason to warn (RFC 4462 s2.1). Absent when none was sent.
    std::optional<Bytes> host_key;
    ContextName context;
    Oid mechanism;
    ContextFlags flags;
};

/// User authentication has succeeded; a server has sent SUCCESS.
struct AuthDone {
    std::string user;
    std::string service;
    std::string method;
    ContextName context; ///< who logged in, and with what delegated, the host knows from it
    Oid mechanism;
    ContextFlags flags;
    bool partial = false;             ///< more methods are needed (RFC 4252 s5.1)
    std::vector<std::string> methods; ///< with partial: those that can continue
    /// Servers: what the client had sent behind its request when that was decided, in order; the
    /// engine has not looked at it. It comes before anything newer. After a partial success feed it
    /// to the engine that goes on, or answer it as your stack does: the client waits. After a full
    /// one, messages of user authentication (50 to 79) "SHOULD be silently ignored", and the others
    /// "MUST be passed to the service" (RFC 4252 s5.1).
    std::vector<Bytes> unread{};
};

/// Whose doing a failure was.
enum class Fault : std::uint8_t {
    peer,    ///< it broke the protocol, or its MIC did not verify
    refused, ///< it refused us, within the protocol
    local,   ///< a native library, our credentials or our policy
    misuse,  ///< the host broke the rules of the engine
};

/// The end of the engine without success. For a key exchange the connection ends too (RFC 4253
/// s7.1, s11.1); a client's authentication may go on with another method.
struct Fail {
    Fault fault = Fault::local;
    std::uint32_t disconnect_reason = 0; ///< SSH_DISCONNECT_*; 0: the connection may go on
    std::string text;                    ///< for people: control characters are escaped
    std::optional<std::uint32_t> major;  ///< of the failed GSS call, ours or the peer's
    std::optional<std::uint32_t> minor;
    std::vector<std::string> methods; ///< a client's authentication: those that can continue
};

using Action = std::variant<SendMessage, GssStep, GetMic, VerifyMic, Authorize, Release,
                            AttemptFailed, OtherRequest, KexDone, AuthDone, Fail>;

// Answers --------------------------------------------------------------------------------------

/// What a leg came to.
struct StepAnswer {
    /// More legs, established, or failed for good.
    enum class Status : std::uint8_t { more, done, failed };
    Status status = Status::failed;
    Bytes token;                  ///< for the peer; with failed: an error token
    ContextFlags flags;           ///< granted so far
    std::optional<Oid> mechanism; ///< what the library says it used
    std::uint32_t major = 0;      ///< with failed
    std::uint32_t minor = 0;
    std::string text; ///< with failed
};

/// The MIC, or why there is none.
struct MicAnswer {
    std::optional<Bytes> mic;
    std::string text;
};

/// Whether the MIC verified: true only for GSS_S_COMPLETE and nothing beside it.
struct VerifyAnswer {
    bool verified = false;
    std::string text;
};

/// The host's decision.
struct AuthorizeAnswer {
    /// No, yes, or yes with another method besides.
    enum class Decision : std::uint8_t { deny, allow, allow_partly };
    Decision decision = Decision::deny;
    std::vector<std::string> methods; ///< with allow_partly: those that can continue
    std::string reason;               ///< with deny: for logs; the peer never sees it
};

/// What became of something that was fed to an engine.
enum class Fed : std::uint8_t {
    taken,  ///< look for actions
    stale,  ///< an answer to a question that is no longer open; ignored
    ended,  ///< the engine has ended; ignored
    misuse, ///< an answer of the wrong kind, or a second start; the engine has failed
};

} // namespace gss::inline v0::ssh
