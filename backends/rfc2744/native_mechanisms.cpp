// SPDX-License-Identifier: Apache-2.0
// What a library tells of its mechanisms: RFC 5587 and RFC 5801.
#include "convert.h"
#include "library_backend.h"
#include "status.h"

#include <string>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view attributes_operation = "gss_inquire_attrs_for_mech";
constexpr std::string_view describe_operation = "gss_display_mech_attr";
constexpr std::string_view sasl_operation = "gss_inquire_saslname_for_mech";
constexpr std::string_view from_sasl_operation = "gss_inquire_mech_for_saslname";

Error refusal(const Library& library, ErrorCode code, std::string_view operation,
              std::string subject, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.backend = library.traits.name;
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

Error no_call(const Library& library, std::string_view operation) {
    return refusal(library, ErrorCode::unavailable, operation, {}, "the library has no such call");
}

/// Without the NUL that some libraries count.
std::string text_of(const OutputBuffer& buffer) {
    std::string text(as_text(buffer.view()));
    if (text.ends_with('\0')) {
        text.pop_back();
    }
    return text;
}

std::string about(const Oid& oid) {
    return "mechanism " + oid.to_string();
}

} // namespace

Result<MechanismAttributes> LibraryBackend::mechanism_attributes(const Oid& oid) const {
    if (library_.call().inquire_attrs_for_mech == nullptr) {
        return no_call(library_, attributes_operation);
    }
    OidArgument argument(oid);
    OutputOidSet has(library_);
    OutputOidSet known(library_);
    NativeStatus status;
    status.major = library_.call().inquire_attrs_for_mech(&status.minor, argument.get(), has.get(),
                                                          known.get());
    if (status.major != abi::status_complete) {
        return make_error(library_,
                          {attributes_operation, Operation::other, status, oid, about(oid)});
    }
    return MechanismAttributes{has.copy(), known.copy()};
}

Result<MechanismAttributeText>
LibraryBackend::describe_mechanism_attribute(const Oid& attribute) const {
    if (library_.call().display_mech_attr == nullptr) {
        return no_call(library_, describe_operation);
    }
    OidArgument argument(attribute);
    OutputBuffer name(library_);
    OutputBuffer brief(library_);
    OutputBuffer full(library_);
    NativeStatus status;
    status.major = library_.call().display_mech_attr(&status.minor, argument.get(), name.get(),
                                                     brief.get(), full.get());
    constexpr std::uint32_t bad_attribute = 19; // GSS_S_BAD_MECH_ATTR, RFC 5587 s3.3
    if (status.routine() == bad_attribute) {
        return refusal(library_, ErrorCode::malformed_parameter, describe_operation,
                       "attribute " + attribute.to_string(), "the library does not know it");
    }
    if (status.major != abi::status_complete) {
        return make_error(library_, {describe_operation, Operation::other, status, std::nullopt,
                                     "attribute " + attribute.to_string()});
    }
    return MechanismAttributeText{text_of(name), text_of(brief), text_of(full)};
}

Result<SaslName> LibraryBackend::sasl_name(const Oid& oid) const {
    if (library_.call().inquire_saslname_for_mech == nullptr) {
        return no_call(library_, sasl_operation);
    }
    OidArgument argument(oid);
    OutputBuffer sasl(library_);
    OutputBuffer mechanism(library_);
    OutputBuffer description(library_);
    NativeStatus status;
    status.major = library_.call().inquire_saslname_for_mech(
        &status.minor, argument.get(), sasl.get(), mechanism.get(), description.get());
    if (status.major != abi::status_complete) {
        return make_error(library_, {sasl_operation, Operation::other, status, oid, about(oid)});
    }
    return SaslName{text_of(sasl), text_of(mechanism), text_of(description)};
}

Result<Oid> LibraryBackend::mechanism_of_sasl_name(std::string_view sasl_name) const {
    if (library_.call().inquire_mech_for_saslname == nullptr) {
        return no_call(library_, from_sasl_operation);
    }
    abi::BufferDesc name = input_buffer(as_bytes(sasl_name));
    abi::OidDesc* oid = nullptr; // the library's own, for ever
    NativeStatus status;
    status.major = library_.call().inquire_mech_for_saslname(&status.minor, &name, &oid);
    const std::string subject = "SASL name " + std::string(sasl_name);
    if (status.major != abi::status_complete) {
        return make_error(library_,
                          {from_sasl_operation, Operation::other, status, std::nullopt, subject});
    }
    std::optional<Oid> known = to_oid(oid);
    if (!known) {
        return refusal(library_, ErrorCode::bad_mechanism, from_sasl_operation, subject,
                       "the library gave no mechanism");
    }
    return *std::move(known);
}

} // namespace gss::inline v0::rfc2744
