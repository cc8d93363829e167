// SPDX-License-Identifier: Apache-2.0
// What a session tells its host and asks of it, and what the host answers.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/oid.h>
#include <gssxx/ssh/actions.h>
#include <gssxx/transport/algorithms.h>
#include <gssxx/transport/keys.h>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gss::inline v0::transport {

/// Numbers the questions of one session, from 1.
using RequestId = ssh::RequestId;
/// Our number of a channel.
using ChannelId = std::uint32_t;

// Connection -----------------------------------------------------------------------------------

/// How the client knows the server.
enum class HostAuthentication : std::uint8_t {
    by_gss,      ///< a GSS key exchange: its MIC vouches for the host and for the key, if one came
    by_host_key, ///< a signature with a host key that the host of the session has accepted
};

/// Question to a client: is that the host's key? The signature is good already. Never asked when a
/// GSS key exchange vouches for the host (RFC 4462 s2.1). Answer: HostKeyAnswer.
struct HostKeyQuestion {
    RequestId id = 0;
    PublicKey key;
    std::string algorithm;
};

/// Keys are in use, both ways.
struct KeysExchanged {
    bool initial = true;
    AgreedAlgorithms algorithms;
    HostAuthentication host = HostAuthentication::by_host_key;
    std::optional<PublicKey> host_key; ///< of a GSS key exchange: only when one was sent
    /// Of a GSS key exchange: its context, in which a server finds what was delegated anew. The
    /// context of the initial exchange stays with the host. That of a re-exchange is released by
    /// the next event, but for a server's with the flag delegate_to_peer: the host deletes that one
    /// when it has taken from it what it wants.
    std::optional<ssh::ContextName> context;
};

/// A text from the peer that is for people: SSH_MSG_DEBUG, SSH_MSG_USERAUTH_BANNER. Control
/// characters are escaped, but for newlines and tabs of a banner.
struct PeerText {
    /// Which message it came in.
    enum class Kind : std::uint8_t { debug, banner };
    Kind kind = Kind::debug;
    std::string text;
};

/// The end, of whichever making; the last event.
struct Disconnected {
    /// Who ended it.
    enum class By : std::uint8_t {
        peer, ///< it said so
        us,   ///< the host said so, or a fault of the peer's, of which it has been told
        lost, ///< the stream ended without a word
    };
    By by = By::us;
    std::uint32_t reason = 0; ///< SSH_DISCONNECT_* (RFC 4253 s11.1); 0 with lost
    std::string text;         ///< control characters are escaped
    ssh::Fault fault = ssh::Fault::peer;
};

// User authentication --------------------------------------------------------------------------

/// Question to a server: may the user log in without anything? Answer: ssh::AuthorizeAnswer.
struct NoneRequest {
    RequestId id = 0;
    std::string user; ///< as the client sent it: UTF-8, nothing escaped, perhaps empty
    std::string service;
};

/// Question to a server: is that the user's password? Answer: ssh::AuthorizeAnswer.
struct PasswordRequest {
    RequestId id = 0;
    std::string user;
    std::string service;
    SecretBytes password; ///< UTF-8
};

/// Question to a server: may the owner of the key log in? The signature is good already, or, with
/// `signed_by_owner` false, the client only asks whether it would be worth while (RFC 4252 s7); a
/// yes to that logs nobody in. Answer: ssh::AuthorizeAnswer.
struct PublicKeyRequest {
    RequestId id = 0;
    std::string user;
    std::string service;
    PublicKey key;
    std::string algorithm;
    bool signed_by_owner = false;
};

/// Somebody has logged in: we, or the peer.
struct LoggedIn {
    std::string user;
    std::string service;
    std::string method;
    /// Of the GSS methods: who logged in, and with what delegated, the host knows from it.
    std::optional<ssh::AuthDone> gss;
};

/// To a client: the attempt is over. With `partial` it has succeeded and another method is needed.
struct AuthFailed {
    std::string method;
    bool partial = false;
    std::vector<std::string> methods; ///< that can continue
    std::string reason;               ///< what we know of it; control characters are escaped
};

// Channels and requests ------------------------------------------------------------------------

