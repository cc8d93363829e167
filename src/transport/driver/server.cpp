// SPDX-License-Identifier: Apache-2.0
// Connections, one thread each.
#include <gssxx/transport/server.h>

#include "descriptor.h"
#include "served_connection.h"

#include <atomic>
#include <cerrno>
#include <list>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace gss::inline v0::transport {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view operation = "serve SSH connections";
/// When no descriptor is free for another connection: somebody may go meanwhile.
constexpr milliseconds breath{50};

/// Threads that serve, and how many of them nobody has logged in to.
class Connections {
public:
    Connections(const ServeOptions& options, const HandlerSource& handlers, int stop)
        : options_(options), handlers_(handlers), stop_(stop) {}
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    ~Connections() {
        for (std::thread& one : threads_) {
            one.join();
        }
    }

    /// Serves the stream in a thread of its own, unless there are too many without a login.
    void add(std::unique_ptr<Stream> stream) {
        join_finished();
        if (startups_.load() >= options_.most_startups) {
            return; // closed
        }
        ++startups_;
        const auto place = threads_.emplace(threads_.end());
        try {
            *place = std::thread([this, place, given = std::move(stream)]() mutable {
                serve_one(std::move(given));
                const std::lock_guard<std::mutex> lock(mutex_);
                finished_.push_back(place);
            });
        } catch (const std::system_error&) {
            // The system has no thread to give: this connection is closed, the others go on.
            --startups_;
            threads_.erase(place);
        }
    }

private:
    void serve_one(std::unique_ptr<Stream> stream) {
        bool counted = true;
        const std::function<void()> logged_in = [this, &counted] {
            counted = false;
            --startups_;
        };
        if (const std::unique_ptr<ServerHandler> handler = handlers_(stream->endpoints())) {
            const Result<void> served =
                detail::serve_prepared(std::move(stream), options_, *handler, stop_, logged_in);
            if (!served) {
                handler->log(0, served.error().text());
            }
        }
        if (counted) {
            --startups_;
        }
    }

    void join_finished() {
        std::vector<std::list<std::thread>::iterator> gone;
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            gone.swap(finished_);
        }
        for (const auto one : gone) {
            one->join();
            threads_.erase(one);
        }
    }

    const ServeOptions& options_;
    const HandlerSource& handlers_;
    int stop_;
    std::atomic<unsigned> startups_{0};
    std::list<std::thread> threads_;
    std::mutex mutex_; ///< for finished_
    std::vector<std::list<std::thread>::iterator> finished_;
};

} // namespace

ServerHandler::~ServerHandler() = default;

ssh::AuthorizeAnswer ServerHandler::gss(const ssh::AuthorizationRequest& /*request*/) {
    return ssh::deny("nobody decides");
}
ssh::AuthorizeAnswer ServerHandler::none(const NoneRequest& /*request*/) {
    return ssh::deny("not without anything");
}
ssh::AuthorizeAnswer ServerHandler::password(const PasswordRequest& /*request*/) {
    return ssh::deny("no passwords are taken");
}
ssh::AuthorizeAnswer ServerHandler::public_key(const PublicKeyRequest& /*request*/) {
    return ssh::deny("no keys are taken");
}
bool ServerHandler::accept_variable(const EnvironmentVariable& variable) {
    return variable.name == "LANG" || variable.name.starts_with("LC_");
}
CommandAnswer ServerHandler::run(const CommandRequest& /*request*/) {
    return {};
}
void ServerHandler::log(int /*level*/, std::string_view /*line*/) {}

Result<ServeOptions> detail::prepared(const ServeOptions& options) {
    ServeOptions ready = options;
    if (!ready.backend) {
        std::erase_if(ready.session.algorithms.key_exchange,
                      [](const std::string& name) { return name.starts_with("gss-"); });
        ready.session.with_mic = false;
        ready.session.keyex = false;
    }
    if (ready.credentials != nullptr &&
        (!ready.backend || ready.credentials->backend() != *ready.backend)) {
        return Error(ErrorCode::misuse, std::string(operation), "credentials of another backend");
    }
    const Result<ServerSession> trial = ServerSession::create(ready.session);
    if (!trial) {
        return trial.error();
    }
    return ready;
}

Result<void> detail::serve_prepared(std::unique_ptr<Stream> stream, const ServeOptions& options,
                                    ServerHandler& handler, int stop,
                                    const std::function<void()>& logged_in) {
    std::optional<ssh::Driver> gss;
    if (options.backend) {
        ssh::DriverOptions contexts;
        contexts.credentials = options.credentials;
        contexts.iakerb = options.session.mechanisms.iakerb;
        contexts.accept_delegation = options.accept_delegation;
        contexts.step_limit = options.step_limit;
        contexts.authorizer = [&handler](const ssh::AuthorizationRequest& request) {
            return handler.gss(request);
        };
        Result<ssh::Driver> made = ssh::Driver::create(*options.backend, std::move(contexts));
        if (!made) {
            return made.error();
        }
        gss = *std::move(made);
    }
    Result<ServerSession> session = ServerSession::create(options.session);
    if (!session) {
        return session.error();
    }
    ServedConnection connection({std::move(stream), *std::move(session), std::move(gss)}, options,
                                handler, stop, logged_in);
    connection.run();
    return {};
}

Result<void> serve(std::unique_ptr<Stream> stream, const ServeOptions& options,
                   ServerHandler& handler, int stop, const std::function<void()>& logged_in) {
    if (!stream) {
        return Error(ErrorCode::misuse, std::string(operation), "no stream");
    }
    const Result<ServeOptions> ready = detail::prepared(options);
    if (!ready) {
        return ready.error();
    }
    return detail::serve_prepared(std::move(stream), *ready, handler, stop, logged_in);
}

Result<void> serve(const Listener& listener, const ServeOptions& options,
                   const HandlerSource& handlers, int stop) {
    const Result<ServeOptions> ready = detail::prepared(options);
    if (!ready) {
        return ready.error();
    }
    Connections connections(*ready, handlers, stop);
    for (;;) {
        std::vector<pollfd> waits{{listener.descriptor(), POLLIN, 0}, {stop, POLLIN, 0}};
        const int found = ::poll(waits.data(), waits.size(), -1);
        if (found < 0 && errno != EINTR) {
            return Error(ErrorCode::unavailable, std::string(operation),
                         detail::system_text(errno));
        }
        if (found <= 0) {
            continue;
        }
        if (waits[1].revents != 0) {
            return {};
        }
        Result<std::unique_ptr<Stream>> stream = listener.accept(milliseconds(0));
        if (!stream) {
            static_cast<void>(detail::wait_for(stop, POLLIN, breath));
        } else if (*stream) {
            connections.add(*std::move(stream));
        }
    }
}

} // namespace gss::inline v0::transport
