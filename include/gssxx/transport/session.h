// SPDX-License-Identifier: Apache-2.0
// One SSH connection, client or server, without input, output, clock or decisions (RFC 4253, 4252,
// 4254). The host moves octets and answers questions.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>
#include <gssxx/ssh/crypto.h>
#include <gssxx/ssh/key_exchange.h>
#include <gssxx/ssh/mechanism_policy.h>
#include <gssxx/ssh/user_auth.h>
#include <gssxx/transport/algorithms.h>
#include <gssxx/transport/events.h>
#include <gssxx/transport/keys.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gss::inline v0::transport {

/// When keys are exchanged anew (RFC 4253 s9, RFC 4344 s3). Whichever comes first, either way.
struct RekeyLimits {
    std::uint64_t octets = std::uint64_t{1} << 30U;
    std::uint64_t packets = std::uint64_t{1} << 31U;
    std::chrono::seconds age{3600};
};

/// What a peer may cost. Past a limit it is disconnected.
struct SessionLimits {
    std::size_t packet = std::size_t{256} * 1024; ///< longest packet that is taken, in octets
    /// What a peer may send before somebody is logged in.
    std::uint64_t pre_auth_packets = 1024;
    std::uint64_t pre_auth_octets = std::uint64_t{2} << 20U;
    /// What may wait for the host to send it before send_data() takes no more.
    std::size_t queued_output = std::size_t{256} * 1024;
    std::size_t channels = 64;
    /// Questions about one channel, or global ones, that may be open.
    std::size_t open_requests = 32;
};

/// What both roles need.
struct SessionOptions {
    Algorithms algorithms;
    /// Which mechanisms key exchange and user authentication may use.
    ssh::MechanismPolicy mechanisms;
    /// Must outlive the session. Null: OpenSSL.
    const ssh::Crypto* crypto = nullptr;
    RekeyLimits rekey;
    SessionLimits limits;
    /// "SSH-2.0-" + this; printable US-ASCII without spaces and '-' (RFC 4253 s4.2).
    std::string software = "gssxx";
    /// Strict key exchange (OpenSSH PROTOCOL s1.9), when the peer does it, too.
    bool strict = true;
    /// Tell the peer why a GSS call failed (RFC 4462 s2.1, s3.8, s3.9).
    bool explain = true;
};

/// What a client needs besides.
struct ClientOptions : SessionOptions {
    ClientOptions() { algorithms = default_client_algorithms(); }
    bool delegate = false;     ///< ask for delegation in GSS key exchange
    ssh::GroupRequest group{}; ///< for gss-gex-*
};

/// What a server needs besides.
struct ServerOptions : SessionOptions {
    ServerOptions() { algorithms = default_server_algorithms(); }
    std::vector<PrivateKey> host_keys; ///< none: "null", with GSS key exchange only (RFC 4462 s5)
    /// Send SSH_MSG_KEXGSS_HOSTKEY. Debian's OpenSSH client ends the connection when it gets one.
    bool send_host_key_message = false;
    ssh::GroupSource groups = ssh::rfc3526_group; ///< for gss-gex-*
    bool with_mic = true;
    bool keyex = true;
    /// Of "publickey" and "password" those that are offered.
    std::vector<std::string> other_methods{};
    unsigned most_failures = 6;
    std::string banner; ///< shown before authentication; empty: none
};

// How a client may log in ------------------------------------------------------------------------

/// RFC 4252 s5.2: asks which methods there are, too.
struct WithNone {};
/// RFC 4252 s8. UTF-8.
struct WithPassword {
    SecretBytes password;
};
/// RFC 4252 s7.
struct WithPublicKey {
    PrivateKey key;
};
/// RFC 4462 s3.
struct WithGssapiMic {
    bool delegate = false;
};
/// Only after a GSS key exchange, once per session (RFC 4462 s4).
struct WithGssapiKeyex {};

using AuthMethod =
    std::variant<WithNone, WithPassword, WithPublicKey, WithGssapiMic, WithGssapiKeyex>;

/// One connection. Octets in with input() and received(), octets out with output() and sent(),
/// events out with poll(), answers in with answer(). Throws nothing but std::bad_alloc. Move-only;
/// one thread at a time.
///
/// A question is open until it is answered. Whoever polls on without having answered it, or having
/// said defer(), has refused it. While a question of a key exchange is open no packet is read, nor
/// while a server's of user authentication is (RFC 4252 s5.1).
class GSSXX_EXPORT Session {
public:
    Session(Session&&) noexcept;
    Session& operator=(Session&&) noexcept;
    ~Session();

