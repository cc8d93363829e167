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
    using Arguments = std::variant<std::shared_ptr<const InitiateArguments>,
                                   std::shared_ptr<const AcceptArguments>>;

    HalfOpenContext(BackendPtr backend, Arguments arguments, ContextFlags required,
                    std::string subject);

    [[nodiscard]] Step step(BytesView token, const Deadline& deadline);
    /// What the public step() does first: refuses calls out of order and empty tokens.
    [[nodiscard]] std::optional<Error> refuse(BytesView token) const;

    [[nodiscard]] State state() const noexcept { return state_; }
    [[nodiscard]] ContextFlags flags() const noexcept { return last_.flags; }
    [[nodiscard]] const BackendPtr& backend() const noexcept { return backend_; }
    [[nodiscard]] MessageProtection& protection() noexcept { return protection_; }

    /// Hands out the context and what the last step told; misuse unless established.
    struct Finished {
        SecurityContext context;
        NamePtr initiator;
        CredentialPtr delegated;
        Lifetime lifetime;
    };
    [[nodiscard]] Result<Finished> finish();

private:
    [[nodiscard]] std::optional<NativeStep> native_step(BytesView token, const Deadline& deadline);
    [[nodiscard]] std::string_view operation() const noexcept;
    [[nodiscard]] std::optional<Error> missing_protection() const;
    [[nodiscard]] Step fail(Error error, Buffer token = {});

    BackendPtr backend_;
    Arguments arguments_;
    ContextFlags required_;
    std::string subject_;
    MessageProtection protection_;
    NativeStep last_;
    State state_ = State::fresh;
};

} // namespace gss::inline v0::detail
