// SPDX-License-Identifier: Apache-2.0
// What a client has: its session and everything around it.
#pragma once

#include "pump.h"

#include <gssxx/transport/client.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0::transport {

struct __attribute__((visibility("hidden"))) Client::State {
    using Clock = std::chrono::steady_clock;

    State(ConnectOptions wanted, std::unique_ptr<Stream> over, std::optional<ssh::Driver> contexts,
          ClientSession made)
        : options(std::move(wanted)), stream(std::move(over)), gss(std::move(contexts)),
          session(std::move(made)), pump(session, *stream, gss ? &*gss : nullptr) {
        pump.keep_alive(options.keepalive);
    }

    // Login ------------------------------------------------------------------------------------
    [[nodiscard]] Result<void> log_in();
    /// Begins the next method that can be tried; false when none is left.
    [[nodiscard]] bool try_next();
    [[nodiscard]] std::optional<std::string> begin(AuthMethod&& next);
    void failed(const AuthFailed& event);
    [[nodiscard]] Error no_method_left() const;

    // Everything -------------------------------------------------------------------------------
    /// What every phase does with an event that it does not know itself.
    void handle(Event& event);
    void log(int level, const std::string& line) const;
    /// Why there is no connection any more.
    [[nodiscard]] Error ended(std::string what) const;
    /// One round: waits, at most until @p until.
    void wait(std::vector<pollfd>& others, const std::optional<Clock::time_point>& until);

    ConnectOptions options;
    std::unique_ptr<Stream> stream;
    std::optional<ssh::Driver> gss;
    ClientSession session;
    detail::Pump pump;

    const Clock::time_point opened = Clock::now();
    std::vector<bool> tried;         ///< of options.methods
    std::vector<std::string> listed; ///< what the server says can continue
    bool has_list = false;
    std::vector<std::string> failures; ///< "method: what became of it"
    std::string skipped;               ///< why GSS was left out beforehand
    std::string method;
    bool logged_in = false;
    HostAuthentication host = HostAuthentication::by_host_key;
    std::uint64_t exchanges = 0;
    std::optional<Disconnected> end;
};

} // namespace gss::inline v0::transport
