// SPDX-License-Identifier: Apache-2.0
#include "session_state.h"

#include "escape.h"
#include "ext_info.h"
#include "messages.h"
#include "queue_limits.h"
#include "transport_messages.h"

#include <algorithm>
#include <type_traits>

namespace gss::inline v0::transport {

namespace {

using detail::Place;
using detail::Role;
using detail::SessionFault;
namespace message = detail::message;
namespace reason = detail::reason;
using detail::around_data;
using detail::least_room;

/// What may wait for the end of a key exchange: answers that a peer provokes, not data.
constexpr std::size_t most_held_octets = std::size_t{64} * 1024;
constexpr std::size_t most_held = 2048;
/// What the host itself may send then besides: a request or two.
constexpr std::size_t most_held_of_host = std::size_t{1} << 20U;
/// What may have come and not been read while nothing may be: an honest peer waits, too.
constexpr std::size_t most_waiting = std::size_t{128} * 1024;
/// Re-exchanges before anybody is logged in: each costs us more than a stranger.
constexpr unsigned most_pre_auth_exchanges = 2;
/// How long a peer may take for an exchange.
constexpr std::chrono::minutes longest_exchange{2};

/// What a peer is told of a failure that is ours. The whole text names files, principals and keys.
std::string_view short_text(std::uint32_t disconnect_reason) {
    switch (disconnect_reason) {
    case reason::key_exchange_failed:
        return "the key exchange failed";
    case reason::host_key_not_verifiable:
        return "the host key is not verifiable";
    case reason::no_more_auth_methods:
        return "no more authentication methods";
    default:
        return "an error of our own";
    }
}

/// RFC 4253 s7.1: what may be sent between our KEXINIT and our NEWKEYS.
bool may_pass_key_exchange(std::uint8_t number) noexcept {
    return number <= message::debug || (number >= message::kexinit && number <= message::kex_last);
}

template <typename Options>
detail::KeyExchange::Settings kex_settings(const std::variant<ClientOptions, ServerOptions>& own,
                                           const Options& options) {
    return {std::holds_alternative<ClientOptions>(own) ? Role::client : Role::server, options,
            std::get_if<ClientOptions>(&own), std::get_if<ServerOptions>(&own)};
}

} // namespace

Session::State::State(ClientOptions options)
    : own_options_(std::move(options)), options_(std::get<ClientOptions>(own_options_)),
      role_(Role::client), reader_(options_.limits.packet),
      kex_(kex_settings(own_options_, options_), reader_, writer_, *this),
      auth_(std::in_place_type<detail::ClientAuth>, std::get<ClientOptions>(own_options_),
            static_cast<detail::Outlet&>(*this)),
      connection_(role_, options_.limits, *this), own_version_("SSH-2.0-" + options_.software) {
    begin();
}

Session::State::State(ServerOptions options)
    : own_options_(std::move(options)), options_(std::get<ServerOptions>(own_options_)),
      role_(Role::server), reader_(options_.limits.packet),
      kex_(kex_settings(own_options_, options_), reader_, writer_, *this),
      auth_(std::in_place_type<detail::ServerAuth>, std::get<ServerOptions>(own_options_),
            static_cast<detail::Outlet&>(*this)),
      connection_(role_, options_.limits, *this), own_version_("SSH-2.0-" + options_.software) {
    begin();
}

void Session::State::begin() {
    guarded([this] {
        writer_.identification(own_version_);
        kex_.start(own_version_);
    });
}

// The end
// ------------------------------------------------------------------------------------------

void Session::State::fail(const SessionFault& fault) {
    try {
        std::string text = fault.text();
        if (fault.disconnect_reason() == reason::mac_error) {
            const std::string hint = kex_.mac_failure_hint();
            text += hint.empty() ? hint : "; " + hint;
        }
        text = escape_control_characters(text);
        const bool ours = fault.fault() == ssh::Fault::local || fault.fault() == ssh::Fault::misuse;
        tell(fault.disconnect_reason(), ours ? short_text(fault.disconnect_reason()) : text);
        finish({Disconnected::By::us, fault.disconnect_reason(), std::move(text), fault.fault()});
    } catch (...) {
        // There is no memory for words. The check has failed all the same.
        finish({Disconnected::By::us, fault.disconnect_reason(), {}, fault.fault()});
        throw;
    }
}

void Session::State::tell(std::uint32_t reason, std::string_view text) {
    try {
        writer_.write(detail::build_disconnect(reason, text));
    } catch (const SessionFault&) {
        return; // the keys are of no use: the peer cannot be told
    }
}

void Session::State::finish(Disconnected&& end) {
    if (finished_) {
        return;
    }
    finished_ = true;
    asked_.reset();
    // What the failed step has put out counts for nothing, but for what must be released and
    // logged.
    std::erase_if(events_, [](const Event& event) {
        return !std::holds_alternative<ssh::Release>(event) &&
               !std::holds_alternative<ssh::AttemptFailed>(event) &&
               !std::holds_alternative<PeerText>(event);
    });
    for (Bytes& payload : held_) {
        secure_wipe(payload);
    }
    held_.clear();
    end_ = std::move(end);
}

Error Session::State::ended_error(const char* operation) const {
    return {ErrorCode::misuse, operation, "the connection has ended"};
}

// Octets and events
// --------------------------------------------------------------------------------

void Session::State::received(std::size_t octets) {
    if (!finished_) {
        reader_.added(octets);
        moved_ = true;
    }
}

void Session::State::sent(std::size_t octets) {
    writer_.sent(octets);
    moved_ = true;
}

void Session::State::elapsed(std::chrono::milliseconds since_last) noexcept {
    age_ += since_last;
    // Who has not even said what it is makes nothing of ours stay.
    const bool exchanging = kex_.under_way() && !peer_version_.empty();
    if (exchanging) {
        exchange_age_ += since_last;
    } else if (since_last.count() > 0 && !moved_) {
        reader_.rest();
        writer_.rest();
    }
    moved_ = false;
}

std::optional<Event> Session::State::poll() {
    refuse_unanswered();
    while (!finished_ && events_.empty()) {
        bool moved = false;
        guarded([&] { moved = step(); });
        if (!moved) {
            break;
        }
    }
    if (events_.empty()) {
        return end_ ? std::optional<Event>(*std::exchange(end_, std::nullopt)) : std::nullopt;
    }
    std::optional<Event> event(std::move(events_.front()));
    events_.pop_front();
    asked_ = question_id(*event);
    return event;
}

void Session::State::refuse_unanswered() {
    if (const std::optional<RequestId> id = std::exchange(asked_, std::nullopt)) {
        answer(*id, Refusal{});
    }
}

void Session::State::defer(RequestId id) noexcept {
    if (asked_ == id) {
        asked_.reset();
    }
}

ssh::Fed Session::State::answer(RequestId id, Answer&& answer) {
    if (finished_) {
        return ssh::Fed::ended;
    }
    if (asked_ == id) {
        asked_.reset();
    }
    ssh::Fed fed = ssh::Fed::stale;
    guarded([&] {
        fed = kex_.answer(id, std::move(answer));
        if (fed != ssh::Fed::stale) {
            after_key_exchange();
            return;
        }
        // Whose question it was not leaves the answer alone.
        // NOLINTNEXTLINE(bugprone-use-after-move)
        fed = std::visit([&](auto& auth) { return auth.answer(id, std::move(answer)); }, auth_);
        if (fed == ssh::Fed::stale) {
            // NOLINTNEXTLINE(bugprone-use-after-move)
            fed = connection_.answer(id, std::move(answer));
        }
    });
    return fed;
}

void Session::State::put(Event event) {
    events_.push_back(std::move(event));
}

void Session::State::send(BytesView payload) {
    send(payload, {});
}

void Session::State::send(BytesView head, BytesView body) {
    if (finished_) {
        return;
    }
    const auto number = std::to_integer<std::uint8_t>(head.front());
    if (!kex_.holds_sending() || may_pass_key_exchange(number)) {
        if (body.empty()) {
            writer_.write(head);
        } else {
            writer_.write(head, body);
        }
        return;
    }
    hold(head, body);
}

void Session::State::hold(BytesView head, BytesView body) {
    const std::size_t size = head.size() + body.size();
    if (host_calls_ && held_octets_ + size > most_held_octets + most_held_of_host) {
        throw SessionFault(reason::by_application,
                           "more was to be sent during a key exchange than is kept",
                           ssh::Fault::misuse);
    }
    if (!host_calls_ && (held_.size() >= most_held || held_octets_ + size > most_held_octets)) {
        detail::protocol_fault("too much was asked for during a key exchange");
    }
    Bytes payload;
    payload.reserve(head.size() + body.size());
    payload.insert(payload.end(), head.begin(), head.end());
    payload.insert(payload.end(), body.begin(), body.end());
    held_octets_ += payload.size();
    held_.push_back(std::move(payload));
}

void Session::State::flush_held() {
    while (!held_.empty() && !kex_.holds_sending()) {
        writer_.write(held_.front());
        held_octets_ -= held_.front().size();
        secure_wipe(held_.front()); // there may be a password in it
        held_.pop_front();
    }
}

std::size_t Session::State::room() const noexcept {
    const std::size_t queued = writer_.queued() + around_data;
    if (finished_ || kex_.holds_sending() || !held_.empty() ||
        queued + least_room > options_.limits.queued_output) {
        return 0;
    }
    return options_.limits.queued_output - queued;
}

// Packets
// ------------------------------------------------------------------------------------------

bool Session::State::step() {
    if (peer_version_.empty()) {
        return step_identification();
    }
    if (blocked()) {
        if (reader_.waiting() > options_.limits.packet + most_waiting) {
            detail::protocol_fault("too much was sent while nothing could be read");
        }
        return false;
    }
    rekey_when_due();
    if (was_short_ && room() > 0) {
        was_short_ = false;
        connection_.writable();
        if (!events_.empty()) {
            return true;
        }
    }
    if (const std::optional<MutableBytes> payload = reader_.next()) {
        dispatch(*payload);
        return true;
    }
    if (stream_ended_) {
        finish({Disconnected::By::lost, 0, "the stream has ended", ssh::Fault::peer});
    }
    return false;
}

bool Session::State::blocked() const noexcept {
    const auto* const server = std::get_if<detail::ServerAuth>(&auth_);
    // A peer that makes us answer and does not read: it waits until it has read. Channel data
    // alone never fills the queue so far, or two busy sides would wait for each other.
    return kex_.waits() || (server != nullptr && server->waits()) ||
           writer_.queued() > 2 * options_.limits.queued_output;
}

bool Session::State::step_identification() {
    // RFC 4253 s4.2: "The server MAY send other lines of data before sending the version string."
    std::optional<std::string> version = reader_.identification(role_ == Role::client);
    if (!version) {
        if (stream_ended_) {
            finish({Disconnected::By::lost, 0, "the stream has ended before an SSH version came",
                    ssh::Fault::peer});
        }
        return false;
    }
    peer_version_ = std::move(*version);
    shown_version_ = escape_control_characters(peer_version_);
    kex_.peer_is(peer_version_);
    return true;
}

detail::Situation Session::State::situation() const noexcept {
    detail::Situation now;
    now.role = role_;
    now.initial = kex_.initial();
    now.exchanging = kex_.peer_is_exchanging();
    now.strict = kex_.strict();
    now.after_newkeys = keys_are_new_;
    const auto* const server = std::get_if<detail::ServerAuth>(&auth_);
    now.service = server != nullptr ? server->service_accepted() : begun_;
    now.authenticated = authenticated();
    return now;
}

void Session::State::count_pre_auth(std::size_t octets) {
    ++pre_auth_packets_;
    pre_auth_octets_ += octets;
    if (pre_auth_packets_ > options_.limits.pre_auth_packets ||
        pre_auth_octets_ > options_.limits.pre_auth_octets) {
        detail::protocol_fault("too much before authentication");
    }
}

void Session::State::dispatch(BytesView payload) {
    const auto number = std::to_integer<std::uint8_t>(payload.front());
    if (!authenticated()) {
        count_pre_auth(payload.size());
    }
    // RFC 8308 s2.4: the second EXT_INFO comes "immediately preceding" USERAUTH_SUCCESS.
    if (std::exchange(success_must_follow_, false) && number != message::userauth_success) {
        detail::protocol_fault("SSH_MSG_EXT_INFO without SSH_MSG_USERAUTH_SUCCESS behind it");
    }
    const Place place = place_of(number, situation());
    // Anywhere but right after NEWKEYS an EXT_INFO is the second one.
    const bool right_after_newkeys = std::exchange(keys_are_new_, false);
    success_must_follow_ = number == message::ext_info && !right_after_newkeys;
    switch (place) {
    case Place::transport:
        return receive_transport(number, payload);
    case Place::key_exchange:
        return receive_key_exchange(number, payload);
    case Place::authentication:
        return receive_authentication(payload);
    case Place::connection:
        connection_.receive(payload);
        // A channel that was short of window may be short of room by now.
        was_short_ = was_short_ || number == message::channel_window_adjust;
        return;
    case Place::unimplemented:
        return send(detail::build_unimplemented(reader_.sequence()));
    case Place::fault:
        break;
    }
    detail::protocol_fault("message " + std::to_string(number) + " must not come now");
}

void Session::State::receive_transport(std::uint8_t number, BytesView payload) {
    switch (number) {
    case message::disconnect: {
        detail::DisconnectMessage said = detail::parse_disconnect(payload);
        return finish(
            {Disconnected::By::peer, said.reason, std::move(said.text), ssh::Fault::peer});
    }
    case message::ignore:
        return detail::parse_ignore(payload);
    case message::debug:
        if (std::string text = detail::parse_debug(payload); !text.empty()) {
            put(PeerText{PeerText::Kind::debug, std::move(text)});
        }
        return;
    case message::unimplemented: {
        detail::parse_unimplemented(payload);
        auto* const client = std::get_if<detail::ClientAuth>(&auth_);
        if (client != nullptr && begun_ && client->expects_answer()) {
            client->receive(payload);
        }
        return;
    }
    default:
        return receive_ext_info(payload);
    }
}

void Session::State::receive_ext_info(BytesView payload) {
    detail::ExtInfo info = detail::parse_ext_info(payload);
    auto* const client = std::get_if<detail::ClientAuth>(&auth_);
    if (client != nullptr && info.signature_algorithms) {
        client->signature_algorithms(std::move(*info.signature_algorithms));
    }
}

void Session::State::receive_key_exchange(std::uint8_t number, BytesView payload) {
    const bool first = number == message::kexinit && kex_.initial() && !kex_.peer_is_exchanging();
    if (number == message::kexinit && !kex_.initial() && !authenticated() &&
        ++pre_auth_exchanges_ > most_pre_auth_exchanges) {
        detail::protocol_fault("too many key exchanges before authentication");
    }
    kex_.receive(payload);
    // OpenSSH PROTOCOL s1.9: "the KEXINIT packet must be the very first packet".
    if (first && kex_.strict() && reader_.sequence() != 0) {
        detail::protocol_fault("strict key exchange: SSH_MSG_KEXINIT was not the first packet");
    }
    after_key_exchange();
}

void Session::State::receive_authentication(BytesView payload) {
    std::visit([&](auto& auth) { auth.receive(payload); }, auth_);
}

// Key exchange
// -------------------------------------------------------------------------------------

void Session::State::after_key_exchange() {
    flush_held();
    if (kex_.under_way() || kex_.initial()) {
        return;
    }
    const std::optional<detail::ExchangeOutcome>& last = kex_.last();
    age_ = std::chrono::milliseconds{0};
    exchange_age_ = std::chrono::milliseconds{0};
    algorithms_ = last->algorithms;
    if (last->host_key) {
        host_key_ = last->host_key;
    }
    if (!begun_) {
        keys_are_new_ = true;
        begin_authentication();
    }
    was_short_ = true; // channel data may have waited for the keys
}

void Session::State::begin_authentication() {
    begun_ = true;
    if (role_ == Role::server && kex_.peer_takes_ext_info()) {
        // RFC 8308 s2.4: "as the next packet following the server's first SSH_MSG_NEWKEYS".
        writer_.write(detail::build_ext_info(detail::user_signature_algorithms()));
    }
    detail::AuthGround ground;
    ground.session_id.assign(kex_.session_id().begin(), kex_.session_id().end());
    ground.peer_version = peer_version_;
    const std::optional<detail::ExchangeOutcome>& first = kex_.first();
    ground.key_exchange = first && first->gss ? &*first->gss : nullptr;
    std::visit([&](auto& auth) { auth.ready(std::move(ground)); }, auth_);
}

void Session::State::rekey_when_due() {
    if (!kex_.initial() && kex_.under_way() && exchange_age_ > longest_exchange) {
        detail::protocol_fault("the peer does not end a key exchange");
    }
    if (kex_.initial() || kex_.under_way() || !authenticated()) {
        return;
    }
    const RekeyLimits& limits = options_.rekey;
    if (writer_.octets() >= limits.octets || reader_.octets() >= limits.octets ||
        writer_.packets() >= limits.packets || reader_.packets() >= limits.packets ||
        age_ >= limits.age) {
        kex_.rekey();
    }
}

// What the host wants
// ------------------------------------------------------------------------------

Result<void> Session::State::authenticate(std::string_view user, AuthMethod&& method) {
    if (finished_) {
        return ended_error("authenticate");
    }
    std::optional<Result<void>> result;
    if (!guarded([&] {
            result.emplace(
                std::get<detail::ClientAuth>(auth_).authenticate(user, std::move(method)));
        })) {
        return ended_error("authenticate");
    }
    return std::move(*result);
}

Result<void> Session::State::rekey() {
    if (finished_) {
        return ended_error("rekey");
    }
    if (kex_.initial() || kex_.under_way()) {
        return Error(ErrorCode::misuse, "rekey", "a key exchange is under way");
    }
    return guarded([&] { kex_.rekey(); }) ? Result<void>() : ended_error("rekey");
}

Result<void> Session::State::send_ignore(BytesView content) {
    constexpr std::size_t most_ignored = 32768;
    if (finished_) {
        return ended_error("send SSH_MSG_IGNORE");
    }
    // Strict key exchange knows no IGNORE before the first keys, and neither do we.
    if (kex_.initial() || content.size() > most_ignored) {
        return Error(ErrorCode::misuse, "send SSH_MSG_IGNORE",
                     kex_.initial() ? "before keys are exchanged" : "more than 32768 octets");
    }
    return guarded([&] { send(detail::build_ignore(content)); })
               ? Result<void>()
               : ended_error("send SSH_MSG_IGNORE");
}

void Session::State::disconnect(std::uint32_t reason, std::string_view text) {
    if (!finished_) {
        std::string shown = escape_control_characters(text);
        tell(reason, shown);
        finish({Disconnected::By::us, reason, std::move(shown), ssh::Fault::local});
    }
}

Result<std::size_t> Session::State::send_data(ChannelId channel, BytesView data,
                                              std::uint32_t stream) {
    Result<std::size_t> taken =
        with_connection<std::size_t>("send channel data", [&](detail::Connection& all) {
            return all.send_data(channel, data, stream);
        });
    was_short_ = was_short_ || (taken && *taken < data.size());
    return taken;
}

void Session::State::consumed(ChannelId channel, std::size_t octets) {
    if (!finished_) {
        guarded([&] { connection_.consumed(channel, octets); });
    }
}

bool Session::State::authenticated() const noexcept {
    return std::visit([](const auto& auth) { return auth.authenticated(); }, auth_);
}

const std::string& Session::State::user() const noexcept {
    return std::visit([](const auto& auth) -> const std::string& { return auth.user(); }, auth_);
}

} // namespace gss::inline v0::transport
