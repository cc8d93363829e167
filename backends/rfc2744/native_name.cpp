// SPDX-License-Identifier: Apache-2.0
#include "native_name.h"

#include "convert.h"
#include "library_backend.h"
#include "status.h"

#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

/// Success without a name is no success: an object without one would be of no use.
Result<detail::NamePtr> checked(detail::NamePtr name, std::string_view operation) {
    if (!name) {
        return Error(ErrorCode::bad_name, std::string(operation),
                     "the library reported success and gave no name");
    }
    return name;
}

} // namespace

NativeName::~NativeName() {
    abi::Uint32 minor = 0;
    library_of(*this).call().release_name(&minor, &handle_);
}

std::string NativeName::shown() const {
    const Result<DisplayedName> displayed = display();
    return displayed ? displayed->text : std::string();
}

Error NativeName::error(std::string_view operation, NativeStatus status) const {
    return make_error(library_of(*this),
                      {operation, Operation::name, status, std::nullopt,
                       operation == "gss_display_name" ? std::string() : shown()});
}

Result<DisplayedName> NativeName::display() const {
    const Library& library = library_of(*this);
    OutputBuffer text(library);
    abi::OidDesc* type = nullptr;
    NativeStatus status;
    status.major = library.call().display_name(&status.minor, handle_, text.get(), &type);
    if (status.major != abi::status_complete) {
        return error("gss_display_name", status);
    }
    std::string_view shown = as_text(text.view());
    // gss-ntlmssp counts the end of its C string. Names of Kerberos show a NUL as "\\0".
    if (shown.ends_with('\0')) {
        shown.remove_suffix(1);
    }
    return DisplayedName{std::string(shown), to_oid(type)};
}

Result<bool> NativeName::equals(const NameInterface& other) const {
    NativeStatus status;
    int equal = 0;
    status.major = library_of(*this).call().compare_name(
        &status.minor, handle_, static_cast<const NativeName&>(other).handle_, &equal);
    if (status.major != abi::status_complete) {
        return error("gss_compare_name", status);
    }
    return equal != 0;
}

Error no_names(const Library& library, const Oid& mechanism, std::string_view operation,
               std::string subject) {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = operation;
    details.backend = library.traits.name;
    details.mechanism = mechanism;
    details.subject = std::move(subject);
    details.messages.push_back("the library has no names of mechanism " + mechanism.to_string());
    return Error(std::move(details));
}

Result<detail::NamePtr> NativeName::canonicalize(const Oid& mechanism) const {
    if (std::optional<Error> none = no_names_of(
            library_of(*this), mechanism, "gss_canonicalize_name", [this] { return shown(); })) {
        return *std::move(none);
    }
    OidArgument oid(mechanism);
    OutputName output(backend());
    NativeStatus status;
    status.major =
        library_of(*this).call().canonicalize_name(&status.minor, handle_, oid.get(), output.get());
    if (status.major != abi::status_complete) {
        return error("gss_canonicalize_name", status);
    }
    return checked(output.take(), "gss_canonicalize_name");
}

Result<Buffer> NativeName::export_name() const {
    const Library& library = library_of(*this);
    if (form_ != NameForm::mechanism) {
        ErrorDetails details;
        details.code = ErrorCode::name_not_mechanism_name;
        details.operation = "gss_export_name";
        details.backend = library.traits.name;
        details.messages.emplace_back("only mechanism names are exported: canonicalize it first");
        details.subject = shown();
        return Error(std::move(details));
    }
    OutputBuffer exported(library);
    NativeStatus status;
    status.major = library.call().export_name(&status.minor, handle_, exported.get());
    if (status.major != abi::status_complete) {
        return error("gss_export_name", status);
    }
    return exported.take(Buffer::Content::open);
}

Result<detail::NamePtr> NativeName::duplicate() const {
    if (library_of(*this).traits.shares_duplicate_names) {
        return std::const_pointer_cast<NameInterface>(shared_from_this());
    }
    OutputName output(backend());
    NativeStatus status;
    status.major = library_of(*this).call().duplicate_name(&status.minor, handle_, output.get());
    if (status.major != abi::status_complete) {
        return error("gss_duplicate_name", status);
    }
    return checked(output.take(form_), "gss_duplicate_name");
}

Result<OidSet> NativeName::mechanisms() const {
    const Library& library = library_of(*this);
    OutputOidSet set(library);
    NativeStatus status;
    status.major = library.call().inquire_mechs_for_name(&status.minor, handle_, set.get());
    if (status.major != abi::status_complete) {
        return error("gss_inquire_mechs_for_name", status);
    }
    OidSet oids = set.copy();
    // Heimdal 7.8 looks at the name type, and knows no mechanism for that of mechanism names.
    if (oids.empty() && form_ == NameForm::mechanism) {
        const Result<NameInfo> known = inquire();
        if (known && known->mechanism) {
            oids.insert(*known->mechanism);
        }
    }
    return oids;
}

OutputName::~OutputName() {
    if (handle_ != nullptr) {
        abi::Uint32 minor = 0;
        static_cast<const LibraryBackend&>(*backend_).native().call().release_name(&minor,
                                                                                   &handle_);
    }
}

detail::NamePtr OutputName::take(NameForm form) {
    if (handle_ == nullptr) {
        return nullptr;
    }
    auto name = std::make_shared<NativeName>(backend_, handle_, form);
    handle_ = nullptr;
    return name;
}

Result<std::string> principal_of(const detail::NamePtr& name) {
    const Result<detail::NamePtr> canonical = name->canonicalize(mechanism::krb5());
    if (!canonical) {
        return canonical.error();
    }
    const Result<Buffer> exported = (*canonical)->export_name();
    if (!exported) {
        return exported.error();
    }
    const Result<ExportedName> parts = ExportedName::parse(*exported);
    if (!parts) {
        return parts.error();
    }
    return std::string(as_text(parts->name));
}

std::string text_of(const detail::NamePtr& name) {
    if (!name) {
        return {};
    }
    const Result<DisplayedName> displayed = name->display();
    return displayed ? displayed->text : "a name that cannot be shown";
}

} // namespace gss::inline v0::rfc2744
