// SPDX-License-Identifier: Apache-2.0
// What a backend says that does not have these calls.
#include "context_calls.h"

#include "backend_interface.h"

namespace gss::inline v0::detail {

namespace {

Error absent(const ContextCalls* calls, std::string_view operation) {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = operation;
    if (const auto* object = dynamic_cast<const ContextInterface*>(calls)) {
        details.backend = object->backend()->name();
    }
    details.messages.emplace_back("the backend does not have this call");
    return Error(std::move(details));
}

} // namespace

Result<std::vector<Buffer>> ContextCalls::inquire_by_oid(const Oid& /*question*/) const {
    return absent(this, "gss_inquire_sec_context_by_oid");
}

Result<void> ContextCalls::set_option(const Oid& /*option*/, std::optional<BytesView> /*value*/) {
    return absent(this, "gss_set_sec_context_option");
}

Result<krb5::Key> ContextCalls::session_key() const {
    return absent(this, "krb5::session_key");
}

Result<krb5::LucidContext> ContextCalls::export_lucid() {
    return absent(this, "gss_krb5_export_lucid_sec_context");
}

Result<std::chrono::system_clock::time_point> ContextCalls::authentication_time() const {
    return absent(this, "gsskrb5_extract_authtime_from_sec_context");
}

Result<std::optional<Buffer>> ContextCalls::authorization_data(std::int32_t /*type*/) const {
    return absent(this, "gsskrb5_extract_authz_data_from_sec_context");
}

Result<krb5::TicketFlags> ContextCalls::ticket_flags() const {
    return absent(this, "gss_krb5_get_tkt_flags");
}

} // namespace gss::inline v0::detail
