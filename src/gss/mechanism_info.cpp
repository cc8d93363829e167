// SPDX-License-Identifier: Apache-2.0
#include <gssxx/mechanism_info.h>
#include <gssxx/name.h>

#include "access.h"
#include "backend_interface.h"

#include <algorithm>

namespace gss::inline v0 {

namespace {

using detail::Access;

Result<std::vector<Mechanism>> of_backend(const Backend& backend, const Result<OidSet>& oids) {
    if (!oids) {
        return oids.error();
    }
    std::vector<Mechanism> mechanisms;
    mechanisms.reserve(oids->size());
    for (const Oid& oid : *oids) {
        mechanisms.emplace_back(backend, oid);
    }
    return mechanisms;
}

bool all_in(const OidSet& wanted, const OidSet& there) {
    return std::all_of(wanted.begin(), wanted.end(),
                       [&](const Oid& oid) { return there.contains(oid); });
}

bool any_in(const OidSet& unwanted, const OidSet& there) {
    return std::any_of(unwanted.begin(), unwanted.end(),
                       [&](const Oid& oid) { return there.contains(oid); });
}

/// RFC 5587 s3.4.2: critical ones "the mechanisms indicated in the mechs output parameter MUST
/// understand (i.e., mechs must know whether critical attributes are or are not supported)".
bool fits(const MechanismAttributes& attributes, const MechanismWishes& wishes) {
    return all_in(wishes.desired, attributes.attributes) &&
           !any_in(wishes.except, attributes.attributes) &&
           all_in(wishes.critical, attributes.known);
}

/// Heimdal 7.8 makes up a SASL name for whatever identifier it is asked for.
Result<void> is_offered(const Backend& backend, const Oid& oid, std::string_view operation) {
    const Result<OidSet> all = backend.mechanisms();
    if (!all) {
        return all.error();
    }
    if (all->contains(oid)) {
        return {};
    }
    ErrorDetails details;
    details.code = ErrorCode::bad_mechanism;
    details.operation = operation;
    details.backend = backend.name();
    details.subject = "mechanism " + oid.to_string();
    details.messages.emplace_back("the library does not offer it");
    return Error(std::move(details));
}

constexpr std::string_view attributes_operation = "gss_inquire_attrs_for_mech";
constexpr std::string_view sasl_operation = "gss_inquire_saslname_for_mech";
constexpr std::string_view from_sasl_operation = "gss_inquire_mech_for_saslname";

} // namespace

Result<std::vector<Mechanism>> Mechanism::all(const Backend& backend) {
    return of_backend(backend, backend.mechanisms());
}

Result<std::vector<Mechanism>> Mechanism::for_name(const Name& name) {
    return of_backend(name.backend(), name.mechanisms());
}

Result<std::vector<Mechanism>> Mechanism::by_attributes(const Backend& backend,
                                                        const MechanismWishes& wishes) {
    Result<std::vector<Mechanism>> mechanisms = all(backend);
    const bool wished =
        !wishes.desired.empty() || !wishes.except.empty() || !wishes.critical.empty();
    if (!mechanisms || !wished) {
        return mechanisms;
    }
    std::vector<Mechanism> chosen;
    for (Mechanism& mechanism : *mechanisms) {
        const Result<MechanismAttributes> attributes = mechanism.attributes();
        if (attributes ? fits(*attributes, wishes) : false) {
            chosen.push_back(std::move(mechanism));
        }
    }
    return chosen;
}

Result<Mechanism> Mechanism::from_sasl_name(const Backend& backend, std::string_view sasl_name) {
    if (!Access::of(backend)) {
        return detail::empty_object(from_sasl_operation);
    }
    // RFC 4422 s3.1: "mechanism names are restricted to a maximum of 20 characters".
    constexpr std::size_t longest = 20;
    if (sasl_name.empty() || sasl_name.size() > longest ||
        sasl_name.find('\0') != std::string_view::npos) {
        return Error(ErrorCode::malformed_parameter, std::string(from_sasl_operation),
                     "a SASL name has 1 to 20 letters");
    }
    Result<Oid> oid = Access::of(backend)->mechanism_of_sasl_name(sasl_name);
    if (!oid) {
        return oid.error();
    }
    return Mechanism(backend, *std::move(oid));
}

Result<MechanismAttributeText> Mechanism::describe_attribute(const Backend& backend,
                                                             const Oid& attribute) {
    return Access::of(backend) ? Access::of(backend)->describe_mechanism_attribute(attribute)
                               : detail::empty_object("gss_display_mech_attr");
}

Result<MechanismAttributes> Mechanism::attributes() const {
    return Access::of(backend_) ? Access::of(backend_)->mechanism_attributes(oid_)
                                : detail::empty_object(attributes_operation);
}

Result<SaslName> Mechanism::sasl_name() const {
    if (!Access::of(backend_)) {
        return detail::empty_object(sasl_operation);
    }
    const Result<void> offered = is_offered(backend_, oid_, sasl_operation);
    return offered ? Access::of(backend_)->sasl_name(oid_) : offered.error();
}

} // namespace gss::inline v0
