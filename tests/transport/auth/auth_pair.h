// SPDX-License-Identifier: Apache-2.0
// A ClientAuth and a ServerAuth that talk in memory, with hosts that answer their questions.
#pragma once

#include <gssxx/ssh/user_auth.h>
#include <gssxx/transport/session.h>

#include "client_auth.h"
#include "outlet.h"
#include "scripted_host.h"
#include "server_auth.h"

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

namespace transport = gss::transport;
using transport::detail::SessionFault;

/// The session that a part sees: keeps what is sent and put out.
class Ledger final : public transport::detail::Outlet {
public:
    void send(BytesView payload) override {
        sent.emplace_back(payload.begin(), payload.end());
        unread.emplace_back(payload.begin(), payload.end());
    }
    void put(transport::Event event) override { events.push_back(std::move(event)); }
    [[nodiscard]] transport::RequestId new_id() noexcept override { return ++last_id; }

    std::vector<Bytes> sent;  ///< everything
    std::deque<Bytes> unread; ///< what the other side has not read
    std::deque<transport::Event> events;
    transport::RequestId last_id = 100; ///< another numbering than the engines'
};

/// Whom a server's host lets in by other methods than those of GSS-API.
struct Accounts {
    bool none = false;
    std::string password = "correct horse";
    std::vector<transport::PublicKey> keys;
    /// Methods whose success is partial, and those that can continue then.
    std::map<std::string, std::vector<std::string>> partly;
    bool answers = true; ///< false: questions stay open
};

/// One side: the part, what it has put out, how it ended.
template <typename Part, typename Options>
struct End {
    Options options;
    Ledger outlet;
    ScriptedHost host;
    std::unique_ptr<Part> part;
    std::vector<transport::Event> events; ///< that the host has seen, in order
    std::optional<SessionFault> fault;

    /// Calls @p what; a fault ends this side.
    template <typename Call>
    void guarded(Call&& what) {
        if (fault) {
            return;
        }
        try {
            what();
        } catch (const SessionFault& caught) {
            fault = caught;
        }
    }
    void feed(BytesView payload) {
        guarded([&] { part->receive(payload); });
    }
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
    [[nodiscard]] const T& the() const {
        const T* found = last<T>();
        if (found == nullptr) {
            throw std::runtime_error("no such event was put out");
        }
        return *found;
    }
    template <typename T>
    [[nodiscard]] std::size_t count() const noexcept {
        std::size_t found = 0;
        for (const transport::Event& event : events) {
            found += std::holds_alternative<T>(event) ? 1U : 0U;
        }
        return found;
    }
    /// The numbers of what it has sent.
    [[nodiscard]] std::vector<unsigned> numbers() const {
        std::vector<unsigned> found;
        for (const Bytes& payload : outlet.sent) {
            found.push_back(std::to_integer<unsigned>(payload.at(0)));
        }
        return found;
    }
};
using ClientEnd = End<transport::detail::ClientAuth, transport::ClientOptions>;
using ServerEnd = End<transport::detail::ServerAuth, transport::ServerOptions>;

/// Both. Set options before start().
class AuthPair {
public:
    AuthPair();

    ClientEnd client;
    ServerEnd server;
    Accounts accounts;
    /// Sees each message and says what arrives in its place.
    std::function<std::vector<Bytes>(bool from_client, const Bytes& payload)> deliver;
    std::string server_version = "SSH-2.0-gssxx";
    Bytes server_session_id; ///< the client's unless set

    /// Makes the parts, with a GSS key exchange between them or without.
    void start(bool gss_key_exchange = false);
    /// The server only, with the service running. Messages come from the test.
    void start_server(bool gss_key_exchange = false);
    /// Hands messages and answers round until nobody has anything left to say.
    void run();
    /// authenticate() and run().
    void log_in(std::string_view user, transport::AuthMethod method);
    /// Answers what the server has asked, and hands nothing round.
    void serve();
    /// The same for the client.
    void attend();

private:
    void make_kex(bool gss_key_exchange);
    [[nodiscard]] std::optional<transport::Answer> decision(const transport::Event& event);
    [[nodiscard]] ssh::AuthorizeAnswer decide(bool good, std::string_view method) const;
    bool hand_over(bool from_client);

    std::optional<ssh::KexDone> client_kex_;
    std::optional<ssh::KexDone> server_kex_;
};

inline constexpr ssh::ContextName kex_name{ssh::ContextName::Use::key_exchange, 0};
[[nodiscard]] const Bytes& session_id();
[[nodiscard]] Bytes octets(std::string_view text);
[[nodiscard]] SecretBytes secret(std::string_view text);
[[nodiscard]] transport::PrivateKey new_key(transport::KeyType type = transport::KeyType::ed25519);
/// SSH_MSG_USERAUTH_REQUEST by hand.
[[nodiscard]] Bytes request(std::string_view method, BytesView rest = {},
                            std::string_view user = "alice",
                            std::string_view service = ssh::connection_service);
[[nodiscard]] Bytes password_request(std::string_view password, std::string_view user = "alice");
[[nodiscard]] Bytes service_request(std::string_view service = "ssh-userauth");
[[nodiscard]] Bytes service_accept(std::string_view service = "ssh-userauth");
[[nodiscard]] Bytes banner_message(std::string_view text);
/// A bare message of that number.
[[nodiscard]] Bytes bare(unsigned number);

} // namespace gss::test
