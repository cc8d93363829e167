// SPDX-License-Identifier: Apache-2.0
// What Initiator and Acceptor share behind the public classes.
#pragma once

#include <gssxx/establishment.h>

#include "access.h"
#include "backend_interface.h"

#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace gss::inline v0::detail {

/// A context under way: the native handle, the inputs of every step, and what was granted so far.
class HalfOpenContext {
public:
    enum class State : std::uint8_t { fresh, more, established, failed, finished };
    using Arguments = std::variant<InitiateArguments, AcceptArguments>;

    HalfOpenContext(BackendPtr backend, Arguments&& arguments, ContextFlags required);

    [[nodiscard]] Step step(BytesView token, const Deadline& deadline);
    /// What the public step() does first: refuses calls out of order.
    [[nodiscard]] std::optional<Error> refuse() const;

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] ContextFlags flags() const noexcept { return granted_.flags; }
    [[nodiscard]] const BackendPtr& backend() const noexcept { return backend_; }
    [[nodiscard]] MessageProtection& protection() noexcept { return protection_; }
    /// What was required and is not granted so far.
    [[nodiscard]] ContextFlags missing() const noexcept { return required_ - granted_.flags; }
    /// What is known while the context is half-open, without asking the library, which may crash.
    [[nodiscard]] NativeContextInfo known() const;

    /// What the public finish() does first: misuse unless established.
    [[nodiscard]] std::optional<Error> refuse_to_finish();
    /// Hands out the context; once, and only when refuse_to_finish() does not object.
    [[nodiscard]] SecurityContext take_context();
    /// What the last step told; a finishing acceptor takes its objects.
    struct Granted {
        ContextFlags flags;
        Lifetime lifetime = Lifetime::not_supported();
        NamePtr initiator;
        CredentialPtr delegated;
    };
    [[nodiscard]] Granted& granted() noexcept { return granted_; }

private:
    /// The step may take longer than the caller wants to wait.
    [[nodiscard]] bool may_wait(BytesView token, const Deadline& deadline) const;
    /// A step on a worker thread, for a caller that does not wait longer than the deadline.
    [[nodiscard]] Step step_on_worker(BytesView token, const Deadline& deadline);
    /// What the caller gets to know of a step; notes the rest.
    [[nodiscard]] Step settle(NativeStep native);
    /// What the context lives on after a step.
    [[nodiscard]] Lifetime lifetime_of(const NativeStep& native) const;
    /// The mechanism that the library named; null before that and after a failure.
    [[nodiscard]] const Oid* mechanism() const noexcept;
    [[nodiscard]] std::string_view operation() const noexcept;
    /// The thing that a failure is about. Asked for on failure only: it takes a native call.
    [[nodiscard]] std::string subject() const;
    /// Fails because less was granted than required.
    [[nodiscard]] Step missing_protection();
    [[nodiscard]] Step fail(Error error, Buffer token = {});

    BackendPtr backend_;
    Arguments arguments_;
    ContextFlags required_;
    MessageProtection protection_;
    Granted granted_;
    State state_ = State::fresh;
};

} // namespace gss::inline v0::detail
