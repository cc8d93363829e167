// SPDX-License-Identifier: Apache-2.0
#include "config_text.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <utility>

namespace gss::inline v0::realm {

namespace {

/// Collects lines of an ini-like file.
class ConfigText {
public:
    void section(std::string_view name) { text_.append("[").append(name).append("]\n"); }
    void relation(std::string_view name, std::string_view value) {
        text_.append(depth_, '\t').append(name).append(" = ").append(value).append("\n");
    }
    void open(std::string_view name) {
        text_.append(depth_, '\t').append(name).append(" = {\n");
        ++depth_;
    }
    void close() {
        --depth_;
        text_.append(depth_, '\t').append("}\n");
    }
    void lines(std::string_view text) { text_.append(text).append("\n"); }
    [[nodiscard]] std::string take() { return std::move(text_); }

private:
    std::string text_;
    std::size_t depth_ = 1;
};

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return text;
}

std::string in_seconds(std::chrono::seconds time) {
    return std::to_string(time.count());
}

void add_enctypes(ConfigText& text, const Site& site) {
    const auto enctypes = find_enctypes(site.options.enctypes, site.options.kdc);
    if (!enctypes || enctypes->empty()) {
        return;
    }
    const auto names = join_enctypes(*enctypes, "");
    for (const auto* relation :
         {"permitted_enctypes", "default_tkt_enctypes", "default_tgs_enctypes", "default_etypes"}) {
        text.relation(relation, names);
    }
    if (std::any_of(enctypes->begin(), enctypes->end(), [](const auto& e) { return e.weak; })) {
        for (const auto* relation : {"allow_weak_crypto", "allow_rc4", "allow_des3"}) {
            text.relation(relation, "true");
        }
    }
}

/// Without a line for its host a service ends in the empty realm on MIT.
void add_hosts(ConfigText& text, const Site& site) {
    const auto domain = lower_case(site.options.name);
    auto hosts = service_hosts(site);
    hosts.insert({"localhost", domain, "." + domain});
    text.section("domain_realm");
    for (const auto& host : hosts) {
        text.relation(host, site.options.name);
    }
    // A host of two realms is ours, or the first one's.
    for (const auto& neighbour : site.neighbours) {
        for (const auto& host : neighbour.hosts) {
            if (hosts.insert(lower_case(host)).second) {
                text.relation(lower_case(host), neighbour.name);
            }
        }
    }
}

void add_realms(ConfigText& text, const Site& site, std::uint16_t port) {
    // Heimdal's own "tcp/host:port" would keep MIT out.
    const auto address = [](std::uint16_t number) { return "127.0.0.1:" + std::to_string(number); };
    text.section("realms");
    text.open(site.options.name);
    text.relation("kdc", address(port));
    if (site.options.pkinit) {
        text.relation("pkinit_anchors", "FILE:" + site.authority().string());
    }
    text.close();
    for (const auto& neighbour : site.neighbours) {
        text.open(neighbour.name);
        text.relation("kdc", address(neighbour.kdc_port));
        text.close();
    }
}

/// Both libraries read the realms between one by one, the first being the next to the users.
void add_trust_paths(ConfigText& text, const std::vector<TrustPath>& paths) {
    std::map<std::string, std::vector<const TrustPath*>> by_users;
    for (const auto& path : paths) {
        by_users[path.users].push_back(&path);
    }
    if (!by_users.empty()) {
        text.section("capaths");
    }
    for (const auto& [users, rows] : by_users) {
        text.open(users);
        for (const auto* path : rows) {
            if (path->through.empty()) {
                text.relation(path->services, ".");
            }
            for (const auto& between : path->through) {
                text.relation(path->services, between);
            }
        }
        text.close();
    }
}

std::vector<EnctypeEntry> options_or(const Site& site, const std::vector<std::string>& defaults) {
    const auto& chosen = site.options.enctypes;
    return find_enctypes(chosen.empty() ? defaults : chosen, site.options.kdc)
        .value_or(std::vector<EnctypeEntry>{});
}

} // namespace

std::set<std::string> service_hosts(const Site& site) {
    std::set<std::string> hosts;
    for (const auto& service : site.options.services) {
        const auto slash = service.find('/');
        if (slash != std::string::npos &&
            service.find_first_of("/=", slash + 1) == std::string::npos) {
            hosts.insert(lower_case(service.substr(slash + 1)));
        }
    }
    return hosts;
}

std::optional<EnctypeEntry> common_enctype(const Site& one, const Site& other) {
    const auto others = key_enctypes(other);
    for (const auto& enctype : key_enctypes(one)) {
        if (std::any_of(others.begin(), others.end(),
                        [&](const auto& entry) { return entry.name == enctype.name; })) {
            return enctype;
        }
    }
    return std::nullopt;
}

