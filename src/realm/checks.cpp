// SPDX-License-Identifier: Apache-2.0
#include "checks.h"

#include "fault.h"
#include "random_text.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <set>

namespace gss::inline v0::realm {

namespace {

constexpr std::size_t longest_name = 255;

constexpr std::array known_enctypes{
    EnctypeEntry{"aes256-cts-hmac-sha1-96", "aes256-cts-hmac-sha1-96", false, true},
    EnctypeEntry{"aes128-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96", false, true},
    EnctypeEntry{"aes256-cts-hmac-sha384-192", "aes256-cts-hmac-sha384-192", false, true},
    EnctypeEntry{"aes128-cts-hmac-sha256-128", "aes128-cts-hmac-sha256-128", false, true},
    EnctypeEntry{"camellia256-cts-cmac", "camellia256-cts-cmac", false, false},
    EnctypeEntry{"camellia128-cts-cmac", "camellia128-cts-cmac", false, false},
    EnctypeEntry{"arcfour-hmac", "arcfour-hmac-md5", true, true},
    EnctypeEntry{"des3-cbc-sha1", "des3-cbc-sha1", true, true},
};

constexpr std::string_view letters_and_digits =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool made_of(std::string_view text, std::string_view others) {
    return std::all_of(text.begin(), text.end(), [others](char c) {
        return letters_and_digits.find(c) != std::string_view::npos ||
               others.find(c) != std::string_view::npos;
    });
}

Error malformed(std::string_view what, std::string_view text, std::string_view rule) {
    return fault(ErrorCode::malformed_parameter, "check " + std::string(what), std::string(text),
                 std::string(rule));
}

Result<void> check_lifetime(std::string_view what, std::chrono::seconds lifetime) {
    using namespace std::chrono_literals;
    // The upper bound keeps every end time within the 32 bits of the cache file.
    if (lifetime < 1s || lifetime > 24h * 365) {
        return malformed(what, std::to_string(lifetime.count()) + " s",
                         "it must be from one second to a year");
    }
    return {};
}

Result<void> check_times(const RealmOptions& options) {
    auto checked = check_lifetime("ticket lifetime", options.ticket_lifetime);
    if (checked && options.renewable_lifetime) {
        checked = check_lifetime("renewable lifetime", *options.renewable_lifetime);
    }
    if (checked && options.clock_skew) {
        checked = check_lifetime("clock skew", *options.clock_skew);
    }
    return checked;
}

/// Adds to the names seen; misuse when it is there already.
Result<void> note_once(std::set<std::string>& seen, const std::string& name) {
    if (!seen.insert(name).second) {
        return fault(ErrorCode::misuse, "check principals", name, "the name is given twice");
    }
    return {};
}

Result<void> complete_principals(RealmOptions& options) {
    std::set<std::string> seen;
    for (auto& principal : options.principals) {
        auto checked = check_principal(principal.name);
        if (checked && !principal.password) {
            principal.password = random_text();
        }
        if (checked) {
            checked = check_password(principal.name, *principal.password);
        }
        if (checked) {
            checked = note_once(seen, principal.name);
        }
        if (!checked) {
            return checked;
        }
    }
    for (const auto& service : options.services) {
        auto checked = check_principal(service);
        if (checked) {
            checked = note_once(seen, service);
        }
        if (!checked) {
            return checked;
        }
    }
    return {};
}

Result<void> complete_login(RealmOptions& options) {
    if (options.login.empty() && !options.principals.empty()) {
        options.login = options.principals.front().name;
    }
    const bool known = std::any_of(options.principals.begin(), options.principals.end(),
                                   [&](const auto& p) { return p.name == options.login; });
    const bool needed = !options.login.empty() || options.ticket || options.client_keytab;
    if (needed && !known) {
        return fault(ErrorCode::misuse, "check login", options.login,
                     "the principal that logs in is none of the realm's principals");
    }
    return {};
}

} // namespace

Result<void> check_realm_name(std::string_view name) {
    if (name.empty() || name.size() > longest_name || !made_of(name, ".-") ||
        !made_of(name.substr(0, 1), "") || !made_of(name.substr(name.size() - 1), "") ||
        name.find("..") != std::string_view::npos) {
        return malformed("realm name", name,
                         "a realm name is letters, digits, '.' and '-', and starts and ends with "
                         "a letter or digit");
    }
    return {};
}

Result<void> check_principal(std::string_view name) {
    if (name.empty() || name.size() > longest_name || !made_of(name, "._+$~=:-/") ||
        name.front() == '-' || name.front() == '/' || name.back() == '/' ||
        name.find("//") != std::string_view::npos) {
        return malformed("principal", name,
                         "a principal is given without its realm, as letters, digits and "
                         "._+$~=:- in components separated by '/', and does not start with '-'");
    }
    return {};
}

Result<void> check_password(std::string_view principal, std::string_view password) {
    const bool plain = std::all_of(password.begin(), password.end(), [](char c) {
        return c >= ' ' && c <= '~' && c != '"' && c != '\\';
    });
    if (password.empty() || password.size() > longest_name || !plain) {
        // The password itself stays out of the text.
        return malformed("password of principal", principal,
                         "a password is 1 to 255 printable ASCII characters without double quote "
                         "and backslash");
    }
    return {};
}

Result<void> check_path(std::string_view what, std::string_view path) {
    if (path.empty() || path.size() > 2048 || !made_of(path, "._+-/") || path.front() == '-') {
        return malformed(what, path, "a path is letters, digits and ._+-/");
    }
    return {};
}

Result<void> check_ccache_name(std::string_view name) {
    if (name.empty() || name.size() > 2048 || !made_of(name, "._+-/:") || name.front() == '-') {
        return malformed("ticket cache", name, "a cache name is letters, digits and ._+-/:");
    }
    return {};
}

Result<void> check_filename(std::string_view name) {
    if (name.empty() || name.size() > longest_name || !made_of(name, "._+-") || name == "." ||
        name == "..") {
        return malformed("file name", name, "a file name is letters, digits and ._+-");
    }
    return {};
}

Result<void> check_neighbours(std::string_view own, const std::vector<Neighbour>& neighbours) {
    std::set<std::string, std::less<>> seen{std::string(own)};
    for (const auto& neighbour : neighbours) {
        if (auto checked = check_realm_name(neighbour.name); !checked) {
            return checked;
        }
        if (!seen.insert(neighbour.name).second) {
            return fault(ErrorCode::misuse, "check neighbours", neighbour.name,
                         "the realm is given twice, or is this one");
        }
        if (neighbour.kdc_port == 0) {
            return malformed("neighbour", neighbour.name, "its KDC has no port");
        }
        for (const auto& host : neighbour.hosts) {
            if (host.empty() || host.size() > longest_name || !made_of(host, ".-") ||
                host.front() == '-') {
                return malformed("host of neighbour " + neighbour.name, host,
                                 "a host is letters, digits, '.' and '-'");
            }
        }
    }
    return {};
}

Result<void> check_trust_paths(const std::vector<TrustPath>& paths) {
    for (const auto& path : paths) {
        auto names = path.through;
        names.insert(names.end(), {path.users, path.services});
        for (const auto& name : names) {
            if (auto checked = check_realm_name(name); !checked) {
                return checked;
            }
        }
    }
    return {};
}

Result<void> check_config_text(std::string_view text) {
    const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
        return c == '\n' || c == '\t' || (c >= ' ' && c <= '~');
    });
    if (!plain) {
        return malformed("extra krb5.conf text", text, "it must be printable ASCII in lines");
    }
    return {};
}

