// SPDX-License-Identifier: Apache-2.0
#include <gssxx/security_context.h>

#include "access.h"
#include "backend_interface.h"

#include <ctime>
#include <string>
#include <utility>

namespace gss::inline v0 {

namespace {

constexpr std::string_view get_mic_operation = "gss_get_mic";
constexpr std::string_view wrap_operation = "gss_wrap";
constexpr std::string_view unwrap_operation = "gss_unwrap";

Error not_sealed(const detail::ContextInterface& context, std::string_view operation) {
    ErrorDetails details;
    details.code = ErrorCode::insufficient_protection;
    details.operation = operation;
    details.backend = context.backend()->name();
    details.messages.emplace_back("the context cannot encrypt, and sealing was required");
    return Error(std::move(details));
}

using SystemClock = std::chrono::system_clock;

/// The system clock in whole seconds, which is what lifetimes count in and cheap to read.
SystemClock::time_point now() noexcept {
    return SystemClock::from_time_t(std::time(nullptr));
}

/// MIT keeps lengths in 32 bits: it would protect the first octets of a larger message only, and
/// read past its buffers.
Error too_large(std::string_view operation, std::size_t octets) {
    return {ErrorCode::malformed_parameter, std::string(operation),
            "more octets than native libraries can count: " + std::to_string(octets)};
}

Error empty_token(std::string_view operation) {
    return {ErrorCode::invalid_token, std::string(operation), "an empty token"};
}

} // namespace

MessageProtection::MessageProtection(std::unique_ptr<detail::ContextInterface> self) noexcept
    : self_(std::move(self)) {}
MessageProtection::MessageProtection(MessageProtection&&) noexcept = default;
MessageProtection& MessageProtection::operator=(MessageProtection&&) noexcept = default;
MessageProtection::~MessageProtection() = default;

void MessageProtection::live_for(Lifetime lifetime,
                                 std::shared_ptr<detail::NameInterface> peer) noexcept {
    const auto duration = lifetime.duration();
    end_ = duration ? now() + *duration : SystemClock::time_point::max();
    peer_ = std::move(peer);
}

Error MessageProtection::expired(std::string_view operation) const {
    ErrorDetails details;
    details.code = ErrorCode::context_expired;
    details.operation = operation;
    details.backend = self_->backend()->name();
    details.mechanism = self_->mechanism();
    if (peer_) {
        const Result<DisplayedName> name = peer_->display();
        details.subject = "context with " + (name ? name->text : "a name that cannot be shown");
    }
    details.messages.emplace_back("the lifetime of the context has passed");
    return Error(std::move(details));
}

// The way of every message: nothing but comparisons where all is well.
bool MessageProtection::may_protect(std::size_t octets) const noexcept {
    // RFC 2743 s1.2.5: "When a per-message protection service is requested on an expired context"
    // GSS_S_CONTEXT_EXPIRED is the status; neither native library looks.
    return self_ && now() < end_ && octets <= detail::max_message_size;
}

Error MessageProtection::refusal(std::string_view operation, std::size_t octets) const {
    if (!self_) {
        return detail::empty_object(operation);
    }
    return octets > detail::max_message_size ? too_large(operation, octets) : expired(operation);
}

Error MessageProtection::token_refusal(std::string_view operation, BytesView token) const {
    return self_ && token.empty() ? empty_token(operation) : refusal(operation, token);
}

Result<Buffer> MessageProtection::get_mic(BytesView message, Qop qop) {
    if (!may_protect(message)) {
        return refusal(get_mic_operation, message);
    }
    return self_->get_mic(message, qop);
}

Result<std::size_t> MessageProtection::get_mic_into(BytesView message, MutableBytes out, Qop qop) {
    if (!may_protect(message)) {
        return refusal(get_mic_operation, message);
    }
    return self_->get_mic_into(message, out, qop);
}

Result<VerifiedMic> MessageProtection::verify_mic(BytesView message, BytesView mic) {
    constexpr std::string_view operation = "gss_verify_mic";
    if (mic.empty() || !may_protect(mic)) {
        return token_refusal(operation, mic);
    }
    if (message.size() > detail::max_message_size) {
        return too_large(operation, message.size());
    }
    return self_->verify_mic(message, mic, out_of_order_);
}

Result<Wrapped> MessageProtection::wrap(BytesView message, Seal seal, Qop qop) {
    if (!may_protect(message)) {
        return refusal(wrap_operation, message);
    }
    Result<Wrapped> wrapped = self_->wrap(message, seal != Seal::integrity_only, qop);
    if (seal == Seal::required && wrapped && !wrapped->sealed) {
        return not_sealed(*self_, wrap_operation);
    }
    return wrapped;
}

Result<WrappedInto> MessageProtection::wrap_into(BytesView message, MutableBytes out, Seal seal,
                                                 Qop qop) {
    if (!may_protect(message)) {
        return refusal(wrap_operation, message);
    }
    Result<WrappedInto> wrapped = self_->wrap_into(message, out, seal != Seal::integrity_only, qop);
    if (seal == Seal::required && wrapped && !wrapped->sealed) {
        secure_wipe(out); // it holds the message in the clear
        return not_sealed(*self_, wrap_operation);
    }
    return wrapped;
}

Result<Unwrapped> MessageProtection::unwrap(BytesView token) {
    if (token.empty() || !may_protect(token)) {
        return token_refusal(unwrap_operation, token);
    }
    if (self_->leaves_alone(token)) {
        // The native call takes a pointer to mutable octets and does not write there.
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
        return self_->unwrap({const_cast<std::byte*>(token.data()), token.size()}, out_of_order_);
    }
    // Integrity-only tokens hold the message in the clear, and unsealing may happen in place.
    SecretBytes copy(token);
    return self_->unwrap(copy.mutable_view(), out_of_order_);
}

Result<Unwrapped> MessageProtection::unwrap(MutableBytes token) {
    if (token.empty() || !may_protect(token)) {
        return token_refusal(unwrap_operation, token);
    }
    return self_->unwrap(token, out_of_order_);
}

Result<UnwrappedInPlace> MessageProtection::unwrap_in_place(MutableBytes token) {
    if (token.empty() || !may_protect(token)) {
        return token_refusal(unwrap_operation, token);
    }
    return self_->unwrap_in_place(token, out_of_order_);
}

Result<std::size_t> MessageProtection::wrap_size_limit(std::size_t max_token_size, Seal seal,
                                                       Qop qop) const {
    return self_ ? self_->wrap_size_limit(max_token_size, seal != Seal::integrity_only, qop)
                 : detail::empty_object("gss_wrap_size_limit");
}

Result<void> MessageProtection::accept_out_of_order() {
    constexpr std::string_view operation = "accept out of order";
    if (!self_) {
        return detail::empty_object(operation);
    }
    const detail::BackendInterface& backend = *self_->backend();
    const std::optional<Oid>& mechanism = self_->mechanism();
    if (!mechanism || !backend.supports(Capability::out_of_order_delivery, *mechanism)) {
        return Error(ErrorCode::unavailable, std::string(operation),
                     std::string(backend.name()) +
                         " may report the order of a token before it has checked the checksum");
    }
    out_of_order_ = true;
    return {};
}

} // namespace gss::inline v0
