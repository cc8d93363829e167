// SPDX-License-Identifier: Apache-2.0
// What both of the server's methods do alike: the MIC, and authorisation after it.
#include "server_attempt.h"

#include "auth_text.h"

#include <utility>

namespace gss::inline v0::ssh::detail {

void Attempt::ask_for_mic_check(const ContextName& context, BytesView mic) {
    const MicInput input{host_.session_id(), request_.user, request_.service, request_.method};
    host_.ask_verify({0, context, secret_mic_data(input), Bytes(mic.begin(), mic.end())});
}

Verdict Attempt::verified(const VerifyAnswer& answer) {
    // RFC 4462 s4: "If the MIC is not valid, the user authentication fails".
    if (!answer.verified) {
        return Refusal{"the MIC does not verify: " + answer.text, true, {}};
    }
    ask_for_authorization();
    return std::nullopt;
}

// RFC 4462 s3.1: the server "verifies that the user name is authorized based on the credentials
// exchanged in the GSS-API exchange."
void Attempt::ask_for_authorization() {
    const KexContext& who = proven();
    host_.ask_authorize({0, who.context, request_.user, request_.service, request_.method,
                         who.mechanism, who.flags});
}

} // namespace gss::inline v0::ssh::detail
