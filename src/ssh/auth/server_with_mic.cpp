// SPDX-License-Identifier: Apache-2.0
// The server's side of one attempt of gssapi-with-mic.
#include "server_with_mic.h"

#include <utility>

namespace gss::inline v0::ssh::detail {

namespace {

Verdict refused(std::string reason) {
    return Refusal{std::move(reason), true, {}};
}

Verdict given_up(std::string reason) {
    return Refusal{std::move(reason), false, {}};
}

} // namespace

ServerWithMic::ServerWithMic(AttemptHost& host, Request request, const Policy& policy,
                             const ContextName& context)
    : Attempt(host, std::move(request)),
      policy_(policy), context_{context, MechanismPolicy::default_mechanism(), {}} {}

Verdict ServerWithMic::begin(BytesView rest) {
    const auto offered = wire::parse_mechanisms(rest);
    if (!offered) {
        return refused("a damaged list of mechanisms");
    }
    // RFC 4462 s3.2: "the server must choose the first mechanism OID on the list that it supports".
    // "If the server does not support any of the specified OIDs, the server MUST fail the request".
    auto selected = select_mechanism(offered->view(), policy_.mechanisms);
    if (!selected) {
        return refused("no mechanism of the client may be used");
    }
    context_.mechanism = std::move(*selected);
    host_.send_message(wire::build_response(context_.mechanism));
    return std::nullopt;
}

Verdict ServerWithMic::message(ServerCell cell, BytesView payload) {
    switch (cell) {
    case ServerCell::open:
    case ServerCell::step:
    case ServerCell::tell_error:
        return take_token(cell, payload);
    case ServerCell::give_up:
        return given_up("the client could not go on: an error token");
    case ServerCell::verify:
        return take_mic(payload);
    case ServerCell::complete:
        if (!wire::is_bare(payload)) {
            return refused("a damaged message");
        }
        state_ = ServerState::asked;
        ask_for_authorization();
        return std::nullopt;
    default:
        return refused("message " + std::to_string(std::to_integer<unsigned>(payload[0])) +
                       " out of its place");
    }
}

Verdict ServerWithMic::take_token(ServerCell cell, BytesView payload) {
    const bool error = cell == ServerCell::tell_error;
    const auto token = wire::parse_token(payload);
    if (!token) {
        return error ? given_up("a damaged error token") : refused("a damaged token message");
    }
    // A library picks its parser by the OID of the first token's frame.
    if (cell == ServerCell::open) {
        if (const auto framed = check_first_token(*token, context_.mechanism); !framed) {
            return refused(framed.error().text());
        }
    }
    reading_error_ = error;
    ask_step(*token, cell == ServerCell::open);
    return std::nullopt;
}

void ServerWithMic::ask_step(BytesView token, bool first) {
    if (first) {
        host_.made(context_.context);
    }
    state_ = ServerState::asked;
    host_.ask_step({0,
                    context_.context,
                    false,
                    first,
                    context_.mechanism,
                    {},
                    Bytes(token.begin(), token.end())});
}

// RFC 4462 s3.4: messages "are sent if and only if the calls to the GSS-API routines produce send
// tokens of non-zero length."
void ServerWithMic::send_token(const Bytes& token) {
    if (!token.empty()) {
        host_.send_message(wire::build_token(token));
    }
}

Verdict ServerWithMic::stepped(StepAnswer&& answer) {
    using Status = StepAnswer::Status;
    if (reading_error_) {
        return given_up("the client could not go on: " + answer.text);
    }
    // RFC 4462 s3.4: "Any major status code other than GSS_S_COMPLETE or GSS_S_CONTINUE_NEEDED
    // SHOULD be a failure."
    if (answer.status != Status::more && answer.status != Status::done) {
        std::string reason = "the token was not accepted: " + answer.text;
        return Refusal{std::move(reason), true, std::move(answer)};
    }
    const bool done = answer.status == Status::done;
    if (answer.mechanism ? *answer.mechanism != context_.mechanism : done) {
        return refused("the library used another mechanism than the one that was selected");
    }
    if (answer.token.size() > max_token_size) {
        return refused("a token that is too long to send");
    }
    if (done) {
        return established(answer);
    }
    if (answer.token.empty()) {
        return refused("the library wants another token and gives none");
    }
    send_token(answer.token);
    state_ = ServerState::next_token;
    return std::nullopt;
}

Verdict ServerWithMic::established(StepAnswer& answer) {
    context_.flags = answer.flags;
    const bool integrity = answer.flags.contains(ContextFlag::integrity);
    // RFC 4462 s3.6: "The server MAY fail the otherwise valid gssapi-with-mic authentication if
    // per-message integrity protection is not supported."
    if (!integrity && !policy_.accept_without_integrity) {
        return refused("the context has no integrity");
    }
    send_token(answer.token);
    state_ = integrity ? ServerState::mic : ServerState::completion;
    return std::nullopt;
}

Verdict ServerWithMic::take_mic(BytesView payload) {
    const auto mic = wire::parse_token(payload);
    if (!mic) {
        return refused("a damaged MIC message");
    }
    state_ = ServerState::asked;
    ask_for_mic_check(context_.context, *mic);
    return std::nullopt;
}

} // namespace gss::inline v0::ssh::detail
