// SPDX-License-Identifier: Apache-2.0
// A client's and a server's session in one thread, joined by memory, with the scripted mechanism.
#pragma once

#include "scripted_host.h"

#include <gssxx/transport/session.h>

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gss::test {

enum class End : std::uint8_t { client, server };

/// One end: its session, and what has come out of it.
struct SessionEnd {
    End which;
    transport::Session& session;
    ScriptedHost host;
    std::vector<transport::Event> events; ///< but for GSS questions; channel data is in `data`
    std::map<transport::ChannelId, std::map<std::uint32_t, Bytes>> data; ///< by channel and stream
    /// Sees each event before it is answered; what it returns is the answer. Nothing: as below.
    std::function<std::optional<transport::Answer>(transport::Event& event)> answer;
    /// What `answer` leaves is not answered either, but for GSS questions.
    bool decide_later = false;
    /// Channel data is dealt with at once.
    bool consume = true;

    /// The last event of that kind; null when there is none.
    template <typename T>
    [[nodiscard]] const T* last() const noexcept {
        const T* found = nullptr;
        for (const transport::Event& event : events) {
            if (const T* one = std::get_if<T>(&event)) {
                found = one;
            }
        }
        return found;
    }
    template <typename T>
    [[nodiscard]] std::size_t count() const noexcept {
        std::size_t number = 0;
        for (const transport::Event& event : events) {
            number += std::holds_alternative<T>(event) ? 1U : 0U;
        }
        return number;
    }
    /// Takes all events and answers them: GSS questions by `host`, the rest with yes.
    void drain();
};

class SessionPair {
public:
    SessionPair(const transport::ClientOptions& client, const transport::ServerOptions& server);

    /// Both with what they do by default, a host key of that type and one key exchange method.
    [[nodiscard]] static SessionPair with(const std::string& key_exchange,
                                          const std::string& cipher = "aes128-gcm@openssh.com",
                                          const std::string& mac = "hmac-sha2-256-etm@openssh.com");

    /// Sees octets on their way, and may change them.
    std::function<void(End from, Bytes& octets)> wire;
    /// How many octets travel at once; 0: all.
    std::size_t piece = 0;

    [[nodiscard]] transport::ClientSession& client() noexcept { return client_; }
    [[nodiscard]] transport::ServerSession& server() noexcept { return server_; }
    [[nodiscard]] SessionEnd& at(End which) noexcept {
        return which == End::client ? ends_[0] : ends_[1];
    }

    /// Moves octets and answers until nothing moves any more.
    void run();
    /// Keys and a login: "alice" by that method.
    void log_in(transport::AuthMethod method);
    /// What each end says of its end; for test output.
    [[nodiscard]] std::string ends() const;

private:
    bool carry(SessionEnd& from, SessionEnd& to);

    transport::ClientSession client_;
    transport::ServerSession server_;
    std::vector<SessionEnd> ends_;
};

/// Octets with no pattern that a packet boundary could hide in.
[[nodiscard]] Bytes some_octets(std::size_t size, std::uint32_t seed = 1);
/// The same key in every run of one program.
[[nodiscard]] const transport::PrivateKey&
test_key(transport::KeyType type = transport::KeyType::ed25519);

} // namespace gss::test
