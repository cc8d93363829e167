// SPDX-License-Identifier: Apache-2.0
// What stands behind a Session: its parts, and the order of what goes in and out.
#pragma once

#include "client_auth.h"
#include "connection.h"
#include "dispatch.h"
#include "fault.h"
#include "key_exchange.h"
#include "packet_reader.h"
#include "packet_writer.h"
#include "server_auth.h"

#include <gssxx/transport/session.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace gss::inline v0::transport {

namespace detail {
struct StateAccess; // tests define it: to put in what no good peer would send
} // namespace detail

struct Session::State final : private detail::DataOutlet {
public:
    explicit State(ClientOptions options);
    explicit State(ServerOptions options);
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() override = default;

    // Octets
    [[nodiscard]] MutableBytes input(std::size_t at_least) { return reader_.space(at_least); }
    [[nodiscard]] bool wants_octets() const noexcept { return !finished_ && !blocked(); }
    void received(std::size_t octets);
    void stream_ended() noexcept { stream_ended_ = true; }
    [[nodiscard]] BytesView output() const noexcept { return writer_.output(); }
    void sent(std::size_t octets);
    void elapsed(std::chrono::milliseconds since_last) noexcept;

    // Events
    [[nodiscard]] std::optional<Event> poll();
    ssh::Fed answer(RequestId id, Answer&& answer);
    void defer(RequestId id) noexcept;

    // What the host wants
    Result<void> authenticate(std::string_view user, AuthMethod&& method);
    Result<void> rekey();
    Result<void> send_ignore(BytesView content);
    void disconnect(std::uint32_t reason, std::string_view text);
    /// Runs @p call on the connection, when there is one. What it throws ends the session.
    template <typename T, typename Call>
    [[nodiscard]] Result<T> with_connection(const char* operation, Call&& call);
    Result<std::size_t> send_data(ChannelId channel, BytesView data, std::uint32_t stream);
    void consumed(ChannelId channel, std::size_t octets);

    [[nodiscard]] bool active() const noexcept { return !finished_; }
    [[nodiscard]] bool authenticated() const noexcept;
    [[nodiscard]] const std::string& user() const noexcept;
    [[nodiscard]] BytesView session_id() const noexcept { return kex_.session_id(); }
    [[nodiscard]] const std::string& peer_version() const noexcept { return shown_version_; }
    [[nodiscard]] const std::optional<PublicKey>& host_key() const noexcept { return host_key_; }
    [[nodiscard]] const std::optional<AgreedAlgorithms>& algorithms() const noexcept {
        return algorithms_;
    }

private:
    friend struct detail::StateAccess;
    using Auth = std::variant<detail::ClientAuth, detail::ServerAuth>;

    // The outlet of the parts
    void send(BytesView payload) override;
    void send(BytesView head, BytesView body) override;
    void put(Event event) override;
    [[nodiscard]] RequestId new_id() noexcept override { return ++last_id_; }
    [[nodiscard]] std::size_t room() const noexcept override;

    /// What goes out whatever the peer is.
    void begin();
    // One step: false when nothing can be done now.
    bool step();
    bool step_identification();
    /// Nothing may be read now.
    [[nodiscard]] bool blocked() const noexcept;
    void dispatch(BytesView payload);
    void count_pre_auth(std::size_t octets);
    void receive_transport(std::uint8_t number, BytesView payload);
    void receive_ext_info(BytesView payload);
    void receive_key_exchange(std::uint8_t number, BytesView payload);
    void receive_authentication(BytesView payload);
    [[nodiscard]] detail::Situation situation() const noexcept;
    /// After anything that may have moved the key exchange on.
    void after_key_exchange();
    void begin_authentication();
    void hold(BytesView head, BytesView body);
    void flush_held();
    void rekey_when_due();

    // The end
    /// Runs a part of the session. False when that has ended it: nothing goes on past a failed
    /// check.
    template <typename Call>
    bool guarded(Call&& call);
    void fail(const detail::SessionFault& fault);
    void tell(std::uint32_t reason, std::string_view text);
    void finish(Disconnected&& end);
    void refuse_unanswered();
    [[nodiscard]] Error ended_error(const char* operation) const;

    std::variant<ClientOptions, ServerOptions> own_options_;
    const SessionOptions& options_;
    detail::Role role_;
    detail::PacketReader reader_;
    detail::PacketWriter writer_;
    detail::KeyExchange kex_;
    Auth auth_;
    detail::Connection connection_;

    std::deque<Event> events_;
    std::deque<Bytes> held_; // what may not be sent during a key exchange
    std::size_t held_octets_ = 0;
    std::string own_version_;
    std::string peer_version_;
    std::string shown_version_;
    std::optional<PublicKey> host_key_;
    std::optional<AgreedAlgorithms> algorithms_;
    RequestId last_id_ = 0;
    std::optional<RequestId> asked_; // the question that was polled last, unless deferred
    std::uint64_t pre_auth_packets_ = 0;
    std::uint64_t pre_auth_octets_ = 0;
    unsigned pre_auth_exchanges_ = 0;
    std::chrono::milliseconds age_{0};          // of the keys
    std::chrono::milliseconds exchange_age_{0}; // of the exchange that is under way
    bool keys_are_new_ = false;        // no packet has come under the peer's first keys yet
    bool success_must_follow_ = false; // after a second EXT_INFO
    bool begun_ = false;               // authentication has been made ready
    bool was_short_ = false;           // channel data found no room
    bool host_calls_ = false;          // what is sent is the host's wish, not the peer's doing
    bool moved_ = false;               // octets came or went since elapsed()
    bool stream_ended_ = false;
    bool finished_ = false;
    std::optional<Disconnected> end_; // not yet polled
};

template <typename Call>
bool Session::State::guarded(Call&& call) {
    try {
        call();
        return true;
    } catch (const detail::SessionFault& fault) {
        fail(fault);
    } catch (...) {
        // Half a transition is no state to go on from.
        finish({Disconnected::By::us, 0, "out of memory", ssh::Fault::local});
        throw;
    }
    return false;
}

template <typename T, typename Call>
Result<T> Session::State::with_connection(const char* operation, Call&& call) {
    if (finished_) {
        return ended_error(operation);
    }
    if (!authenticated()) {
        return Error(ErrorCode::misuse, operation, "nobody is logged in yet");
    }
    std::optional<Result<T>> result;
    host_calls_ = true;
    const bool good = guarded([&] { result.emplace(call(connection_)); });
    host_calls_ = false;
    if (!good) {
        return ended_error(operation);
    }
    return std::move(*result);
}

} // namespace gss::inline v0::transport
