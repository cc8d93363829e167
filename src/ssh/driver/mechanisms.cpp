// SPDX-License-Identifier: Apache-2.0
// What a client begins with: mechanisms that both policy and library have, and the server's name.
#include <gssxx/ssh/token.h>

#include <algorithm>
#include <string>

namespace gss::inline v0::ssh {

namespace {

/// Letters that no host name has and that mean something in the name of a principal.
bool is_foreign(char letter) noexcept {
    constexpr std::string_view foreign = "@/\\";
    return static_cast<unsigned char>(letter) <= ' ' || letter == '\x7f' ||
           foreign.find(letter) != std::string_view::npos;
}

} // namespace

Result<OidSet> offered_mechanisms(const Backend& backend, const MechanismPolicy& policy) {
    const Result<OidSet> present = backend.mechanisms();
    if (!present) {
        return present.error();
    }
    OidSet offered;
    for (const Oid& oid : allowed_mechanisms(policy)) {
        if (present->contains(oid)) {
            offered.insert(oid);
        }
    }
    return offered;
}

// RFC 4462 s7.1: "an input_name_type of GSS_C_NT_HOSTBASED_SERVICE, and an input_name_string
// consisting of the string "host@" concatenated with the hostname of the SSH server". "one should
// not rely on an unprotected DNS record to map a host alias": nothing is looked up here.
Result<Name> target_name(const Backend& backend, std::string_view host) {
    if (host.empty() || std::any_of(host.begin(), host.end(), is_foreign)) {
        return Error(ErrorCode::bad_name, "name an SSH server",
                     host.empty() ? "no host" : "an octet that no host name has");
    }
    return Name::import_name(backend, "host@" + std::string(host), name_type::hostbased_service());
}

} // namespace gss::inline v0::ssh
