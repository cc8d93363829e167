// SPDX-License-Identifier: Apache-2.0
// Credentials into a cache that a caller names.
#include "credential_store_calls.h"

#include "caches.h"
#include "convert.h"
#include "credential_files.h"
#include "krb5_handles.h"
#include "library_backend.h"
#include "new_cache_file.h"
#include "status.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view into_operation = "gss_store_cred_into";
constexpr std::string_view copy_operation = "gss_krb5_copy_ccache";

/// What krb5_cc_get_principal says of a cache that does not exist: the same numbers in both
/// families (krb5_err.et). Every other one is of a cache that may be there: a KCM that does not
/// answer, a file of somebody else's, a damaged principal.
constexpr std::array<std::int32_t, 3> absent_codes{
    -1765328189, // KRB5_FCC_NOFILE: MIT's and Heimdal's types
    -1765328243, // KRB5_CC_NOTFOUND: Heimdal's KCM
    ENOENT,      // Heimdal's MEMORY, FILE and DIR
};
/// Heimdal's SCC says of a cache without a row in its database that there are no more entries.
constexpr std::int32_t no_more_entries = -1765328242; // KRB5_CC_END

/// One store of a credential.
class Storing {
public:
    Storing(const NativeCredential& credential, detail::StoreArguments arguments)
        : library_(library_of(credential)), credential_(credential),
          arguments_(std::move(arguments)) {}

    [[nodiscard]] Result<StoredCredentials> run() {
        if (arguments_.cache.empty()) {
            // Where gss_store_cred would put it, without its search through other caches.
            arguments_.cache = Krb5Context(krb5()).default_cache();
            if (arguments_.cache.empty()) {
                return refuse({ErrorCode::ccache_not_found, "there is no default cache"});
            }
        }
        Result<StoredCredentials> stored = store_somewhere();
        if (stored && arguments_.set_default && copies()) {
            if (std::optional<Error> refused = make_default()) {
                return *std::move(refused);
            }
        }
        return stored;
    }

private:
    [[nodiscard]] Result<StoredCredentials> store_somewhere() {
        if (copies() ? library_.call().krb5_copy_ccache == nullptr || !is_complete(krb5())
                     : library_.call().store_cred_into == nullptr) {
            return refuse({ErrorCode::unavailable, "the library stores no credentials"});
        }
        if (std::optional<Finding> finding = examine_cache_type(arguments_.cache)) {
            return refuse(*std::move(finding));
        }
        if (std::optional<Error> refused =
                refuse_damaged_cache(library_, operation(), credential_.origin().guarded.cache)) {
            return *std::move(refused);
        }
        std::string path = file_path(arguments_.cache);
        return path.empty() ? store_in_place() : store_as_file(std::move(path));
    }

    /// Of types without a choice, the cache is what it is named, and the name of a folder is its
    /// chosen cache already.
    [[nodiscard]] std::optional<Error> make_default() const {
        const std::string& cache = arguments_.cache;
        const bool folder = cache.starts_with("DIR:") && !cache.starts_with("DIR::");
        return folder || !has_choice(library_, cache) ? std::nullopt : make_chosen(library_, cache);
    }

    [[nodiscard]] const Krb5Functions& krb5() const noexcept { return library_.loaded.krb5; }
    [[nodiscard]] bool copies() const noexcept {
        return library_.traits.acquires_from_store_by_import;
    }
    [[nodiscard]] std::string_view operation() const noexcept {
        return copies() ? copy_operation : into_operation;
    }

    [[nodiscard]] Error refuse(Finding finding) const {
        ErrorDetails details;
        details.code = finding.code;
        details.operation = operation();
        details.backend = library_.traits.name;
        details.mechanism = arguments_.mechanism;
        details.subject = "cache " + arguments_.cache;
        details.messages.push_back(std::move(finding.message));
        return Error(std::move(details));
    }
    [[nodiscard]] Error native_error(std::string_view operation, NativeStatus status) const {
        return make_error(library_, {operation, Operation::credential, status, arguments_.mechanism,
                                     "cache " + arguments_.cache});
    }
    [[nodiscard]] Error krb5_error(std::string_view operation, std::int32_t code) const {
        NativeStatus status;
        status.major = static_cast<std::uint32_t>(abi::Routine::failure) << abi::routine_shift;
        status.minor = static_cast<std::uint32_t>(code);
        return native_error(operation, status);
    }

    [[nodiscard]] Result<StoredCredentials> store_as_file(std::string path) const {
        NewCacheFile file(std::move(path));
        std::optional<Finding> finding = file.begin(arguments_.overwrite);
        if (finding) {
            return refuse(*std::move(finding));
        }
        Result<StoredCredentials> stored = store(file.name());
        if (!stored) {
            return stored;
        }
        finding = file.publish(arguments_.overwrite);
        if (finding) {
            return refuse(*std::move(finding));
        }
        return stored;
    }

