// SPDX-License-Identifier: Apache-2.0
// A blocking client: connects, logs in, runs commands.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/credentials.h>
#include <gssxx/export.h>
#include <gssxx/result.h>
#include <gssxx/transport/channel_requests.h>
#include <gssxx/transport/known_hosts.h>
#include <gssxx/transport/session.h>
#include <gssxx/transport/stream.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport {

/// What a client needs to log in.
struct ConnectOptions {
    /// Without a backend the gss-* methods are taken out.
    ClientOptions session;
    std::string user; ///< UTF-8
    /// Tried in order: one that fails is followed by the next that the server lists.
    std::vector<AuthMethod> methods;
    /// Nobody to ask: every key is refused. Not asked where a GSS key exchange vouches.
    HostKeyCheck host_key;
    std::optional<Backend> backend;
    /// The host in "host@" + this, unresolved. Empty: the host that connect() was given.
    std::string gss_host;
    /// Null: the default ones. They must outlive the client.
    const Credentials* credentials = nullptr;
    /// From the first octet until somebody is logged in; zero: no limit.
    std::chrono::milliseconds login_limit{120'000};
    /// For one GSS call, which may wait for a KDC; zero: as long as the library waits.
    std::chrono::milliseconds step_limit{30'000};
    /// A server that was silent for so long is asked whether it is there; zero: never.
    std::chrono::milliseconds keepalive{0};
    /// Texts of the server for people. Control characters are escaped, but for newlines and tabs.
    std::function<void(std::string_view)> banner;
    /// What goes on, a line without newline each; level 1 to 3. Control characters are escaped.
    std::function<void(int level, std::string_view line)> log;
};

/// What to run, with what around it.
struct RunOptions {
    std::optional<std::string> command; ///< none: a shell
    /// Servers take few variables: a refusal is no failure.
    std::vector<EnvironmentVariable> environment;
    /// The input: a descriptor, else these octets, which must outlive the call.
    int input = -1;
    BytesView input_octets{};
    /// Where the output goes: descriptors, else the sink, else CommandEnd. A sink that returns
    /// false ends the command. Its second argument is 0 for output, 1 for errors (RFC 4254 s5.2).
    int output = -1;
    int errors = -1;
    std::function<bool(std::uint32_t stream, BytesView octets)> sink;
    /// What CommandEnd may take, in octets; more ends the command.
    std::size_t most_collected = std::size_t{64} << 20U;
    Deadline deadline;
};

/// How a command ended.
struct CommandEnd {
    std::optional<std::uint32_t> status; ///< neither this nor the other: the server did not say
    std::optional<ExitSignal> signal;    ///< control characters are escaped
    std::string output;
    std::string errors;
};

/// A connection to a server, logged in. Blocking; one thread at a time. Move-only. Its end says
/// goodbye.
class GSSXX_EXPORT Client {
public:
    /// Connects to "host" or "host:port", exchanges keys and logs in. Fails with one sentence that
    /// says why: no connection (connect_tcp); a host key that is not accepted; every method that
    /// was tried and what became of it (unauthorized); what a GSS call said; timed_out.
    [[nodiscard]] static Result<Client> connect(std::string_view destination,
                                                ConnectOptions options);
    /// The same over a stream that is there.
    [[nodiscard]] static Result<Client> open(std::unique_ptr<Stream> stream,
                                             ConnectOptions options);
    Client(Client&&) noexcept;
    Client& operator=(Client&&) noexcept;
    ~Client();

    /// Runs a command until its channel is closed. Fails with unauthorized when the server refuses
    /// it, unavailable when the connection ends before the command, timed_out past the deadline
    /// (the channel is closed then, the connection stays).
    [[nodiscard]] Result<CommandEnd> run(const RunOptions& options);
    /// Exchanges keys anew, and returns when that is done. Another exchange that is under way
    /// counts. With credentials, those are used from now on: a server then gets what is delegated
    /// with them. They must outlive the client.
    [[nodiscard]] Result<void> rekey(const Credentials* renewed = nullptr);
    /// For what the server wants of us between commands: answers, keepalive. Returns after @p time,
    /// or sooner when the connection has ended.
    void idle(std::chrono::milliseconds time);
    /// Says goodbye and ends.
    void close();

    /// Everything that is known of the connection: is active, is authenticated, user, host key,
    /// algorithms, version of the server. Channels of one's own may be opened; their events come
    /// out of nowhere else than run(), which passes over those that it does not know.
    [[nodiscard]] ClientSession& session() noexcept;
    [[nodiscard]] const ClientSession& session() const noexcept;
    /// The method that logged us in.
    [[nodiscard]] const std::string& method() const noexcept;
    /// How the server was known, last.
    [[nodiscard]] HostAuthentication host_authentication() const noexcept;

private:
    struct State;
    explicit Client(std::unique_ptr<State> state) noexcept;
    std::unique_ptr<State> state_;
};

} // namespace gss::inline v0::transport
