// SPDX-License-Identifier: Apache-2.0
#include "key_exchange.h"

#include "fault.h"
#include "messages.h"
#include "new_keys.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace gss::inline v0::transport::detail {

namespace {

std::uint8_t number_of(BytesView payload) {
    if (payload.empty()) {
        protocol_fault("an empty message");
    }
    return std::to_integer<std::uint8_t>(payload[0]);
}

/// Nothing of it is secret: K and H have been wiped.
ExchangeOutcome copy_of(const ExchangeOutcome& outcome) {
    ExchangeOutcome copy{outcome.algorithms, outcome.host, outcome.host_key, std::nullopt};
    if (outcome.gss) {
        const ssh::KexDone& gss = *outcome.gss;
        copy.gss.emplace(ssh::KexDone{SecretBytes(), SecretBytes(), gss.hash, gss.host_key,
                                      gss.context, gss.mechanism, gss.flags});
    }
    return copy;
}

[[noreturn]] void misuse(std::string text) {
    throw SessionFault(reason::by_application, std::move(text), ssh::Fault::misuse);
}

} // namespace

KeyExchange::KeyExchange(const Settings& settings, PacketReader& reader, PacketWriter& writer,
                         Outlet& outlet)
    : settings_(settings), reader_(reader), writer_(writer), direct_(writer, outlet) {}

KeyExchange::~KeyExchange() = default;

/// Whatever @p task throws, a fault or std::bad_alloc, ends this for good: half of an exchange is
/// no ground to go on from.
template <typename Task>
void KeyExchange::run(Task&& task) {
    if (std::exchange(broken_, true)) {
        misuse("the key exchange has failed before");
    }
    task();
    broken_ = false;
}

const ssh::Crypto& KeyExchange::crypto() const noexcept {
    return settings_.options.crypto != nullptr ? *settings_.options.crypto : ssh::openssl_crypto();
}

void KeyExchange::start(std::string own_version) {
    run([&] {
        if (!own_version_.empty() || own_version.empty()) {
            misuse("key exchange starts once, with a version");
        }
        own_version_ = std::move(own_version);
        send_kexinit();
    });
}

void KeyExchange::peer_is(std::string peer_version) {
    run([&] {
        if (own_version_.empty() || !peer_version_.empty() || peer_version.empty()) {
            misuse("the peer's version is told once, after the start");
        }
        peer_version_ = std::move(peer_version);
    });
}

void KeyExchange::rekey() {
    run([&] {
        if (initial() || under_way()) {
            misuse("keys are exchanged anew after the exchange before");
        }
        send_kexinit();
    });
}

void KeyExchange::receive(BytesView payload) {
    run([&] {
        if (waits()) {
            misuse("a message of the key exchange was read while a question is open");
        }
        const std::uint8_t number = number_of(payload);
        if (number == message::kexinit) {
            take_kexinit(payload);
        } else if (number == message::newkeys) {
            take_newkeys(payload);
        } else if (number >= message::kex_first && number <= message::kex_last) {
            take_method_message(payload);
        } else {
            protocol_fault("message " + std::to_string(number) + " is none of a key exchange");
        }
    });
}

ssh::Fed KeyExchange::answer(RequestId id, Answer&& answer) {
    if (broken_ || !exchange_ || !exchange_->owns(id)) {
        return ssh::Fed::stale;
    }
    ssh::Fed fed = ssh::Fed::taken;
    run([&] {
        fed = exchange_->answer(id, std::move(answer));
        look_for_result();
    });
    return fed;
}

void KeyExchange::send_kexinit() {
    own_kexinit_ = make_kexinit(settings_.role, settings_.options, settings_.server, initial());
    writer_.write(own_kexinit_);
    ours_ = Ours::kexinit;
}

