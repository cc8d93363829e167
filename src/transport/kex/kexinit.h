// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_KEXINIT (RFC 4253 s7.1) and what two of them come to.
#pragma once

#include "outlet.h"

#include <gssxx/bytes.h>
#include <gssxx/transport/algorithms.h>
#include <gssxx/transport/session.h>

#include <array>
#include <cstddef>
#include <string>
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

[[nodiscard]] Bytes build(const KexInit& init);
/// Throws SessionFault for everything that RFC 4251 s6 and RFC 4253 s7.1 rule out (A2-28, A2-29):
/// reserved not 0, octets left over, empty or too long names, names with control characters, spaces
/// or octets over 126, too many names, too long lists. A name that stands twice is passed over the
/// second time.
[[nodiscard]] KexInit parse_kexinit(BytesView payload);

/// The payload of our KEXINIT, with a fresh cookie. @p server: a server's options, null for a
/// client. Markers are in it when @p initial. We never guess. Throws SessionFault when there are no
/// random octets.
[[nodiscard]] Bytes make_kexinit(Role role, const SessionOptions& options,
                                 const ServerOptions* server, bool initial);

/// What is agreed on (RFC 4253 s7.1), and how the peer's guess was.
struct Agreement {
    AgreedAlgorithms algorithms;
    bool guess_is_wrong = false; ///< of the peer: the next packet of its key exchange is ignored
    bool peer_takes_ext_info = false;
};
/// @p peer_is: the role of the peer. @p initial: markers count (ext-info-c/s, kex-strict-c/s-v00);
/// in a re-exchange they do not, and are never taken for methods in either. Throws SessionFault
/// (key_exchange_failed) that names the list and both sides' names when nothing fits.
[[nodiscard]] Agreement agree(const KexInit& client, const KexInit& server, Role we_are,
                              bool initial);

} // namespace gss::inline v0::transport::detail