    /// For types in which only the library can put something.
    [[nodiscard]] Result<StoredCredentials> store_in_place() {
        if (!is_complete(krb5())) {
            return refuse({ErrorCode::unavailable, "the library's libkrb5 cannot be used"});
        }
        const Krb5Context context(krb5());
        if (context.get() == nullptr) {
            return refuse({ErrorCode::unavailable, "the library's libkrb5 cannot be used"});
        }
        CacheOwner cache(krb5(), context.get());
        std::int32_t code =
            krb5().cc_resolve(context.get(), arguments_.cache.c_str(), cache.receive());
        if (code != 0) {
            return krb5_error("krb5_cc_resolve", code);
        }
        PrincipalOwner principal(krb5(), context.get());
        code = krb5().cc_get_principal(context.get(), cache.get(), principal.receive());
        const bool exists = code == 0;
        // What cannot be read may be somebody's: it is neither replaced nor destroyed.
        if (!exists && !is_absent(code, arguments_.cache)) {
            return krb5_error("krb5_cc_get_principal", code);
        }
        if (exists && !arguments_.overwrite) {
            return refuse({ErrorCode::duplicate_element, "the credential cache exists"});
        }
        // MIT makes a new cache in a collection and goes on to take another one for chosen, which
        // is of no use when that one does not exist.
        as_default_ = arguments_.set_default || !exists;
        Result<StoredCredentials> stored = store(arguments_.cache);
        if (!stored && !exists) {
            krb5().cc_destroy(context.get(), cache.release());
        }
        return stored;
    }

    /// Whatever is in that cache is replaced.
    [[nodiscard]] Result<StoredCredentials> store(const std::string& cache) const {
        return copies() ? copy_to(cache) : store_to(cache);
    }

    [[nodiscard]] Result<StoredCredentials> store_to(const std::string& cache) const {
        std::array elements{abi::KeyValueDesc{"ccache", cache.c_str()}};
        abi::KeyValueSetDesc set{elements.size(), elements.data()};
        OidArgument mechanism(arguments_.mechanism);
        OutputOidSet mechanisms(library_);
        int usage = static_cast<int>(CredentialUsage::initiate);
        constexpr abi::Uint32 overwrite = 1;
        const abi::Uint32 as_default = as_default_ ? 1 : 0;
        NativeStatus status;
        status.major = library_.call().store_cred_into(&status.minor, credential_.handle(), usage,
                                                       mechanism.get(), overwrite, as_default, &set,
                                                       mechanisms.get(), &usage);
        if (status.major != abi::status_complete) {
            return native_error(into_operation, status);
        }
        return StoredCredentials{mechanisms.copy(), static_cast<CredentialUsage>(usage)};
    }

    [[nodiscard]] Result<StoredCredentials> copy_to(const std::string& name) const {
        const Krb5Context context(krb5());
        if (context.get() == nullptr) {
            return refuse({ErrorCode::unavailable, "the library's libkrb5 cannot be used"});
        }
        CacheOwner cache(krb5(), context.get());
        const std::int32_t code = krb5().cc_resolve(context.get(), name.c_str(), cache.receive());
        if (code != 0) {
            return krb5_error("krb5_cc_resolve", code);
        }
        NativeStatus status;
        status.major =
            library_.call().krb5_copy_ccache(&status.minor, credential_.handle(), cache.get());
        if (status.major != abi::status_complete) {
            return native_error(copy_operation, status);
        }
        return StoredCredentials{OidSet{arguments_.mechanism}, CredentialUsage::initiate};
    }

    const Library& library_;
    const NativeCredential& credential_;
    detail::StoreArguments arguments_;
    bool as_default_ = false;
};

} // namespace

bool is_absent(std::int32_t code, std::string_view cache) noexcept {
    return std::find(absent_codes.begin(), absent_codes.end(), code) != absent_codes.end() ||
           (code == no_more_entries && cache.starts_with("SCC:"));
}

std::optional<Error> refuse_damaged_cache(const Library& library, std::string_view operation,
                                          const std::string& cache) {
    if (!library.traits.crashes_on_damaged_files) {
        return std::nullopt;
    }
    std::optional<Finding> finding = examine_for_damage(cache);
    return finding
               ? std::optional(credential_refusal(library, operation, finding->code,
                                                  "cache " + cache, std::move(finding->message)))
               : std::nullopt;
}

Result<StoredCredentials> store_into_cache(const NativeCredential& credential,
                                           const detail::StoreArguments& arguments) {
    return Storing(credential, arguments).run();
}

} // namespace gss::inline v0::rfc2744
