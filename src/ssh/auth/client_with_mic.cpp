// SPDX-License-Identifier: Apache-2.0
// The client's side of one attempt of gssapi-with-mic.
#include "client_with_mic.h"

#include "auth_text.h"
#include "disconnect.h"

#include <utility>

namespace gss::inline v0::ssh::detail {

ClientWithMicCore::ClientWithMicCore(const ClientWithMicOptions& options)
    : names_{options.user, options.service, {}}, session_id_(BytesView(options.session_id)),
      offered_(allowed_mechanisms(options.mechanisms)), context_(options.context),
      mechanism_(offered_[0]), delegate_(options.delegate), explain_(options.explain),
      error_token_is_answered_(options.error_token_is_answered),
      accept_without_integrity_(options.accept_without_integrity) {}

Fed ClientWithMicCore::start() {
    return guarded([this] { return begin(); });
}

Fed ClientWithMicCore::begin() {
    if (state_ != ClientState::unstarted) {
        return misuse("an attempt begins once");
    }
    // RFC 4462 s3.2: "The mechanism OIDs MUST be listed in order of preference".
    send(wire::build_with_mic_request({names_.user, names_.service}, offered_));
    state_ = ClientState::response;
    return Fed::taken;
}

// What the server says of the end counts when it says it, not after the MIC has been sent: a
// success that was waiting for our MIC would pass for one that the MIC has earned.
bool ClientWithMicCore::interrupts(BytesView payload) const noexcept {
    if (state_ != ClientState::asked && state_ != ClientState::reading_error) {
        return false;
    }
    return client_cell(state_, std::to_integer<std::uint8_t>(payload[0])) != ClientCell::held;
}

void ClientWithMicCore::on_message(BytesView payload) {
    const auto number = std::to_integer<std::uint8_t>(payload[0]);
    switch (const ClientCell cell = client_cell(state_, number)) {
    case ClientCell::ignore:
        return;
    case ClientCell::unimplemented:
        return give_up(Fault::refused, "the server does not know the messages of gssapi-with-mic");
    case ClientCell::refused:
    case ClientCell::result:
    case ClientCell::late_refusal:
        return take_refusal(payload, cell);
    case ClientCell::select:
        return take_response(payload);
    case ClientCell::step:
        return take_token(payload, false);
    case ClientCell::error:
        return take_error(payload);
    case ClientCell::read_error:
        return take_token(payload, true);
    case ClientCell::note_error:
        return note_error_token(payload);
    case ClientCell::success:
        return take_success(payload);
    case ClientCell::trivial:
        return broken("the server says success although nothing was proven");
    case ClientCell::fail:
    case ClientCell::held:
        return broken("message " + std::to_string(number) + " out of its place");
    }
}

void ClientWithMicCore::take_response(BytesView payload) {
    const auto element = wire::parse_response(payload);
    if (!element) {
        return broken("a damaged USERAUTH_GSSAPI_RESPONSE");
    }
    // RFC 4462 s3.3: "The mechanism OID must be one of the OIDs sent by the client".
    auto selected = check_selected(*element, offered_);
    if (!selected) {
        return give_up(Fault::peer, "the server has selected a mechanism that was not offered");
    }
    mechanism_ = std::move(*selected);
    hold(context_);
    ask_step({}, true);
}

void ClientWithMicCore::take_token(BytesView payload, bool error) {
    const auto token = wire::parse_token(payload);
    if (!token) {
        return broken(error ? "a damaged USERAUTH_GSSAPI_ERRTOK" : "a damaged token message");
    }
    ask_step(Bytes(token->begin(), token->end()), false);
    if (error) {
        state_ = ClientState::reading_error;
    }
}

void ClientWithMicCore::ask_step(Bytes token, bool first) {
    state_ = ClientState::asked;
    // RFC 4462 s3.4: integ_req_flag MUST be true, replay and sequence detection "SHOULD be set to
    // "false"". Mutual authentication is not needed, but OpenSSH's server insists on it.
    ContextFlags flags{ContextFlag::mutual, ContextFlag::integrity};
    if (delegate_) {
        flags.insert(ContextFlag::delegate_to_peer);
    }
    ask(GssStep{0, context_, true, first, mechanism_, flags, std::move(token)});
}

void ClientWithMicCore::on_step(StepAnswer&& answer) {
    using Status = StepAnswer::Status;
    if (state_ == ClientState::reading_error) {
        // Whatever came of it: the attempt has failed, and only FAILURE may follow.
        if (failure_.text.empty()) {
            failure_.text = shown(answer.text);
        }
        state_ = ClientState::failure;
        return;
    }
    // RFC 4462 s3.4: "Any major status code other than GSS_S_COMPLETE or GSS_S_CONTINUE_NEEDED
    // SHOULD be a failure."
    if (answer.status != Status::more && answer.status != Status::done) {
        return step_failed(std::move(answer));
    }
    const bool done = answer.status == Status::done;
    if (answer.mechanism ? *answer.mechanism != mechanism_ : done) {
        return give_up(Fault::local, "the library used another mechanism than the selected one");
    }
    if (answer.token.size() > max_token_size) {
        return give_up(Fault::local, "a token that is too long to send");
    }
    if (done) {
        return established(answer);
    }
    if (answer.token.empty()) {
        return give_up(Fault::local, "the library wants another token and gives none");
    }
    send(wire::build_token(answer.token));
    state_ = ClientState::token;
}

void ClientWithMicCore::established(StepAnswer& answer) {
    granted_ = answer.flags;
    const bool integrity = granted_.contains(ContextFlag::integrity);
    if (!granted_.contains(ContextFlag::mutual) || !(integrity || accept_without_integrity_)) {
        return give_up(Fault::local,
                       "the context lacks mutual authentication or integrity, as was asked for");
    }
    // RFC 4462 s3.5, s3.6: "If a token is also returned, then the SSH_MSG_USERAUTH_GSSAPI_TOKEN
    // message MUST be sent before this one."
    if (!answer.token.empty()) {
        send(wire::build_token(answer.token));
    }
    if (!integrity) {
        // s3.6: "with the integ_avail flag not set, the client MUST conclude the user
        // authentication exchange by sending" EXCHANGE_COMPLETE.
        send(wire::build_exchange_complete());
        state_ = ClientState::result;
        return;
    }
    // s3.5: "with the integ_avail flag set, the client MUST conclude [...] by sending" MIC.
    const MicInput input{session_id_.view(), names_.user, names_.service, with_mic_method};
    state_ = ClientState::asked;
    ask(GetMic{0, context_, secret_mic_data(input)});
}

// RFC 4462 s3.9: "the resulting "error token" SHOULD be sent to the peer". "When a client sends
// this message, it MUST be followed by a new authentication request or by terminating the
// connection."
void ClientWithMicCore::step_failed(StepAnswer&& answer) {
    failure_.fault = Fault::local;
    failure_.text = shown(answer.text);
    failure_.major = answer.major;
    failure_.minor = answer.minor;
    const bool tells = explain_ && !answer.token.empty() && answer.token.size() <= max_token_size;
    if (tells) {
        send(wire::build_error_token(answer.token));
    }
    if (tells && error_token_is_answered_) {
        release_context();
        state_ = ClientState::error_token_sent;
        return;
    }
    fail(std::move(failure_));
}

void ClientWithMicCore::on_mic(MicAnswer&& answer) {
    if (!answer.mic || answer.mic->empty() || answer.mic->size() > max_token_size) {
        return give_up(Fault::local, "no MIC could be made: " + answer.text);
    }
    send(wire::build_mic(*answer.mic));
    state_ = ClientState::result;
}

// RFC 4462 s3.8: "Clients receiving this message MAY log the error details and/or report them to
// the user."
void ClientWithMicCore::take_error(BytesView payload) {
    const auto error = wire::parse_error(payload);
    if (!error) {
        return broken("a damaged USERAUTH_GSSAPI_ERROR");
    }
    failure_.text = shown(error->text);
    failure_.major = error->major;
    failure_.minor = error->minor;
    state_ = state_ == ClientState::token ? ClientState::error_open : ClientState::error_complete;
}

void ClientWithMicCore::note_error_token(BytesView payload) {
    if (!wire::parse_token(payload)) {
        return broken("a damaged USERAUTH_GSSAPI_ERRTOK");
    }
    state_ = ClientState::failure;
}

void ClientWithMicCore::take_refusal(BytesView payload, ClientCell cell) {
    if (cell == ClientCell::late_refusal && payload[0] == std::byte{wire::number::unimplemented}) {
        return fail(std::move(failure_)); // it does not know error tokens, and so answers none
    }
    auto refusal = wire::parse_failure(payload);
    if (!refusal) {
        return broken("a damaged USERAUTH_FAILURE");
    }
    if (cell == ClientCell::result && refusal->partial) {
        AuthDone partly = done();
        partly.partial = true;
        partly.methods = std::move(refusal->methods);
        return finish(std::move(partly));
    }
    // Partial success of an attempt that has proven nothing is none.
    failure_.methods = std::move(refusal->methods);
    if (cell != ClientCell::late_refusal) {
        failure_.fault = Fault::refused;
        failure_.text = failure_.text.empty()
                            ? std::string("the server refused gssapi-with-mic")
                            : "the server refused gssapi-with-mic: " + failure_.text;
    }
    fail(std::move(failure_));
}

AuthDone ClientWithMicCore::done() const {
    return {names_.user,
            names_.service,
            std::string(with_mic_method),
            context_,
            mechanism_,
            granted_,
            false,
            {},
            {}};
}

void ClientWithMicCore::take_success(BytesView payload) {
    if (!wire::is_bare(payload)) {
        return broken("a damaged USERAUTH_SUCCESS");
    }
    finish(done());
}

void ClientWithMicCore::broken(std::string_view what) {
    fail(Fault::peer, disconnect::protocol_error, what);
}

void ClientWithMicCore::give_up(Fault fault, std::string_view why) {
    fail(fault, disconnect::none, why);
}

} // namespace gss::inline v0::ssh::detail
