// SPDX-License-Identifier: Apache-2.0
// The "null" host key algorithm in KEXINIT.
#include <gssxx/ssh/host_key_rules.h>
#include <gssxx/ssh/method_names.h>

#include <algorithm>

namespace gss::inline v0::ssh {

namespace {

bool has_gss_method(std::span<const std::string> kex_methods) noexcept {
    return std::any_of(kex_methods.begin(), kex_methods.end(),
                       [](const std::string& name) { return is_gss_kex_name(name); });
}

std::vector<std::string> without_null(std::span<const std::string> algorithms) {
    std::vector<std::string> rest(algorithms.begin(), algorithms.end());
    rest.erase(std::remove(rest.begin(), rest.end(), null_host_key_algorithm), rest.end());
    return rest;
}

} // namespace

bool host_key_fits(std::string_view algorithm, std::string_view kex_method) noexcept {
    // RFC 4462 s5: "it can be used only with key exchange methods that do not require any
    // public-key operations and do not require the use of host public key material"
    return algorithm != null_host_key_algorithm || is_gss_kex_name(kex_method);
}

std::vector<std::string> client_host_key_algorithms(std::span<const std::string> own,
                                                    std::span<const std::string> kex_methods) {
    std::vector<std::string> algorithms = without_null(own);
    // RFC 4462 s5: "Any implementation supporting at least one key exchange method that conforms to
    // Section 2 MUST also support the "null" host key algorithm."
    if (has_gss_method(kex_methods)) {
        algorithms.emplace_back(null_host_key_algorithm);
    }
    return algorithms;
}

std::vector<std::string> server_host_key_algorithms(std::span<const std::string> own,
                                                    std::span<const std::string> kex_methods) {
    std::vector<std::string> algorithms = without_null(own);
    // RFC 4462 s5: "Servers MUST NOT advertise the "null" host key algorithm unless it is the only
    // algorithm advertised."
    if (algorithms.empty() && has_gss_method(kex_methods)) {
        algorithms.emplace_back(null_host_key_algorithm);
    }
    return algorithms;
}

std::optional<std::string> select_host_key_algorithm(std::string_view kex_method,
                                                     std::span<const std::string> client,
                                                     std::span<const std::string> server) {
    for (const std::string& algorithm : client) {
        const bool common = std::find(server.begin(), server.end(), algorithm) != server.end();
        if (common && host_key_fits(algorithm, kex_method)) {
            return algorithm;
        }
    }
    return std::nullopt;
}

} // namespace gss::inline v0::ssh