Result<std::vector<EnctypeEntry>> find_enctypes(const std::vector<std::string>& names,
                                                KdcKind kdc) {
    std::vector<EnctypeEntry> found;
    for (const auto& name : names) {
        const auto* entry = std::find_if(known_enctypes.begin(), known_enctypes.end(),
                                         [&](const auto& known) { return known.name == name; });
        if (entry == known_enctypes.end()) {
            return malformed("enctype", name, "no such encryption type is known here");
        }
        if (kdc == KdcKind::heimdal && !entry->heimdal) {
            return malformed("enctype", name, "Heimdal does not have this encryption type");
        }
        found.push_back(*entry);
    }
    return found;
}

Result<RealmOptions> complete_options(RealmOptions options) {
    if (options.name.empty()) {
        options.name = options.kdc == KdcKind::mit ? "TEST.EXAMPLE" : "HEIM.EXAMPLE";
    }
    auto checked = check_realm_name(options.name);
    if (checked) {
        checked = check_path("parent folder", options.parent.native());
    }
    if (checked && !options.parent.is_absolute()) {
        checked = malformed("parent folder", options.parent.native(), "it must be absolute");
    }
    if (checked) {
        checked = check_config_text(options.extra_krb5_conf);
    }
    if (checked) {
        checked = check_times(options);
    }
    if (checked) {
        checked = complete_principals(options);
    }
    if (checked) {
        checked = complete_login(options);
    }
    if (!checked) {
        return checked.error();
    }
    if (auto enctypes = find_enctypes(options.enctypes, options.kdc); !enctypes) {
        return enctypes.error();
    }
    return options;
}

} // namespace gss::inline v0::realm
