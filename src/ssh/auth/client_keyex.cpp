// SPDX-License-Identifier: Apache-2.0
// The client's side of gssapi-keyex.
#include "client_keyex.h"

#include "auth_messages.h"
#include "auth_text.h"
#include "disconnect.h"

#include <string>
#include <utility>

namespace gss::inline v0::ssh::detail {

KeyexCell keyex_cell(KeyexState state, std::uint8_t number) noexcept {
    const auto& row = keyex_table::cells[static_cast<std::size_t>(state)];
    switch (number) {
    case wire::number::unimplemented:
        return row[0];
    case wire::number::failure:
        return row[1];
    case wire::number::success:
        return row[2];
    case wire::number::banner:
        return row[3];
    default:
        return row[4];
    }
}

ClientKeyexCore::ClientKeyexCore(const ClientKeyexOptions& options)
    : options_(options), session_id_(BytesView(options.session_id)) {
    secure_wipe(options_.session_id);
    options_.session_id.clear();
}

Fed ClientKeyexCore::start() {
    return guarded([this] { return begin(); });
}

Fed ClientKeyexCore::begin() {
    if (state_ != KeyexState::unstarted) {
        return misuse("an attempt begins once");
    }
    // RFC 4462 s4: "The contents of the MIC field are obtained by calling GSS_GetMIC [...], using
    // the GSS-API context that was established during initial key exchange".
    const MicInput input{session_id_.view(), options_.user, options_.service, keyex_method};
    state_ = KeyexState::asked;
    ask(GetMic{0, options_.context, secret_mic_data(input)});
    return Fed::taken;
}

void ClientKeyexCore::on_mic(MicAnswer&& answer) {
    if (!answer.mic || answer.mic->empty() || answer.mic->size() > max_token_size) {
        return fail(Fault::local, disconnect::none, "no MIC could be made: " + answer.text);
    }
    send(wire::build_keyex_request({options_.user, options_.service}, *answer.mic));
    state_ = KeyexState::result;
}

// As in gssapi-with-mic: what comes before the request was sent is no answer to it.
bool ClientKeyexCore::interrupts(BytesView payload) const noexcept {
    return state_ == KeyexState::asked &&
           keyex_cell(state_, std::to_integer<std::uint8_t>(payload[0])) != KeyexCell::held;
}

void ClientKeyexCore::on_message(BytesView payload) {
    const auto number = std::to_integer<std::uint8_t>(payload[0]);
    switch (const KeyexCell cell = keyex_cell(state_, number)) {
    case KeyexCell::ignore:
        return;
    case KeyexCell::unimplemented:
        return fail(Fault::refused, disconnect::none, "the server does not know the request");
    case KeyexCell::refused:
    case KeyexCell::result:
        return take_refusal(payload, cell == KeyexCell::result);
    case KeyexCell::success:
        return wire::is_bare(payload) ? finish(done()) : broken("a damaged USERAUTH_SUCCESS");
    case KeyexCell::trivial:
        return broken("the server says success although nothing was proven");
    case KeyexCell::fail:
    case KeyexCell::held:
        return broken("message " + std::to_string(number) + " out of its place");
    }
}

void ClientKeyexCore::take_refusal(BytesView payload, bool partial_counts) {
    auto refusal = wire::parse_failure(payload);
    if (!refusal) {
        return broken("a damaged USERAUTH_FAILURE");
    }
    if (partial_counts && refusal->partial) {
        AuthDone partly = done();
        partly.partial = true;
        partly.methods = std::move(refusal->methods);
        return finish(std::move(partly));
    }
    Fail failure;
    failure.fault = Fault::refused;
    failure.text = "the server refused gssapi-keyex";
    failure.methods = std::move(refusal->methods);
    fail(std::move(failure));
}

AuthDone ClientKeyexCore::done() const {
    return {options_.user,
            options_.service,
            std::string(keyex_method),
            options_.context,
            options_.mechanism,
            options_.flags,
            false,
            {},
            {}};
}

void ClientKeyexCore::broken(std::string_view what) {
    fail(Fault::peer, disconnect::protocol_error, what);
}

} // namespace gss::inline v0::ssh::detail
