// SPDX-License-Identifier: Apache-2.0
// The server's side of a key exchange (RFC 4462 s2.1 and s2.2, RFC 8732 s5.1).
#pragma once

#include "kex_core.h"
#include "kex_tables.h"

namespace gss::inline v0::ssh::detail {

class ServerKex final : public KexCore {
public:
    ServerKex(KexSettings settings, ExchangeHash hash, const ServerKexOptions& options);

private:
    void on_message(BytesView payload) override;
    void on_step(StepAnswer&& answer) override;
    void on_mic(MicAnswer&& answer) override;

    void on_group_request(BytesView payload);
    void on_init(BytesView payload);
    void on_token(BytesView payload);

    void ask_mic(StepAnswer&& answer);
    void send_host_key();
    void send_error(std::uint32_t major, std::uint32_t minor, std::string_view text);

    GroupSource groups_;
    GroupRequest request_;
    Bytes client_key_;
    Bytes last_token_;
    ServerState state_;
    bool host_key_sent_ = false;
};

} // namespace gss::inline v0::ssh::detail
