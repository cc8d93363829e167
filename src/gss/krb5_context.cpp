// SPDX-License-Identifier: Apache-2.0
#include <gssxx/krb5/context.h>

#include "access.h"

#include <array>
#include <utility>

namespace gss::inline v0::krb5 {

namespace {

using detail::Access;

constexpr std::array enctype_names{
    std::pair{Enctype::des3_cbc_sha1, std::string_view("des3-cbc-sha1")},
    std::pair{Enctype::aes128_cts_hmac_sha1_96, std::string_view("aes128-cts-hmac-sha1-96")},
    std::pair{Enctype::aes256_cts_hmac_sha1_96, std::string_view("aes256-cts-hmac-sha1-96")},
    std::pair{Enctype::aes128_cts_hmac_sha256_128, std::string_view("aes128-cts-hmac-sha256-128")},
    std::pair{Enctype::aes256_cts_hmac_sha384_192, std::string_view("aes256-cts-hmac-sha384-192")},
    std::pair{Enctype::arcfour_hmac, std::string_view("arcfour-hmac")},
    std::pair{Enctype::camellia128_cts_cmac, std::string_view("camellia128-cts-cmac")},
    std::pair{Enctype::camellia256_cts_cmac, std::string_view("camellia256-cts-cmac")},
};

} // namespace

std::string_view to_string(Enctype enctype) noexcept {
    for (const auto& [known, name] : enctype_names) {
        if (known == enctype) {
            return name;
        }
    }
    return "unknown";
}

Result<Key> session_key(const SecurityContext& context) {
    const detail::ContextPtr& self = Access::of(context);
    return self ? self->session_key() : detail::empty_object("krb5::session_key");
}

Result<LucidContext> export_lucid(SecurityContext&& context) {
    // Taken only when it succeeds: a context that cannot be exported stays the caller's.
    detail::ContextPtr& self = Access::of(context);
    if (!self) {
        return detail::empty_object("gss_krb5_export_lucid_sec_context");
    }
    Result<LucidContext> exported = self->export_lucid();
    if (exported) {
        self.reset();
    }
    return exported;
}

Result<std::chrono::system_clock::time_point> authentication_time(const SecurityContext& context) {
    const detail::ContextPtr& self = Access::of(context);
    return self ? self->authentication_time()
                : detail::empty_object("gsskrb5_extract_authtime_from_sec_context");
}

Result<std::optional<Buffer>> authorization_data(const SecurityContext& context,
                                                 std::int32_t type) {
    constexpr std::string_view operation = "gsskrb5_extract_authz_data_from_sec_context";
    const detail::ContextPtr& self = Access::of(context);
    if (!self) {
        return detail::empty_object(operation);
    }
    if (type < 1) {
        return Error(ErrorCode::malformed_parameter, std::string(operation),
                     "type " + std::to_string(type) + " of authorization data is not above zero");
    }
    return self->authorization_data(type);
}

Result<TicketFlags> ticket_flags(const SecurityContext& context) {
    const detail::ContextPtr& self = Access::of(context);
    return self ? self->ticket_flags() : detail::empty_object("gss_krb5_get_tkt_flags");
}

} // namespace gss::inline v0::krb5
