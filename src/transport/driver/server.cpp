// SPDX-License-Identifier: Apache-2.0
// Connections, one thread each.
#include <gssxx/transport/server.h>

#include "descriptor.h"
#include "escape.h"
#include "served_connection.h"
#include "threads.h"
#include "waiting.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <exception>
#include <list>
#include <map>
#include <string>
#include <utility>

namespace gss::inline v0::transport {

namespace {

using std::chrono::milliseconds;

constexpr std::string_view operation = "serve SSH connections";
/// When no descriptor is free for another connection: somebody may go meanwhile.
constexpr milliseconds breath{50};

/// Threads that serve. Only the thread that accepts touches the list; the others only say how far
/// their own connection is.
class Connections {
public:
    Connections(const ServeOptions& options, const HandlerSource& handlers)
        : options_(options), handlers_(handlers) {}
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    /// However the server ends: its connections are told first, as nobody else may do so.
    ~Connections() {
        for (Served& one : served_) {
            one.tell();
        }
    }

    /// Serves the stream in a thread of its own. Where there are too many without a login, one of
    /// them makes room.
    void add(std::unique_ptr<Stream> stream) {
        forget_finished();
        const std::optional<Endpoints> ends = stream->endpoints();
        if (!make_room()) {
            return; // closed
        }
        Served& place = served_.emplace_back();
        place.source = ends ? ends->peer_address : std::string();
        place.stop = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
        try {
            if (place.stop.valid()) {
                place.stream = std::move(stream);
                threads_.run([this, &place] { serve_one(place, std::move(place.stream)); });
                return;
            }
        } catch (const std::exception&) {
            // The system has no thread to give: this connection is closed, the others go on.
        }
        served_.pop_back();
    }

private:
    enum class State { login, in, finished };
    struct Served {
        std::unique_ptr<Stream> stream; ///< until its thread takes it
        Descriptor stop;                ///< tells the thread to end
        std::string source;             ///< the peer's address
        bool told = false;
        std::atomic<State> state{State::login};

        void tell() noexcept {
            told = true;
            static_cast<void>(::eventfd_write(stop.get(), 1));
        }
    };

    /// Ends with its state `finished` whatever a handler throws: an exception that left the thread
    /// would end the whole process.
    void serve_one(Served& place, std::unique_ptr<Stream> stream) noexcept {
        try {
            if (const std::unique_ptr<ServerHandler> handler = handlers_(stream->endpoints())) {
                serve_with(place, std::move(stream), *handler);
            }
        } catch (...) { // NOLINT(bugprone-empty-catch): without a handler nobody can be told
        }
        stream.reset();
        place.state = State::finished;
    }

    void serve_with(Served& place, std::unique_ptr<Stream> stream, ServerHandler& handler) {
        const std::function<void()> logged_in = [&place] { place.state = State::in; };
        try {
            const Result<void> served = detail::serve_prepared(std::move(stream), options_, handler,
                                                               place.stop.get(), logged_in);
            if (!served) {
                handler.log(0, served.error().text());
            }
        } catch (const std::exception& thrown) {
            handler.log(0, "the connection ends, as something failed: " +
                               escape_control_characters(thrown.what()));
        } catch (...) {
            handler.log(0, "the connection ends, as something failed");
        }
    }

    void forget_finished() {
        served_.remove_if([](const Served& one) { return one.state == State::finished; });
    }

    /// Whether another connection without a login may be there. At the limit the oldest one from
    /// the address that has most of them is told to end, so that a stranger's many connections are
    /// at nobody's cost but his own.
    [[nodiscard]] bool make_room() {
        std::map<std::string_view, std::size_t> waiting; // by address
        std::size_t all = 0;
        std::size_t told = 0;
        for (const Served& one : served_) {
            if (one.state == State::login) {
                ++(one.told ? told : all);
                waiting[one.source] += one.told ? 0U : 1U;
            }
        }
        if (all < options_.most_startups) {
            return true;
        }
        // Those that were told need a moment: there shall not be any number of them, either.
        if (all == 0 || told >= options_.most_startups) {
            return false;
        }
        const auto most = std::ranges::max_element(
            waiting, {}, &std::pair<const std::string_view, std::size_t>::second);
        const auto oldest = std::ranges::find_if(served_, [most](const Served& one) {
            return one.state == State::login && !one.told && one.source == most->first;
        });
        if (oldest != served_.end()) {
            oldest->tell();
        }
        return true;
    }

    const ServeOptions& options_;
    const HandlerSource& handlers_;
    std::list<Served> served_;
    detail::Threads threads_; ///< ends first
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
    Connections connections(*ready, handlers);
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
        if ((waits[0].revents & (POLLNVAL | POLLHUP)) != 0) {
            return Error(ErrorCode::unavailable, std::string(operation),
                         "the socket does not listen any more");
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
