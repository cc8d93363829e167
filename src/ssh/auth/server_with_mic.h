// SPDX-License-Identifier: Apache-2.0
// The server's side of one attempt of gssapi-with-mic (RFC 4462 s3).
#pragma once

#include "server_attempt.h"

namespace gss::inline v0::ssh::detail {

class ServerWithMic final : public Attempt {
public:
    struct Policy {
        const MechanismPolicy& mechanisms;
        bool accept_without_integrity = false;
    };
    /// @p policy outlives the attempt.
    ServerWithMic(AttemptHost& host, Request request, const Policy& policy,
                  const ContextName& context);

    [[nodiscard]] const KexContext& proven() const noexcept override { return context_; }
    [[nodiscard]] ServerState state() const noexcept override { return state_; }
    [[nodiscard]] Verdict begin(BytesView rest) override;
    [[nodiscard]] Verdict message(ServerCell cell, BytesView payload) override;
    [[nodiscard]] Verdict stepped(StepAnswer&& answer) override;

private:
    [[nodiscard]] Verdict take_token(ServerCell cell, BytesView payload);
    [[nodiscard]] Verdict take_mic(BytesView payload);
    [[nodiscard]] Verdict established(StepAnswer& answer);
    void ask_step(BytesView token, bool first);
    void send_token(const Bytes& token);

    Policy policy_;
    KexContext context_; ///< the mechanism is the selected one
    ServerState state_ = ServerState::first_token;
    bool reading_error_ = false; ///< the open leg reads the client's error token
};

} // namespace gss::inline v0::ssh::detail
