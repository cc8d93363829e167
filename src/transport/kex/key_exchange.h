// SPDX-License-Identifier: Apache-2.0
// Key exchange of a session, the initial one and the later ones (RFC 4253 s7 to s9, RFC 4462 s2).
#pragma once

#include "exchange.h"
#include "kexinit.h"
#include "outlet.h"
#include "packet_protection.h"
#include "packet_reader.h"
#include "packet_writer.h"

#include <gssxx/ssh/actions.h>
#include <gssxx/transport/session.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

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
/// reader and writer, at the right packet each. Every failure is a SessionFault, after which, as
/// after std::bad_alloc, every call that could go on is another one.
///
/// The context of an initial exchange stays with the host, for gssapi-keyex. That of a re-exchange
/// is released (ssh::Release) right after its KeysExchanged, but for a server's with delegated
/// credentials: the host deletes that one when it has dealt with them.
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

    /// Our identification string is on its way: sends our KEXINIT right behind it. RFC 4253 s4.2:
    /// "Key exchange will begin immediately after sending this identifier."
    void start(std::string own_version);
    /// The peer's identification string has come. Before its KEXINIT is read.
    void peer_is(std::string peer_version);
    /// Exchanges anew. Only after start() and when !under_way(); else a fault of the host's.
    void rekey();
    /// A message 20, 21 or 30 to 49; not while waits(). The reader must have given it last: its
    /// sequence number counts.
    void receive(BytesView payload);
    /// Answers a question of ours; stale when it is none.
    ssh::Fed answer(RequestId id, Answer&& answer);

    /// From the first KEXINIT, whosever, until both sides have sent NEWKEYS.
    [[nodiscard]] bool under_way() const noexcept;
    /// From our KEXINIT to our NEWKEYS: only messages 1 to 4, 20, 21, 30 to 49 may be sent.
    [[nodiscard]] bool holds_sending() const noexcept;
    /// From the peer's KEXINIT to its NEWKEYS: it may send nothing else either.
    [[nodiscard]] bool peer_is_exchanging() const noexcept;
    /// Strict key exchange allows the peer nothing now but SSH_MSG_DISCONNECT and what receive()
    /// takes. That its KEXINIT was its first packet, receive() has seen to.
    [[nodiscard]] bool allows_exchange_only() const noexcept {
        return strict() && initial() && peer_is_exchanging();
    }
    /// A question is open: no packet may be read.
    [[nodiscard]] bool waits() const noexcept;
    /// The initial exchange is not over.
    [[nodiscard]] bool initial() const noexcept;
    /// Strict key exchange is in force. Known once the initial KEXINITs are.
    [[nodiscard]] bool strict() const noexcept;
    [[nodiscard]] bool peer_takes_ext_info() const noexcept;
    [[nodiscard]] BytesView session_id() const noexcept;
    /// What a MAC failure under fresh keys most likely means; empty: nothing special.
    [[nodiscard]] std::string mac_failure_hint() const;
    /// The last host key that a server sent, whatever the exchange: a client's view of it, or a
    /// server's own.
    [[nodiscard]] const std::optional<PublicKey>& host_key() const noexcept { return host_key_; }
    /// Of the first exchange that was completed: for gssapi-keyex.
    [[nodiscard]] const std::optional<ExchangeOutcome>& first() const noexcept;
    [[nodiscard]] const std::optional<ExchangeOutcome>& last() const noexcept;

private:
    /// What methods send and ask: their messages are not held back while keys are exchanged.
    class Direct final : public Outlet {
    public:
        Direct(PacketWriter& writer, Outlet& outlet) noexcept : writer_(writer), outlet_(outlet) {}
        void send(BytesView payload) override { writer_.write(payload); }
        void put(Event event) override { outlet_.put(std::move(event)); }
        [[nodiscard]] RequestId new_id() noexcept override { return outlet_.new_id(); }

    private:
        PacketWriter& writer_;
        Outlet& outlet_;
    };
    enum class Ours : std::uint8_t { nothing, kexinit, newkeys };
    enum class Theirs : std::uint8_t { nothing, kexinit };

    template <typename Task>
    void run(Task&& task);
    void send_kexinit();
    void take_kexinit(BytesView payload);
    void begin_exchange(BytesView peer_kexinit);
    void take_method_message(BytesView payload);
    void take_newkeys(BytesView payload);
    void look_for_result();
    void use_result(ExchangeResult&& result);
    void announce();
    [[nodiscard]] const ssh::Crypto& crypto() const noexcept;

    Settings settings_;
    PacketReader& reader_;
    PacketWriter& writer_;
    Direct direct_;
    std::string own_version_;
    std::string peer_version_;

    // Of the exchange that is under way
    Ours ours_ = Ours::nothing;
    Theirs theirs_ = Theirs::nothing;
    bool ignores_next_ = false; ///< the peer has guessed wrong
    Bytes own_kexinit_;         ///< until the peer's is there
    AgreedAlgorithms agreed_;
    std::unique_ptr<Exchange> exchange_;
    std::unique_ptr<PacketProtection> next_receiving_; ///< until the peer's NEWKEYS
    std::optional<ExchangeOutcome> next_;

    // Of the session
    std::uint32_t number_ = 0; ///< of the next exchange, or of the one under way
    bool strict_ = false;
    bool peer_takes_ext_info_ = false;
    bool broken_ = false; ///< something was thrown: nothing goes on
    Bytes session_id_;
    std::optional<PublicKey> host_key_;
    std::optional<ExchangeOutcome> first_;
    std::optional<ExchangeOutcome> last_;
};

} // namespace gss::inline v0::transport::detail