std::string join_enctypes(const std::vector<EnctypeEntry>& enctypes, std::string_view suffix) {
    std::string joined;
    for (const auto& enctype : enctypes) {
        joined.append(joined.empty() ? "" : " ").append(enctype.config_name).append(suffix);
    }
    return joined;
}

std::vector<EnctypeEntry> key_enctypes(const Site& site) {
    return options_or(site, {"aes256-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96",
                             "aes256-cts-hmac-sha384-192", "aes128-cts-hmac-sha256-128"});
}

std::vector<EnctypeEntry> heimdal_password_enctypes(const Site& site) {
    return options_or(site, {"aes256-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96"});
}

std::vector<EnctypeEntry> quick_enctypes() {
    return find_enctypes({"arcfour-hmac"}, KdcKind::heimdal).value_or(std::vector<EnctypeEntry>{});
}

std::string krb5_conf_text(const Site& site, std::uint16_t port, const ConfigVariant& variant) {
    const auto& options = site.options;
    ConfigText text;
    text.section("libdefaults");
    text.relation("default_realm", options.name);
    for (const auto* off : {"dns_lookup_kdc", "dns_lookup_realm", "dns_canonicalize_hostname",
                            "dns_uri_lookup", "rdns"}) {
        text.relation(off, "false");
    }
    text.relation("udp_preference_limit", "1");
    text.relation("forwardable", "true");
    text.relation("ticket_lifetime", in_seconds(options.ticket_lifetime));
    if (options.renewable_lifetime) {
        text.relation("renew_lifetime", in_seconds(*options.renewable_lifetime));
    }
    if (const auto skew = variant.clock_skew ? variant.clock_skew : options.clock_skew) {
        text.relation("clockskew", in_seconds(*skew));
    }
    add_enctypes(text, site);
    add_realms(text, site, variant.kdc_port.value_or(port));
    add_hosts(text, site);
    add_trust_paths(text, variant.trust_paths.value_or(site.trust_paths));
    text.section("logging");
    text.relation("kdc", "FILE:" + site.kdc_log().string());
    text.relation("admin_server", "FILE:" + (site.folder / "kadmin.log").string());
    text.lines(options.extra_krb5_conf);
    text.lines(variant.extra_krb5_conf);
    return text.take();
}

std::string mit_kdc_conf_text(const Site& site, std::uint16_t port) {
    const auto address = "127.0.0.1:" + std::to_string(port);
    const auto& options = site.options;
    const auto longest =
        std::max<std::chrono::seconds>(options.ticket_lifetime, std::chrono::hours(24));
    const auto renewable = std::max<std::chrono::seconds>(
        options.renewable_lifetime.value_or(longest), std::chrono::hours(24 * 7));
    ConfigText text;
    text.section("kdcdefaults");
    text.relation("kdc_listen", address);
    text.relation("kdc_tcp_listen", address);
    text.section("realms");
    text.open(options.name);
    text.relation("database_name", (site.database_folder() / "principal").string());
    text.relation("key_stash_file", (site.database_folder() / "stash").string());
    text.relation("acl_file", (site.database_folder() / "kadm5.acl").string());
    text.relation("max_life", in_seconds(longest) + "s");
    text.relation("max_renewable_life", in_seconds(renewable) + "s");
    text.relation("master_key_type", "aes256-cts-hmac-sha1-96");
    text.relation("supported_enctypes", join_enctypes(key_enctypes(site), ":normal"));
    // Without demand for preauthentication no client of MIT thinks of PKINIT.
    text.relation("default_principal_flags", std::string("+forwardable,+renewable,+proxiable") +
                                                 (options.pkinit ? ",+preauth" : ""));
    if (options.pkinit) {
        text.relation("pkinit_identity", "FILE:" + site.kdc_certificate().string());
        text.relation("pkinit_anchors", "FILE:" + site.authority().string());
    }
    text.close();
    return text.take();
}

std::string heimdal_kdc_conf_text(const Site& site, const std::vector<EnctypeEntry>& enctypes) {
    ConfigText text;
    text.section("kdc");
    if (site.options.pkinit) {
        text.relation("enable-pkinit", "yes");
        text.relation("pkinit_identity", "FILE:" + site.kdc_certificate().string());
        text.relation("pkinit_anchors", "FILE:" + site.authority().string());
    }
    text.open("database");
    text.relation("dbname", (site.database_folder() / "heimdal").string());
    text.relation("realm", site.options.name);
    text.relation("mkey_file", (site.database_folder() / "mkey").string());
    text.relation("acl_file", (site.database_folder() / "kadmind.acl").string());
    text.relation("log_file", (site.database_folder() / "replication.log").string());
    text.close();
    text.section("kadmin");
    text.relation("default_keys", join_enctypes(enctypes, ":pw-salt"));
    return text.take();
}

} // namespace gss::inline v0::realm
