// SPDX-License-Identifier: Apache-2.0
#include "client_kex.h"

#include "disconnect.h"
#include "escape.h"
#include "group_check.h"

#include <string>
#include <utility>

namespace gss::inline v0::ssh::detail {

namespace {

// RFC 4462 s2.1: "The client MUST set mutual_req_flag to "true" [and] integ_req_flag [...] In
// addition, deleg_req_flag MAY be set to "true" to request access delegation, if requested by the
// user. [...] the setting of anon_req_flag is immaterial [...] the replay_det_req_flag and
// sequence_req_flag SHOULD be set to "false"."
ContextFlags flags_to_ask_for(const ClientKexOptions& options) {
    ContextFlags flags{ContextFlag::mutual, ContextFlag::integrity};
    if (options.delegate) {
        flags.insert(ContextFlag::delegate_to_peer);
    }
    if (options.anonymous) {
        flags.insert(ContextFlag::anonymity);
    }
    return flags;
}

} // namespace

ClientKex::ClientKex(KexSettings settings, ExchangeHash hash, const ClientKexOptions& options)
    : KexCore(std::move(settings), std::move(hash)), request_(options.group),
      flags_(flags_to_ask_for(options)) {}

Fed ClientKex::start() {
    return guarded([this] { return begin(); });
}

Fed ClientKex::begin() {
    if (state_ != ClientState::fresh) {
        return misuse("the key exchange was started before");
    }
    if (group_exchange()) {
        // RFC 4462 s2.2: "C sends "min || n || max" to S".
        send(build(wire::KexGroupRequest{request_.min, request_.preferred, request_.max}));
        state_ = ClientState::group;
    } else {
        set_fixed_group();
        ask_first_step();
    }
    return Fed::taken;
}

void ClientKex::on_message(BytesView payload) {
    const auto number = std::to_integer<std::uint8_t>(payload[0]);
    switch (cell(state_, number)) {
    case Cell::group:
        return on_group(payload);
    case Cell::host_key:
        return on_host_key(payload);
    case Cell::token:
        return on_token(payload);
    case Cell::complete:
        return on_complete(payload);
    case Cell::error:
        return on_error(payload);
    case Cell::refuse:
    case Cell::init:
    case Cell::group_request:
        break;
    }
    violation(number, awaited(state_));
}

void ClientKex::on_group(BytesView payload) {
    const auto message = wire::parse_kex_group(payload);
    if (!message) {
        return malformed(wire::kexgss::group);
    }
    DhGroup group{Bytes(message->p.begin(), message->p.end()),
                  Bytes(message->g.begin(), message->g.end())};
    // RFC 4462 s2.2: "min and max are the minimal and maximal sizes of p in bits that are
    // acceptable to the client". Whether p is a safe prime is not asked: it would cost seconds, and
    // the server that chose it learns K anyway.
    if (!usable_group(group, request_.min, request_.max)) {
        return fail_exchange(Fault::peer,
                             "the group is not of the size that was asked for, or none");
    }
    set_group(std::move(group));
    ask_first_step();
}

void ClientKex::ask_first_step() {
    hold(settings().context);
    state_ = ClientState::asking;
    leg_ = Leg::first;
    ask_step(true, true, flags_, {});
}

void ClientKex::ask_later_step(Leg leg, BytesView token) {
    state_ = ClientState::asking;
    leg_ = leg;
    ask_step(true, false, flags_, token);
}

void ClientKex::on_step(StepAnswer&& answer) {
    if (answer.status == StepAnswer::Status::failed) {
        return step_failed(answer);
    }
    if (!check_step(answer)) {
        return;
    }
    // RFC 7546 s3.1: a caller that wants to be anonymous looks before each token leaves, because it
    // may carry the caller's name.
    if (flags_.contains(ContextFlag::anonymity) && !answer.flags.contains(ContextFlag::anonymity)) {
        return fail_exchange(Fault::local, "the context would not be anonymous");
    }
    if (leg_ == Leg::last) {
        return step_done_last(answer);
    }
    // RFC 4462 s2.1: "It is an error if the call does not produce a token of non-zero length to be
    // sent to the server. In this case, the key exchange MUST fail."
    if (answer.token.empty()) {
        return fail_exchange(Fault::local, "the GSS library made no token where one must be sent");
    }
    complete_ = answer.status == StepAnswer::Status::done;
    if (leg_ == Leg::first) {
        send_init(answer);
    } else {
        send(build(wire::KexToken{answer.token}));
    }
    if (!ended()) {
        state_ = host_key_allowed_
                     ? (complete_ ? ClientState::first_reply_complete : ClientState::first_reply)
                     : (complete_ ? ClientState::next_reply_complete : ClientState::next_reply);
    }
}

void ClientKex::send_init(const StepAnswer& answer) {
    if (make_key_pair()) {
        // RFC 4462 s2.1: "The client MUST also include "e" with the first message".
        send(build(wire::KexInit{answer.token, public_key()}, form()));
    }
}

void ClientKex::step_failed(const StepAnswer& answer) {
    // RFC 4462 s2.1: "if [...] an "error token" is also returned, then the client SHOULD send the
    // error token to the server". Before INIT there is nobody to send it to: the server waits for
    // "e".
    if (settings().explain && leg_ != Leg::first && !answer.token.empty()) {
        send(build(wire::KexToken{answer.token}));
    }
    fail_step(answer);
}

void ClientKex::on_host_key(BytesView payload) {
    const auto message = wire::parse_kex_host_key(payload);
    if (!message) {
        return malformed(wire::kexgss::host_key);
    }
    // RFC 4462 s2.1: "If the "null" host key algorithm [...] is used, this message MUST NOT be
    // sent."
    if (settings().null_host_key) {
        return violation(wire::kexgss::host_key, "with the null host key algorithm");
    }
    if (!has_key_format(message->key)) {
        return fail(Fault::peer, disconnect::protocol_error, "the host key is no SSH public key");
    }
    host_key_.emplace(message->key.begin(), message->key.end());
    host_key_allowed_ = false;
    state_ = complete_ ? ClientState::next_reply_complete : ClientState::next_reply;
}

void ClientKex::on_token(BytesView payload) {
    const auto message = wire::parse_kex_token(payload);
    // An empty token must never reach a native library (RFC 7546 s3.2).
    if (!message || message->token.empty()) {
        return malformed(wire::kexgss::token);
    }
    host_key_allowed_ = false;
    ask_later_step(Leg::next, message->token);
}

void ClientKex::on_complete(BytesView payload) {
    const auto message = wire::parse_kex_complete(payload, form());
    if (!message || message->mic.empty() || (message->token && message->token->empty())) {
        return malformed(wire::kexgss::complete);
    }
    // RFC 4462 s2.1, of a COMPLETE with a token: "If the client receives this message after a call
    // to GSS_Init_sec_context() has returned a major_status code of GSS_S_COMPLETE, a protocol
    // error has occurred"; and of one without: "when no call to GSS_Init_sec_context() has yet
    // resulted in a major_status code of GSS_S_COMPLETE, a protocol error has occurred".
    if (message->token.has_value() == complete_) {
        return violation(wire::kexgss::complete, complete_ ? "with a token for a complete context"
                                                           : "without the token that is missing");
    }
    // RFC 4462 s2.1 step 6 comes after the last leg; nothing forbids to refuse a bad key before it.
    if (!check_public_key(message->public_key) || !agree(message->public_key) ||
        !compute_hash(request_, public_key(), message->public_key)) {
        return;
    }
    mic_.assign(message->mic.begin(), message->mic.end());
    if (message->token) {
        return ask_later_step(Leg::last, *message->token);
    }
    ask_verify();
}

void ClientKex::step_done_last(const StepAnswer& answer) {
    // RFC 4462 s2.1 step 5: "if the resulting major_status is anything other than GSS_S_COMPLETE,
    // or a non-zero-length token is returned, it is an error and the key exchange MUST fail."
    if (answer.status != StepAnswer::Status::done) {
        return fail_exchange(Fault::peer, "the context is not complete after the last token");
    }
    if (!answer.token.empty()) {
        return fail_exchange(Fault::local, "the GSS library made a token after the last one");
    }
    ask_verify();
}

void ClientKex::ask_verify() {
    // RFC 4462 s2.1 step 6: "It then calls GSS_VerifyMIC() to verify that the MIC sent by S matches
    // H."
    state_ = ClientState::asking;
    ask(VerifyMic{0, settings().context, hash_copy(), std::move(mic_)});
}

void ClientKex::on_verify(VerifyAnswer&& answer) {
    if (answer.verified) {
        if (nothing_follows()) {
            finish_exchange();
        }
        return;
    }
    // RFC 4462 s2.1 step 6: "If the MIC is not successfully verified, the key exchange MUST fail."
    std::string text = "the server's MIC of the key exchange did not verify";
    if (!answer.text.empty()) {
        text.append(": ").append(answer.text);
    }
    fail_exchange(Fault::peer, text);
}

void ClientKex::on_error(BytesView payload) {
    const auto message = wire::parse_kex_error(payload);
    if (!message) {
        return malformed(wire::kexgss::error);
    }
    // RFC 4462 s2.1: "the server MAY send the following message before terminating the connection":
    // an error token that follows could change nothing.
    Fail failure;
    failure.fault = Fault::refused;
    failure.disconnect_reason = disconnect::key_exchange_failed;
    // Escaped, it may have four times the octets.
    failure.text =
        std::string("the server says: ")
            .append(cut_text(escape_control_characters(message->text), wire::max_error_text));
    failure.major = message->major;
    failure.minor = message->minor;
    fail(std::move(failure));
}

} // namespace gss::inline v0::ssh::detail

namespace gss::inline v0::ssh {

Result<ClientKeyExchange> ClientKeyExchange::create(const Crypto& crypto,
                                                    const ClientKexOptions& options) {
    if (const auto checked = detail::check_options(options); !checked) {
        return checked.error();
    }
    auto hash =
        detail::ExchangeHash::begin(crypto, info(options.method.family).hash, options.transcript);
    if (!hash) {
        return hash.error();
    }
    return ClientKeyExchange(std::make_unique<detail::ClientKex>(
        detail::settings_of(crypto, options), std::move(*hash), options));
}

Fed ClientKeyExchange::start() {
    return core_ ? static_cast<detail::ClientKex&>(*core_).start() : Fed::ended;
}

} // namespace gss::inline v0::ssh
