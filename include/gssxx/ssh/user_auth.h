// SPDX-License-Identifier: Apache-2.0
// Engines of user authentication by GSS-API, client and server (RFC 4462 s3 and s4, RFC 4252 s5).
#pragma once

#include <gssxx/ssh/engine.h>
#include <gssxx/ssh/mechanism_policy.h>
#include <gssxx/ssh/mic_data.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::ssh {

/// What a client's attempt needs.
struct ClientAuthOptions {
    std::string user; ///< UTF-8
    std::string service{connection_service};
    Bytes session_id;
};

/// What gssapi-with-mic needs besides.
struct ClientWithMicOptions : ClientAuthOptions {
    MechanismPolicy mechanisms;
    bool delegate = false;
    ContextName context{ContextName::Use::authentication, 0};
    /// Send error tokens of failed GSS calls (RFC 4462 s3.9).
    bool explain = true;
    /// The server answers an error token with FAILURE, which RFC 4462 s3.9 forbids: see
    /// answers_error_tokens. An attempt that has sent one then ends with that FAILURE, so that
    /// nobody takes it for the answer to the next request. Without this it ends at once.
    bool error_token_is_answered = false;
    /// Take a context without integrity: the exchange ends without a MIC (RFC 4462 s3.6) and
    /// binds nothing to the session. Off, the attempt ends where a MIC cannot be made.
    bool accept_without_integrity = false;
};

/// True for servers that are known to answer an error token with FAILURE: OpenSSH since 10.4.
/// @p server_version is the identification string, "SSH-2.0-OpenSSH_10.4".
[[nodiscard]] GSSXX_EXPORT bool answers_error_tokens(std::string_view server_version) noexcept;

/// One attempt of gssapi-with-mic. Feed it messages 51, 52 and 60 to 79, and 3 (UNIMPLEMENTED) when
/// it answers something of ours; 53 (BANNER) is the host's to show. Asks with GssStep and GetMic.
/// Ends with AuthDone or Fail; after a Fail without a disconnect reason another method may be
/// tried. AuthDone::partial says that more methods are needed.
class GSSXX_EXPORT ClientWithMic : public Engine {
public:
    /// Fails with misuse when no mechanism is left that SSH may use, or the session id is empty.
    [[nodiscard]] static Result<ClientWithMic> create(const ClientWithMicOptions& options);
    Fed start();

private:
    using Engine::Engine;
};

/// What gssapi-keyex needs besides.
struct ClientKeyexOptions : ClientAuthOptions {
    /// The context of the *initial* key exchange (RFC 4462 s4); re-exchanges are refused.
    ContextName context;
    /// From that exchange's KexDone. Anonymous contexts are refused: they say nothing about a user.
    Oid mechanism{MechanismPolicy::default_mechanism()};
    ContextFlags flags{ContextFlag::mutual, ContextFlag::integrity};
};

/// gssapi-keyex: one request. Feed it messages 51 and 52, and 3 when it answers the request. Asks
/// with GetMic. "The client SHOULD NOT try this method more than once per session" (RFC 4462 s4):
/// the session keeps count, an engine makes one attempt. Its end never releases the context.
class GSSXX_EXPORT ClientKeyex : public Engine {
public:
    /// Fails with misuse for any other context and for an empty session id.
    [[nodiscard]] static Result<ClientKeyex> create(const ClientKeyexOptions& options);
    Fed start();

private:
    using Engine::Engine;
};

/// The context of the initial key exchange, for gssapi-keyex.
struct KexContext {
    ContextName context;
    Oid mechanism;
    ContextFlags flags;
};

/// What a server takes, and how much of it.
struct ServerUserAuthOptions {
    Bytes session_id;
    MechanismPolicy mechanisms;
    bool with_mic = true;
    /// Set when the initial key exchange was a GSS one; without it gssapi-keyex is neither offered
    /// nor accepted (RFC 4462 s4).
    std::optional<KexContext> key_exchange;
    /// The other methods that refusals list as ones that can continue, in order. Not "none" (RFC
    /// 4252 s5.2), not the names that RFC 4462 reserves.
    std::vector<std::string> other_methods;
    std::vector<std::string> services{std::string(connection_service)};
    /// Refused attempts of any method before the engine ends (RFC 4252 s4 recommends 20).
    unsigned most_failures = 6;
    /// Requests of any method, failed or not, before the engine ends: nobody needs so many.
    unsigned most_requests = 64;
    /// Send USERAUTH_GSSAPI_ERROR and error tokens (RFC 4462 s3.8, s3.9).
    bool explain = true;
    /// Contexts without integrity: the exchange then ends without a MIC and binds nothing to the
    /// session (RFC 4462 s3.6). A relay can use that: leave it off.
    bool accept_without_integrity = false;
    /// What an earlier engine of this session ended with: a partial success. Requests for another
    /// user or service end the session (RFC 4252 s5). Set with_mic, key_exchange and other_methods
    /// to what AuthDone::methods leaves, most_failures to what is left of it. Then feed the engine
    /// AuthDone::unread.
    std::optional<AuthDone> continues;
};

/// The server's user authentication, from the first request to success, partial success or the end
/// of the session: every Fail has a disconnect reason. Feed it message 50 and, while a method of
/// ours is under way, 60 to 79, after the service request was accepted; 3 (UNIMPLEMENTED) may be
/// fed and is ignored. Asks with GssStep, VerifyMic and Authorize; denies when nobody decides.
///
/// A request for a method that is not ours comes out as OtherRequest; its messages 60 to 79 are the
/// host's. A host that accepts one sends SUCCESS, cancels the engine and deletes the context of the
/// key exchange, with what was delegated through it. A success of gssapi-with-mic releases that
/// context by itself; nothing else does.
class GSSXX_EXPORT ServerUserAuth : public Engine {
public:
    /// Fails with misuse when an option makes no sense: no session id, no service, a limit of 0, a
    /// key exchange that was not the initial one or lacks integrity, no mechanism that SSH may use.
    [[nodiscard]] static Result<ServerUserAuth> create(const ServerUserAuthOptions& options);
    /// The host has refused the OtherRequest. Yields AttemptFailed and the refusal to send, and
    /// counts towards most_failures; a first request for "none" asks for the list of methods only
    /// (RFC 4252 s5.2) and is no attempt. Fed::stale when a new request has come since: it
    /// abandoned the other one, which must not be answered any more (RFC 4252 s5.1).
    Fed other_method_failed();

private:
    using Engine::Engine;
};

} // namespace gss::inline v0::ssh
