// SPDX-License-Identifier: Apache-2.0
#include "library_backend.h"

#include "convert.h"
#include "credential_store_calls.h"
#include "native_context.h"
#include "native_credential.h"
#include "native_name.h"
#include "status.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

/// RFC 1964 s2.1.1 writes the NUL of a principal as a backslash and '0'.
bool has_quoted_nul(std::string_view principal) noexcept {
    for (std::size_t at = 0; at + 1 < principal.size(); ++at) {
        if (principal[at] == '\\' && principal[++at] == '0') {
            return true;
        }
    }
    return false;
}

/// Names of services are not read as principals are.
bool would_be_cut(const Library& library, BytesView octets, const std::optional<Oid>& type) {
    return library.traits.cuts_principals_at_quoted_nul && type != name_type::hostbased_service() &&
           has_quoted_nul(as_text(octets));
}

} // namespace

const void* LibraryBackend::identity() const noexcept {
    // One loaded library has one gss_init_sec_context, by whichever path it was opened.
    return reinterpret_cast<const void*>(library_.call().init_sec_context);
}

bool LibraryBackend::supports(Capability capability, const Oid& mechanism) const noexcept {
    return library_.traits.supports(capability, mechanism) && is_offered(mechanism);
}

bool LibraryBackend::is_offered(const Oid& mechanism) const noexcept {
    if (mechanism == mechanism::krb5() || mechanism == mechanism::spnego()) {
        return true; // every library of these families has them inside
    }
    abi::OidSetDesc* set = nullptr;
    abi::Uint32 minor = 0;
    bool found = false;
    if (library_.call().indicate_mechs(&minor, &set) == abi::status_complete && set != nullptr) {
        for (std::size_t index = 0; index < set->count; ++index) {
            found = found || is_oid(&set->elements[index], mechanism);
        }
        library_.call().release_oid_set(&minor, &set);
    }
    return found;
}

Result<OidSet> LibraryBackend::mechanisms() const {
    OutputOidSet set(library_);
    NativeStatus status;
    status.major = library_.call().indicate_mechs(&status.minor, set.get());
    if (status.major != abi::status_complete) {
        return make_error(library_,
                          {"gss_indicate_mechs", Operation::other, status, std::nullopt, {}});
    }
    return set.copy();
}

Result<OidSet> LibraryBackend::name_types(const Oid& mechanism) const {
    OidArgument oid(mechanism);
    OutputOidSet set(library_);
    NativeStatus status;
    status.major = library_.call().inquire_names_for_mech(&status.minor, oid.get(), set.get());
    if (status.major != abi::status_complete) {
        return make_error(library_, {"gss_inquire_names_for_mech", Operation::other, status,
                                     mechanism, "mechanism " + mechanism.to_string()});
    }
    return set.copy();
}

Result<std::vector<std::string>>
LibraryBackend::status_text(StatusKind kind, std::uint32_t code,
                            const std::optional<Oid>& mechanism) const {
    return display_status(
        library_, code,
        kind == StatusKind::major ? abi::status_kind_gss : abi::status_kind_mechanism, mechanism);
}

Result<void> LibraryBackend::preload() const {
    const Result<OidSet> all = mechanisms();
    if (!all) {
        return all.error();
    }
    // Importing a Kerberos name makes the library read krb5.conf and load its plugins.
    const Result<detail::NamePtr> name =
        import_name(as_bytes("preload@localhost"), name_type::hostbased_service());
    if (!name) {
        return name.error();
    }
    const Result<detail::NamePtr> canonical = (*name)->canonicalize(mechanism::krb5());
    return canonical ? Result<void>() : Result<void>(canonical.error());
}

Result<detail::NamePtr> LibraryBackend::import_name(BytesView octets,
                                                    const std::optional<Oid>& type) const {
    const bool exported =
        type && (*type == name_type::exported() || *type == name_type::composite_export());
    const auto shown = [&] {
        return std::string(as_text(octets.first(std::min<std::size_t>(octets.size(), 256))));
    };
    if (exported) {
        const Result<ExportedName> parts = ExportedName::parse(octets);
        std::optional<Error> none =
            parts ? no_names_of(library_, parts->mechanism, "gss_import_name", shown)
                  : std::nullopt;
        if (none) {
            return *std::move(none);
        }
    }
    if (would_be_cut(library_, octets, type)) {
        ErrorDetails details;
        details.code = ErrorCode::bad_name;
        details.operation = "gss_import_name";
        details.backend = library_.traits.name;
        details.subject = shown();
        details.messages.emplace_back("a quoted NUL inside the name, at which the library cuts");
        return Error(std::move(details));
    }
    // A view of nothing has no address; the libraries want one beside a length of zero.
    abi::BufferDesc input = input_buffer(octets.empty() ? as_bytes("").first(0) : octets);
    OidArgument oid(type);
    const detail::BackendPtr self = shared_from_this();
    OutputName output(self);
    NativeStatus status;
    status.major = library_.call().import_name(&status.minor, &input, oid.get(), output.get());
    if (status.major != abi::status_complete) {
        return make_error(library_,
                          {"gss_import_name", Operation::name, status, std::nullopt, shown()});
    }
    detail::NamePtr name = output.take(exported ? NameForm::mechanism : NameForm::any);
    if (!name) {
        return Error(ErrorCode::bad_name, "gss_import_name",
                     "the library reported success and gave no name");
    }
    return name;
}

Result<detail::AcquiredNative>
LibraryBackend::acquire(const detail::AcquireArguments& arguments) const {
    return rfc2744::acquire(shared_from_this(), arguments);
}

Result<detail::AddedNative>
LibraryBackend::add_to_default(const detail::AddArguments& arguments) const {
    return arguments.store.empty() ? rfc2744::add(shared_from_this(), nullptr, arguments)
                                   : add_from_store(shared_from_this(), nullptr, arguments);
}

Result<detail::NativeCredentialInfo>
LibraryBackend::inquire_default_credential(CredentialFields fields) const {
    return rfc2744::inquire(shared_from_this(), nullptr, fields);
}

detail::ContextPtr LibraryBackend::new_context() const {
    return std::make_unique<NativeContext>(shared_from_this(), nullptr);
}

Result<detail::ContextPtr> LibraryBackend::import_context(BytesView native_token) const {
    abi::BufferDesc input = input_buffer(native_token);
    // The owner first: nothing may come between the library's handle and it.
    auto context = std::make_unique<NativeContext>(shared_from_this(), nullptr);
    NativeStatus status;
    status.major = library_.call().import_sec_context(&status.minor, &input, context->receive());
    if (status.major != abi::status_complete) {
        return make_error(
            library_, {"gss_import_sec_context", Operation::context, status, std::nullopt, {}, {}});
    }
    if (!context->exists()) {
        return Error(ErrorCode::no_context, "gss_import_sec_context",
                     "the library reported success and gave no context");
    }
    const Result<void> adopted = context->adopt();
    if (!adopted) {
        return adopted.error();
    }
    return detail::ContextPtr(std::move(context));
}

LibraryBackendPtr make_backend(Library library) {
    return std::make_shared<const LibraryBackend>(std::move(library));
}

Result<detail::BackendPtr> open_backend(const Traits& traits, std::string_view library) {
    Result<LoadedLibrary> loaded = load(traits.name, library, traits.family_symbol);
    if (!loaded) {
        return loaded.error();
    }
    return detail::BackendPtr(make_backend(Library{*std::move(loaded), traits}));
}

} // namespace gss::inline v0::rfc2744