    // Octets ------------------------------------------------------------------------------------
    /// False while no packet may be read: a question of a key exchange is open, or a server's of
    /// user authentication, or more waits to be sent than the limits allow. Who reads from the
    /// stream all the same is disconnected when too much has come.
    [[nodiscard]] bool wants_octets() const noexcept;
    /// Room for octets from the peer. Views of earlier events end here.
    [[nodiscard]] MutableBytes input(std::size_t at_least = 4096);
    /// That many octets have been put there.
    void received(std::size_t octets);
    /// The stream has ended.
    void ended();
    /// What is to be sent. Holds until the next call.
    [[nodiscard]] BytesView output() const noexcept;
    /// That many octets of output() have been sent.
    void sent(std::size_t octets);
    /// Time has passed: for the age of keys, and to give back memory when nothing else has.
    void elapsed(std::chrono::milliseconds since_last);

    // Events ------------------------------------------------------------------------------------
    /// The next event; nothing when the session waits for octets, an answer, or the host.
    [[nodiscard]] std::optional<Event> poll();
    /// The answer to the question of that id.
    ssh::Fed answer(RequestId id, Answer answer);
    /// The answer will come later.
    void defer(RequestId id) noexcept;

    // Channels and requests; after authentication ---------------------------------------------
    /// Asks for a channel; ChannelOpened or ChannelOpenFailed follows. Fails with misuse before
    /// authentication, after the end, and with too many channels.
    [[nodiscard]] Result<ChannelId> open_channel(std::string_view type, BytesView data = {},
                                                 std::uint32_t window = 2U << 20U);
    /// Sends as much as window, queue and key exchange let through and says how much that was. When
    /// it was less, ChannelWritable follows once there is room.
    [[nodiscard]] Result<std::size_t> send_data(ChannelId channel, BytesView data,
                                                std::uint32_t stream = 0);
    /// That many octets of ChannelData were dealt with: the peer may send as many again.
    void consumed(ChannelId channel, std::size_t octets);
    /// No more data from us.
    Result<void> send_eof(ChannelId channel);
    /// ChannelClosed follows when the peer has closed, too.
    Result<void> close_channel(ChannelId channel);
    /// Asks something of the channel's peer; with @p want_reply ChannelRequestAnswered follows.
    Result<void> channel_request(ChannelId channel, std::string_view type, bool want_reply,
                                 BytesView data = {});
    /// Asks something of the peer; with @p want_reply GlobalRequestAnswered follows.
    Result<void> global_request(std::string_view type, bool want_reply, BytesView data = {});

    // The whole connection ------------------------------------------------------------------------
    /// Exchanges keys anew; KeysExchanged follows. Fails with misuse while an exchange is under
    /// way.
    Result<void> rekey();
    /// SSH_MSG_IGNORE with that content.
    Result<void> send_ignore(BytesView content);
    /// Says so to the peer and ends. @p reason: RFC 4253 s11.1.
    void disconnect(std::uint32_t reason, std::string_view text);

    [[nodiscard]] bool is_active() const noexcept;
    [[nodiscard]] bool is_authenticated() const noexcept;
    /// Who is logged in; empty before.
    [[nodiscard]] const std::string& user() const noexcept;
    /// Empty before the initial key exchange.
    [[nodiscard]] BytesView session_id() const noexcept;
    /// Without CR LF; control characters are escaped. Empty before it came.
    [[nodiscard]] const std::string& peer_version() const noexcept;
    /// The server's host key: a client's view of the last one that was sent, a server's own.
    [[nodiscard]] const std::optional<PublicKey>& host_key() const noexcept;
    /// Nothing before the initial key exchange.
    [[nodiscard]] const std::optional<AgreedAlgorithms>& algorithms() const noexcept;

protected:
    struct State;
    explicit Session(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

/// A client's connection.
class GSSXX_EXPORT ClientSession : public Session {
public:
    /// Fails with misuse when an option makes no sense.
    [[nodiscard]] static Result<ClientSession> create(const ClientOptions& options);
    /// Begins an attempt; LoggedIn or AuthFailed follows. May be called before keys are exchanged.
    /// Fails with misuse while an attempt is under way, for another user than the last attempt that
    /// succeeded partly, after LoggedIn, and for gssapi-keyex without a GSS key exchange or twice.
    Result<void> authenticate(std::string_view user, AuthMethod method);

private:
    using Session::Session;
};

/// A server's connection.
class GSSXX_EXPORT ServerSession : public Session {
public:
    /// Fails with misuse when an option makes no sense: no host key and no GSS key exchange.
    [[nodiscard]] static Result<ServerSession> create(const ServerOptions& options);

private:
    using Session::Session;
};

} // namespace gss::inline v0::transport
