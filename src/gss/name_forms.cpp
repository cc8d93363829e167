// SPDX-License-Identifier: Apache-2.0
// Names: their attributes, accounts, and the forms in which they are shown and compared.
#include <gssxx/name.h>

#include "access.h"
#include "backend_interface.h"
#include "local_account.h"

#include <system_error>
#include <utility>

namespace gss::inline v0 {

namespace {

using detail::Access;
using detail::NamePtr;

constexpr std::string_view set_operation = "gss_set_name_attribute";
constexpr std::string_view delete_operation = "gss_delete_name_attribute";
constexpr std::string_view display_operation = "gss_display_name_ext";
constexpr std::string_view uid_operation = "gss_pname_to_uid";
constexpr std::string_view authorize_operation = "gss_authorize_localname";

Error refusal(const NamePtr& name, ErrorCode code, std::string_view operation, std::string subject,
              std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.backend = name->backend()->name();
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

std::string shown(const NamePtr& name) {
    const Result<DisplayedName> displayed = name->display();
    return displayed ? displayed->text : std::string();
}

/// The parts of a Kerberos principal up to the realm, with what was quoted (RFC 1964 s2.1.1:
/// '/', '@', a backslash and control characters are preceded by a backslash).
std::vector<std::string> components(std::string_view principal) {
    std::vector<std::string> parts(1);
    for (std::size_t at = 0; at < principal.size() && principal[at] != '@'; ++at) {
        if (principal[at] == '/') {
            parts.emplace_back();
            continue;
        }
        if (principal[at] == '\\' && at + 1 < principal.size()) {
            ++at;
        }
        parts.back() += principal[at];
    }
    return parts;
}

/// What the name may be called in that form: to be checked.
std::optional<std::string> candidate(std::string_view principal, const Oid& type) {
    const std::vector<std::string> parts = components(principal);
    if (type == name_type::user() && parts.size() == 1) {
        return parts[0];
    }
    if (type == name_type::hostbased_service() && parts.size() == 2) {
        return parts[0] + "@" + parts[1];
    }
    return std::nullopt;
}

/// Failures that say that a name cannot be written or read that way, and nothing worse.
bool means_no_form(const Error& error) {
    switch (error.code()) {
    case ErrorCode::bad_name:
    case ErrorCode::bad_name_type:
    case ErrorCode::bad_mechanism:
    case ErrorCode::name_not_mechanism_name:
    case ErrorCode::unavailable:
        return true;
    default:
        return false;
    }
}

using Form = std::optional<std::string>;

Result<Form> no_form_or(const Error& error) {
    return means_no_form(error) ? Result<Form>(Form()) : Result<Form>(error);
}

/// The text, when a name of that type made of it is the same for the mechanism: has the same
/// exported form.
Result<Form> checked(std::string text, const Oid& type, const NamePtr& canonical, const Oid& oid) {
    const Result<Name> same = Name::import_name(Access::backend(canonical->backend()), text, type);
    const Result<Name> as_mechanism = same ? same->canonicalize(oid) : same.error();
    if (!as_mechanism) {
        return no_form_or(as_mechanism.error());
    }
    const Result<Buffer> theirs = as_mechanism->export_name();
    const Result<Buffer> ours = theirs ? canonical->export_name() : theirs.error();
    if (!ours) {
        return no_form_or(ours.error());
    }
    return ours->text() == theirs->text() ? Form(std::move(text)) : Form();
}

/// The name's text in that form, when a name made of it is the same for the mechanism.
Result<Form> form_of(const NamePtr& name, const Oid& type) {
    const Result<NameInfo> info = name->inquire();
    if (!info) {
        return no_form_or(info.error());
    }
    const Oid oid = info->mechanism.value_or(mechanism::krb5());
    const Result<NamePtr> canonical = name->canonicalize(oid);
    if (!canonical) {
        return no_form_or(canonical.error());
    }
    Result<DisplayedName> displayed = (*canonical)->display();
    if (!displayed) {
        return no_form_or(displayed.error());
    }
    if (displayed->type == type) {
        return Form(std::move(displayed->text));
    }
    Form text = candidate(displayed->text, type);
    if (!text || text->empty() || text->find('\0') != std::string::npos) {
        return Form();
    }
    return checked(*std::move(text), type, *canonical, oid);
}

/// What native libraries would take, cut, or read past.
std::optional<std::string> fault_of(std::string_view attribute, std::span<const BytesView> values) {
    if (attribute.empty()) {
        return "the attribute has no name";
    }
    if (values.empty()) {
        return "no value: delete_attribute takes an attribute away";
    }
    std::size_t size = attribute.size();
    for (const BytesView value : values) {
        size += value.size();
    }
    if (values.size() > max_attribute_values || size > max_attribute_size) {
        return "more values, or larger ones, than one attribute has";
    }
    return std::nullopt;
}

Result<Name> wrap_up(Result<NamePtr> native) {
    if (!native) {
        return native.error();
    }
    return Access::name(*std::move(native));
}

} // namespace

Result<NameInfo> Name::inquire() const {
    return self_ ? self_->inquire() : detail::empty_object("gss_inquire_name");
}

Result<std::string> Name::display_as(const Oid& type) const {
    if (!self_) {
        return detail::empty_object(display_operation);
    }
    const Result<DisplayedName> displayed = self_->display();
    if (!displayed) {
        return displayed.error();
    }
    if (displayed->type == type) {
        return displayed->text;
    }
    Result<std::string> native = self_->display_as(type);
    if (native || native.error().code() != ErrorCode::unavailable) {
        return native;
    }
    Result<Form> built = form_of(self_, type);
    if (!built) {
        return built.error();
    }
    if (*built) {
        return **std::move(built);
    }
    return refusal(self_, ErrorCode::unavailable, display_operation,
                   displayed->text + " as a name of type " + type.to_string(),
                   "the name has no such form");
}

Result<Buffer> Name::export_composite() const {
    return self_ ? self_->export_composite() : detail::empty_object("gss_export_name_composite");
}

Result<NameAttributeMap> Name::attribute_map() const {
    const Result<NameAttributes> listed = attributes();
    if (!listed) {
        return listed.error();
    }
    NameAttributeMap map;
    for (const std::string& name : listed->names) {
        Result<NameAttribute> value = attribute(name);
        if (!value && value.error().code() != ErrorCode::unavailable) {
            return value.error();
        }
        map.insert_or_assign(name, value ? *std::move(value) : NameAttribute());
    }
    return map;
}

Result<Name> Name::set_attribute(std::string_view attribute, std::span<const BytesView> values,
                                 bool complete) const {
    if (!self_) {
        return detail::empty_object(set_operation);
    }
    if (const std::optional<std::string> fault = fault_of(attribute, values)) {
        return refusal(self_, ErrorCode::malformed_parameter, set_operation,
                       shown(self_) + " attribute " + std::string(attribute), *fault);
    }
    return wrap_up(self_->with_attribute(attribute, values, complete));
}

Result<Name> Name::delete_attribute(std::string_view attribute) const {
    if (!self_) {
        return detail::empty_object(delete_operation);
    }
    if (attribute.empty() || attribute.size() > max_attribute_size) {
        return refusal(self_, ErrorCode::malformed_parameter, delete_operation, shown(self_),
                       "the attribute has no name, or too long a one");
    }
    return wrap_up(self_->without_attribute(attribute));
}

Result<bool> Name::authorize_local_name(const Name& user) const {
    if (!self_ || !user.self_) {
        return detail::empty_object(authorize_operation);
    }
    if (!detail::same_library(self_->backend(), user.self_->backend())) {
        return detail::mixed_backends(authorize_operation, self_->backend()->name(),
                                      user.self_->backend()->name());
    }
    const Result<DisplayedName> account = user.display();
    if (!account) {
        return account.error();
    }
    // MIT compares other names as a last resort, so that every name would be its own account.
    if (account->type != name_type::user()) {
        return refusal(self_, ErrorCode::bad_name_type, authorize_operation,
                       shown(self_) + " as account " + account->text,
                       "an account is a name of the type of users");
    }
    return user_ok(account->text);
}

Result<std::uint32_t> Name::user_id(const std::optional<Oid>& mechanism) const {
    if (!self_) {
        return detail::empty_object(uid_operation);
    }
    const Result<std::string> user = local_name(mechanism);
    if (!user) {
        return user.error();
    }
    const LocalAccount account = look_up_account(*user);
    if (account.exists) {
        return account.uid;
    }
    const std::string subject = shown(self_) + " as account " + *user;
    if (account.error != 0) {
        return refusal(self_, ErrorCode::failure, uid_operation, subject,
                       "the account cannot be looked up: " +
                           std::generic_category().message(account.error));
    }
    return refusal(self_, ErrorCode::unavailable, uid_operation, subject, "no such account");
}

std::string Name::key() const {
    if (!self_) {
        return {};
    }
    std::string key(self_->backend()->name());
    key += '\0';
    if (const Result<Buffer> exported = self_->export_name()) {
        return key.append("exported").append(exported->text());
    }
    const Result<DisplayedName> displayed = self_->display();
    if (displayed) {
        const Bytes type = displayed->type ? displayed->type->to_der() : Bytes();
        key.append("displayed").append(as_text(type)).append(displayed->text);
    }
    return key;
}

bool operator==(const Name& left, const Name& right) {
    return left.self_ == right.self_ || left.key() == right.key();
}

std::strong_ordering operator<=>(const Name& left, const Name& right) {
    return left.self_ == right.self_ ? std::strong_ordering::equal : left.key() <=> right.key();
}

} // namespace gss::inline v0
