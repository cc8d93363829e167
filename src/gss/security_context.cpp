// SPDX-License-Identifier: Apache-2.0
#include <gssxx/security_context.h>

#include "access.h"
#include "context_info.h"

#include <string>
#include <utility>

namespace gss::inline v0 {

namespace {

using detail::Access;
using detail::BackendPtr;

constexpr std::string_view import_operation = "gss_import_sec_context";
constexpr std::string_view export_operation = "gss_export_sec_context";

Error no_context(std::string_view operation) {
    return {ErrorCode::no_context, std::string(operation),
            "the native library has deleted the context"};
}

/// Identifiers under which a library hands out or takes addresses of native memory.
Error address_only(std::string_view operation, const Oid& oid, std::string_view instead) {
    ErrorDetails details;
    details.code = ErrorCode::misuse;
    details.operation = operation;
    details.subject = oid.to_string();
    details.messages.push_back("the value is an address of native memory: " + std::string(instead));
    return Error(std::move(details));
}

} // namespace

SecurityContext::SecurityContext(MessageProtection&& protection, Oid mechanism,
                                 ContextFlags flags) noexcept
    : MessageProtection(std::move(protection)), mechanism_(std::move(mechanism)), flags_(flags) {
    out_of_order_ = false; // what early messages were allowed does not go on
}

Result<SecurityContext> SecurityContext::import_context(const Backend& backend,
                                                        const ExportedContext& exported) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(import_operation);
    }
    if (exported.backend() != native->name()) {
        return detail::mixed_backends(import_operation, native->name(), exported.backend());
    }
    return import_trusted(backend, exported.native_token());
}

Result<SecurityContext> SecurityContext::import_trusted(const Backend& backend,
                                                        BytesView native_token) {
    const BackendPtr& native = Access::of(backend);
    if (!native) {
        return detail::empty_object(import_operation);
    }
    if (native_token.empty()) {
        return Error(ErrorCode::invalid_token, std::string(import_operation), "an empty token");
    }
    Result<detail::ContextPtr> imported = native->import_context(native_token);
    if (!imported) {
        return imported.error();
    }
    Result<detail::NativeContextInfo> info = (*imported)->inquire();
    if (!info) {
        return info.error();
    }
    // RFC 2743 s2.2.8: only fully established contexts travel between processes.
    if (!info->open || !info->mechanism) {
        return Error(ErrorCode::no_context, std::string(import_operation),
                     "the imported context is not established");
    }
    MessageProtection protection = Access::protection(*std::move(imported));
    Access::live_for(protection, info->lifetime,
                     info->locally_initiated ? info->target : info->initiator);
    // RFC 2743 s1.2.7: an established context is ready to protect; libraries differ in saying so.
    return SecurityContext(std::move(protection), *std::move(info->mechanism),
                           info->flags | ContextFlag::protection_ready);
}

Result<ExportedContext> SecurityContext::export_context() {
    if (!self_) {
        return detail::empty_object(export_operation);
    }
    const BackendPtr backend = self_->backend();
    const Result<Buffer> native_token = self_->export_context();
    if (!native_token) {
        return native_token.error();
    }
    self_.reset();
    return ExportedContext::frame(backend->name(), native_token->view());
}

Result<ContextInfo> SecurityContext::inquire() const {
    return self_ ? detail::to_public(self_->inquire())
                 : detail::empty_object("gss_inquire_context");
}

Result<Lifetime> SecurityContext::remaining_lifetime() const {
    return self_ ? self_->remaining_lifetime() : detail::empty_object("gss_context_time");
}

Result<std::vector<Buffer>> SecurityContext::inquire_by_oid(const Oid& question) const {
    // 1.2.840.113554.1.2.2.5.6, of MIT: memory with keys that nobody would release.
    constexpr std::string_view lucid("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x05\x06", 11);
    if (as_text(question.content()).starts_with(lucid)) {
        return address_only("gss_inquire_sec_context_by_oid", question, "use krb5::export_lucid");
    }
    return self_ ? self_->inquire_by_oid(question)
                 : detail::empty_object("gss_inquire_sec_context_by_oid");
}

Result<void> SecurityContext::set_option(const Oid& option, std::optional<BytesView> value) {
    // 1.2.752.43.13.11 and 19, of Heimdal: functions and names that the library would call and
    // read.
    constexpr std::string_view send_to_kdc("\x2a\x85\x70\x2b\x0d\x0b", 6);
    constexpr std::string_view plugin("\x2a\x85\x70\x2b\x0d\x13", 6);
    if (const std::string_view asked = as_text(option.content());
        asked == send_to_kdc || asked == plugin) {
        return address_only("gss_set_sec_context_option", option, "not for octets from elsewhere");
    }
    return self_ ? self_->set_option(option, value)
                 : detail::empty_object("gss_set_sec_context_option");
}

Result<void> SecurityContext::process_context_token(BytesView token) {
    constexpr std::string_view operation = "gss_process_context_token";
    if (!self_) {
        return detail::empty_object(operation);
    }
    if (token.empty()) {
        return Error(ErrorCode::invalid_token, std::string(operation), "an empty token");
    }
    Result<void> processed = self_->process_token(token);
    if (processed && !self_->exists()) {
        return no_context(operation);
    }
    return processed;
}

Result<Buffer> SecurityContext::delete_context() {
    if (!self_) {
        return detail::empty_object("gss_delete_sec_context");
    }
    Result<Buffer> token = self_->delete_with_token();
    self_.reset();
    return token;
}

Backend SecurityContext::backend() const {
    return Access::backend(self_ ? self_->backend() : nullptr);
}

} // namespace gss::inline v0
