// SPDX-License-Identifier: Apache-2.0
// A blocking server: one thread for each connection, over any stream.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/credentials.h>
#include <gssxx/export.h>
#include <gssxx/result.h>
#include <gssxx/ssh/authorization.h>
#include <gssxx/transport/channel_requests.h>
#include <gssxx/transport/process.h>
#include <gssxx/transport/session.h>
#include <gssxx/transport/stream.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gss::inline v0::transport {

/// A command that somebody who has logged in wants to be run.
struct CommandRequest {
    std::string user;
    std::optional<std::string> command; ///< none: a shell
    /// What the client has set and ServerHandler::accept_variable() has let in, and KRB5CCNAME
    /// when the client has delegated credentials.
    std::vector<EnvironmentVariable> environment;
    std::optional<Endpoints> endpoints;
};

/// The answer of a function in this process, for a command that needs no other.
struct CommandOutput {
    std::string output;
    std::string errors;
    std::uint32_t status = 0;
};

/// What becomes of a command: it is refused, it is answered, or a process is run.
using CommandAnswer = std::variant<std::monostate, CommandOutput, ProcessOptions>;

/// What a server asks whoever uses it. Each connection has its own, in one thread. What is not
/// overridden refuses. What a function of these throws ends the connection, and is logged.
class GSSXX_EXPORT ServerHandler {
public:
    ServerHandler() = default;
    ServerHandler(const ServerHandler&) = delete;
    ServerHandler& operator=(const ServerHandler&) = delete;
    virtual ~ServerHandler();

    /// May this principal log in as that user? Asked after a good MIC. No by default.
    virtual ssh::AuthorizeAnswer gss(const ssh::AuthorizationRequest& request);
    /// May the user log in without anything? No by default.
    virtual ssh::AuthorizeAnswer none(const NoneRequest& request);
    /// Is that the user's password? No by default.
    virtual ssh::AuthorizeAnswer password(const PasswordRequest& request);
    /// May the owner of that key log in? No by default.
    virtual ssh::AuthorizeAnswer public_key(const PublicKeyRequest& request);

    /// True for what a client may set: by default LANG and LC_*.
    virtual bool accept_variable(const EnvironmentVariable& variable);
    /// What becomes of a command. Refused by default.
    virtual CommandAnswer run(const CommandRequest& request);
    /// What goes on, a line without newline each; level 0 (for every log) to 3. Control characters
    /// are escaped.
    virtual void log(int level, std::string_view line);
};

/// How connections are served.
struct ServeOptions {
    ServerOptions session;
    /// None: no GSS.
    std::optional<Backend> backend;
    /// Null: the default ones. They must outlive the server.
    const Credentials* credentials = nullptr;
    /// What clients delegate goes into a file for the time of the connection (DelegatedCache).
    bool accept_delegation = false;
    std::string cache_folder = "/tmp";
    /// Methods that must all succeed, in any order; empty: any one does.
    std::vector<std::string> required;
    /// From the connection to the login; zero: no limit.
    std::chrono::milliseconds login_limit{120'000};
    /// For one GSS call; zero: as long as the library waits.
    std::chrono::milliseconds step_limit{30'000};
    /// How long the refusal of an attempt to log in is held back.
    std::chrono::milliseconds failure_delay{100};
    /// A client that was silent for so long is asked whether it is there; zero: never.
    std::chrono::milliseconds keepalive{0};
    /// Session channels of one connection that may be open at once.
    unsigned most_commands = 10;
    /// Connections at once on which nobody has logged in yet. One more takes the place of the
    /// oldest of them from the address that has most of them; zero: none.
    unsigned most_startups = 100;
};

/// Serves one connection in the calling thread, until it has ended or @p stop, a descriptor,
/// becomes readable (-1: none). Processes that it has started are hung up and, should they not end,
/// killed, by their number, before it returns. @p logged_in is called once, when somebody is in.
/// Fails with misuse when the options make no sense.
GSSXX_EXPORT Result<void> serve(std::unique_ptr<Stream> stream, const ServeOptions& options,
                                ServerHandler& handler, int stop = -1,
                                const std::function<void()>& logged_in = {});

/// Makes the handler of a new connection, in that connection's thread. Null refuses it.
using HandlerSource =
    std::function<std::unique_ptr<ServerHandler>(const std::optional<Endpoints>& endpoints)>;

/// Accepts connections and serves each in a thread of its own (which may serve another one
/// afterwards, but takes none when it is a minute old: a change of krb5.conf is then seen on every
/// backend), until @p stop becomes readable (it is not read); returns when all threads have
/// ended. However it ends, its connections end. A stop descriptor is an eventfd, a signalfd or a
/// pipe. Fails with misuse when the options make no sense, unavailable when no connection can be
/// accepted any more.
GSSXX_EXPORT Result<void> serve(const Listener& listener, const ServeOptions& options,
                                const HandlerSource& handlers, int stop);

} // namespace gss::inline v0::transport
