// SPDX-License-Identifier: Apache-2.0
#include "kex_core.h"

#include "disconnect.h"
#include "group_check.h"
#include "writer.h"

#include <utility>

namespace gss::inline v0::ssh::detail {

namespace {

/// Mechanisms take a handful of legs; a peer must not keep us busy for ever.
constexpr unsigned most_legs = 64;

} // namespace

KexCore::KexCore(KexSettings settings, ExchangeHash hash)
    : settings_(std::move(settings)), hash_(std::move(hash)) {}

wire::PublicForm KexCore::form() const noexcept {
    return settings_.family->kind == KexKind::ecdh ? wire::PublicForm::string
                                                   : wire::PublicForm::mpint;
}

bool KexCore::group_exchange() const noexcept {
    return settings_.family->kind == KexKind::dh_group_exchange;
}

void KexCore::set_fixed_group() {
    if (settings_.family->modulus) {
        group_ = fixed_group(*settings_.family->modulus);
    }
}

bool KexCore::make_key_pair() {
    const KexFamilyInfo& family = *settings_.family;
    auto made =
        family.curve ? settings_.crypto->ecdh(*family.curve) : settings_.crypto->dh(*group_);
    if (!made) {
        fail_exchange(Fault::local, made.error().text());
        return false;
    }
    key_pair_ = std::move(*made);
    // RFC 4462 s2.1: "Either side MUST NOT send [...] e or f values that are not in the range".
    if (!plausible_public_key(family, group(), public_key())) {
        fail_exchange(Fault::local, "our own public key is not valid");
        return false;
    }
    return true;
}

bool KexCore::check_public_key(BytesView key) {
    if (plausible_public_key(*settings_.family, group(), key)) {
        return true;
    }
    fail_exchange(Fault::peer, "the public key is not valid");
    return false;
}

bool KexCore::agree(BytesView peer_key) {
    auto secret = key_pair_->shared_secret(peer_key);
    if (!secret) {
        fail_exchange(Fault::peer, secret.error().text());
        return false;
    }
    if (!plausible_secret(group(), wire::without_leading_zeros(secret->view()))) {
        fail_exchange(Fault::peer, "the shared secret is trivial");
        return false;
    }
    secret_ = encode_secret(secret->view());
    return true;
}

bool KexCore::compute_hash(const GroupRequest& request, BytesView client_key,
                           BytesView server_key) {
    ExchangeParts parts;
    // RFC 4462 s2.1: "If no SSH_MSG_KEXGSS_HOSTKEY message has been sent by the server or received
    // by the client, then the empty string is used in place of K_S".
    parts.host_key = host_key_ ? BytesView(*host_key_) : BytesView();
    if (group_exchange()) {
        parts.request = &request;
        parts.group = group();
    }
    parts.form = form();
    parts.client_key = client_key;
    parts.server_key = server_key;
    parts.secret = secret_.view();
    auto hash = hash_.finish(parts);
    if (!hash) {
        fail_exchange(Fault::local, hash.error().text());
        return false;
    }
    exchange_hash_ = std::move(*hash);
    return true;
}

void KexCore::ask_step(bool initiate, bool first, ContextFlags flags, BytesView token) {
    if (++legs_ > most_legs) {
        return fail_exchange(Fault::peer, "the context is not complete after too many legs");
    }
    ask(GssStep{0, settings_.context, initiate, first, settings_.mechanism, flags,
                Bytes(token.begin(), token.end())});
}

bool KexCore::check_step(const StepAnswer& answer) {
    const bool done = answer.status == StepAnswer::Status::done;
    // The method's name says which mechanism is used. A library that took another one has let the
    // peer choose; one that does not say cannot be trusted to have kept to it.
    if (answer.mechanism ? *answer.mechanism != settings_.mechanism : done) {
        fail_exchange(Fault::local, "the GSS library used another mechanism than the method's");
        return false;
    }
    if (!done) {
        return true;
    }
    // RFC 4462 s2.1: "If the resulting major_status code is GSS_S_COMPLETE and the mutual_state
    // flag is not true, then mutual authentication has not been established, and the key exchange
    // MUST fail."
    if (!answer.flags.contains(ContextFlag::mutual)) {
        fail_exchange(Fault::local, "the context lacks mutual authentication");
        return false;
    }
    // RFC 4462 s2.1: "[...] and the integ_avail flag is not true, then per-message integrity
    // protection is not available, and the key exchange MUST fail."
    if (!answer.flags.contains(ContextFlag::integrity)) {
        fail_exchange(Fault::local, "the context lacks integrity protection");
        return false;
    }
    granted_ = answer.flags;
    return true;
}

// RFC 4462 s2.1: "If any call to GSS_Init_sec_context() or GSS_Accept_sec_context() returns a
// major_status other than GSS_S_COMPLETE or GSS_S_CONTINUE_NEEDED [...] the key exchange fails."
void KexCore::fail_step(const StepAnswer& answer) {
    Fail failure;
    failure.fault = Fault::local;
    failure.disconnect_reason = disconnect::key_exchange_failed;
    failure.text = answer.text.empty() ? "the security context failed" : answer.text;
    failure.major = answer.major;
    failure.minor = answer.minor;
    fail(std::move(failure));
}

void KexCore::violation(std::uint8_t number, std::string_view where) {
    const std::string_view name = wire::kexgss::name(number);
    std::string text = "message " + std::to_string(number);
    if (!name.empty()) {
        text.append(" (").append(name).append(")");
    }
    fail(Fault::peer, disconnect::protocol_error, text.append(" ").append(where));
}

void KexCore::malformed(std::uint8_t number) {
    fail(Fault::peer, disconnect::protocol_error,
         std::string("a malformed ").append(wire::kexgss::name(number)));
}

void KexCore::fail_exchange(Fault fault, std::string_view text) {
    fail(fault, disconnect::key_exchange_failed, text);
}

bool KexCore::nothing_follows() {
    if (held_messages().empty()) {
        return true;
    }
    const Bytes& held = held_messages().front();
    // RFC 4253 s7.3: "Key exchange ends by each side sending an SSH_MSG_NEWKEYS message." What came
    // instead must not vanish: a second "e" would go unnoticed, and a stranger who puts messages in
    // moves the sequence numbers of the packets behind them.
    violation(std::to_integer<std::uint8_t>(held[0]), "at the end of the exchange");
    return false;
}

void KexCore::finish_exchange() {
    KexDone done{std::move(exchange_hash_),
                 std::move(secret_),
                 settings_.family->hash,
                 std::move(host_key_),
                 settings_.context,
                 settings_.mechanism,
                 granted_};
    finish(std::move(done));
}

std::string cut_text(std::string text, std::size_t most) {
    if (text.size() <= most) {
        return text;
    }
    constexpr unsigned char continuation_mask = 0xc0;
    constexpr unsigned char continuation = 0x80;
    while (most > 0 &&
           (static_cast<unsigned char>(text[most]) & continuation_mask) == continuation) {
        --most;
    }
    text.resize(most);
    return text;
}

} // namespace gss::inline v0::ssh::detail
