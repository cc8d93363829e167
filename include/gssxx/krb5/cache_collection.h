// SPDX-License-Identifier: Apache-2.0
// Caches that belong together, and which of them is the default.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gss::inline v0::krb5 {

/// One cache of a collection.
struct Cache {
    std::string name;                     ///< "DIR::/run/user/1000/krb5cc/tkt1"
    std::optional<std::string> principal; ///< absent: it has none yet, or cannot be read
    bool chosen = false;                  ///< the one that the collection's own name stands for
};

/// The caches of one type in one place: DIR:, KEYRING:, KCM:, MEMORY: (all of the process), or a
/// FILE: alone. Holds a name only; every call looks anew and blocks on files, the kernel or the
/// KCM daemon.
class GSSXX_EXPORT CacheCollection {
public:
    /// The collection of that name, or the library's default. Fails with ccache_unreadable, naming
    /// it, for a type that the library does not have.
    [[nodiscard]] static Result<CacheCollection>
    open(const Backend& backend, const std::optional<std::string>& name = std::nullopt);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Every cache in it, with its principal. Fails with what the library says where the type
    /// cannot work on this machine.
    [[nodiscard]] Result<std::vector<Cache>> list() const;
    /// The cache of that principal ("alice@REALM"); ccache_not_found when there is none.
    [[nodiscard]] Result<Cache> find(const std::string& principal) const;
    /// Makes that cache the one which the collection's name stands for (krb5_cc_switch), for all
    /// processes that use it. Fails with ccache_not_found for one that is not in it, and
    /// unavailable for types without a choice (FILE, MEMORY).
    [[nodiscard]] Result<void> choose(const std::string& cache) const;

private:
    CacheCollection(Backend backend, std::string name)
        : backend_(std::move(backend)), name_(std::move(name)) {}
    Backend backend_;
    std::string name_;
};

} // namespace gss::inline v0::krb5
