// SPDX-License-Identifier: Apache-2.0
// Carries actions of an engine of gssxx-ssh to the session, and answers back.
#pragma once

#include "outlet.h"

#include <gssxx/ssh/engine.h>

#include <functional>
#include <optional>

namespace gss::inline v0::transport::detail {

/// An engine's questions get ids of the session; its messages are sent, Release and AttemptFailed
/// become events. What ends the engine, and OtherRequest, are for the part that runs it.
class EngineBridge {
public:
    explicit EngineBridge(Outlet& outlet) noexcept : outlet_(outlet) {}

    using Rest = std::function<void(ssh::Action&&)>;
    /// Takes all actions that are there; @p rest gets KexDone, AuthDone, Fail and OtherRequest, and
    /// may destroy the engine with them, as they are the last: nothing of it is touched afterwards.
    void drain(ssh::Engine& engine, const Rest& rest);
    /// True when the question of that id is the one that is open. Refusal becomes the refusal that
    /// the question has. An answer of another kind is misuse, which the engine reports by Fail.
    [[nodiscard]] bool owns(RequestId id) const noexcept { return open_ && open_->outer == id; }
    ssh::Fed answer(ssh::Engine& engine, RequestId id, Answer&& answer);
    /// True while the engine waits for an answer.
    [[nodiscard]] bool waiting() const noexcept { return open_.has_value(); }
    void forget() noexcept { open_.reset(); }

private:
    enum class Kind : std::uint8_t { step, mic, verify, authorize };
    struct Open {
        RequestId outer;
        RequestId inner;
        Kind kind;
    };
    template <typename Question>
    void ask(Kind kind, Question&& question);

    Outlet& outlet_;
    std::optional<Open> open_;
};

} // namespace gss::inline v0::transport::detail