void KeyExchange::take_kexinit(BytesView payload) {
    // RFC 4253 s7.1: "Once a party has sent a SSH_MSG_KEXINIT message [...] until it has sent a
    // SSH_MSG_NEWKEYS message (Section 7.3), it MUST NOT send [...] further SSH_MSG_KEXINIT
    // messages".
    if (theirs_ != Theirs::nothing) {
        protocol_fault("a second KEXINIT within a key exchange");
    }
    if (peer_version_.empty()) {
        misuse("a KEXINIT was read before the peer's version was known");
    }
    // RFC 4253 s9: "When this message is received, a party MUST respond with its own
    // SSH_MSG_KEXINIT message, except when the received SSH_MSG_KEXINIT already was a reply."
    if (ours_ == Ours::nothing) {
        send_kexinit();
    }
    theirs_ = Theirs::kexinit;
    begin_exchange(payload);
}

void KeyExchange::begin_exchange(BytesView peer_kexinit) {
    const bool client = settings_.role == Role::client;
    const KexInit peers = parse_kexinit(peer_kexinit);
    const KexInit own = parse_kexinit(own_kexinit_);
    Agreement agreement =
        agree(client ? own : peers, client ? peers : own, settings_.role, initial());
    if (initial()) {
        strict_ = agreement.algorithms.strict && settings_.options.strict;
        peer_takes_ext_info_ = agreement.peer_takes_ext_info;
        // OpenSSH PROTOCOL s1.9, draft-miller-sshm-strict-kex s3: "the first packet sent MUST be
        // SSH_MSG_KEXINIT". It must have been the peer's first: nobody knew of strictness before.
        if (strict_ && reader_.sequence() != 0) {
            protocol_fault("KEXINIT was not the first packet, which strict key exchange wants");
        }
    }
    agreed_ = std::move(agreement.algorithms);
    agreed_.strict = strict_;
    ignores_next_ = peers.guess_follows && agreement.guess_is_wrong;
    const ssh::KexTranscript transcript{client ? own_version_ : peer_version_,
                                        client ? peer_version_ : own_version_,
                                        client ? BytesView(own_kexinit_) : peer_kexinit,
                                        client ? peer_kexinit : BytesView(own_kexinit_)};
    exchange_ = make_exchange({settings_.role, settings_.options, settings_.client,
                               settings_.server, crypto(), agreed_, transcript, number_,
                               host_key_ ? &*host_key_ : nullptr, direct_});
    own_kexinit_ = {};
    exchange_->start();
    look_for_result();
}

void KeyExchange::take_method_message(BytesView payload) {
    if (theirs_ != Theirs::kexinit) {
        protocol_fault("message " + std::to_string(number_of(payload)) + " before KEXINIT");
    }
    // RFC 4253 s7.1: "If the other party's guess was wrong, and this field was TRUE, the next
    // packet MUST be silently ignored".
    if (std::exchange(ignores_next_, false)) {
        return;
    }
    if (!exchange_) {
        protocol_fault("message " + std::to_string(number_of(payload)) + " in place of NEWKEYS");
    }
    exchange_->receive(payload);
    look_for_result();
}

void KeyExchange::look_for_result() {
    if (auto result = exchange_->take_result()) {
        exchange_.reset();
        use_result(std::move(*result));
    }
}

void KeyExchange::use_result(ExchangeResult&& result) {
    // RFC 4253 s7.2: "The exchange hash H from the first key exchange is additionally used as the
    // session identifier [...] Once computed, the session identifier is not changed, even if keys
    // are later re-exchanged." It has the length that the first exchange gave it.
    Bytes id = session_id_;
    if (initial()) {
        const BytesView hash = result.keys.exchange_hash.view();
        id.assign(hash.begin(), hash.end());
    }
    NewKeys keys = make_keys(crypto(), result.keys, id, agreed_, settings_.role);
    result.keys.exchange_hash = {};
    result.keys.shared_secret = {};
    ExchangeOutcome outcome{agreed_, result.host, std::move(result.host_key), std::nullopt};
    if (result.host == HostAuthentication::by_gss) {
        outcome.gss.emplace(std::move(result.keys));
    }
    session_id_ = std::move(id);
    next_.emplace(std::move(outcome));
    next_receiving_ = std::move(keys.receiving);
    // RFC 4253 s7.3: "Key exchange ends by each side sending an SSH_MSG_NEWKEYS message. This
    // message is sent with the old keys and algorithms. All messages sent after this message MUST
    // use the new keys and algorithms."
    constexpr std::array<std::byte, 1> newkeys{std::byte{message::newkeys}};
    writer_.write(newkeys);
    writer_.use(std::move(keys.sending));
    if (strict_) {
        writer_.restart_sequence(); // strict key exchange: after each NEWKEYS
    }
    ours_ = Ours::newkeys;
}

