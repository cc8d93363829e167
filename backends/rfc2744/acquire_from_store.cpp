// SPDX-License-Identifier: Apache-2.0
// Credentials from the cache and keytab that a caller names.
#include "credential_store_calls.h"

#include "convert.h"
#include "credential_files.h"
#include "krb5_handles.h"
#include "library_backend.h"
#include "native_credential.h"
#include "native_name.h"
#include "status.h"

#include <cerrno>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view from_operation = "gss_acquire_cred_from";
constexpr std::string_view import_operation = "gss_krb5_import_cred";

std::string value_of(const CredentialStore& store, std::string_view key) {
    return std::string(store.find(key).value_or(std::string_view()));
}

/// What the store names of what is used.
Sources chosen_sources(const detail::AcquireArguments& arguments) {
    Sources sources;
    if (arguments.usage != CredentialUsage::accept) {
        sources.cache = value_of(arguments.store, "ccache");
    }
    if (arguments.usage != CredentialUsage::initiate) {
        sources.keytab = value_of(arguments.store, "keytab");
    }
    sources.chosen = !sources.cache.empty() || !sources.keytab.empty();
    return sources;
}

/// What is used: the store's, else the defaults.
Sources sources_of(const Library& library, const detail::AcquireArguments& arguments) {
    Sources sources = chosen_sources(arguments);
    const bool wants_cache = arguments.usage != CredentialUsage::accept && sources.cache.empty();
    const bool wants_keytab =
        arguments.usage != CredentialUsage::initiate && sources.keytab.empty();
    if (wants_cache || wants_keytab) {
        const Sources defaults = default_sources(library, arguments.usage);
        sources.cache = wants_cache ? defaults.cache : sources.cache;
        sources.keytab = wants_keytab ? defaults.keytab : sources.keytab;
    }
    return sources;
}

/// The same for a failure: of a cache that is filled first, what it is filled from matters.
Sources sources_of_failure(const Library& library, const detail::AcquireArguments& arguments) {
    if (arguments.usage == CredentialUsage::accept) {
        return sources_of(library, arguments);
    }
    const std::string client_keytab = value_of(arguments.store, "client_keytab");
    if (client_keytab.empty() && !arguments.store.find("password")) {
        return sources_of(library, arguments);
    }
    return {{}, client_keytab, true};
}

/// Whose credentials, and all of the store that may be shown and is not among @p sources.
std::string subject_of(const detail::AcquireArguments& arguments, const Sources& sources) {
    std::string subject = rfc2744::subject_of(arguments.name);
    for (const auto& [key, value] : arguments.store.elements()) {
        if (key != "password" && value != sources.cache && value != sources.keytab) {
            subject.append(", ").append(key).append(" ").append(value);
        }
    }
    return subject;
}

