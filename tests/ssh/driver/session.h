// SPDX-License-Identifier: Apache-2.0
// Both ends of an SSH session in one thread: engines over drivers, and what they said.
#pragma once

#include <gssxx/ssh/crypto.h>
#include <gssxx/ssh/driver.h>
#include <gssxx/ssh/key_exchange.h>
#include <gssxx/ssh/user_auth.h>

#include "conversation.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gss::test {

/// Without GSS questions.
struct Talk : Conversation {
    /// The first message of that number; empty when there is none.
    [[nodiscard]] Bytes message(unsigned number) const;
    /// Everything said that failed, for test output.
    [[nodiscard]] std::string faults() const;
};

/// Sees every message before it is delivered, and may change it.
using Tap = std::function<void(Side from, Bytes& payload)>;
/// Asked before anything is done; false has both engines cancelled, as by a time limit.
using GoOn = std::function<bool()>;

/// Runs two engines against each other until neither has anything to say. The client is started.
[[nodiscard]] Talk converse(ssh::Engine& client, ssh::Driver& client_driver, ssh::Engine& server,
                            ssh::Driver& server_driver, const Tap& tap = {},
                            const GoOn& go_on = {});

/// A session between two drivers: exchanges of keys, then logins.
class Session {
public:
    Session(ssh::Driver client, ssh::Driver server)
        : client_(std::move(client)), server_(std::move(server)) {}

    [[nodiscard]] ssh::Driver& client() noexcept { return client_; }
    [[nodiscard]] ssh::Driver& server() noexcept { return server_; }

    /// What goes into H besides keys. Long KEXINITs make for many octets to alter.
    std::string client_version = "SSH-2.0-client";
    std::string server_version = "SSH-2.0-server";
    Bytes client_kexinit;
    Bytes server_kexinit;
    std::optional<Bytes> host_key;
    bool delegate = false;
    std::string user = "alice";
    /// Other methods that the server's refusals list.
    std::vector<std::string> other_methods;

    /// Exchanges keys; the first H becomes the session id.
    Talk exchange_keys(ssh::KexFamily family, std::uint32_t number = 0, const Tap& tap = {},
                       const GoOn& go_on = {});
    /// One attempt of gssapi-with-mic, or of gssapi-keyex over the first exchange's context.
    Talk log_in_with_mic(std::uint32_t number = 0, const Tap& tap = {}, const GoOn& go_on = {});
    Talk log_in_by_keyex(const Tap& tap = {}, const GoOn& go_on = {});

    [[nodiscard]] const Bytes& session_id() const noexcept { return session_id_; }
    void use_session_id(Bytes id) { session_id_ = std::move(id); }
    [[nodiscard]] const std::optional<ssh::KexContext>& key_exchange() const noexcept {
        return key_exchange_;
    }

    /// The options that a server of this session would have.
    [[nodiscard]] ssh::ServerUserAuthOptions server_options() const;
    [[nodiscard]] ssh::ClientWithMicOptions with_mic_options(std::uint32_t number) const;

private:
    ssh::Driver client_;
    ssh::Driver server_;
    Bytes session_id_;
    std::optional<ssh::KexContext> key_exchange_;
};

/// True when both sides say that keys were exchanged, and the same ones.
[[nodiscard]] bool exchanged(const Talk& talk);
/// True when both sides say that the user has logged in.
[[nodiscard]] bool logged_in(const Talk& talk);

} // namespace gss::test
