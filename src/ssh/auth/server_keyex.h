// SPDX-License-Identifier: Apache-2.0
// The server's side of gssapi-keyex (RFC 4462 s4).
#pragma once

#include "server_attempt.h"

namespace gss::inline v0::ssh::detail {

/// Whether gssapi-keyex can succeed with what the key exchange left: then it is offered.
[[nodiscard]] bool keyex_useful(const std::optional<KexContext>& key_exchange) noexcept;

class ServerKeyex final : public Attempt {
public:
    /// @p key_exchange outlives the attempt.
    ServerKeyex(AttemptHost& host, Request request, const std::optional<KexContext>& key_exchange);

    [[nodiscard]] const KexContext& proven() const noexcept override { return *key_exchange_; }
    /// Never asked for: it is under way only while a question is open, and other requests wait.
    [[nodiscard]] ServerState state() const noexcept override { return ServerState::asked; }
    [[nodiscard]] Verdict begin(BytesView rest) override;
    [[nodiscard]] Verdict message(ServerCell cell, BytesView payload) override;
    [[nodiscard]] Verdict stepped(StepAnswer&& answer) override;

private:
    const std::optional<KexContext>& key_exchange_;
};

} // namespace gss::inline v0::ssh::detail
