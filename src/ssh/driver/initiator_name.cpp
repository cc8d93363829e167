// SPDX-License-Identifier: Apache-2.0
#include "initiator_name.h"

#include <gssxx/mechanism.h>

#include <string_view>

namespace gss::inline v0::ssh::detail {

namespace {

// RFC 6112 s3: "a sequence of two KerberosString components: "WELLKNOWN", "ANONYMOUS"".
constexpr std::string_view kerberos_nobody = "WELLKNOWN/ANONYMOUS@";

} // namespace

bool is_anonymous(const Name& principal, ContextFlags flags) {
    if (flags.contains(ContextFlag::anonymity)) {
        return true;
    }
    const Result<DisplayedName> displayed = principal.display();
    return !displayed || displayed->type == name_type::anonymous() ||
           displayed->text.starts_with(kerberos_nobody);
}

bool is_anonymous(const AuthorizationRequest& request) {
    return is_anonymous(request.principal, request.flags);
}

std::optional<std::string> kerberos_text(BytesView exported_name) {
    const Result<ExportedName> parts = ExportedName::parse(exported_name);
    if (!parts || parts->composite || parts->mechanism != mechanism::krb5()) {
        return std::nullopt;
    }
    return std::string(as_text(parts->name));
}

} // namespace gss::inline v0::ssh::detail
