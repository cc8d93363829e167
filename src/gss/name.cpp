// SPDX-License-Identifier: Apache-2.0
#include <gssxx/name.h>

#include "access.h"
#include "backend_interface.h"

#include <utility>

namespace gss::inline v0 {

namespace {

using detail::Access;
using detail::NamePtr;

constexpr std::string_view import_operation = "gss_import_name";
constexpr std::size_t machine_uid_size = 4; // uid_t on every system that has these libraries

Result<Name> wrap_up(Result<NamePtr> native) {
    if (!native) {
        return native.error();
    }
    return Access::name(*std::move(native));
}

Error damaged(std::string message) {
    return {ErrorCode::damaged_export, "read an exported name", std::move(message)};
}

std::size_t big_endian(BytesView octets) noexcept {
    std::size_t value = 0;
    for (const std::byte octet : octets) {
        value = (value << 8U) | std::to_integer<std::size_t>(octet);
    }
    return value;
}

/// Types whose octets are a number in the machine's own form, where a NUL is data.
bool is_binary(const Oid& type) {
    return type == name_type::machine_uid() || type == name_type::exported() ||
           type == name_type::composite_export();
}

/// True for a principal with a component of no letters ("host/@REALM", "host/", "a//b") or of a
/// port alone ("host/:22"). Nobody has such names, and Heimdal 7.8 reads past an empty host.
bool has_empty_component(std::string_view principal) noexcept {
    bool at_start = false; // of a component that is not the first
    for (std::size_t at = 0; at < principal.size(); ++at) {
        const char letter = principal[at];
        if (at_start && (letter == '/' || letter == '@' || letter == ':')) {
            return true;
        }
        if (letter == '@') {
            return false; // the realm follows
        }
        at_start = letter == '/';
        at += letter == '\\' ? 1 : 0; // the next letter is quoted
    }
    return at_start;
}

/// The same for any text that may become a principal.
bool has_empty_part(std::string_view text, const std::optional<Oid>& type) noexcept {
    if (type == name_type::hostbased_service()) {
        const std::size_t at = text.rfind('@');
        return at != std::string_view::npos &&
               (at + 1 == text.size() || text.substr(at + 1).starts_with(':'));
    }
    return !(type && is_binary(*type)) && has_empty_component(text);
}

} // namespace

Result<ExportedName> ExportedName::parse(BytesView octets) {
    // RFC 2743 s3.2: TOK_ID 04 01, MECH_OID_LEN (2 octets), MECH_OID (DER), NAME_LEN (4), NAME.
    // RFC 6680 s8: composite names have TOK_ID 04 02.
    constexpr std::size_t prefix = 4;
    if (octets.size() < prefix) {
        return damaged("shorter than its 4 octets of prefix");
    }
    const std::byte second = octets[1];
    if (octets[0] != std::byte{4} || (second != std::byte{1} && second != std::byte{2})) {
        return damaged("does not begin with token id 04 01 or 04 02");
    }
    const std::size_t oid_size = big_endian(octets.subspan(2, 2));
    if (oid_size > octets.size() - prefix) {
        return damaged("mechanism identifier is cut");
    }
    Result<Oid> mechanism = Oid::from_der(octets.subspan(prefix, oid_size));
    if (!mechanism) {
        return damaged("mechanism identifier: " + mechanism.error().messages().front());
    }
    const BytesView rest = octets.subspan(prefix + oid_size);
    const bool composite = second == std::byte{2};
    const std::size_t size = rest.size() < 4 ? 0 : big_endian(rest.first(4));
    if (rest.size() < 4 || size > rest.size() - 4 || (!composite && size != rest.size() - 4)) {
        return damaged("length of the name does not fit the octets");
    }
    return ExportedName{*std::move(mechanism), rest.subspan(4, size), composite,
                        rest.subspan(4 + size)};
}

Result<Name> Name::import_name(const Backend& backend, std::string_view text,
                               const std::optional<Oid>& type) {
    if (!Access::of(backend)) {
        return detail::empty_object(import_operation);
    }
    if (type && (*type == name_type::exported() || *type == name_type::composite_export())) {
        return import_exported(backend, as_bytes(text));
    }
    if (text.find('\0') != std::string_view::npos && !(type && is_binary(*type))) {
        return Error(ErrorCode::bad_name, std::string(import_operation),
                     "a NUL octet inside the name");
    }
    if (has_empty_part(text, type)) {
        return Error(ErrorCode::bad_name, std::string(import_operation),
                     "an empty host or component in " + std::string(text));
    }
    // MIT reads a whole uid_t whatever the length.
    if (type == name_type::machine_uid() && text.size() != machine_uid_size) {
        return Error(ErrorCode::bad_name, std::string(import_operation),
                     "a machine uid is " + std::to_string(machine_uid_size) + " octets, not " +
                         std::to_string(text.size()));
    }
    if (text.size() > detail::max_message_size) {
        return Error(ErrorCode::bad_name, std::string(import_operation), "too long");
    }
    return wrap_up(Access::of(backend)->import_name(as_bytes(text), type));
}

namespace {

/// What native libraries do not check of Kerberos names. Both read them as text and would cut at a
/// NUL; MIT 1.20 asserts on octets behind the attributes of a composite name.
Result<void> check_kerberos(const ExportedName& parts) {
    if (parts.mechanism != mechanism::krb5()) {
        return {};
    }
    if (as_text(parts.name).find('\0') != std::string_view::npos) {
        return damaged("a NUL octet inside a Kerberos name");
    }
    if (has_empty_component(as_text(parts.name))) {
        return damaged("an empty component inside a Kerberos name");
    }
    const BytesView rest = parts.attributes;
    if (parts.composite && (rest.size() < 4 || big_endian(rest.first(4)) != rest.size() - 4)) {
        return damaged("length of the attributes does not fit the octets");
    }
    return {};
}

Result<Name> import_frame(const Backend& backend, BytesView exported, bool composite) {
    if (!Access::of(backend)) {
        return detail::empty_object(import_operation);
    }
    const Result<ExportedName> parts = ExportedName::parse(exported);
    if (!parts) {
        return parts.error();
    }
    if (parts->composite != composite) {
        return Error(ErrorCode::bad_name_type, std::string(import_operation),
                     composite ? "an exported name without attributes, not a composite one"
                               : "a composite exported name, which import_composite reads");
    }
    const Result<void> sound = check_kerberos(*parts);
    if (!sound) {
        return sound.error();
    }
    if (composite && !backend.supports(Capability::composite_names, parts->mechanism)) {
        ErrorDetails details;
        details.code = ErrorCode::unavailable;
        details.operation = import_operation;
        details.backend = backend.name();
        details.messages.emplace_back("the library reads no composite names");
        return Error(std::move(details));
    }
    return wrap_up(Access::of(backend)->import_name(
        exported, composite ? name_type::composite_export() : name_type::exported()));
}

} // namespace

Result<Name> Name::import_exported(const Backend& backend, BytesView exported) {
    return import_frame(backend, exported, false);
}

Result<Name> Name::import_composite(const Backend& backend, BytesView exported) {
    return import_frame(backend, exported, true);
}

Result<Name> Name::import_trusted(const Backend& backend, BytesView octets, const Oid& type) {
    if (!Access::of(backend)) {
        return detail::empty_object(import_operation);
    }
    return wrap_up(Access::of(backend)->import_name(octets, type));
}

Result<DisplayedName> Name::display() const {
    return self_ ? self_->display() : detail::empty_object("gss_display_name");
}

Result<bool> Name::equals(const Name& other) const {
    if (!self_ || !other.self_) {
        return detail::empty_object("gss_compare_name");
    }
    if (!detail::same_library(self_->backend(), other.self_->backend())) {
        return detail::mixed_backends("gss_compare_name", self_->backend()->name(),
                                      other.self_->backend()->name());
    }
    return self_->equals(*other.self_);
}

Result<Name> Name::canonicalize(const Oid& mechanism) const {
    return self_ ? wrap_up(self_->canonicalize(mechanism))
                 : detail::empty_object("gss_canonicalize_name");
}

Result<Buffer> Name::export_name() const {
    return self_ ? self_->export_name() : detail::empty_object("gss_export_name");
}

Result<Name> Name::duplicate() const {
    return self_ ? wrap_up(self_->duplicate()) : detail::empty_object("gss_duplicate_name");
}

Result<OidSet> Name::mechanisms() const {
    return self_ ? self_->mechanisms() : detail::empty_object("gss_inquire_mechs_for_name");
}

Result<std::string> Name::local_name(const std::optional<Oid>& mechanism) const {
    return self_ ? self_->local_name(mechanism) : detail::empty_object("gss_localname");
}

Result<bool> Name::user_ok(std::string_view user) const {
    constexpr std::string_view operation = "gss_authorize_localname";
    if (!self_) {
        return detail::empty_object(operation);
    }
    // Native libraries would cut there, and decide about another account.
    if (user.empty() || user.find('\0') != std::string_view::npos) {
        return Error(ErrorCode::malformed_parameter, std::string(operation),
                     "an account's name is not empty and has no NUL octet inside");
    }
    return self_->user_ok(std::string(user));
}

Result<NameAttributes> Name::attributes() const {
    return self_ ? self_->attributes() : detail::empty_object("gss_inquire_name");
}

Result<NameAttribute> Name::attribute(std::string_view attribute) const {
    return self_ ? self_->attribute(attribute) : detail::empty_object("gss_get_name_attribute");
}

void Name::release() noexcept {
    self_.reset();
}

Backend Name::backend() const {
    return Access::backend(self_ ? self_->backend() : nullptr);
}

} // namespace gss::inline v0
