// SPDX-License-Identifier: Apache-2.0
#include "server_kex.h"

#include <gssxx/ssh/mechanism_policy.h>

#include "disconnect.h"
#include "escape.h"
#include "group_check.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::ssh::detail {

namespace {

constexpr std::uint32_t status_failure = 13U << 16; ///< GSS_S_FAILURE (RFC 2744 s3.9.1)

} // namespace

ServerKex::ServerKex(KexSettings settings, ExchangeHash hash, const ServerKexOptions& options)
    : KexCore(std::move(settings), std::move(hash)),
      state_(group_exchange() ? ServerState::group_request : ServerState::init) {
    host_key_ = options.host_key;
    if (group_exchange()) {
        groups_ = options.groups;
    }
}

void ServerKex::on_message(BytesView payload) {
    const auto number = std::to_integer<std::uint8_t>(payload[0]);
    switch (cell(state_, number)) {
    case Cell::group_request:
        return on_group_request(payload);
    case Cell::init:
        return on_init(payload);
    case Cell::token:
        return on_token(payload);
    case Cell::refuse:
    case Cell::complete:
    case Cell::host_key:
    case Cell::error:
    case Cell::group:
        break;
    }
    violation(number, awaited(state_));
}

void ServerKex::on_group_request(BytesView payload) {
    const auto message = wire::parse_kex_group_request(payload);
    if (!message) {
        return malformed(wire::kexgss::group_request);
    }
    request_ = {message->min, message->preferred, message->max};
    if (request_.min == 0 || request_.min > request_.preferred ||
        request_.preferred > request_.max) {
        return fail_exchange(Fault::peer, "the sizes of the group make no sense");
    }
    // The hash covers what the client asked for; what it gets lies in our own bounds too.
    const GroupRequest bounded{std::max(request_.min, least_group_bits),
                               std::clamp(request_.preferred, least_group_bits, most_group_bits),
                               std::min(request_.max, most_group_bits)};
    auto group = bounded.min <= bounded.max ? groups_(bounded) : std::nullopt;
    if (!group) {
        return fail_exchange(Fault::peer, "there is no group of the sizes that were asked for");
    }
    if (!usable_group(*group, bounded.min, bounded.max)) {
        return fail_exchange(Fault::local, "the source of groups gave one that does not fit");
    }
    // RFC 4462 s2.2: "S finds a group that best matches the client's request, and sends "p || g"".
    send(build(wire::KexGroup{group->p, group->g}));
    set_group(std::move(*group));
    state_ = ServerState::init;
}

void ServerKex::on_init(BytesView payload) {
    const auto message = wire::parse_kex_init(payload, form());
    if (!message) {
        return malformed(wire::kexgss::init);
    }
    if (!group_exchange()) {
        set_fixed_group();
    }
    if (!check_public_key(message->public_key)) {
        return;
    }
    if (const auto framed = check_first_token(message->token, settings().mechanism); !framed) {
        return fail_exchange(Fault::peer, framed.error().text());
    }
    // RFC 8732 s5.1: "Keys are verified upon receipt by the parties". A curve's key is verified by
    // the agreement, which is cheap. A group's key has been verified above, and its agreement waits
    // until the client has proved who it is: strangers must not make us compute powers of 8192
    // bits.
    if (settings().family->curve && !(make_key_pair() && agree(message->public_key))) {
        return;
    }
    client_key_.assign(message->public_key.begin(), message->public_key.end());
    hold(settings().context);
    state_ = ServerState::asking;
    ask_step(false, true, {}, message->token);
}

void ServerKex::on_token(BytesView payload) {
    const auto message = wire::parse_kex_token(payload);
    // An empty token must never reach a native library (RFC 7546 s3.2).
    if (!message || message->token.empty()) {
        return malformed(wire::kexgss::token);
    }
    state_ = ServerState::asking;
    ask_step(false, false, {}, message->token);
}

void ServerKex::on_step(StepAnswer&& answer) {
    if (answer.status == StepAnswer::Status::failed) {
        send_error(answer.major, answer.minor, answer.text);
        // RFC 4462 s2.1: "if an error token is also sent [...], then this message MUST be sent
        // before the error token"; "the server SHOULD send the error token to the client".
        if (settings().explain && !answer.token.empty()) {
            send(build(wire::KexToken{answer.token}));
        }
        return fail_step(answer);
    }
    if (!check_step(answer)) {
        return;
    }
    if (answer.status == StepAnswer::Status::done) {
        return ask_mic(std::move(answer));
    }
    // RFC 4462 s2.1: "If the resulting major_status code is GSS_S_CONTINUE_NEEDED, then the output
    // token is sent to C": there must be one.
    if (answer.token.empty()) {
        return fail_exchange(Fault::local, "the GSS library made no token where one must be sent");
    }
    send_host_key();
    send(build(wire::KexToken{answer.token}));
    state_ = ServerState::token;
}

void ServerKex::ask_mic(StepAnswer&& answer) {
    if (!settings().family->curve && !(make_key_pair() && agree(client_key_))) {
        return;
    }
    if (!compute_hash(request_, client_key_, public_key())) {
        return;
    }
    last_token_ = std::move(answer.token);
    // RFC 4462 s2.1: "The GSS_GetMIC call MUST be applied over H, not the original data."
    ask(GetMic{0, settings().context, hash_copy()});
}

void ServerKex::on_mic(MicAnswer&& answer) {
    if (!answer.mic || answer.mic->empty()) {
        send_error(status_failure, 0, answer.text);
        return fail_exchange(Fault::local,
                             answer.text.empty() ? "the GSS library made no MIC" : answer.text);
    }
    if (!nothing_follows()) {
        return;
    }
    send_host_key();
    // RFC 4462 s2.1: TRUE and the token when the last call "returns a non-zero-length token to be
    // sent to the client", FALSE when it "returns a zero-length token or no token at all".
    wire::KexComplete message{public_key(), *answer.mic, std::nullopt};
    if (!last_token_.empty()) {
        message.token = last_token_;
    }
    send(build(message, form()));
    finish_exchange();
}

void ServerKex::send_host_key() {
    // RFC 4462 s2.1: "Upon receiving the SSH_MSG_KEXGSS_INIT message, the server MAY send the
    // following message, prior to any other messages".
    if (host_key_ && !host_key_sent_) {
        send(build(wire::KexHostKey{*host_key_}));
        host_key_sent_ = true;
    }
}

void ServerKex::send_error(std::uint32_t major, std::uint32_t minor, std::string_view text) {
    // RFC 4462 s9: "it may be desirable [...] to obscure information about the precise nature of
    // the error".
    if (!settings().explain) {
        return;
    }
    // RFC 4462 s2.1: "The message text MUST be encoded in the UTF-8 encoding": escaping sees to it.
    const std::string shown = cut_text(escape_control_characters(text), wire::max_error_text);
    send(build(wire::KexError{major, minor, shown, "en"}));
}

} // namespace gss::inline v0::ssh::detail

namespace gss::inline v0::ssh {

Result<ServerKeyExchange> ServerKeyExchange::create(const Crypto& crypto,
                                                    const ServerKexOptions& options) {
    if (const auto checked = detail::check_options(options); !checked) {
        return checked.error();
    }
    auto hash =
        detail::ExchangeHash::begin(crypto, info(options.method.family).hash, options.transcript);
    if (!hash) {
        return hash.error();
    }
    return ServerKeyExchange(std::make_unique<detail::ServerKex>(
        detail::settings_of(crypto, options), std::move(*hash), options));
}

} // namespace gss::inline v0::ssh