void KeyExchange::take_newkeys(BytesView payload) {
    // Without keys of ours there is nothing to switch to: the peer cannot be done.
    if (!next_receiving_) {
        protocol_fault("NEWKEYS before its place");
    }
    if (payload.size() != 1) {
        protocol_fault("octets after NEWKEYS");
    }
    // RFC 4253 s7.3: "When this message is received, the new keys and algorithms MUST be used for
    // receiving."
    reader_.use(std::move(next_receiving_));
    if (strict_) {
        reader_.restart_sequence();
    }
    announce();
}

void KeyExchange::announce() {
    KeysExchanged event;
    event.initial = initial();
    event.algorithms = next_->algorithms;
    event.host = next_->host;
    event.host_key = next_->host_key;
    std::optional<ssh::ContextName> to_release;
    if (next_->gss) {
        event.context = next_->gss->context;
        const bool delegated = settings_.role == Role::server &&
                               next_->gss->flags.contains(ContextFlag::delegate_to_peer);
        if (!initial() && !delegated) {
            to_release = event.context;
        }
    }
    if (next_->host_key) {
        host_key_ = next_->host_key;
    }
    if (initial()) {
        first_.emplace(copy_of(*next_));
    }
    last_ = std::exchange(next_, std::nullopt);
    ours_ = Ours::nothing;
    theirs_ = Theirs::nothing;
    ++number_;
    direct_.put(std::move(event));
    if (to_release) {
        direct_.put(ssh::Release{*to_release});
    }
}

bool KeyExchange::under_way() const noexcept {
    return ours_ != Ours::nothing || theirs_ != Theirs::nothing;
}

bool KeyExchange::holds_sending() const noexcept {
    return ours_ == Ours::kexinit;
}

bool KeyExchange::peer_is_exchanging() const noexcept {
    return theirs_ == Theirs::kexinit;
}

bool KeyExchange::waits() const noexcept {
    return exchange_ && exchange_->waits();
}

bool KeyExchange::initial() const noexcept {
    return !first_.has_value();
}

bool KeyExchange::strict() const noexcept {
    return strict_;
}

bool KeyExchange::peer_takes_ext_info() const noexcept {
    return peer_takes_ext_info_;
}

BytesView KeyExchange::session_id() const noexcept {
    return session_id_;
}

const std::optional<ExchangeOutcome>& KeyExchange::first() const noexcept {
    return first_;
}

const std::optional<ExchangeOutcome>& KeyExchange::last() const noexcept {
    return last_;
}

std::string KeyExchange::mac_failure_hint() const {
    // Debian's sshd, with "HostKey none": it leaves kex-strict-s out of its KEXINIT, and restarts
    // its sequence numbers all the same when the client has sent kex-strict-c.
    const bool seen = settings_.role == Role::client && settings_.options.strict && !strict_ &&
                      agreed_.host_key == null_host_key &&
                      peer_version_.starts_with("SSH-2.0-OpenSSH");
    if (!seen) {
        return {};
    }
    return "OpenSSH servers without a host key are known to restart their sequence numbers as in "
           "strict key exchange although they did not agree to it; only aes128-gcm@openssh.com and "
           "aes256-gcm@openssh.com, which do not use the numbers, work with them";
}

} // namespace gss::inline v0::transport::detail
