// SPDX-License-Identifier: Apache-2.0
// One connection of a server.
#pragma once

#include "pump.h"
#include "server_command.h"

#include <gssxx/transport/delegated_cache.h>
#include <gssxx/transport/server.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0::transport::detail {

/// Answers a session's questions by asking a handler, and runs its commands. In one thread.
class ServedConnection {
public:
    using Clock = std::chrono::steady_clock;

    /// What there is beside the session, all of it made before.
    struct Parts {
        std::unique_ptr<Stream> stream;
        ServerSession session;
        std::optional<ssh::Driver> gss;
    };
    ServedConnection(Parts parts, const ServeOptions& options, ServerHandler& handler, int stop,
                     const std::function<void()>& logged_in);
    ServedConnection(const ServedConnection&) = delete;
    ServedConnection& operator=(const ServedConnection&) = delete;
    ~ServedConnection() = default;

    /// Until the end.
    void run();

private:
    /// A session channel: first the variables, then the command.
    struct Channel {
        std::vector<EnvironmentVariable> variables;
        std::size_t octets = 0; ///< of the variables
        std::unique_ptr<ServerCommand> command;
    };
    /// A process whose channel is gone.
    struct Dying {
        Child child;
        Clock::time_point until; ///< killed, and then given up
        bool killed = false;
    };

    // Events -----------------------------------------------------------------------------------
    void handle(Event& event);
    void handle(const KeysExchanged& keys);
    void handle(const LoggedIn& in);
    void handle(const ssh::AttemptFailed& failure);
    void handle(const ChannelOpenRequest& question);
    void handle(const ChannelData& data);
    void handle(const ChannelRequest& question);

    // Authentication (served_connection_login.cpp)
    // --------------------------------------------------------
    /// Lets one method out of several that are required be one of several.
    [[nodiscard]] ssh::AuthorizeAnswer weigh(const std::string& user, const std::string& method,
                                             ssh::AuthorizeAnswer answer);
    void keep_delegated(const Credentials& delegated);
    void take_peer(const ssh::ContextName& context);
    void hold_back() const;

    // Commands -----------------------------------------------------------------------------------
    [[nodiscard]] bool set_variable(Channel& channel, const ChannelRequest& question);
    [[nodiscard]] bool start(ChannelId id, Channel& channel, const ChannelRequest& question);
    [[nodiscard]] static bool signal(const Channel& channel, const ChannelRequest& question);
    void close(ChannelId id);
    void look_after_the_dying();
    void end_commands();

    [[nodiscard]] std::chrono::milliseconds patience() const;
    void end(std::uint32_t reason, std::string_view text);
    void log(int level, const std::string& line) { handler_.log(level, line); }

    const ServeOptions& options_;
    ServerHandler& handler_;
    int stop_;
    const std::function<void()>& on_login_;
    Parts parts_;
    Pump pump_;
    std::optional<Endpoints> endpoints_;
    std::map<ChannelId, Channel> channels_;
    std::vector<Dying> dying_;
    std::optional<Name> principal_;
    std::optional<DelegatedCache> cache_;
    std::vector<std::string> succeeded_; ///< of the methods that are required
    std::string succeeded_user_;
    std::vector<ssh::ContextName> partly_; ///< contexts that succeeded among them
    Clock::time_point begun_ = Clock::now();
    bool logged_in_ = false;
    bool over_ = false;
};

/// What serve() does once for all connections: takes GSS out where there is no backend, and checks.
[[nodiscard]] Result<ServeOptions> prepared(const ServeOptions& options);
/// A connection with prepared options.
[[nodiscard]] Result<void> serve_prepared(std::unique_ptr<Stream> stream,
                                          const ServeOptions& options, ServerHandler& handler,
                                          int stop, const std::function<void()>& logged_in);

} // namespace gss::inline v0::transport::detail
