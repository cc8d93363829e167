// SPDX-License-Identifier: Apache-2.0
#include <gssxx/ssh/engine.h>

#include "engine_core.h"

#include <utility>

namespace gss::inline v0::ssh {

Engine::Engine(std::unique_ptr<detail::EngineCore> core) noexcept : core_(std::move(core)) {}
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;
Engine::~Engine() = default;

// An engine that was moved from has ended.
Fed Engine::receive(BytesView payload) {
    return core_ ? core_->receive(payload) : Fed::ended;
}
Fed Engine::answer(RequestId id, StepAnswer answer) {
    return core_ ? core_->answer(id, std::move(answer)) : Fed::ended;
}
Fed Engine::answer(RequestId id, MicAnswer answer) {
    return core_ ? core_->answer(id, std::move(answer)) : Fed::ended;
}
Fed Engine::answer(RequestId id, VerifyAnswer answer) {
    return core_ ? core_->answer(id, std::move(answer)) : Fed::ended;
}
Fed Engine::answer(RequestId id, AuthorizeAnswer answer) {
    return core_ ? core_->answer(id, std::move(answer)) : Fed::ended;
}
Fed Engine::cancel() {
    return core_ ? core_->cancel() : Fed::ended;
}
std::optional<Action> Engine::poll() {
    return core_ ? core_->poll() : std::nullopt;
}
bool Engine::ended() const noexcept {
    return !core_ || core_->ended();
}

} // namespace gss::inline v0::ssh
