// SPDX-License-Identifier: Apache-2.0
#include "exchange.h"

#include <gssxx/ssh/method_names.h>

#include <algorithm>
#include <string>

namespace gss::inline v0::transport::detail {

namespace {

bool serves(const PublicKey& key, std::string_view algorithm) noexcept {
    const auto algorithms = key.algorithms();
    return std::ranges::find(algorithms, algorithm) != algorithms.end();
}

} // namespace

std::unique_ptr<Exchange> make_exchange(const ExchangeSetup& setup) {
    return ssh::is_gss_kex_name(setup.algorithms.key_exchange) ? make_gss_exchange(setup)
                                                               : make_plain_exchange(setup);
}

void require_fitting(const PublicKey& key, std::string_view algorithm) {
    if (!serves(key, algorithm)) {
        exchange_fault("the host key is of type " + std::string(key.type_name()) +
                       ", which does not fit the agreed algorithm " + std::string(algorithm));
    }
}

const PrivateKey& host_key_for(const ServerOptions& options, std::string_view algorithm) {
    const auto key = std::ranges::find_if(options.host_keys, [&](const PrivateKey& candidate) {
        return serves(candidate.public_key(), algorithm);
    });
    if (key == options.host_keys.end()) {
        exchange_fault("there is no host key for " + std::string(algorithm), ssh::Fault::local);
    }
    return *key;
}

} // namespace gss::inline v0::transport::detail
