// SPDX-License-Identifier: Apache-2.0
#include <gssxx/transport/session.h>

#include "queue_limits.h"
#include "session_state.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::transport {

namespace {

constexpr std::size_t longest_software = 245; // RFC 4253 s4.2: 255 with "SSH-2.0-" and CR LF

Result<void> check_options(const SessionOptions& options) {
    if (Result<void> good = check(options.algorithms); !good) {
        return good;
    }
    // RFC 4253 s4.2: "printable US-ASCII characters, with the exception of whitespace characters
    // and the minus sign".
    const std::string& software = options.software;
    if (software.empty() || software.size() > longest_software) {
        return Error(ErrorCode::misuse, "create an SSH session",
                     "SessionOptions::software is empty or too long");
    }
    for (const char c : software) {
        if (c <= ' ' || c > '~' || c == '-') {
            return Error(ErrorCode::misuse, "create an SSH session",
                         "SessionOptions::software has a character that RFC 4253 rules out");
        }
    }
    const SessionLimits& limits = options.limits;
    using detail::least_packet;
    if (limits.packet < least_packet || limits.queued_output < least_packet ||
        limits.channels == 0 || limits.open_requests == 0) {
        return Error(ErrorCode::misuse, "create an SSH session",
                     "SessionOptions::limits are too low to talk");
    }
    // RFC 4344 s3.1: "SHOULD rekey before 2**31 packets have been sent".
    const RekeyLimits& rekey = options.rekey;
    constexpr std::uint64_t most_packets = std::uint64_t{1} << 31U;
    if (rekey.octets == 0 || rekey.packets == 0 || rekey.packets > most_packets ||
        rekey.age <= std::chrono::seconds(0)) {
        return Error(ErrorCode::misuse, "create an SSH session",
                     "SessionOptions::rekey has a limit of 0, or more than 2^31 packets");
    }
    return {};
}

bool has_gss(const Algorithms& algorithms) {
    const std::vector<std::string>& names = algorithms.key_exchange;
    return std::any_of(names.begin(), names.end(), ssh::is_gss_kex_name);
}

} // namespace

Session::Session(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

bool Session::wants_octets() const noexcept {
    return state_->wants_octets();
}
MutableBytes Session::input(std::size_t at_least) {
    return state_->input(at_least);
}
void Session::received(std::size_t octets) {
    state_->received(octets);
}
void Session::ended() {
    state_->stream_ended();
}
BytesView Session::output() const noexcept {
    return state_->output();
}
void Session::sent(std::size_t octets) {
    state_->sent(octets);
}
void Session::elapsed(std::chrono::milliseconds since_last) {
    state_->elapsed(since_last);
}

std::optional<Event> Session::poll() {
    return state_->poll();
}
ssh::Fed Session::answer(RequestId id, Answer answer) {
    return state_->answer(id, std::move(answer));
}
void Session::defer(RequestId id) noexcept {
    state_->defer(id);
}

Result<ChannelId> Session::open_channel(std::string_view type, BytesView data,
                                        std::uint32_t window) {
    return state_->with_connection<ChannelId>("open a channel", [&](detail::Connection& all) {
        return all.open_channel(type, data, window);
    });
}
Result<std::size_t> Session::send_data(ChannelId channel, BytesView data, std::uint32_t stream) {
    return state_->send_data(channel, data, stream);
}
void Session::consumed(ChannelId channel, std::size_t octets) {
    state_->consumed(channel, octets);
}
Result<void> Session::send_eof(ChannelId channel) {
    return state_->with_connection<void>(
        "send EOF", [&](detail::Connection& all) { return all.send_eof(channel); });
}
Result<void> Session::close_channel(ChannelId channel) {
    return state_->with_connection<void>(
        "close a channel", [&](detail::Connection& all) { return all.close_channel(channel); });
}
Result<void> Session::channel_request(ChannelId channel, std::string_view type, bool want_reply,
                                      BytesView data) {
    return state_->with_connection<void>("send a channel request", [&](detail::Connection& all) {
        return all.channel_request(channel, type, want_reply, data);
    });
}
Result<void> Session::global_request(std::string_view type, bool want_reply, BytesView data) {
    return state_->with_connection<void>("send a global request", [&](detail::Connection& all) {
        return all.global_request(type, want_reply, data);
    });
}

Result<void> Session::rekey() {
    return state_->rekey();
}
Result<void> Session::send_ignore(BytesView content) {
    return state_->send_ignore(content);
}
void Session::disconnect(std::uint32_t reason, std::string_view text) {
    state_->disconnect(reason, text);
}

bool Session::is_active() const noexcept {
    return state_->active();
}
bool Session::is_authenticated() const noexcept {
    return state_->authenticated();
}
const std::string& Session::user() const noexcept {
    return state_->user();
}
BytesView Session::session_id() const noexcept {
    return state_->session_id();
}
const std::string& Session::peer_version() const noexcept {
    return state_->peer_version();
}
const std::optional<PublicKey>& Session::host_key() const noexcept {
    return state_->host_key();
}
const std::optional<AgreedAlgorithms>& Session::algorithms() const noexcept {
    return state_->algorithms();
}

Result<ClientSession> ClientSession::create(const ClientOptions& options) {
    if (Result<void> good = check_options(options); !good) {
        return good.error();
    }
    if (Result<void> good = detail::check_offer(detail::Role::client, options, nullptr); !good) {
        return good.error();
    }
    return ClientSession(std::make_unique<State>(options));
}

Result<void> ClientSession::authenticate(std::string_view user, AuthMethod method) {
    return state_->authenticate(user, std::move(method));
}

Result<ServerSession> ServerSession::create(const ServerOptions& options) {
    if (Result<void> good = check_options(options); !good) {
        return good.error();
    }
    if (options.host_keys.empty() && !has_gss(options.algorithms)) {
        return Error(ErrorCode::misuse, "create an SSH server",
                     "no host key and no GSS key exchange: nothing authenticates the host");
    }
    for (const std::string& method : options.other_methods) {
        if (method != "publickey" && method != "password") {
            return Error(ErrorCode::misuse, "create an SSH server",
                         "ServerOptions::other_methods has '" + method + "'");
        }
    }
    if (!options.groups) {
        return Error(ErrorCode::misuse, "create an SSH server", "ServerOptions::groups is empty");
    }
    if (Result<void> good = detail::check_offer(detail::Role::server, options, &options); !good) {
        return good.error();
    }
    return ServerSession(std::make_unique<State>(options));
}

} // namespace gss::inline v0::transport
