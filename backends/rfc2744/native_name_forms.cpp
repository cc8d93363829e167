// SPDX-License-Identifier: Apache-2.0
// Names as RFC 6680 has them: what they are, their other forms, and copies with other attributes.
#include "native_name.h"

#include "convert.h"
#include "library_backend.h"
#include "status.h"

#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view display_operation = "gss_display_name_ext";
constexpr std::string_view export_operation = "gss_export_name_composite";
constexpr std::string_view set_operation = "gss_set_name_attribute";
constexpr std::string_view delete_operation = "gss_delete_name_attribute";

Error unavailable(const Library& library, std::string_view operation, std::string subject,
                  std::string message) {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = operation;
    details.backend = library.traits.name;
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

/// An empty view has no address; the libraries want one beside a length of zero.
abi::BufferDesc addressed(BytesView octets) noexcept {
    return input_buffer(octets.empty() ? as_bytes("").first(0) : octets);
}

} // namespace

Result<NameInfo> NativeName::inquire() const {
    const Library& library = library_of(*this);
    if (library.traits.supports(Capability::name_attributes, mechanism::krb5())) {
        Result<NameAttributes> known = attributes();
        if (!known) {
            return known.error();
        }
        return NameInfo{known->is_mechanism_name, std::move(known->mechanism)};
    }
    // gss_inquire_name fails there. A mechanism name's exported form begins with the mechanism.
    if (form_ != NameForm::mechanism) {
        return NameInfo{};
    }
    const Result<Buffer> exported = export_name();
    if (!exported) {
        return exported.error();
    }
    Result<ExportedName> parts = ExportedName::parse(*exported);
    if (!parts) {
        return parts.error();
    }
    return NameInfo{true, std::move(parts->mechanism)};
}

Result<std::string> NativeName::display_as(const Oid& type) const {
    const Library& library = library_of(*this);
    const auto subject = [&] { return shown() + " as a name of type " + type.to_string(); };
    if (library.call().display_name_ext == nullptr) {
        return unavailable(library, display_operation, subject(), "the library has no such call");
    }
    OidArgument oid(type);
    OutputBuffer text(library);
    NativeStatus status;
    status.major = library.call().display_name_ext(&status.minor, handle_, oid.get(), text.get());
    if (status.major != abi::status_complete) {
        return make_error(library,
                          {display_operation, Operation::name, status, std::nullopt, subject()});
    }
    return std::string(as_text(text.view()));
}

Result<Buffer> NativeName::export_composite() const {
    const Library& library = library_of(*this);
    if (library.call().export_name_composite == nullptr ||
        !library.traits.supports(Capability::composite_names, mechanism::krb5())) {
        return unavailable(library, export_operation, shown(),
                           "the library exports no composite names");
    }
    if (form_ != NameForm::mechanism) {
        ErrorDetails details;
        details.code = ErrorCode::name_not_mechanism_name;
        details.operation = export_operation;
        details.backend = library.traits.name;
        details.subject = shown();
        details.messages.emplace_back("only mechanism names are exported: canonicalize it first");
        return Error(std::move(details));
    }
    OutputBuffer exported(library);
    NativeStatus status;
    status.major = library.call().export_name_composite(&status.minor, handle_, exported.get());
    if (status.major != abi::status_complete) {
        return error(export_operation, status);
    }
    return exported.take(Buffer::Content::secret); // a PAC is nobody else's business
}

Result<detail::NamePtr> NativeName::changeable_copy(std::string_view operation,
                                                    std::string_view attribute,
                                                    bool has_call) const {
    const Library& library = library_of(*this);
    // A library that shares duplicates would change this name, too.
    if (!has_call || library.traits.shares_duplicate_names ||
        !library.traits.supports(Capability::name_attribute_setting, mechanism::krb5())) {
        return unavailable(library, operation, shown() + " attribute " + std::string(attribute),
                           "the library changes no attributes of names");
    }
    return duplicate();
}

Result<detail::NamePtr> NativeName::with_attribute(std::string_view name,
                                                   std::span<const BytesView> values,
                                                   bool complete) const {
    const Library& library = library_of(*this);
    Result<detail::NamePtr> copy =
        changeable_copy(set_operation, name, library.call().set_name_attribute != nullptr);
    if (!copy) {
        return copy;
    }
    abi::BufferDesc attribute = input_buffer(as_bytes(name));
    for (const BytesView& value : values) {
        // The last call says whether these were all.
        const bool last = &value == &values.back();
        abi::BufferDesc octets = addressed(value);
        NativeStatus status;
        status.major = library.call().set_name_attribute(
            &status.minor, handle_of(*copy), last && complete ? 1 : 0, &attribute, &octets);
        if (status.major != abi::status_complete) {
            return make_error(library, {set_operation, Operation::name, status, std::nullopt,
                                        shown() + " attribute " + std::string(name)});
        }
    }
    return copy;
}

Result<detail::NamePtr> NativeName::without_attribute(std::string_view name) const {
    const Library& library = library_of(*this);
    Result<detail::NamePtr> copy =
        changeable_copy(delete_operation, name, library.call().delete_name_attribute != nullptr);
    if (!copy) {
        return copy;
    }
    abi::BufferDesc attribute = input_buffer(as_bytes(name));
    NativeStatus status;
    status.major =
        library.call().delete_name_attribute(&status.minor, handle_of(*copy), &attribute);
    if (status.major != abi::status_complete) {
        return make_error(library, {delete_operation, Operation::name, status, std::nullopt,
                                    shown() + " attribute " + std::string(name)});
    }
    return copy;
}

} // namespace gss::inline v0::rfc2744
