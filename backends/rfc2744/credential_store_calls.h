// SPDX-License-Identifier: Apache-2.0
// Credentials from and into what a CredentialStore names.
#pragma once

#include "abi.h"
#include "backend_interface.h"
#include "library.h"
#include "native_credential.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::rfc2744 {

/// gss_acquire_cred_from, or gss_krb5_import_cred in its place; the store has elements.
[[nodiscard]] Result<detail::AcquiredNative>
acquire_from_store(const detail::BackendPtr& backend, const detail::AcquireArguments& arguments);

/// gss_add_cred_from, or an acquisition from the store in its place; @p input may be null.
[[nodiscard]] Result<detail::AddedNative> add_from_store(const detail::BackendPtr& backend,
                                                         const NativeCredential* input,
                                                         const detail::AddArguments& arguments);

/// An Error for keys that do not go together, or not with that usage, and that one of the families
/// would leave out without a word.
[[nodiscard]] std::optional<Error> refuse_contradictions(const Library& library,
                                                         std::string_view operation,
                                                         const CredentialStore& store,
                                                         CredentialUsage usage,
                                                         const detail::NamePtr& name);

/// What krb5_cc_get_principal says of a cache that does not exist. Every other code is of one that
/// may be there.
[[nodiscard]] bool is_absent(std::int32_t code, std::string_view cache) noexcept;

/// An Error when the file behind that cache is damaged and the library would crash on it.
[[nodiscard]] std::optional<Error>
refuse_damaged_cache(const Library& library, std::string_view operation, const std::string& cache);

/// A store as the library wants it. The store must outlive it.
class StoreArgument {
public:
    explicit StoreArgument(const CredentialStore& store) {
        for (const auto& [key, value] : store.elements()) {
            elements_.push_back({key.data(), value.data()}); // both have a NUL behind them
        }
        set_ = {static_cast<abi::Uint32>(elements_.size()), elements_.data()};
    }
    [[nodiscard]] abi::KeyValueSetDesc* get() noexcept { return &set_; }

private:
    std::vector<abi::KeyValueDesc> elements_;
    abi::KeyValueSetDesc set_;
};

/// Fills the cache that Heimdal is to import from a client keytab or with a password: what the
/// store's keys client_keytab, password and verify ask for. Yields the name of the cache; the
/// second is the owner of one that was made in memory.
struct FilledCache {
    std::string name;
    std::shared_ptr<const OwnedCache> owner;
};
[[nodiscard]] bool wants_filling(const detail::AcquireArguments& arguments);
[[nodiscard]] Result<FilledCache> fill_cache(const detail::BackendPtr& backend,
                                             const detail::AcquireArguments& arguments);

/// gss_store_cred_into, or gss_krb5_copy_ccache in its place. A file appears whole or not at all.
[[nodiscard]] Result<StoredCredentials> store_into_cache(const NativeCredential& credential,
                                                         const detail::StoreArguments& arguments);

} // namespace gss::inline v0::rfc2744
