// SPDX-License-Identifier: Apache-2.0
#include "new_cache_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr mode_t owner_only = S_IRUSR | S_IWUSR;

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    if (slash == std::string::npos) {
        return ".";
    }
    return slash == 0 ? "/" : path.substr(0, slash);
}

Finding cannot_write(int error) {
    if (error == ENOENT || error == ENOTDIR) {
        return {ErrorCode::ccache_not_found, "the folder of the credential cache does not exist"};
    }
    if (error == EEXIST) {
        return {ErrorCode::duplicate_element, "the credential cache exists"};
    }
    return {ErrorCode::ccache_unreadable,
            "the credential cache cannot be written: " + std::generic_category().message(error)};
}

} // namespace

NewCacheFile::NewCacheFile(std::string path) : path_(std::move(path)) {}

NewCacheFile::~NewCacheFile() {
    if (!folder_.empty()) {
        unlink(file().c_str());
        rmdir(folder_.c_str());
    }
}

std::optional<Finding> NewCacheFile::begin(bool overwrite) {
    struct stat attributes {};
    if (path_.empty() || path_.ends_with('/')) {
        return cannot_write(path_.empty() ? ENOENT : EISDIR);
    }
    if (lstat(path_.c_str(), &attributes) == 0) {
        if (!overwrite) {
            return cannot_write(EEXIST);
        }
        if (S_ISDIR(attributes.st_mode)) {
            return cannot_write(EISDIR);
        }
    }
    // A folder that nobody else can enter: what the library makes in there nobody can foresee or
    // replace, wherever the cache shall lie.
    std::string pattern = folder_of(path_) + "/.gssxx-XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) {
        return cannot_write(errno);
    }
    folder_ = std::move(pattern);
    return std::nullopt;
}

std::optional<Finding> NewCacheFile::publish(bool overwrite) {
    if (chmod(file().c_str(), owner_only) != 0) {
        return Finding{ErrorCode::failure, "the library reported success and stored nothing"};
    }
    // link() refuses a path that exists, which rename() would replace.
    const int failed = overwrite ? std::rename(file().c_str(), path_.c_str())
                                 : link(file().c_str(), path_.c_str());
    return failed == 0 ? std::nullopt : std::optional(cannot_write(errno));
}

} // namespace gss::inline v0::rfc2744
