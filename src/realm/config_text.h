// SPDX-License-Identifier: Apache-2.0
// Composes the configuration files.
#pragma once

#include "site.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gss::inline v0::realm {

/// krb5.conf for the clients of both libraries. @p port is the KDC's unless @p variant has one.
[[nodiscard]] std::string krb5_conf_text(const Site& site, std::uint16_t port,
                                         const ConfigVariant& variant);
/// kdc.conf of krb5kdc, kadmin.local and kdb5_util.
[[nodiscard]] std::string mit_kdc_conf_text(const Site& site, std::uint16_t port);
/// The configuration of Heimdal's kdc, kadmin and kstash, beside krb5.conf, with keys of these
/// enctypes.
[[nodiscard]] std::string heimdal_kdc_conf_text(const Site& site,
                                                const std::vector<EnctypeEntry>& enctypes);
/// The realm's enctypes, or the default ones.
[[nodiscard]] std::vector<EnctypeEntry> key_enctypes(const Site& site);
/// The same for keys that Heimdal derives from passwords, without the newer two by default: they
/// take a tenth of a second each.
[[nodiscard]] std::vector<EnctypeEntry> heimdal_password_enctypes(const Site& site);
/// The first of @p one that both realms have.
[[nodiscard]] std::optional<EnctypeEntry> common_enctype(const Site& one, const Site& other);
/// An enctype whose keys Heimdal makes from a password in no time, for keys to be replaced.
[[nodiscard]] std::vector<EnctypeEntry> quick_enctypes();
/// The hosts that the realm's services name, in lower case.
[[nodiscard]] std::set<std::string> service_hosts(const Site& site);
/// The names, each with @p suffix, separated by spaces.
[[nodiscard]] std::string join_enctypes(const std::vector<EnctypeEntry>& enctypes,
                                        std::string_view suffix);

} // namespace gss::inline v0::realm
