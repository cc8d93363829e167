// SPDX-License-Identifier: Apache-2.0
// Credentials into caches and into other processes.
#include <gssxx/credentials.h>

#include "credential_common.h"

#include <string>
#include <utility>

namespace gss::inline v0 {

namespace {

using detail::Access;
using detail::BackendPtr;

constexpr std::string_view store_operation = "gss_store_cred_into";
constexpr std::string_view store_default_operation = "gss_store_cred";
constexpr std::string_view import_operation = "gss_import_cred";

Error store_refusal(ErrorCode code, const BackendPtr& backend, std::string subject,
                    std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = store_operation;
    details.backend = backend->name();
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

/// The cache that a store names and nothing else beside it.
Result<std::string> only_cache(const CredentialStore& store, const BackendPtr& backend) {
    for (const CredentialStore::Element& element : store.elements()) {
        if (element.first != "ccache") {
            return store_refusal(ErrorCode::unavailable, backend,
                                 "key \"" + std::string(element.first) + "\"",
                                 "credentials are stored in a ccache only");
        }
    }
    const std::optional<std::string_view> cache = store.find("ccache");
    if (!cache) {
        return store_refusal(ErrorCode::misuse, backend, {}, "the store names no ccache");
    }
    return std::string(*cache);
}

/// Into @p cache; empty: the default one.
Result<StoredCredentials> store_in(const detail::CredentialPtr& self, std::string cache,
                                   const StoreOptions& options) {
    const BackendPtr& backend = self->backend();
    const std::string subject = cache.empty() ? "default cache" : "cache " + cache;
    if (!backend->supports(Capability::credential_storing, options.mechanism)) {
        return store_refusal(ErrorCode::unavailable, backend, subject,
                             "credentials of mechanism " + options.mechanism.to_string() +
                                 " are not stored");
    }
    if (!self->elements().may_initiate(options.mechanism)) {
        return store_refusal(ErrorCode::no_credentials, backend, subject,
                             "the credentials are for accepting only");
    }
    return self->store_into(
        {std::move(cache), options.mechanism, options.overwrite, options.set_default});
}

/// What was imported, with the usage that the library tells.
Result<AcquiredCredentials> to_public(Result<detail::AcquiredNative> imported) {
    if (!imported) {
        return imported.error();
    }
    const Result<detail::NativeCredentialInfo> info =
        imported->credential->inquire(CredentialField::usage);
    if (!info) {
        return info.error();
    }
    imported->credential->elements().insert(imported->mechanisms,
                                            info->usage.value_or(CredentialUsage::initiate));
    return AcquiredCredentials{Access::credentials(std::move(imported->credential)),
                               std::move(imported->mechanisms), imported->lifetime};
}

} // namespace

Result<StoredCredentials> Credentials::store(const StoreOptions& options) const {
    return self_ ? store_in(self_, {}, options) : detail::empty_object(store_default_operation);
}

Result<StoredCredentials> Credentials::store_into(const CredentialStore& store,
                                                  const StoreOptions& options) const {
    if (!self_) {
        return detail::empty_object(store_operation);
    }
    Result<std::string> cache = only_cache(store, self_->backend());
    return cache ? store_in(self_, *std::move(cache), options) : cache.error();
}

Result<ExportedCredentials> Credentials::export_credentials() const {
    if (!self_) {
        return detail::empty_object("gss_export_cred");
    }
    const Result<Buffer> token = self_->export_credentials();
    return token ? ExportedCredentials::frame(self_->backend()->name(), *token) : token.error();
}

Result<AcquiredCredentials> Credentials::import_credentials(const Backend& backend,
                                                            const ExportedCredentials& exported) {
    if (exported.native_token().empty()) {
        return detail::empty_object(import_operation);
    }
    if (exported.backend() != backend.name()) {
        return detail::mixed_backends(import_operation, backend.name(), exported.backend());
    }
    return import_trusted(backend, exported.native_token());
}

Result<AcquiredCredentials> Credentials::import_trusted(const Backend& backend,
                                                        BytesView native_token) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(import_operation);
    }
    if (native_token.empty()) {
        return Error(ErrorCode::malformed_parameter, std::string(import_operation),
                     "an empty token");
    }
    return to_public(native->import_credentials(native_token));
}

} // namespace gss::inline v0
