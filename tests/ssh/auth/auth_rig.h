// SPDX-License-Identifier: Apache-2.0
// Engines of user authentication with a scripted host, and what they put out.
#pragma once

#include <gssxx/ssh/user_auth.h>

#include "auth_messages.h"
#include "scripted_host.h"
#include "scripted_pair.h"

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

inline constexpr ssh::ContextName kex_context{ssh::ContextName::Use::key_exchange, 0};
/// The context of a server's n-th attempt of gssapi-with-mic.
[[nodiscard]] ssh::ContextName attempt_context(std::uint32_t number);

[[nodiscard]] Bytes octets(std::string_view text);
[[nodiscard]] const Bytes& session_id();

/// Alice, her service and the session id.
[[nodiscard]] ssh::ClientWithMicOptions client_options();
[[nodiscard]] ssh::ClientKeyexOptions keyex_options();
/// gssapi-with-mic, "publickey" beside it, limits out of the way.
[[nodiscard]] ssh::ServerUserAuthOptions server_options();
/// The same after a GSS key exchange.
[[nodiscard]] ssh::ServerUserAuthOptions server_options_after_kex();

/// One word for each action, "Send51" and "Fail2" with message number and disconnect reason.
[[nodiscard]] std::string word(const ssh::Action& action);
/// Everything an action says, in a form that can be compared.
[[nodiscard]] std::string whole(const ssh::Action& action);

/// What must be there; a test that finds nothing fails by the exception.
template <typename T>
[[nodiscard]] const T& there(const T* found) {
    if (found == nullptr) {
        throw std::runtime_error("no such action was put out");
    }
    return *found;
}

/// The last action of that kind of one side.
template <typename T>
[[nodiscard]] const T& the(const PairRun& run, Side side) {
    return there(run.last<T>(side));
}

/// All words of what @p engine has to put out, nothing answered, the open question's id kept.
struct Polled {
    std::string words;
    std::vector<ssh::Action> actions;

    template <typename T>
    [[nodiscard]] const T* last() const noexcept {
        return last_of<T>(actions);
    }
    template <typename T>
    [[nodiscard]] const T& the() const {
        return there(last<T>());
    }
};
[[nodiscard]] Polled poll_all(ssh::Engine& engine);

/// An engine whose questions are answered at once.
template <typename EngineType>
struct Rig {
    EngineType engine;
    ScriptedHost host;
    std::vector<Bytes> sent;
    std::vector<ssh::Action> others; ///< what is neither a message nor a question nor Release

    Rig(EngineType made, Script script) : engine(std::move(made)), host(std::move(script)) {}

    void drain_all() { drain(engine, host, sent, others); }
    void feed(const Bytes& payload) {
        engine.receive(payload);
        drain_all();
    }
    /// The numbers of all messages so far.
    [[nodiscard]] std::vector<unsigned> numbers() const {
        std::vector<unsigned> found;
        for (const Bytes& payload : sent) {
            found.push_back(std::to_integer<unsigned>(payload.at(0)));
        }
        return found;
    }
    template <typename T>
    [[nodiscard]] std::size_t count() const {
        std::size_t found = 0;
        for (const ssh::Action& action : others) {
            found += std::holds_alternative<T>(action) ? 1U : 0U;
        }
        return found;
    }
    template <typename T>
    [[nodiscard]] const T* last() const {
        return last_of<T>(others);
    }
    template <typename T>
    [[nodiscard]] const T& the() const {
        return there(last<T>());
    }
};
using ServerRig = Rig<ssh::ServerUserAuth>;
using ClientRig = Rig<ssh::ClientWithMic>;
using KeyexRig = Rig<ssh::ClientKeyex>;

[[nodiscard]] ServerRig server_rig(const ssh::ServerUserAuthOptions& options = server_options(),
                                   Script script = {});
/// Started.
[[nodiscard]] ClientRig client_rig(const ssh::ClientWithMicOptions& options = client_options(),
                                   Script script = {});

/// A client and a server that talk until nobody has anything left to say.
struct Login {
    ClientRig client;
    ServerRig server;
    PairRun run;
};
[[nodiscard]] Login log_in(const ssh::ClientWithMicOptions& client,
                           const ssh::ServerUserAuthOptions& server, const Script& client_script,
                           const Script& server_script, const PairHooks& hooks = {});

/// Messages by hand.
[[nodiscard]] Bytes with_mic_request(std::string_view user = "alice",
                                     const OidSet& mechanisms = {mechanism::krb5()});
[[nodiscard]] Bytes other_request(std::string_view method, std::string_view user = "alice",
                                  std::string_view service = ssh::connection_service);
/// A request with a method-specific part of one's own.
[[nodiscard]] Bytes raw_request(std::string_view user, std::string_view service,
                                std::string_view method, BytesView rest);
[[nodiscard]] Bytes failure_message(bool partial = false);
/// A good message of that number; of the numbers that the protocol does not have, the number and a
/// text.
[[nodiscard]] Bytes sample_message(unsigned number);
/// @p good cut at every length, and with an octet more.
[[nodiscard]] std::vector<Bytes> damaged(const Bytes& good);

/// An initiator of the other side, worked by hand: tokens and MICs for a server.
struct Initiator {
    ScriptedHost host;
    ssh::ContextName context = attempt_context(0);

    explicit Initiator(Script script = {}) : host(std::move(script)) {}
    /// The first token, then answers to the acceptor's.
    [[nodiscard]] ssh::StepAnswer step(BytesView token = {});
    [[nodiscard]] Bytes mic(BytesView data) { return host.mic_of(context, data); }
    void again() { host.release(context); }

private:
    bool first_ = true;
};

/// Both ends of a complete key exchange context, under the name kex_context.
void establish_kex(ScriptedHost& initiator, ScriptedHost& acceptor);

} // namespace gss::test
