// SPDX-License-Identifier: Apache-2.0
// The algorithms that a session offers unless it is told otherwise, and those that it may be told.
#include "gss_families.h"
#include "packet_protection.h"
#include "plain_methods.h"

#include <gssxx/transport/algorithms.h>

#include <algorithm>
#include <array>
#include <utility>

namespace gss::inline v0::transport {

namespace {

using List = std::vector<std::string>;

constexpr std::array<std::string_view, 6> host_key_algorithms{
    "ssh-ed25519",         "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521", "rsa-sha2-512",        "rsa-sha2-256"};

constexpr std::array<std::string_view, 7> plain_by_preference{"curve25519-sha256",
                                                              "curve25519-sha256@libssh.org",
                                                              "ecdh-sha2-nistp256",
                                                              "ecdh-sha2-nistp384",
                                                              "ecdh-sha2-nistp521",
                                                              "diffie-hellman-group16-sha512",
                                                              "diffie-hellman-group14-sha256"};

bool is_finite_field(const std::string& name) {
    if (const ssh::KexFamilyInfo* family = detail::find_gss_family(name)) {
        return family->kind != ssh::KexKind::ecdh;
    }
    const detail::PlainMethod* method = detail::find_plain_method(name);
    return method != nullptr && !method->curve;
}

/// What is wrong with a name by itself; nothing when it may be listed.
using Judge = std::string_view (*)(std::string_view name, bool legacy);

std::string_view judge_method(std::string_view name, bool legacy) {
    if (const ssh::KexFamilyInfo* family = detail::find_gss_family(name)) {
        // RFC 8732 s6: methods with SHA-1 "are considered deprecated and SHOULD NOT be used".
        return family->legacy && !legacy ? "wants `legacy`" : "";
    }
    return detail::find_plain_method(name) != nullptr ? "" : "is unknown";
}

std::string_view judge_host_key(std::string_view name, bool /*legacy*/) {
    const auto found = std::find(host_key_algorithms.begin(), host_key_algorithms.end(), name);
    return found != host_key_algorithms.end() ? "" : "is unknown";
}

std::string_view judge_cipher(std::string_view name, bool /*legacy*/) {
    return detail::find_cipher(name) != nullptr ? "" : "is unknown";
}

std::string_view judge_mac(std::string_view name, bool /*legacy*/) {
    return detail::find_mac(name) != nullptr ? "" : "is unknown";
}

Error refused(std::string_view list, std::string_view name, std::string_view why) {
    ErrorDetails details;
    details.code = ErrorCode::misuse;
    details.operation = "choose SSH algorithms";
    details.subject = std::string(list);
    details.messages = {name.empty() ? std::string(why)
                                     : std::string(name) + " " + std::string(why)};
    return Error(std::move(details));
}

Result<void> check_list(std::string_view what, const List& names, Judge judge, bool legacy) {
    // RFC 4253 s7.1: "Each name-list MUST contain at least one algorithm name."
    if (names.empty()) {
        return refused(what, "", "the list is empty");
    }
    for (auto name = names.begin(); name != names.end(); ++name) {
        const std::string_view why = judge(*name, legacy);
        if (!why.empty()) {
            return refused(what, *name, why);
        }
        if (std::find(names.begin(), name, *name) != name) {
            return refused(what, *name, "is there twice");
        }
    }
    return {};
}

} // namespace

Algorithms default_client_algorithms() {
    Algorithms algorithms;
    // RFC 9142 s4 and RFC 8732 s4, s5.2: what SHOULD be there. With a ticket the host needs no key.
    for (const ssh::KexFamily family : ssh::recommended_families()) {
        algorithms.key_exchange.emplace_back(detail::name_of(ssh::info(family)));
    }
    for (const std::string_view name : plain_by_preference) {
        algorithms.key_exchange.emplace_back(name);
    }
    algorithms.host_keys = List(host_key_algorithms.begin(), host_key_algorithms.end());
    // AES-GCM first: where processors help with it, nothing is faster.
    algorithms.ciphers = {"aes256-gcm@openssh.com",
                          "aes128-gcm@openssh.com",
                          "chacha20-poly1305@openssh.com",
                          "aes256-ctr",
                          "aes192-ctr",
                          "aes128-ctr"};
    algorithms.macs = {"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
                       "hmac-sha2-256", "hmac-sha2-512"};
    return algorithms;
}

Algorithms default_server_algorithms() {
    Algorithms algorithms = default_client_algorithms();
    // A stranger makes a server calculate in such a group without doing so himself (CVE-2002-20001,
    // CVE-2022-40735).
    List& methods = algorithms.key_exchange;
    methods.erase(std::remove_if(methods.begin(), methods.end(), is_finite_field), methods.end());
    return algorithms;
}

Result<void> check(const Algorithms& algorithms) {
    struct Part {
        std::string_view what;
        const List& names;
        Judge judge;
    };
    const std::array<Part, 4> parts{{
        {"key exchange methods", algorithms.key_exchange, &judge_method},
        {"host key algorithms", algorithms.host_keys, &judge_host_key},
        {"ciphers", algorithms.ciphers, &judge_cipher},
        {"MACs", algorithms.macs, &judge_mac},
    }};
    for (const Part& part : parts) {
        if (Result<void> checked = check_list(part.what, part.names, part.judge, algorithms.legacy);
            !checked) {
            return checked;
        }
    }
    return {};
}

} // namespace gss::inline v0::transport
