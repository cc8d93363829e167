// SPDX-License-Identifier: Apache-2.0
#include "sshd_handler.h"

#include "trusted_file.h"

#include <algorithm>
#include <iostream>
#include <utility>

namespace gss::inline v0::transport {

SshdHandler::SshdHandler(const SshdPolicy& policy, const std::optional<Endpoints>& endpoints)
    : policy_(policy),
      peer_(endpoints ? endpoints->peer_address + " port " + std::to_string(endpoints->peer_port)
                      : std::string("somewhere")) {
    log(1, "a connection");
}

ssh::AuthorizeAnswer SshdHandler::gss(const ssh::AuthorizationRequest& request) {
    if (request.user != policy_.user.name) {
        return ssh::deny("this server runs commands as " + policy_.user.name + " only");
    }
    return policy_.gss ? policy_.gss(request) : ssh::deny("no principal may log in");
}

ssh::AuthorizeAnswer SshdHandler::public_key(const PublicKeyRequest& request) {
    if (request.user != policy_.user.name || !policy_.authorized_keys) {
        return ssh::deny("no keys are taken for this user");
    }
    const TrustedText file = read_trusted_text(*policy_.authorized_keys, policy_.user.home);
    if (!file.text) {
        return ssh::deny(file.refusal);
    }
    const std::vector<PublicKey> keys = parse_authorized_keys(*file.text);
    return std::ranges::find(keys, request.key) != keys.end()
               ? ssh::allow()
               : ssh::deny("the key " + request.key.fingerprint() + " is not in the file");
}

CommandAnswer SshdHandler::run(const CommandRequest& request) {
    return shell_process(policy_.user, request.command, request.endpoints, request.environment);
}

void SshdHandler::log(int level, std::string_view line) {
    if (level <= policy_.verbose) {
        // One write for one line: threads share the stream.
        std::string whole = "gssxx-sshd: " + peer_ + ": ";
        whole += line;
        whole += '\n';
        std::cerr << whole;
    }
}

std::vector<PublicKey> parse_authorized_keys(std::string_view text) {
    std::vector<PublicKey> keys;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
        while (line.ends_with('\r') || line.ends_with(' ')) {
            line.remove_suffix(1);
        }
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        if (Result<PublicKey> key = PublicKey::parse_line(line)) {
            keys.push_back(*std::move(key));
        }
    }
    return keys;
}

} // namespace gss::inline v0::transport