/// Question: may the peer open a channel? Answer: ChannelAnswer. Kinds that no table knows are
/// refused before anybody is asked.
struct ChannelOpenRequest {
    RequestId id = 0;
    ChannelId channel = 0; ///< the number it will have
    std::string type;
    Bytes data; ///< what the type adds to the message, unread
};

/// A channel that we wanted to open is open.
struct ChannelOpened {
    ChannelId channel = 0;
    Bytes data;
};

/// A channel that we wanted to open is not; its number is free again.
struct ChannelOpenFailed {
    ChannelId channel = 0;
    std::uint32_t reason = 0; ///< RFC 4254 s5.1
    std::string text;         ///< control characters are escaped
};

/// Octets of a channel. The view holds until the next call of the session. Say consumed() when they
/// have been dealt with, or the peer will stop.
struct ChannelData {
    ChannelId channel = 0;
    std::uint32_t stream = 0; ///< 0: data; else the extended type, 1: stderr
    BytesView data;
};

/// After this the channel takes more: see Session::send_data.
struct ChannelWritable {
    ChannelId channel = 0;
};

/// The peer will send no more data (RFC 4254 s5.3).
struct ChannelEof {
    ChannelId channel = 0;
};

/// Both sides have closed the channel; its number is free again.
struct ChannelClosed {
    ChannelId channel = 0;
};

/// Question: a request of the peer's within a channel. Answer: RequestAnswer; it goes out only with
/// `want_reply`, and in the order of the requests.
struct ChannelRequest {
    RequestId id = 0;
    ChannelId channel = 0;
    std::string type;
    bool want_reply = false;
    Bytes data; ///< what the type adds: see channel_requests.h
};

/// The peer's answer to a channel request of ours; they come in the order of the requests.
struct ChannelRequestAnswered {
    ChannelId channel = 0;
    std::string type; ///< of our request
    bool ok = false;
};

/// Question: a global request of the peer's. Answer: RequestAnswer. Either role.
struct GlobalRequest {
    RequestId id = 0;
    std::string type;
    bool want_reply = false;
    Bytes data;
};

/// The peer's answer to a global request of ours; they come in the order of the requests.
struct GlobalRequestAnswered {
    std::string type;
    bool ok = false;
    Bytes data;
};

/// The GSS questions come from the engines of gssxx-ssh; their ids are the session's.
using Event =
    std::variant<HostKeyQuestion, KeysExchanged, PeerText, Disconnected, ssh::GssStep, ssh::GetMic,
                 ssh::VerifyMic, ssh::Authorize, ssh::Release, ssh::AttemptFailed, NoneRequest,
                 PasswordRequest, PublicKeyRequest, LoggedIn, AuthFailed, ChannelOpenRequest,
                 ChannelOpened, ChannelOpenFailed, ChannelData, ChannelWritable, ChannelEof,
                 ChannelClosed, ChannelRequest, ChannelRequestAnswered, GlobalRequest,
                 GlobalRequestAnswered>;

/// The id of a question; nothing for an event that asks nothing.
[[nodiscard]] GSSXX_EXPORT std::optional<RequestId> question_id(const Event& event) noexcept;

// Answers --------------------------------------------------------------------------------------

/// Nobody has an answer: no, whatever the question. What becomes of a question that is neither
/// answered nor deferred.
struct Refusal {};

/// Is that the host's key?
struct HostKeyAnswer {
    bool accepted = false;
    std::string reason; ///< why not: part of the Disconnected that follows
};

/// May the channel be opened?
struct ChannelAnswer {
    bool accepted = false;
    std::uint32_t window = 2U << 20U; ///< octets that we take before consumed()
    std::uint32_t reason = 1;         ///< with a refusal: RFC 4254 s5.1, 1 is "prohibited"
    std::string text;
    Bytes data; ///< what the type adds to the confirmation
};

/// May the request be granted, and what does the peer get for it?
struct RequestAnswer {
    bool ok = false;
    Bytes data; ///< only a global request's success carries some
};

using Answer = std::variant<Refusal, HostKeyAnswer, ssh::StepAnswer, ssh::MicAnswer,
                            ssh::VerifyAnswer, ssh::AuthorizeAnswer, ChannelAnswer, RequestAnswer>;

} // namespace gss::inline v0::transport
