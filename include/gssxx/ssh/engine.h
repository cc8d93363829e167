// SPDX-License-Identifier: Apache-2.0
// What all message engines share: messages and answers in, actions out.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/ssh/actions.h>

#include <memory>
#include <optional>

namespace gss::inline v0::ssh {

namespace detail {
class EngineCore;
}

/// A sans-I/O engine: no input or output, no GSS call, no clock, no threads. Whatever it is fed, in
/// whatever order, it answers with actions or ends with one Fail. Move-only; one thread at a time.
///
/// It throws nothing but std::bad_alloc (and what a function of the host's throws), and has ended
/// then. Nothing of what that call would have put out is: no message is sent whose consequence is
/// lost. What comes is what was put out before, a Release when the engine held a context, and a
/// Fail with a disconnect reason. poll() allocates nothing and never throws.
///
/// One question is open at a time. Messages that arrive while one is open are held, at most 8 of
/// them and 128 KiB; more is the peer's fault, and so is one that is left when a key exchange ends.
/// Those that are left when user authentication has succeeded come out as AuthDone::unread. After
/// KexDone, AuthDone or Fail everything is answered with Fed::ended and no action comes any
/// more.
class GSSXX_EXPORT Engine {
public:
    /// A payload from the peer, message number first.
    Fed receive(BytesView payload);
    /// The answer to the question of that id.
    Fed answer(RequestId id, StepAnswer answer);
    /// The same for a MIC.
    Fed answer(RequestId id, MicAnswer answer);
    /// The same for a verification.
    Fed answer(RequestId id, VerifyAnswer answer);
    /// The same for a decision.
    Fed answer(RequestId id, AuthorizeAnswer answer);
    /// The connection is gone or the host gives up: releases contexts and ends.
    Fed cancel();

    /// The next action, in order; nothing when the engine waits or has ended.
    [[nodiscard]] std::optional<Action> poll();
    /// True once KexDone, AuthDone or Fail has been put out.
    [[nodiscard]] bool ended() const noexcept;

protected:
    explicit Engine(std::unique_ptr<detail::EngineCore> core) noexcept;
    Engine(Engine&&) noexcept;
    Engine& operator=(Engine&&) noexcept;
    ~Engine();

    std::unique_ptr<detail::EngineCore> core_;
};

} // namespace gss::inline v0::ssh
