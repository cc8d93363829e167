// SPDX-License-Identifier: Apache-2.0
#include <gssxx/transport/known_hosts.h>

#include "known_hosts_hash.h"
#include "small_file.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace gss::inline v0::transport {

namespace {

constexpr std::uint16_t ssh_port = 22;
constexpr std::size_t most_octets = std::size_t{16} << 20U;

std::string lower(std::string_view text) {
    std::string result(text);
    // Not tolower(): what it does is the locale's.
    std::ranges::transform(result, result.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return result;
}

std::string name_of(std::string_view host, std::uint16_t port) {
    const std::string name = lower(host);
    return port == ssh_port ? name : "[" + name + "]:" + std::to_string(port);
}

/// '*' stands for any characters, '?' for one. Linear in pattern times name.
bool matches(std::string_view pattern, std::string_view name) {
    std::size_t at = 0;
    std::size_t in_name = 0;
    std::optional<std::size_t> star;
    std::size_t after_star = 0;
    while (in_name < name.size()) {
        if (at < pattern.size() && pattern[at] == '*') {
            star = at++;
            after_star = in_name;
        } else if (at < pattern.size() && (pattern[at] == '?' || pattern[at] == name[in_name])) {
            ++at;
            ++in_name;
        } else if (star) {
            at = *star + 1;
            in_name = ++after_star;
        } else {
            return false;
        }
    }
    return std::ranges::all_of(pattern.substr(at), [](char letter) { return letter == '*'; });
}

/// sshd(8): "If a hostname matches a negated pattern, it is not accepted (by that line) even if it
/// matched another pattern on the line."
bool is_among(std::string_view names, const std::string& name) {
    bool found = false;
    while (!names.empty()) {
        const std::size_t comma = names.find(',');
        std::string pattern = lower(names.substr(0, comma));
        names = comma == std::string_view::npos ? std::string_view() : names.substr(comma + 1);
        const bool negated = pattern.starts_with('!');
        if (negated) {
            pattern.erase(0, 1);
        }
        if (!pattern.empty() && matches(pattern, name)) {
            if (negated) {
                return false;
            }
            found = true;
        }
    }
    return found;
}

enum class Named : std::uint8_t { yes, no, not_computed };

Named is_named(std::string_view names, const std::string& name) {
    if (!detail::is_hashed_name(names)) {
        return is_among(names, name) ? Named::yes : Named::no;
    }
    switch (detail::compare_hashed_name(names, name)) {
    case detail::HashedName::same:
        return Named::yes;
    case detail::HashedName::other:
        return Named::no;
    case detail::HashedName::not_computed:
        break;
    }
    return Named::not_computed;
}

std::string_view next_field(std::string_view& line) {
    constexpr std::string_view blanks = " \t\r";
    line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
    const std::string_view field = line.substr(0, line.find_first_of(blanks));
    line.remove_prefix(field.size());
    return field;
}

std::optional<KeyType> type_of(std::string_view algorithm) {
    if (algorithm == "ssh-ed25519") {
        return KeyType::ed25519;
    }
    if (algorithm == "ecdsa-sha2-nistp256") {
        return KeyType::ecdsa_nistp256;
    }
    if (algorithm == "ecdsa-sha2-nistp384") {
        return KeyType::ecdsa_nistp384;
    }
    if (algorithm == "ecdsa-sha2-nistp521") {
        return KeyType::ecdsa_nistp521;
    }
    return algorithm.starts_with("rsa-sha2-") ? std::optional(KeyType::rsa) : std::nullopt;
}

HostKeyAnswer refuse(std::string reason) {
    return {false, std::move(reason)};
}

} // namespace

KnownHosts KnownHosts::parse(std::string_view text) {
    KnownHosts hosts;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
        std::string_view names = next_field(line);
        const bool revoked = names == "@revoked";
        if (revoked) {
            names = next_field(line);
        }
        if (names.empty() || names.starts_with('#') || names.starts_with('@')) {
            continue;
        }
        const std::string_view type = next_field(line);
        const std::string_view base64 = next_field(line);
        Result<PublicKey> key =
            PublicKey::parse_line(std::string(type) + " " + std::string(base64));
        if (key) {
            hosts.entries_.push_back({std::string(names), *std::move(key), revoked});
        }
    }
    return hosts;
}

