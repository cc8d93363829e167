// SPDX-License-Identifier: Apache-2.0
// The client's side of one attempt of gssapi-with-mic (RFC 4462 s3).
#pragma once

#include "client_table.h"
#include "engine_core.h"

#include <gssxx/ssh/user_auth.h>

#include <string>
#include <string_view>

namespace gss::inline v0::ssh::detail {

class ClientWithMicCore final : public EngineCore {
public:
    explicit ClientWithMicCore(const ClientWithMicOptions& options);
    Fed start();

private:
    void on_message(BytesView payload) override;
    [[nodiscard]] bool interrupts(BytesView payload) const noexcept override;
    void on_step(StepAnswer&& answer) override;
    void on_mic(MicAnswer&& answer) override;

    Fed begin();
    void take_response(BytesView payload);
    void take_token(BytesView payload, bool error);
    void note_error_token(BytesView payload);
    void take_error(BytesView payload);
    void take_refusal(BytesView payload, ClientCell cell);
    void take_success(BytesView payload);

    void ask_step(Bytes token, bool first);
    void established(StepAnswer& answer);
    void step_failed(StepAnswer&& answer);

    [[nodiscard]] AuthDone done() const;
    /// A message that no server may send here.
    void broken(std::string_view what);
    /// The attempt ends, the session goes on.
    void give_up(Fault fault, std::string_view why);

    ClientAuthOptions names_; ///< without the session id
    SecretBytes session_id_;
    OidSet offered_;
    ContextName context_;
    Oid mechanism_;
    ContextFlags granted_;
    bool delegate_;
    bool explain_;
    bool error_token_is_answered_;
    bool accept_without_integrity_;
    ClientState state_ = ClientState::unstarted;
    Fail failure_; ///< what is known of why the attempt is failing
};

} // namespace gss::inline v0::ssh::detail
