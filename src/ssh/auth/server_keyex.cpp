// SPDX-License-Identifier: Apache-2.0
// The server's side of gssapi-keyex.
#include "server_keyex.h"

#include <utility>

namespace gss::inline v0::ssh::detail {

// RFC 4462 s4: listed when the key exchange "provides information about the user's identity that is
// useful to the server"; nobody in particular is not.
bool keyex_useful(const std::optional<KexContext>& key_exchange) noexcept {
    return key_exchange && !key_exchange->flags.contains(ContextFlag::anonymity);
}

ServerKeyex::ServerKeyex(AttemptHost& host, Request request,
                         const std::optional<KexContext>& key_exchange)
    : Attempt(host, std::move(request)), key_exchange_(key_exchange) {}

Verdict ServerKeyex::begin(BytesView rest) {
    // RFC 4462 s4: "If a server receives a request for this method when initial key exchange was
    // not performed using a GSS-API-based key exchange method [...], it MUST return
    // SSH_MSG_USERAUTH_FAILURE."
    if (!key_exchange_) {
        return Refusal{"the key exchange was none of GSS-API", true, {}};
    }
    if (!keyex_useful(key_exchange_)) {
        return Refusal{"the key exchange was anonymous", true, {}};
    }
    const auto mic = wire::parse_keyex_mic(rest);
    if (!mic) {
        return Refusal{"a damaged request", true, {}};
    }
    ask_for_mic_check(key_exchange_->context, *mic);
    return std::nullopt;
}

// Neither can happen: the session holds messages until the question is answered.
Verdict ServerKeyex::message(ServerCell /*cell*/, BytesView /*payload*/) {
    return Refusal{"a message out of its place", true, {}};
}
Verdict ServerKeyex::stepped(StepAnswer&& /*answer*/) {
    return Refusal{"an answer out of its place", true, {}};
}

} // namespace gss::inline v0::ssh::detail
