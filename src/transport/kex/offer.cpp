// SPDX-License-Identifier: Apache-2.0
// Our own KEXINIT: from what the user listed to what a peer reads.
#include "gss_families.h"
#include "kexinit.h"
#include "packet_protection.h"

#include <gssxx/ssh/host_key_rules.h>
#include <gssxx/ssh/method_names.h>

#include <algorithm>
#include <functional>

namespace gss::inline v0::transport::detail {

namespace {

Error nothing_left(std::string_view what) {
    return {ErrorCode::misuse, "offer SSH algorithms", std::string(what)};
}

bool is_gss(const std::string& name) {
    return ssh::is_gss_kex_name(name);
}

/// The methods of the user's list in its order, a GSS family as its name with each mechanism. When
/// they would be too many, each family goes with the first mechanisms only.
NameList methods_of(const Offer& offer) {
    const NameList& listed = offer.algorithms.key_exchange;
    NameList suffixes;
    for (const Oid& mechanism : ssh::allowed_mechanisms(offer.mechanisms)) {
        suffixes.push_back(ssh::mechanism_suffix(mechanism));
    }
    const auto families =
        static_cast<std::size_t>(std::count_if(listed.begin(), listed.end(), is_gss));
    const std::size_t left =
        most_own_methods - std::min(most_own_methods, listed.size() - families);

    NameList methods;
    std::size_t nth_family = 0;
    for (const std::string& name : listed) {
        if (!is_gss(name)) {
            methods.push_back(name);
            continue;
        }
        const std::size_t share = left / families + (nth_family < left % families ? 1 : 0);
        ++nth_family;
        for (std::size_t i = 0; i < std::min(share, suffixes.size()); ++i) {
            methods.push_back(name + "-" + suffixes[i]);
        }
    }
    return methods;
}

/// Of the listed algorithms those for which the server has a key.
NameList host_keys_of_server(const Offer& offer) {
    NameList algorithms;
    for (const std::string& name : offer.algorithms.host_keys) {
        if (std::find(offer.host_keys.begin(), offer.host_keys.end(), name) !=
            offer.host_keys.end()) {
            algorithms.push_back(name);
        }
    }
    return algorithms;
}

void add_markers(const Offer& offer, NameList& methods) {
    const bool client = offer.role == Role::client;
    if (offer.ext_info) {
        methods.emplace_back(client ? "ext-info-c" : "ext-info-s");
    }
    if (offer.strict) {
        methods.emplace_back(client ? "kex-strict-c-v00@openssh.com"
                                    : "kex-strict-s-v00@openssh.com");
    }
}

/// What the options of a session come to.
Result<KexInit> offered(Role role, const SessionOptions& options, const ServerOptions* server,
                        bool initial) {
    NameList host_keys;
    if (server != nullptr) {
        for (const PrivateKey& key : server->host_keys) {
            for (const std::string_view algorithm : key.public_key().algorithms()) {
                host_keys.emplace_back(algorithm);
            }
        }
    }
    return offered(Offer{.role = role,
                         .algorithms = options.algorithms,
                         .mechanisms = options.mechanisms,
                         .host_keys = host_keys,
                         .strict = initial && options.strict,
                         .ext_info = initial});
}

} // namespace

Result<KexInit> offered(const Offer& offer) {
    if (Result<void> checked = check(offer.algorithms); !checked) {
        return checked.error();
    }
    KexInit init;
    init.key_exchange = methods_of(offer);
    if (offer.role == Role::client) {
        init.host_keys =
            ssh::client_host_key_algorithms(offer.algorithms.host_keys, init.key_exchange);
    } else {
        init.host_keys =
            ssh::server_host_key_algorithms(host_keys_of_server(offer), init.key_exchange);
        // Without a host key no other method can be run. Some clients choose the method first and
        // look at host keys then.
        if (init.host_keys == NameList{std::string(ssh::null_host_key_algorithm)}) {
            NameList& methods = init.key_exchange;
            methods.erase(std::remove_if(methods.begin(), methods.end(), std::not_fn(is_gss)),
                          methods.end());
        }
    }
    if (init.key_exchange.empty()) {
        return nothing_left("no key exchange method: GSS methods want a mechanism");
    }
    if (init.host_keys.empty()) {
        return nothing_left("a server without a host key that is listed wants GSS key exchange");
    }
    add_markers(offer, init.key_exchange);
    init.ciphers_to_server = init.ciphers_to_client = offer.algorithms.ciphers;
    init.macs_to_server = init.macs_to_client = offer.algorithms.macs;
    init.compression_to_server = init.compression_to_client = {"none"};
    return init;
}

Result<void> check_offer(Role role, const SessionOptions& options, const ServerOptions* server) {
    const Result<KexInit> init = offered(role, options, server, true);
    if (!init) {
        return init.error();
    }
    return {};
}

Bytes make_kexinit(Role role, const SessionOptions& options, const ServerOptions* server,
                   bool initial) {
    Result<KexInit> init = offered(role, options, server, initial);
    if (!init) {
        throw SessionFault(reason::key_exchange_failed, init.error().text(), ssh::Fault::misuse);
    }
    // RFC 4253 s7.1: "The 'cookie' MUST be a random value generated by the sender."
    if (!random_octets(init->cookie)) {
        throw SessionFault(reason::key_exchange_failed, "the random generator failed",
                           ssh::Fault::local);
    }
    return build(*init);
}

} // namespace gss::inline v0::transport::detail
