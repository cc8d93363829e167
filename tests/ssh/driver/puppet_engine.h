// SPDX-License-Identifier: Apache-2.0
// An engine that puts out what a test says.
#pragma once

#include "engine_core.h"

#include <gssxx/ssh/engine.h>

#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace gss::test {

class PuppetEngine : public ssh::Engine {
public:
    PuppetEngine() : Engine(std::make_unique<Core>()), puppet_(static_cast<Core*>(core_.get())) {}

    void ask(ssh::GssStep question) { puppet_->ask(std::move(question)); }
    void ask(ssh::GetMic question) { puppet_->ask(std::move(question)); }
    void ask(ssh::VerifyMic question) { puppet_->ask(std::move(question)); }
    void ask(ssh::Authorize question) { puppet_->ask(std::move(question)); }
    void put(ssh::Action action) { puppet_->put(std::move(action)); }
    void hold(const ssh::ContextName& context) { puppet_->hold(context); }
    /// The next message or answer ends the engine by an exception, in the middle of @p action.
    void throw_after(ssh::Action action) { puppet_->thrown_after_ = std::move(action); }

    std::optional<ssh::StepAnswer>& step() { return puppet_->step_; }
    std::optional<ssh::MicAnswer>& mic() { return puppet_->mic_; }
    std::optional<ssh::VerifyAnswer>& verified() { return puppet_->verify_; }
    std::optional<ssh::AuthorizeAnswer>& authorized() { return puppet_->authorize_; }

private:
    struct Core : ssh::detail::EngineCore {
        using EngineCore::ask;
        using EngineCore::hold;
        using EngineCore::put;
        void on_message(BytesView /*payload*/) override { perhaps_throw(); }
        void on_step(ssh::StepAnswer&& answer) override { step_ = std::move(answer); }
        void on_mic(ssh::MicAnswer&& answer) override { mic_ = std::move(answer); }
        void on_verify(ssh::VerifyAnswer&& answer) override { verify_ = std::move(answer); }
        void on_authorize(ssh::AuthorizeAnswer&& answer) override {
            perhaps_throw();
            authorize_ = std::move(answer);
        }
        void perhaps_throw() {
            if (thrown_after_) {
                put(*std::move(thrown_after_));
                throw std::bad_alloc();
            }
        }
        std::optional<ssh::Action> thrown_after_;
        std::optional<ssh::StepAnswer> step_;
        std::optional<ssh::MicAnswer> mic_;
        std::optional<ssh::VerifyAnswer> verify_;
        std::optional<ssh::AuthorizeAnswer> authorize_;
    };

    Core* puppet_;
};

} // namespace gss::test
