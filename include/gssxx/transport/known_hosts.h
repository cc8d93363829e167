// SPDX-License-Identifier: Apache-2.0
// Is that the host's key? Files of known hosts (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"), a pinned
// key, or anything.
#pragma once

#include <gssxx/export.h>
#include <gssxx/result.h>
#include <gssxx/transport/algorithms.h>
#include <gssxx/transport/events.h>
#include <gssxx/transport/keys.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport {

/// What a file of known hosts says of a key.
enum class HostKeyVerdict : std::uint8_t {
    known,   ///< it is the host's
    unknown, ///< nothing is known of a key of that type
    changed, ///< the host has another key of that type
    revoked, ///< the key must not be taken, from no host
    failed,  ///< a hashed name could not be computed: the key must not be taken
};

/// Entries of a file of known hosts: plain names, patterns with '*', '?' and '!', "[host]:port",
/// hashed names. Lines of certificate authorities are left out, as are keys that KeyType lacks and
/// lines that cannot be read. A value.
class GSSXX_EXPORT KnownHosts {
public:
    KnownHosts() = default;
    /// The entries in the text of such a file.
    [[nodiscard]] static KnownHosts parse(std::string_view text);
    /// The entries of a file; none when there is no such file. Fails with unavailable when it
    /// cannot be read or has more than 16 MiB.
    [[nodiscard]] static Result<KnownHosts> read(const std::string& path);
    /// Adds the entries of @p other.
    void add(const KnownHosts& other);

    /// Port 22 stands for the plain name; every other port is looked for as "[host]:port" only.
    [[nodiscard]] HostKeyVerdict find(std::string_view host, std::uint16_t port,
                                      const PublicKey& key) const;
    /// The types of the keys that are known of the host, so that a client can ask for one of them.
    [[nodiscard]] std::vector<KeyType> types(std::string_view host, std::uint16_t port) const;
    /// How many entries could be read.
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

private:
    struct Entry {
        std::string names; ///< as in the file: patterns with commas, or one hashed name
        PublicKey key;
        bool revoked = false;
    };
    std::vector<Entry> entries_;
};

/// Puts the host key algorithms for keys of these types before the others, so that the server shows
/// a key that can be compared.
GSSXX_EXPORT void prefer(const std::vector<KeyType>& types, Algorithms& algorithms);

/// A line for a file of known hosts.
[[nodiscard]] GSSXX_EXPORT std::string known_hosts_line(std::string_view host, std::uint16_t port,
                                                        const PublicKey& key);

/// Decides a HostKeyQuestion. Without one nothing is accepted.
using HostKeyCheck = std::function<HostKeyAnswer(const HostKeyQuestion& question)>;

/// Accepts what the entries say is the host's.
[[nodiscard]] GSSXX_EXPORT HostKeyCheck check_known_hosts(KnownHosts hosts, std::string host,
                                                          std::uint16_t port);
/// Accepts that key and no other.
[[nodiscard]] GSSXX_EXPORT HostKeyCheck check_pinned(PublicKey key);
/// Accepts every key: anybody on the way can then be the server. For tests.
[[nodiscard]] GSSXX_EXPORT HostKeyCheck accept_any_host_key();

} // namespace gss::inline v0::transport
