// SPDX-License-Identifier: Apache-2.0
// Decides what text may go into kadmin scripts and configuration files.
#pragma once

#include <gssxx/realm/options.h>
#include <gssxx/result.h>

#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::realm {

/// An encryption type that both libraries' configuration files name alike.
struct EnctypeEntry {
    std::string_view name;        ///< as options name it
    std::string_view config_name; ///< a name that MIT and Heimdal both read
    bool weak;                    ///< has to be allowed in krb5.conf
    bool heimdal;                 ///< Heimdal 7.8 has it
};

[[nodiscard]] Result<void> check_realm_name(std::string_view name);
/// Principals and services, without a realm.
[[nodiscard]] Result<void> check_principal(std::string_view name);
[[nodiscard]] Result<void> check_password(std::string_view principal, std::string_view password);
/// Absolute or relative, of letters, digits and `._+-/`.
[[nodiscard]] Result<void> check_path(std::string_view what, std::string_view path);
[[nodiscard]] Result<void> check_ccache_name(std::string_view name);
/// One path component.
[[nodiscard]] Result<void> check_filename(std::string_view name);
/// Names, ports and hosts of other realms than @p own, none of them twice.
[[nodiscard]] Result<void> check_neighbours(std::string_view own,
                                            const std::vector<Neighbour>& neighbours);
[[nodiscard]] Result<void> check_trust_paths(const std::vector<TrustPath>& paths);
[[nodiscard]] Result<void> check_config_text(std::string_view text);
/// Known, and usable by the KDC; @p names keeps its order.
[[nodiscard]] Result<std::vector<EnctypeEntry>> find_enctypes(const std::vector<std::string>& names,
                                                              KdcKind kdc);

/// Fills in the defaults and checks everything, duplicates and the login included.
[[nodiscard]] Result<RealmOptions> complete_options(RealmOptions options);

} // namespace gss::inline v0::realm
