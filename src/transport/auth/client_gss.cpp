// SPDX-License-Identifier: Apache-2.0
// The client's gssapi-with-mic and gssapi-keyex: engines of gssxx-ssh (RFC 4462 s3, s4).
#include "client_method.h"

#include "engine_bridge.h"
#include "escape.h"
#include "messages.h"

namespace gss::inline v0::transport::detail {

namespace {

template <typename EngineType>
class GssAttempt : public ClientAttempt {
public:
    using ClientAttempt::ClientAttempt;

    void begin() override {
        auto made = make();
        if (!made) {
            return give_up(made.error().text());
        }
        engine_.emplace(*std::move(made));
        engine_->start();
        drain();
    }
    void receive(BytesView payload) override {
        engine_->receive(payload);
        drain();
    }
    ssh::Fed answer(RequestId id, Answer&& answer) override {
        if (!bridge_.owns(id)) {
            return ssh::Fed::stale;
        }
        const ssh::Fed fed = bridge_.answer(*engine_, id, std::move(answer));
        drain();
        return fed;
    }
    /// While a question is open the next message is ours.
    [[nodiscard]] bool expects_answer() const noexcept override { return !bridge_.waiting(); }

private:
    [[nodiscard]] virtual Result<EngineType> make() const = 0;

    void drain() {
        bridge_.drain(*engine_, [this](ssh::Action&& action) {
            if (auto* done = std::get_if<ssh::AuthDone>(&action)) {
                succeeded(std::move(*done));
            } else if (auto* failed = std::get_if<ssh::Fail>(&action)) {
                this->failed(std::move(*failed));
            }
        });
    }
    void succeeded(ssh::AuthDone&& done) {
        AttemptEnd end;
        end.success = !done.partial;
        end.partial = done.partial;
        if (done.partial) {
            end.methods = std::move(done.methods);
            // Nobody needs the context any more; that of a key exchange is the session's.
            if (done.context.use == ssh::ContextName::Use::authentication) {
                needs().outlet.put(ssh::Release{done.context});
            }
        } else {
            end.gss = std::move(done);
        }
        finish(std::move(end));
    }
    void failed(ssh::Fail&& failure) {
        if (failure.disconnect_reason != 0) {
            throw SessionFault(failure.disconnect_reason, std::move(failure.text), failure.fault);
        }
        AttemptEnd end;
        end.methods = std::move(failure.methods);
        end.reason = std::move(failure.text);
        end.failure_may_come = failure.fault != ssh::Fault::refused;
        finish(std::move(end));
    }

    EngineBridge bridge_{needs().outlet};
    std::optional<EngineType> engine_;
};

/// What both engines want to know.
void fill(ssh::ClientAuthOptions& options, const ClientNeeds& needs) {
    options.user = needs.user;
    options.service = needs.service;
    options.session_id.assign(needs.session_id.begin(), needs.session_id.end());
}

class WithMicAttempt final : public GssAttempt<ssh::ClientWithMic> {
public:
    WithMicAttempt(ClientNeeds&& needs, bool delegate)
        : GssAttempt(std::move(needs)), delegate_(delegate) {}

private:
    [[nodiscard]] Result<ssh::ClientWithMic> make() const override {
        ssh::ClientWithMicOptions options;
        fill(options, needs());
        options.mechanisms = needs().options.mechanisms;
        options.delegate = delegate_;
        options.context = {ssh::ContextName::Use::authentication, needs().number};
        options.explain = needs().options.explain;
        options.error_token_is_answered = ssh::answers_error_tokens(needs().peer_version);
        auto made = ssh::ClientWithMic::create(options);
        secure_wipe(options.session_id);
        return made;
    }

    bool delegate_;
};

class KeyexAttempt final : public GssAttempt<ssh::ClientKeyex> {
public:
    using GssAttempt::GssAttempt;

private:
    [[nodiscard]] Result<ssh::ClientKeyex> make() const override {
        if (!needs().key_exchange) {
            return Error(ErrorCode::misuse, "gssapi-keyex", "the key exchange was none of GSS-API");
        }
        ssh::ClientKeyexOptions options;
        fill(options, needs());
        options.context = needs().key_exchange->context;
        options.mechanism = needs().key_exchange->mechanism;
        options.flags = needs().key_exchange->flags;
        auto made = ssh::ClientKeyex::create(options);
        secure_wipe(options.session_id);
        return made;
    }
};

} // namespace

std::unique_ptr<ClientAttempt> make_with_mic(ClientNeeds&& needs, AuthMethod&& method) {
    return std::make_unique<WithMicAttempt>(std::move(needs),
                                            std::get<WithGssapiMic>(method).delegate);
}

std::unique_ptr<ClientAttempt> make_keyex(ClientNeeds&& needs, AuthMethod&& /*method*/) {
    return std::make_unique<KeyexAttempt>(std::move(needs));
}

} // namespace gss::inline v0::transport::detail
