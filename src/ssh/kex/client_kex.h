// SPDX-License-Identifier: Apache-2.0
// The client's side of a key exchange (RFC 4462 s2.1 and s2.2, RFC 8732 s5.1).
#pragma once

#include "kex_core.h"
#include "kex_tables.h"

namespace gss::inline v0::ssh::detail {

class ClientKex final : public KexCore {
public:
    ClientKex(KexSettings settings, ExchangeHash hash, const ClientKexOptions& options);
    Fed start();

private:
    /// Which leg a StepAnswer is about.
    enum class Leg : std::uint8_t {
        first,
        next, ///< in answer to KEXGSS_CONTINUE
        last, ///< in answer to KEXGSS_COMPLETE
    };

    void on_message(BytesView payload) override;
    void on_step(StepAnswer&& answer) override;
    void on_verify(VerifyAnswer&& answer) override;

    Fed begin();
    void on_group(BytesView payload);
    void on_host_key(BytesView payload);
    void on_token(BytesView payload);
    void on_complete(BytesView payload);
    void on_error(BytesView payload);

    void ask_first_step();
    void ask_later_step(Leg leg, BytesView token);
    void ask_verify();
    void step_failed(const StepAnswer& answer);
    void step_done_last(const StepAnswer& answer);
    void send_init(const StepAnswer& answer);

    GroupRequest request_;
    ContextFlags flags_;
    Bytes mic_;
    ClientState state_ = ClientState::fresh;
    Leg leg_ = Leg::first;
    bool host_key_allowed_ = true;
    bool complete_ = false; ///< gss_init_sec_context has said so
};

} // namespace gss::inline v0::ssh::detail
