// SPDX-License-Identifier: Apache-2.0
// Key exchange of a session, the initial one and the later ones (RFC 4253 s7 to s9, RFC 4462 s2).
#pragma once

#include "kexinit.h"
#include "outlet.h"
#include "packet_reader.h"
#include "packet_writer.h"

#include <gssxx/ssh/actions.h>
#include <gssxx/transport/session.h>

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace gss::inline v0::transport::detail {

/// What was agreed on and by what; of the last exchange that was completed.
struct ExchangeOutcome {
    AgreedAlgorithms algorithms;
    HostAuthentication host = HostAuthentication::by_host_key;
    std::optional<PublicKey> host_key;
    std::optional<ssh::KexDone> gss; ///< without the secrets
};

/// Runs exchanges one after another. Sends KEXINIT, method messages and NEWKEYS itself, straight to
/// the writer; puts HostKeyQuestion, GSS questions and KeysExchanged to the outlet; puts keys into
/// reader and writer, at the right packet each. Every failure is a SessionFault.
class KeyExchange {
public:
    struct Settings {
        Role role;
        const SessionOptions& options; // both outlive this
        const ClientOptions* client;   // of one's own role; the other is null
        const ServerOptions* server;
    };
    KeyExchange(const Settings& settings, PacketReader& reader, PacketWriter& writer,
                Outlet& outlet);
    ~KeyExchange();

    /// Both identification strings are known: sends our KEXINIT.
    void start(std::string own_version, std::string peer_version);
    /// Exchanges anew. Only when !under_way().
    void rekey();
    /// A message 20, 21 or 30 to 49.
    void receive(BytesView payload);
    /// Answers a question of ours; stale when it is none.
    ssh::Fed answer(RequestId id, Answer&& answer);

    /// From the first KEXINIT, whosever, until both sides have sent NEWKEYS.
    [[nodiscard]] bool under_way() const noexcept;
    /// From our KEXINIT to our NEWKEYS: only messages 1 to 4, 20, 21, 30 to 49 may be sent.
    [[nodiscard]] bool holds_sending() const noexcept;
    /// From the peer's KEXINIT to its NEWKEYS: it may send nothing else either.
    [[nodiscard]] bool peer_is_exchanging() const noexcept;
    /// A question is open: no packet may be read.
    [[nodiscard]] bool waits() const noexcept;
    /// The initial exchange is not over.
    [[nodiscard]] bool initial() const noexcept;
    /// Strict key exchange is in force. Known once the initial KEXINITs are.
    [[nodiscard]] bool strict() const noexcept;
    [[nodiscard]] bool peer_takes_ext_info() const noexcept;
    [[nodiscard]] BytesView session_id() const noexcept;
    /// Of the first exchange that was completed: for gssapi-keyex.
    /// What a MAC failure under fresh keys most likely means; empty: nothing special.
    [[nodiscard]] std::string mac_failure_hint() const;
    [[nodiscard]] const std::optional<ExchangeOutcome>& first() const noexcept;
    [[nodiscard]] const std::optional<ExchangeOutcome>& last() const noexcept;

    // Data members are the implementer's.
};

} // namespace gss::inline v0::transport::detail
