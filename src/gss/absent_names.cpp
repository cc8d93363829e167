// SPDX-License-Identifier: Apache-2.0
// What a backend says that lacks the calls of RFC 6680, RFC 5587 and RFC 5801.
#include "mechanism_calls.h"
#include "name_calls.h"

#include <string>

namespace gss::inline v0::detail {

namespace {

Error absent(std::string_view operation, std::string_view backend) {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = operation;
    details.backend = backend;
    details.messages.emplace_back("the backend has no such call");
    return Error(std::move(details));
}

} // namespace

Result<NameInfo> NameCalls::inquire() const {
    return absent("gss_inquire_name", backend_name());
}

Result<std::string> NameCalls::display_as(const Oid& /*type*/) const {
    return absent("gss_display_name_ext", backend_name());
}

Result<Buffer> NameCalls::export_composite() const {
    return absent("gss_export_name_composite", backend_name());
}

Result<std::shared_ptr<NameInterface>>
NameCalls::with_attribute(std::string_view /*name*/, std::span<const BytesView> /*values*/,
                          bool /*complete*/) const {
    return absent("gss_set_name_attribute", backend_name());
}

Result<std::shared_ptr<NameInterface>>
NameCalls::without_attribute(std::string_view /*name*/) const {
    return absent("gss_delete_name_attribute", backend_name());
}

Result<MechanismAttributes> MechanismCalls::mechanism_attributes(const Oid& /*oid*/) const {
    return absent("gss_inquire_attrs_for_mech", name());
}

Result<MechanismAttributeText>
MechanismCalls::describe_mechanism_attribute(const Oid& /*attribute*/) const {
    return absent("gss_display_mech_attr", name());
}

Result<SaslName> MechanismCalls::sasl_name(const Oid& /*oid*/) const {
    return absent("gss_inquire_saslname_for_mech", name());
}

Result<Oid> MechanismCalls::mechanism_of_sasl_name(std::string_view /*sasl_name*/) const {
    return absent("gss_inquire_mech_for_saslname", name());
}

} // namespace gss::inline v0::detail