Result<KnownHosts> KnownHosts::read(const std::string& path) {
    const Result<std::optional<std::string>> text =
        detail::read_small_file(path, most_octets, "read known hosts");
    if (!text) {
        return text.error();
    }
    return *text ? parse(**text) : KnownHosts();
}

void KnownHosts::add(const KnownHosts& other) {
    entries_.insert(entries_.end(), other.entries_.begin(), other.entries_.end());
}

HostKeyVerdict KnownHosts::find(std::string_view host, std::uint16_t port,
                                const PublicKey& key) const {
    const std::string name = name_of(host, port);
    HostKeyVerdict verdict = HostKeyVerdict::unknown;
    for (const Entry& entry : entries_) {
        const bool same = entry.key == key;
        if (!same && (entry.revoked || entry.key.type() != key.type())) {
            continue;
        }
        const Named named = is_named(entry.names, name);
        if (named == Named::not_computed) {
            return HostKeyVerdict::failed; // this line may be the one that forbids the key
        }
        if (named == Named::no) {
            continue;
        }
        if (entry.revoked) {
            return HostKeyVerdict::revoked;
        }
        if (same) {
            verdict = HostKeyVerdict::known;
        } else if (verdict == HostKeyVerdict::unknown) {
            verdict = HostKeyVerdict::changed;
        }
    }
    return verdict;
}

std::vector<KeyType> KnownHosts::types(std::string_view host, std::uint16_t port) const {
    const std::string name = name_of(host, port);
    std::vector<KeyType> types;
    for (const Entry& entry : entries_) {
        if (!entry.revoked && is_named(entry.names, name) == Named::yes &&
            std::ranges::find(types, entry.key.type()) == types.end()) {
            types.push_back(entry.key.type());
        }
    }
    return types;
}

void prefer(const std::vector<KeyType>& types, Algorithms& algorithms) {
    auto& names = algorithms.host_keys;
    std::stable_partition(names.begin(), names.end(), [&types](const std::string& name) {
        const std::optional<KeyType> type = type_of(name);
        return type && std::ranges::find(types, *type) != types.end();
    });
}

std::string known_hosts_line(std::string_view host, std::uint16_t port, const PublicKey& key) {
    return name_of(host, port) + " " + key.to_line() + "\n";
}

HostKeyCheck check_known_hosts(KnownHosts hosts, std::string host, std::uint16_t port) {
    return [hosts = std::move(hosts), host = std::move(host),
            port](const HostKeyQuestion& question) -> HostKeyAnswer {
        const std::string key =
            "the host key " + question.key.fingerprint() + " of " + name_of(host, port);
        switch (hosts.find(host, port, question.key)) {
        case HostKeyVerdict::known:
            return {true, {}};
        case HostKeyVerdict::changed:
            return refuse(key + " is not the one that is known: it has changed, or somebody "
                                "else is on the line");
        case HostKeyVerdict::revoked:
            return refuse(key + " is revoked");
        case HostKeyVerdict::failed:
            return refuse(key + " cannot be checked: a hashed name in the file of known hosts "
                                "could not be computed");
        case HostKeyVerdict::unknown:
            break;
        }
        return refuse(key + " is not known");
    };
}

HostKeyCheck check_pinned(PublicKey key) {
    return [key = std::move(key)](const HostKeyQuestion& question) -> HostKeyAnswer {
        if (question.key == key) {
            return {true, {}};
        }
        return refuse("the host key is " + question.key.fingerprint() + " and not " +
                      key.fingerprint());
    };
}

HostKeyCheck accept_any_host_key() {
    return [](const HostKeyQuestion&) { return HostKeyAnswer{true, {}}; };
}

} // namespace gss::inline v0::transport
