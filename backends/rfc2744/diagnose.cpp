// SPDX-License-Identifier: Apache-2.0
#include "diagnose.h"

#include <algorithm>
#include <array>

namespace gss::inline v0::rfc2744 {

namespace {

/// Codes that may hide a fault of the cache.
constexpr std::array cache_codes{
    ErrorCode::no_credentials,   ErrorCode::invalid_credentials, ErrorCode::failure,
    ErrorCode::ccache_not_found, ErrorCode::ccache_unreadable,   ErrorCode::ccache_corrupt,
};

/// Codes that may hide a fault of the keytab.
constexpr std::array keytab_codes{
    ErrorCode::no_credentials,   ErrorCode::invalid_credentials, ErrorCode::failure,
    ErrorCode::keytab_not_found, ErrorCode::keytab_unreadable,   ErrorCode::keytab_corrupt,
    ErrorCode::key_not_found,
};

template <std::size_t size>
bool is_among(ErrorCode code, const std::array<ErrorCode, size>& codes) noexcept {
    return std::find(codes.begin(), codes.end(), code) != codes.end();
}

/// Heimdal looks into the keytab when the cache is of no use, and reports only that.
bool may_hide_fault_of_cache(ErrorCode code, Operation operation) noexcept {
    return is_among(code, cache_codes) ||
           (operation == Operation::credential && is_among(code, keytab_codes));
}

std::optional<Finding> diagnose_cache(ErrorCode code, const Sources& sources) {
    if (std::optional<Finding> finding = examine_cache_type(sources.cache)) {
        return finding;
    }
    const std::string path = file_path(sources.cache);
    if (path.empty()) {
        return std::nullopt;
    }
    ExaminedCache examined = examine_cache(path);
    if (examined.finding) {
        return std::move(examined.finding);
    }
    const bool says_nothing = code == ErrorCode::no_credentials || code == ErrorCode::key_not_found;
    if (sources.keytab.empty() && says_nothing) {
        return Finding{ErrorCode::ccache_not_found,
                       "the credential cache has no fitting ticket: it is of " +
                           examined.principal};
    }
    return std::nullopt;
}

std::optional<Finding> diagnose_keytab(ErrorCode code, const Sources& sources) {
    if (std::optional<Finding> finding = examine_keytab_type(sources.keytab)) {
        return finding;
    }
    const std::string path = file_path(sources.keytab);
    if (!path.empty()) {
        if (std::optional<Finding> finding = examine_keytab(path)) {
            return finding;
        }
        if (code == ErrorCode::no_credentials) {
            return Finding{ErrorCode::key_not_found, "the keytab has no key for that name"};
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<Finding> diagnose(ErrorCode code, Operation operation, const Sources& sources) {
    if (!sources.cache.empty() && may_hide_fault_of_cache(code, operation)) {
        if (std::optional<Finding> finding = diagnose_cache(code, sources)) {
            return finding;
        }
    }
    if (!sources.keytab.empty() && is_among(code, keytab_codes)) {
        return diagnose_keytab(code, sources);
    }
    return std::nullopt;
}

} // namespace gss::inline v0::rfc2744
