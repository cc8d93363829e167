// SPDX-License-Identifier: Apache-2.0
// The server's user authentication: requests, methods, counting and abandonment.
#pragma once

#include "engine_core.h"
#include "server_attempt.h"

#include <memory>
#include <string_view>
#include <vector>

namespace gss::inline v0::ssh::detail {

/// Why the options make no sense; empty when they do.
[[nodiscard]] std::string_view fault_of(const ServerUserAuthOptions& options);

class ServerSession final : public EngineCore, private AttemptHost {
public:
    explicit ServerSession(const ServerUserAuthOptions& options);
    Fed other_method_failed();

private:
    void on_message(BytesView payload) override;
    [[nodiscard]] bool interrupts(BytesView payload) const noexcept override;
    void on_step(StepAnswer&& answer) override;
    void on_verify(VerifyAnswer&& answer) override;
    void on_authorize(AuthorizeAnswer&& answer) override;

    void send_message(Bytes payload) override { send(std::move(payload)); }
    void made(const ContextName& context) override { hold(context); }
    void ask_step(GssStep question) override { ask(std::move(question)); }
    void ask_verify(VerifyMic question) override { ask(std::move(question)); }
    void ask_authorize(Authorize question) override { ask(std::move(question)); }
    [[nodiscard]] BytesView session_id() const noexcept override { return session_id_.view(); }

    [[nodiscard]] ServerState state() const noexcept;
    void take_request(BytesView payload);
    void begin(const wire::UserauthRequest& request, BytesView payload);
    /// A method of ours; nothing for the others. Sets @p why for one that is refused outright.
    [[nodiscard]] std::unique_ptr<Attempt> make_attempt(const Request& request,
                                                        std::string_view& why);
    [[nodiscard]] std::string_view unacceptable(const wire::UserauthRequest& request) const;
    Fed refuse_other();
    void take_late();
    void abandon();
    void conclude(Verdict&& verdict);
    void refuse(const Request& request, const Refusal& refusal);
    void count_failure(const Request& request, std::string_view reason);
    void explain(const StepAnswer& answer);
    void accept();
    void accept_partly(std::vector<std::string> methods);
    /// Whether a partial success may name it as one that can continue.
    [[nodiscard]] bool may_go_on(const std::string& method) const;
    [[nodiscard]] AuthDone done() const;

    ServerUserAuthOptions options_; ///< without the session id
    SecretBytes session_id_;
    std::vector<std::string> methods_; ///< that can continue
    std::unique_ptr<Attempt> attempt_;
    std::optional<Request> other_; ///< with the host
    unsigned requests_ = 0;
    unsigned failures_ = 0;
    unsigned late_left_ = 0; ///< how many more messages may have crossed our last refusal
    std::uint32_t contexts_ = 0;
};

} // namespace gss::inline v0::ssh::detail
