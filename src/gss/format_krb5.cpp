// SPDX-License-Identifier: Apache-2.0
// What is Kerberos's own, as text.
#include <gssxx/krb5/format.h>

#include "escape.h"

#include <array>
#include <cstdio>
#include <ctime>
#include <string>
#include <variant>

namespace gss::inline v0::krb5 {

namespace {

std::string utc(std::chrono::system_clock::time_point time) {
    const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
    std::tm parts{};
    std::array<char, 32> text{};
    if (gmtime_r(&seconds, &parts) == nullptr ||
        std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
        return std::to_string(seconds) + " s";
    }
    return text.data();
}

std::string shown(const std::optional<std::string>& text) {
    return text ? escape_control_characters(*text) : "none";
}

} // namespace

std::string_view to_string(RenewalSource value) noexcept {
    switch (value) {
    case RenewalSource::renewable_ticket:
        return "renewable_ticket";
    case RenewalSource::keytab:
        return "keytab";
    }
    return "unknown";
}

std::string to_string(TicketFlag flag) {
    switch (flag) {
    case TicketFlag::forwardable:
        return "forwardable";
    case TicketFlag::forwarded:
        return "forwarded";
    case TicketFlag::proxiable:
        return "proxiable";
    case TicketFlag::proxy:
        return "proxy";
    case TicketFlag::may_postdate:
        return "may_postdate";
    case TicketFlag::postdated:
        return "postdated";
    case TicketFlag::invalid:
        return "invalid";
    case TicketFlag::renewable:
        return "renewable";
    case TicketFlag::initial:
        return "initial";
    case TicketFlag::pre_authenticated:
        return "pre_authenticated";
    case TicketFlag::hardware_authenticated:
        return "hardware_authenticated";
    case TicketFlag::transited_policy_checked:
        return "transited_policy_checked";
    case TicketFlag::ok_as_delegate:
        return "ok_as_delegate";
    case TicketFlag::encrypted_pa_rep:
        return "encrypted_pa_rep";
    case TicketFlag::anonymous:
        return "anonymous";
    }
    std::array<char, 16> text{};
    static_cast<void>(
        std::snprintf(text.data(), text.size(), "0x%08x", static_cast<unsigned>(flag)));
    return text.data();
}

std::string to_string(const Key& key) {
    return std::string(to_string(key.enctype)) + " (" + std::to_string(key.octets.size()) +
           " octets)";
}

std::string to_string(const Rfc1964Keys& keys) {
    return "{signing: " + std::to_string(keys.signing_algorithm) +
           ", sealing: " + std::to_string(keys.sealing_algorithm) +
           ", key: " + to_string(keys.key) + "}";
}

std::string to_string(const CfxKeys& keys) {
    return "{key: " + to_string(keys.key) + ", acceptor's subkey: " +
           (keys.acceptor_subkey ? to_string(*keys.acceptor_subkey) : "none") + "}";
}

std::string to_string(const LucidContext& context) {
    return std::string("{role: ") + (context.initiator ? "initiator" : "acceptor") +
           ", end: " + utc(context.end) + ", send: " + std::to_string(context.send_sequence) +
           ", receive: " + std::to_string(context.receive_sequence) +
           ", keys: " + std::visit([](const auto& keys) { return to_string(keys); }, context.keys) +
           "}";
}

std::string to_string(const Cache& cache) {
    return "{name: " + escape_control_characters(cache.name) +
           ", principal: " + shown(cache.principal) +
           ", chosen: " + (cache.chosen ? "true" : "false") + "}";
}

std::string to_string(const CacheCollection& caches) {
    return escape_control_characters(caches.name());
}

std::string to_string(const MemoryCache& cache) {
    return escape_control_characters(cache.name());
}

std::string to_string(const CredentialNames& names) {
    return "{ccache: " + shown(names.ccache) + ", keytab: " + shown(names.keytab) +
           ", keytab's principal: " + shown(names.keytab_principal) + "}";
}

std::string to_string(const Renewal& renewal) {
    return "{source: " + std::string(to_string(renewal.source)) + ", end: " + utc(renewal.end) +
           "}";
}

} // namespace gss::inline v0::krb5