Error refusal(const Library& library, std::string_view operation, ErrorCode code,
              std::string subject, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.backend = library.traits.name;
    details.mechanism = mechanism::krb5();
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

/// The library says that there is no cache when there is no client keytab to fill it from.
Error about_client_keytab(const Error& error, const detail::AcquireArguments& arguments) {
    const std::string path = file_path(value_of(arguments.store, "client_keytab"));
    if (error.code() != ErrorCode::ccache_not_found || path.empty() ||
        arguments.usage == CredentialUsage::accept) {
        return error;
    }
    std::optional<Finding> finding = examine_keytab(path);
    if (!finding) {
        return error;
    }
    ErrorDetails details = error.details();
    details.code = finding->code;
    details.messages.push_back(std::move(finding->message));
    return Error(std::move(details));
}

Result<detail::AcquiredNative> call_acquire_from(const detail::BackendPtr& backend,
                                                 const detail::AcquireArguments& arguments) {
    const Library& library = static_cast<const LibraryBackend&>(*backend).native();
    OidSetArgument desired(arguments.mechanisms);
    StoreArgument store(arguments.store);
    OutputCredential credential(backend);
    OutputOidSet mechanisms(library);
    abi::Uint32 lifetime = 0;
    NativeStatus status;
    status.major = library.call().acquire_cred_from(
        &status.minor, handle_of(arguments.name), to_native(arguments.lifetime), desired.get(),
        static_cast<int>(arguments.usage), store.get(), credential.get(), mechanisms.get(),
        arguments.tell_lifetime ? &lifetime : nullptr);
    if (status.major != abi::status_complete) {
        const Oid mechanism =
            arguments.mechanisms.empty() ? mechanism::krb5() : arguments.mechanisms[0];
        Sources sources = sources_of_failure(library, arguments);
        std::string subject = subject_of(arguments, sources);
        return about_client_keytab(
            make_error(library, {from_operation, Operation::credential, status, mechanism,
                                 std::move(subject), std::move(sources)}),
            arguments);
    }
    CredentialOrigin origin;
    origin.guarded = chosen_sources(arguments);
    origin.name = arguments.name;
    detail::AcquiredNative acquired{credential.take(std::move(origin)), mechanisms.copy(),
                                    arguments.tell_lifetime ? to_lifetime(lifetime)
                                                            : Lifetime::not_supported()};
    if (!acquired.credential) {
        return refusal(library, from_operation, ErrorCode::failure, subject_of(arguments, {}),
                       "the library reported success and gave no credential");
    }
    return acquired;
}

/// One import of a cache and a keytab by gss_krb5_import_cred, which looks at neither before a
/// context is established: that is done here.
class Import {
public:
    Import(detail::BackendPtr backend, const detail::AcquireArguments& arguments)
        : backend_(std::move(backend)),
          library_(static_cast<const LibraryBackend&>(*backend_).native()), arguments_(arguments),
          sources_(sources_of(library_, arguments)), context_(library_.loaded.krb5),
          cache_(krb5(), context_.get()), keytab_(krb5(), context_.get()),
          principal_(krb5(), context_.get()) {}

    [[nodiscard]] Result<detail::AcquiredNative> run() {
        std::optional<Error> refused = refuse_what_cannot_be_had();
        if (!refused && wants_filling(arguments_)) {
            refused = fill();
        }
        if (!refused) {
            refused = look_at_files();
        }
        if (!refused) {
            refused = find_principal();
        }
        if (!refused && !sources_.cache.empty()) {
            refused = open_cache();
        }
        if (!refused && !sources_.keytab.empty()) {
            refused = open_keytab();
        }
        if (refused) {
            return *std::move(refused);
        }
        return import();
    }

private:
    [[nodiscard]] const Krb5Functions& krb5() const noexcept { return library_.loaded.krb5; }

    [[nodiscard]] std::string subject() const {
        return rfc2744::subject_of(arguments_.name) + ", " + describe(sources_);
    }
    [[nodiscard]] Error refuse(ErrorCode code, std::string message) const {
        return refusal(library_, import_operation, code, subject(), std::move(message));
    }
    [[nodiscard]] Error krb5_error(std::string_view operation, std::int32_t code) const {
        NativeStatus status;
        status.major = static_cast<std::uint32_t>(abi::Routine::failure) << abi::routine_shift;
        status.minor = static_cast<std::uint32_t>(code);
        return make_error(library_, {operation, Operation::credential, status, mechanism::krb5(),
                                     rfc2744::subject_of(arguments_.name), sources_});
    }

    [[nodiscard]] std::optional<Error> refuse_what_cannot_be_had() const {
        for (const auto& [key, value] : arguments_.store.elements()) {
            // Its acceptors open no replay cache at all. An initiator has no use for the key, and
            // still is told: who sets it relies on it somewhere.
            if (key == "rcache") {
                return refusal(library_, import_operation, ErrorCode::unavailable,
                               "key \"" + std::string(key) + "\"",
                               "this library has no replay cache of an acceptor");
            }
        }
        for (const Oid& oid : arguments_.mechanisms) {
            if (!library_.traits.supports(Capability::credential_store, oid)) {
                return refuse(library_.traits.supports(Capability::contexts, oid)
                                  ? ErrorCode::unavailable
                                  : ErrorCode::bad_mechanism,
                              "no credentials of mechanism " + oid.to_string() +
                                  " are acquired from a store");
            }
        }
        if (library_.call().krb5_import_cred == nullptr || !is_complete(krb5()) ||
            context_.get() == nullptr) {
            return refuse(ErrorCode::unavailable, "the library's libkrb5 cannot be used");
        }
        return std::nullopt;
    }

    /// From then on the cache is as one that was named.
    [[nodiscard]] std::optional<Error> fill() {
        Result<FilledCache> filled = fill_cache(backend_, arguments_);
        if (!filled) {
            return filled.error();
        }
        sources_.cache = std::move(filled->name);
        sources_.chosen = true;
        owner_ = std::move(filled->owner);
        return std::nullopt;
    }

    /// The library does not, and crashes later on damaged ones.
    [[nodiscard]] std::optional<Error> look_at_files() const {
        std::optional<Finding> finding = examine_cache_type(sources_.cache);
        if (const std::string path = file_path(sources_.cache); !finding && !path.empty()) {
            finding = examine_cache(path).finding;
        }
        if (!finding) {
            finding = examine_for_damage(sources_.cache); // of a folder, too
        }
        if (!finding) {
            finding = examine_keytab_type(sources_.keytab);
        }
        if (const std::string path = file_path(sources_.keytab); !finding && !path.empty()) {
            finding = examine_keytab(path);
        }
        return finding ? std::optional(refuse(finding->code, std::move(finding->message)))
                       : std::nullopt;
    }

    [[nodiscard]] std::optional<Error> find_principal() {
        if (!arguments_.name) {
            return std::nullopt;
        }
        const Result<std::string> text = principal_of(arguments_.name);
        if (!text) {
            return text.error();
        }
        const std::int32_t code =
            krb5().parse_name(context_.get(), text->c_str(), principal_.receive());
        return code == 0 ? std::nullopt : std::optional(krb5_error("krb5_parse_name", code));
    }

    [[nodiscard]] std::string text_of_principal(abi::PrincipalHandle principal) const {
        TextOwner text(krb5(), context_.get());
        return krb5().unparse_name(context_.get(), principal, text.receive()) == 0
                   ? std::string(text.get())
                   : std::string();
    }

    [[nodiscard]] std::optional<Error> open_cache() {
        std::int32_t code =
            krb5().cc_resolve(context_.get(), sources_.cache.c_str(), cache_.receive());
        if (code != 0) {
            return krb5_error("krb5_cc_resolve", code);
        }
        PrincipalOwner owner(krb5(), context_.get());
        code = krb5().cc_get_principal(context_.get(), cache_.get(), owner.receive());
        if (code == ENOENT) {
            return refuse(ErrorCode::ccache_not_found, "the credential cache does not exist");
        }
        if (code != 0) {
            return krb5_error("krb5_cc_get_principal", code);
        }
        const std::string text = text_of_principal(owner.get());
        if (principal_.get() != nullptr && text != text_of_principal(principal_.get())) {
            return refuse(ErrorCode::ccache_not_found,
                          "the credential cache has no fitting ticket: it is of " + text);
        }
        if (principal_.get() == nullptr && arguments_.usage == CredentialUsage::both) {
            // Accepting goes by the cache's principal, too.
            *principal_.receive() = owner.release();
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> open_keytab() {
        std::int32_t code =
            krb5().kt_resolve(context_.get(), sources_.keytab.c_str(), keytab_.receive());
        if (code != 0) {
            return krb5_error("krb5_kt_resolve", code);
        }
        if (principal_.get() == nullptr) {
            code = krb5().kt_have_content(context_.get(), keytab_.get());
            return code == 0 ? std::nullopt
                             : std::optional(krb5_error("krb5_kt_have_content", code));
        }
        abi::KeytabEntryStruct entry;
        code = krb5().kt_get_entry(context_.get(), keytab_.get(), principal_.get(), 0, 0, &entry);
        if (code != 0) {
            return krb5_error("krb5_kt_get_entry", code);
        }
        krb5().kt_free_entry(context_.get(), &entry);
        return std::nullopt;
    }

    [[nodiscard]] Result<detail::AcquiredNative> import() {
        OutputCredential credential(backend_);
        NativeStatus status;
        status.major = library_.call().krb5_import_cred(
            &status.minor, cache_.get(), principal_.get(), keytab_.get(), credential.get());
        if (status.major != abi::status_complete) {
            return make_error(library_,
                              {import_operation, Operation::credential, status, mechanism::krb5(),
                               rfc2744::subject_of(arguments_.name), sources_});
        }
        const bool hollow = library_.traits.unnamed_acceptor_has_hollow_name &&
                            principal_.get() == nullptr && keytab_.get() != nullptr;
        detail::AcquiredNative acquired;
        acquired.credential =
            credential.take({sources_, arguments_.name, hollow, false, owner_, nullptr});
        if (!acquired.credential) {
            return refuse(ErrorCode::failure,
                          "the library reported success and gave no credential");
        }
        Result<detail::NativeCredentialInfo> info = acquired.credential->inquire(
            CredentialFields{CredentialField::lifetime, CredentialField::mechanisms});
        if (!info) {
            return info.error();
        }
        if (cache_.get() != nullptr && info->lifetime && info->lifetime->is_expired()) {
            return refuse(ErrorCode::credentials_expired,
                          "the tickets in the credential cache have expired");
        }
        acquired.mechanisms = info->mechanisms.value_or(OidSet());
        acquired.lifetime = arguments_.tell_lifetime
                                ? info->lifetime.value_or(Lifetime::not_supported())
                                : Lifetime::not_supported();
        return acquired;
    }

    detail::BackendPtr backend_;
    const Library& library_;
    const detail::AcquireArguments& arguments_;
    Sources sources_;
    std::shared_ptr<const OwnedCache> owner_;
    Krb5Context context_;
    CacheOwner cache_;
    KeytabOwner keytab_;
    PrincipalOwner principal_;
};

} // namespace

bool is_complete(const Krb5Functions& krb5) noexcept {
    bool complete = true;
#define GSSXX_IS_THERE(result, name, parameters) complete = complete && krb5.name != nullptr;
    GSSXX_KRB5_SYMBOLS(GSSXX_IS_THERE)
#undef GSSXX_IS_THERE
    return complete;
}

std::optional<Error> refuse_contradictions(const Library& library, std::string_view operation,
                                           const CredentialStore& store, CredentialUsage usage,
                                           const detail::NamePtr& name) {
    const auto refuse = [&](ErrorCode code, std::string_view key, std::string message) {
        return refusal(library, operation, code,
                       rfc2744::subject_of(name) + ", key \"" + std::string(key) + "\"",
                       std::move(message));
    };
    const bool initiates = usage != CredentialUsage::accept;
    if (!store.find("password")) {
        // It is what proves that the KDC is no impostor: left out, nobody would notice.
        return initiates && store.find("verify")
                   ? std::optional(refuse(ErrorCode::malformed_parameter, "verify",
                                          "only what a password gets is verified"))
                   : std::nullopt;
    }
    if (!initiates) {
        return refuse(ErrorCode::malformed_parameter, "password", "a password is for initiating");
    }
    if (store.find("ccache") || store.find("client_keytab")) {
        return refuse(ErrorCode::malformed_parameter, "password",
                      "a password goes with neither a ccache nor a client_keytab");
    }
    return name ? std::nullopt
                : std::optional(
                      refuse(ErrorCode::bad_name, "password", "whose password it is was not said"));
}

Result<detail::AcquiredNative> acquire_from_store(const detail::BackendPtr& backend,
                                                  const detail::AcquireArguments& arguments) {
    const Library& library = static_cast<const LibraryBackend&>(*backend).native();
    if (std::optional<Error> refused = refuse_contradictions(
            library, from_operation, arguments.store, arguments.usage, arguments.name)) {
        return *std::move(refused);
    }
    if (library.traits.acquires_from_store_by_import) {
        return Import(backend, arguments).run();
    }
    if (library.call().acquire_cred_from == nullptr) {
        return refusal(library, from_operation, ErrorCode::unavailable, subject_of(arguments, {}),
                       "the library has no credential stores");
    }
    return call_acquire_from(backend, arguments);
}

} // namespace gss::inline v0::rfc2744
