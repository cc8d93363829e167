// SPDX-License-Identifier: Apache-2.0
// Who has logged in on a connection, and what was delegated.
#include "escape.h"
#include "served_connection.h"
#include "waiting.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::transport::detail {

using Decision = ssh::AuthorizeAnswer::Decision;

ssh::AuthorizeAnswer ServedConnection::weigh(const std::string& user, const std::string& method,
                                             ssh::AuthorizeAnswer answer) {
    const auto& required = options_.required;
    if (required.empty() || answer.decision == Decision::deny) {
        return answer;
    }
    if (user != succeeded_user_) {
        succeeded_user_ = user;
        succeeded_.clear();
        partly_.clear();
    }
    if (std::ranges::find(required, method) == required.end() ||
        std::ranges::find(succeeded_, method) != succeeded_.end()) {
        return ssh::deny(method + " is not among the methods that are still required");
    }
    succeeded_.push_back(method);
    std::vector<std::string> left;
    for (const std::string& name : required) {
        if (std::ranges::find(succeeded_, name) == succeeded_.end()) {
            left.push_back(name);
        }
    }
    if (left.empty()) {
        return answer;
    }
    log(1, escape_control_characters(user) + ": " + method + " has succeeded, more is required");
    answer.decision = Decision::allow_partly;
    answer.methods = std::move(left);
    return answer;
}

void ServedConnection::keep_delegated(const Credentials& delegated) {
    if (!options_.accept_delegation) {
        return;
    }
    if (cache_) {
        const Result<void> renewed = cache_->renew(delegated);
        if (renewed) {
            log(1, "delegated credentials renewed in " + cache_->name());
        } else if (cache_->is_ours()) {
            log(0,
                "the renewed delegated credentials are not stored, and those of before stay in " +
                    cache_->name() + ": " + renewed.error().text());
        } else {
            // No command shall take another's file for what its user has delegated.
            log(0, "the renewed delegated credentials are not stored, and " + cache_->name() +
                       " is no cache of ours any more: " + renewed.error().text());
            cache_.reset();
        }
        return;
    }
    Result<DelegatedCache> stored = DelegatedCache::create(delegated, options_.cache_folder);
    if (!stored) {
        log(0, "the delegated credentials are not stored: " + stored.error().text());
        return;
    }
    cache_ = *std::move(stored);
    log(1, "delegated credentials in " + cache_->name());
}

void ServedConnection::take_peer(const ssh::ContextName& context) {
    std::optional<ssh::Peer> peer = parts_.gss->take_peer(context);
    if (!peer || !peer->principal) {
        return;
    }
    if (const Result<DisplayedName> shown = peer->principal->display()) {
        log(0, "the principal is " + escape_control_characters(shown->text));
    }
    if (!principal_) {
        principal_ = std::move(peer->principal);
        if (peer->delegated) {
            keep_delegated(*peer->delegated);
        }
    }
}

void ServedConnection::handle(const LoggedIn& in) {
    logged_in_ = true;
    log(0, escape_control_characters(in.user) + " has logged in by " +
               escape_control_characters(in.method));
    if (on_login_) {
        on_login_();
    }
    if (!parts_.gss) {
        return;
    }
    if (in.gss) {
        take_peer(in.gss->context);
    }
    for (const ssh::ContextName& context : partly_) {
        take_peer(context);
    }
}

void ServedConnection::handle(const KeysExchanged& keys) {
    const AgreedAlgorithms& agreed = keys.algorithms;
    log(1, std::string(keys.initial ? "keys exchanged: " : "keys exchanged anew: ") +
               agreed.key_exchange + ", host key " +
               (agreed.host_key.empty() ? "none" : agreed.host_key) + ", from the client " +
               agreed.cipher_client_to_server + " " + agreed.mac_client_to_server +
               ", to the client " + agreed.cipher_server_to_client + " " +
               agreed.mac_server_to_client + (agreed.strict ? ", strict" : ""));
    if (keys.initial || !keys.context || !parts_.gss) {
        return;
    }
    if (principal_) {
        const std::optional<ssh::Peer> peer = parts_.gss->take_renewed(*keys.context, *principal_);
        if (peer && peer->delegated) {
            keep_delegated(*peer->delegated);
        }
    }
    parts_.gss->release(*keys.context);
}

void ServedConnection::handle(const ssh::AttemptFailed& failure) {
    log(failure.method == "none" ? 2 : 0,
        escape_control_characters(failure.user) + " has failed to log in by " +
            escape_control_characters(failure.method) + ": " + failure.reason);
    // Clients ask with "none" which methods there are: nothing can be guessed with it.
    if (failure.method != "none") {
        hold_back();
    }
}

void ServedConnection::hold_back() const {
    if (stop_ >= 0) {
        static_cast<void>(wait_for(stop_, POLLIN, options_.failure_delay));
    } else {
        ::poll(nullptr, 0, poll_limit(options_.failure_delay));
    }
}

} // namespace gss::inline v0::transport::detail
