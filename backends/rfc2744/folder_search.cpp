// SPDX-License-Identifier: Apache-2.0
#include "folder_search.h"

#include "credential_store_calls.h"
#include "library_backend.h"
#include "native_credential.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view folder_type = "DIR:";
/// More caches than people have; each is opened.
constexpr std::size_t most_caches = 256;

/// The names of the caches in the folder: its primary, then every file of the form that both
/// libraries give to caches there.
std::vector<std::string> caches_of(const std::string& collection) {
    std::vector<std::string> names{collection};
    std::filesystem::path folder = collection.substr(folder_type.size());
    if (folder.string().starts_with(':')) {
        folder = std::filesystem::path(folder.string().substr(1)).parent_path();
    }
    std::error_code none;
    for (std::filesystem::directory_iterator entry(folder, none), end; !none && entry != end;
         entry.increment(none)) {
        if (entry->path().filename().string().starts_with("tkt") && names.size() < most_caches) {
            names.push_back("DIR::" + entry->path().string());
        }
    }
    std::sort(names.begin() + 1, names.end());
    return names;
}

Error refusal(const Library& library, std::string_view operation, ErrorCode code,
              const detail::NamePtr& name, const Sources& sources, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.mechanism = mechanism::krb5();
    details.backend = library.traits.name;
    details.subject = subject_of(name) + ", " + describe(sources);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

} // namespace

bool must_search_folder(const Library& library, const detail::NamePtr& name, CredentialUsage usage,
                        const Sources& sources) {
    return library.traits.crashes_in_cache_folders && name && usage != CredentialUsage::accept &&
           sources.cache.starts_with(folder_type);
}

Result<detail::AcquiredNative> acquire_in_folder(const detail::BackendPtr& backend,
                                                 const detail::AcquireArguments& arguments,
                                                 const Sources& sources) {
    const Library& library = static_cast<const LibraryBackend&>(*backend).native();
    for (const std::string& cache : caches_of(sources.cache)) {
        detail::AcquireArguments here = arguments;
        if (const Result<void> named = here.store.set("ccache", cache); !named) {
            return named.error();
        }
        Result<detail::AcquiredNative> acquired = acquire_from_store(backend, here);
        if (acquired || acquired.error().code() != ErrorCode::ccache_not_found) {
            return acquired;
        }
    }
    return refusal(library, "gss_acquire_cred", ErrorCode::ccache_not_found, arguments.name,
                   sources, "no cache of the folder is of that principal");
}

Error refuse_folder_search(const Library& library, const detail::NamePtr& name,
                           const Sources& sources) {
    return refusal(library, "gss_add_cred", ErrorCode::unavailable, name, sources,
                   "the library cannot search a folder of caches for a principal: acquire the "
                   "credentials, or name a cache in the folder");
}

} // namespace gss::inline v0::rfc2744
