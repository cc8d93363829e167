// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_KEXINIT (RFC 4253 s7.1) and what two of them come to.
#pragma once

#include "fault.h" // what it throws
#include "outlet.h"

#include <gssxx/bytes.h>
#include <gssxx/result.h>
#include <gssxx/ssh/mechanism_policy.h>
#include <gssxx/transport/session.h>

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport::detail {

using NameList = std::vector<std::string>;

struct KexInit {
    std::array<std::byte, 16> cookie{};
    NameList key_exchange;
    NameList host_keys;
    NameList ciphers_to_server;
    NameList ciphers_to_client;
    NameList macs_to_server;
    NameList macs_to_client;
    NameList compression_to_server;
    NameList compression_to_client;
    NameList languages_to_server;
    NameList languages_to_client;
    bool guess_follows = false; ///< first_kex_packet_follows
};

/// What one side may agree to, before it becomes a KEXINIT.
struct Offer {
    Role role = Role::client;
    const Algorithms& algorithms;
    const ssh::MechanismPolicy& mechanisms;
    /// A server's: the signature algorithms of the keys that it has. A client's is not looked at.
    std::span<const std::string> host_keys{};
    bool strict = true;   ///< list the marker of strict key exchange (OpenSSH PROTOCOL s1.9)
    bool ext_info = true; ///< list the marker of EXT_INFO (RFC 8308 s2.1)
};

/// So many key exchange methods go into a KEXINIT, without markers: peers have been seen that read
/// the first 40 names or so and no more.
inline constexpr std::size_t most_own_methods = 30;

/// The lists of our KEXINIT, without cookie: GSS families stand in their place for each mechanism,
/// a server's host keys are those that it has, "null" is added as RFC 4462 s5 wants it, and methods
/// that want a host key are left out when there is none. When names are too many, families of the
/// later mechanisms go first. Fails with misuse when a list would be empty, with what check() says
/// about the algorithms.
[[nodiscard]] Result<KexInit> offered(const Offer& offer);

/// The payload of our KEXINIT, with a fresh cookie. @p server: a server's options, null for a
/// client. Markers are in it when @p initial. We never guess. Throws SessionFault when there are no
/// random octets, or nothing can be offered: check_offer() says so beforehand.
[[nodiscard]] Bytes make_kexinit(Role role, const SessionOptions& options,
                                 const ServerOptions* server, bool initial);
/// Fails with misuse when these options cannot make a KEXINIT.
[[nodiscard]] Result<void> check_offer(Role role, const SessionOptions& options,
                                       const ServerOptions* server);

[[nodiscard]] Bytes build(const KexInit& init);

/// Of a peer's name-list: more is refused. Names have at most 64 octets (RFC 4251 s6).
inline constexpr std::size_t most_peer_names = 256;
/// Throws SessionFault for everything that RFC 4251 s6 and RFC 4253 s7.1 rule out (A2-28, A2-29):
/// reserved not 0, octets left over, empty or too long names, names with control characters, spaces
/// or octets over 126, names with two '@', lists without a name (but for languages), and lists of
/// more than most_peer_names. A name that stands twice is passed over the second time.
[[nodiscard]] KexInit parse_kexinit(BytesView payload);

/// Names in a list of key exchange methods that are none: ext-info-c, ext-info-s (RFC 8308 s2.1),
/// kex-strict-c-v00@openssh.com, kex-strict-s-v00@openssh.com, and what begins like them.
[[nodiscard]] bool is_marker(std::string_view name) noexcept;

/// What is agreed on (RFC 4253 s7.1), and how the peer's guess was.
struct Agreement {
    AgreedAlgorithms algorithms; ///< strict: false in a re-exchange, where the initial one counts
    bool guess_is_wrong = false; ///< of the peer: the next packet of its key exchange is ignored
    bool peer_takes_ext_info = false; ///< false in a re-exchange
};
/// @p initial: markers count (ext-info-c/s, kex-strict-c/s-v00); in a re-exchange they do not, and
/// are never taken for methods in either. Throws SessionFault (key_exchange_failed) that names the
/// list and both sides' names when nothing fits.
[[nodiscard]] Agreement agree(const KexInit& client, const KexInit& server, Role we_are,
                              bool initial);

} // namespace gss::inline v0::transport::detail
