// SPDX-License-Identifier: Apache-2.0
#include <gssxx/transport/delegated_cache.h>

#include "descriptor.h"
#include "waiting.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace gss::inline v0::transport {

namespace {

Error no_file(const std::string& path, int error) {
    ErrorDetails details;
    details.code = ErrorCode::ccache_unreadable;
    details.operation = "store delegated credentials";
    details.subject = path;
    details.messages.push_back(detail::system_text(error));
    return Error(std::move(details));
}

} // namespace

DelegatedCache::DelegatedCache(std::string path) noexcept : path_(std::move(path)) {}

DelegatedCache::DelegatedCache(DelegatedCache&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

DelegatedCache& DelegatedCache::operator=(DelegatedCache&& other) noexcept {
    if (this != &other) {
        remove();
        path_ = std::exchange(other.path_, {});
    }
    return *this;
}

DelegatedCache::~DelegatedCache() {
    remove();
}

Result<DelegatedCache> DelegatedCache::create(const Credentials& credentials,
                                              const std::string& folder) {
    std::string path = folder + "/krb5cc_" + std::to_string(::geteuid()) + "_XXXXXX";
    // mkostemp makes the name nobody else's before anything is in the file.
    const Descriptor reserved(::mkostemp(path.data(), O_CLOEXEC));
    if (!reserved.valid()) {
        return no_file(path, errno);
    }
    DelegatedCache cache(std::move(path));
    if (const Result<void> stored = cache.renew(credentials); !stored) {
        return stored.error(); // and the file is gone
    }
    return cache;
}

Result<void> DelegatedCache::renew(const Credentials& credentials) {
    if (path_.empty()) {
        return Error(ErrorCode::misuse, "store delegated credentials", "the cache was removed");
    }
    const Result<CredentialStore> store = CredentialStore::of({{"ccache", name()}});
    if (!store) {
        return store.error();
    }
    StoreOptions options;
    options.overwrite = true;
    const Result<StoredCredentials> stored = credentials.store_into(*store, options);
    if (!stored) {
        return stored.error();
    }
    return {};
}

bool DelegatedCache::is_ours() const noexcept {
    struct stat about {};
    return ::lstat(path_.c_str(), &about) == 0 && S_ISREG(about.st_mode) &&
           about.st_uid == ::geteuid() && (about.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

void DelegatedCache::remove() noexcept {
    if (!path_.empty()) {
        struct stat about {};
        if (::lstat(path_.c_str(), &about) == 0 && about.st_uid == ::geteuid()) {
            ::unlink(path_.c_str());
        }
        path_.clear();
    }
}

} // namespace gss::inline v0::transport
