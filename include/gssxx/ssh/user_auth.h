// SPDX-License-Identifier: Apache-2.0
// Engines of user authentication by GSS-API, client and server (RFC 4462 s3 and s4, RFC 4252 s5).
#pragma once

#include <gssxx/ssh/engine.h>
#include <gssxx/ssh/mechanism_policy.h>
#include <gssxx/ssh/mic_data.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0::ssh {

/// What a client's attempt needs.
struct ClientAuthOptions {
    std::string user; ///< UTF-8
    std::string service{connection_service};
    Bytes session_id;
};

struct ClientWithMicOptions : ClientAuthOptions {
    MechanismPolicy mechanisms;
    bool delegate = false;
    ContextName context{ContextName::Use::authentication, 0};
    /// Send error tokens of failed GSS calls (RFC 4462 s3.9).
    bool explain = true;
};

/// One attempt of gssapi-with-mic. Feed it messages 51, 52 and 60 to 79, and 3 (UNIMPLEMENTED) when
/// it answers something of ours. Ends with AuthDone or Fail; after a Fail without a disconnect
/// reason another method may be tried.
class GSSXX_EXPORT ClientWithMic : public Engine {
public:
    /// Fails with misuse when no mechanism is left that SSH may use, or the session id is empty.
    [[nodiscard]] static Result<ClientWithMic> create(const ClientWithMicOptions& options);
    Fed start();

private:
    using Engine::Engine;
};

struct ClientKeyexOptions : ClientAuthOptions {
    /// The context of the *initial* key exchange (RFC 4462 s4); re-exchanges are refused.
    ContextName context;
};

/// gssapi-keyex: one request. Feed it messages 51 and 52.
class GSSXX_EXPORT ClientKeyex : public Engine {
public:
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

struct ServerUserAuthOptions {
    Bytes session_id;
    MechanismPolicy mechanisms;
    bool with_mic = true;
    /// Set when the initial key exchange was a GSS one; without it gssapi-keyex is neither offered
    /// nor accepted (RFC 4462 s4).
    std::optional<KexContext> key_exchange;
    /// The other methods that refusals list as ones that can continue, in order.
    std::vector<std::string> other_methods;
    std::vector<std::string> services{std::string(connection_service)};
    /// Refused attempts of any method before the engine ends (RFC 4252 s4 recommends 20).
    unsigned most_failures = 6;
    /// Requests, failed or not, before the engine ends: nobody needs so many.
    unsigned most_requests = 64;
    /// Send USERAUTH_GSSAPI_ERROR and error tokens (RFC 4462 s3.8, s3.9).
    bool explain = true;
    /// Contexts without integrity: the exchange then ends without a MIC and binds nothing to the
    /// session (RFC 4462 s3.6). A relay can use that: leave it off.
    bool accept_without_integrity = false;
};

/// The server's user authentication, from the first request to success. Feed it messages 50 and 60
/// to 79 after the service request was accepted. Other methods come out as OtherRequest. Asks with
/// GssStep, VerifyMic and Authorize; denies when nobody decides.
class GSSXX_EXPORT ServerUserAuth : public Engine {
public:
    [[nodiscard]] static Result<ServerUserAuth> create(const ServerUserAuthOptions& options);
    /// The host has refused an OtherRequest; counts towards most_failures, and yields the refusal
    /// to send.
    Fed other_method_failed();

private:
    using Engine::Engine;
};

} // namespace gss::inline v0::ssh
