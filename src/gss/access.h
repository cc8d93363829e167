// SPDX-License-Identifier: Apache-2.0
// The one door between public objects and what they stand on.
#pragma once

#include <gssxx/establishment.h>
#include <gssxx/security_context.h>

#include "backend_interface.h"

#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace gss::inline v0::detail {

struct Access {
    [[nodiscard]] static Backend backend(BackendPtr self) { return Backend(std::move(self)); }
    [[nodiscard]] static Name name(NamePtr self) { return Name(std::move(self)); }
    [[nodiscard]] static Credentials credentials(CredentialPtr self) {
        return Credentials(std::move(self));
    }
    [[nodiscard]] static SecurityContext context(MessageProtection&& protection, Oid mechanism,
                                                 ContextFlags flags) {
        return {std::move(protection), std::move(mechanism), flags};
    }
    [[nodiscard]] static MessageProtection protection(ContextPtr self) {
        return MessageProtection(std::move(self));
    }
    static void live_for(MessageProtection& object, Lifetime lifetime, NamePtr peer) noexcept {
        object.live_for(lifetime, std::move(peer));
    }

    [[nodiscard]] static const BackendPtr& of(const Backend& object) { return object.self_; }
    [[nodiscard]] static const NamePtr& of(const Name& object) { return object.self_; }
    [[nodiscard]] static const CredentialPtr& of(const Credentials& object) { return object.self_; }
    [[nodiscard]] static ContextPtr& of(MessageProtection& object) { return object.self_; }
    [[nodiscard]] static const ContextPtr& of(const MessageProtection& object) {
        return object.self_;
    }

    [[nodiscard]] static std::optional<Name> optional_name(NamePtr self) {
        return self ? std::optional<Name>(Name(std::move(self))) : std::nullopt;
    }
};

/// For calls on an object that was moved from or released.
[[nodiscard]] inline Error empty_object(std::string_view what) {
    return {ErrorCode::misuse, std::string(what), "the object was moved from or released"};
}

/// For objects of two backends in one call.
[[nodiscard]] inline Error mixed_backends(std::string_view operation, std::string_view left,
                                          std::string_view right) {
    return {ErrorCode::misuse, std::string(operation),
            "objects of two backends: " + std::string(left) + " and " + std::string(right)};
}

/// For a call with a deadline whose worker could not be started.
[[nodiscard]] inline Error no_thread(std::string_view operation, std::string_view backend,
                                     const std::system_error& error) {
    ErrorDetails details;
    details.operation = operation;
    details.backend = backend;
    details.messages.push_back("no thread for a call with a deadline: " +
                               std::string(error.what()));
    return Error(std::move(details));
}

[[nodiscard]] inline Error deadline_passed(std::string_view operation, std::string_view backend,
                                           std::string subject) {
    ErrorDetails details;
    details.code = ErrorCode::timed_out;
    details.operation = operation;
    details.backend = backend;
    details.subject = std::move(subject);
    details.messages.emplace_back("the deadline passed; the native call ends by itself");
    return Error(std::move(details));
}

} // namespace gss::inline v0::detail
