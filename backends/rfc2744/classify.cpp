// SPDX-License-Identifier: Apache-2.0
#include "classify.h"

#include "abi.h"

#include <array>
#include <cstdint>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

using abi::Routine;

// Kerberos error codes, counted from ERROR_TABLE_BASE_krb5. Up to 127 they are the protocol's own
// (RFC 4120 s7.5.9), above them those of the libraries, where the two families agree.
constexpr std::int32_t krb5_base = -1765328384;

struct KerberosCause {
    std::int32_t offset;
    ErrorCode code;
};

constexpr std::int32_t bad_protocol = 3;
constexpr std::int32_t bad_version = 39;
constexpr std::int32_t bad_message_type = 40;

constexpr std::array kerberos_causes{
    KerberosCause{1, ErrorCode::credentials_expired},  // KDC_ERR_NAME_EXP
    KerberosCause{3, ErrorCode::invalid_token},        // KDC_ERR_BAD_PVNO
    KerberosCause{6, ErrorCode::client_unknown},       // KDC_ERR_C_PRINCIPAL_UNKNOWN
    KerberosCause{7, ErrorCode::service_unknown},      // KDC_ERR_S_PRINCIPAL_UNKNOWN
    KerberosCause{12, ErrorCode::unauthorized},        // KDC_ERR_POLICY
    KerberosCause{14, ErrorCode::key_not_found},       // KDC_ERR_ETYPE_NOSUPP
    KerberosCause{24, ErrorCode::decrypt_failed},      // KDC_ERR_PREAUTH_FAILED
    KerberosCause{31, ErrorCode::decrypt_failed},      // KRB_AP_ERR_BAD_INTEGRITY
    KerberosCause{32, ErrorCode::credentials_expired}, // KRB_AP_ERR_TKT_EXPIRED
    KerberosCause{33, ErrorCode::clock_skew},          // KRB_AP_ERR_TKT_NYV
    KerberosCause{34, ErrorCode::replayed_token},      // KRB_AP_ERR_REPEAT
    KerberosCause{35, ErrorCode::key_not_found},       // KRB_AP_ERR_NOT_US
    KerberosCause{37, ErrorCode::clock_skew},          // KRB_AP_ERR_SKEW
    KerberosCause{39, ErrorCode::invalid_token},       // KRB_AP_ERR_BADVERSION
    KerberosCause{40, ErrorCode::invalid_token},       // KRB_AP_ERR_MSG_TYPE
    KerberosCause{41, ErrorCode::decrypt_failed},      // KRB_AP_ERR_MODIFIED
    KerberosCause{43, ErrorCode::unauthorized},        // KRB_AP_ERR_ILL_CR_TKT: transited realms
    KerberosCause{44, ErrorCode::key_not_found},       // KRB_AP_ERR_BADKEYVER
    KerberosCause{45, ErrorCode::key_not_found},       // KRB_AP_ERR_NOKEY
    KerberosCause{46, ErrorCode::invalid_token},       // KRB_AP_ERR_MUT_FAIL
    KerberosCause{50, ErrorCode::invalid_token},       // KRB_AP_ERR_INAPP_CKSUM
    KerberosCause{139, ErrorCode::ccache_unreadable},  // KRB5_CC_BADNAME
    KerberosCause{140, ErrorCode::ccache_unreadable},  // KRB5_CC_UNKNOWN_TYPE
    KerberosCause{141, ErrorCode::ccache_not_found},   // KRB5_CC_NOTFOUND
    KerberosCause{142, ErrorCode::ccache_corrupt},     // KRB5_CC_END
    KerberosCause{147, ErrorCode::kdc_reply_invalid},  // KRB5_KDCREP_MODIFIED
    KerberosCause{148, ErrorCode::clock_skew},         // KRB5_KDCREP_SKEW
    KerberosCause{154, ErrorCode::realm_unknown},      // KRB5_REALM_UNKNOWN
    KerberosCause{156, ErrorCode::kdc_unreachable},    // KRB5_KDC_UNREACH
    KerberosCause{158, ErrorCode::invalid_token},      // KRB5_MUTUAL_FAILED
    KerberosCause{180, ErrorCode::keytab_unreadable},  // KRB5_KT_UNKNOWN_TYPE
    KerberosCause{181, ErrorCode::key_not_found},      // KRB5_KT_NOTFOUND
    KerberosCause{182, ErrorCode::key_not_found},      // KRB5_KT_END
    KerberosCause{184, ErrorCode::keytab_corrupt},     // KRB5_KT_IOERR
    KerberosCause{188, ErrorCode::key_not_found},      // KRB5_BAD_ENCTYPE
    KerberosCause{193, ErrorCode::ccache_unreadable},  // KRB5_CC_IO
    KerberosCause{194, ErrorCode::ccache_unreadable},  // KRB5_FCC_PERM
    KerberosCause{195, ErrorCode::ccache_not_found},   // KRB5_FCC_NOFILE
    KerberosCause{199, ErrorCode::ccache_corrupt},     // KRB5_CC_FORMAT
    KerberosCause{200, ErrorCode::key_not_found},      // KRB5_CC_NOT_KTYPE
    KerberosCause{212, ErrorCode::ccache_corrupt},     // KRB5_CCACHE_BADVNO
    KerberosCause{213, ErrorCode::keytab_corrupt},     // KRB5_KEYTAB_BADVNO
    KerberosCause{230, ErrorCode::key_not_found},      // KRB5_KT_KVNONOTFOUND
    KerberosCause{235, ErrorCode::keytab_corrupt},     // KRB5_KT_FORMAT
};

// ERROR_TABLE_BASE_asn1: replies and tickets that are not ASN.1; eight codes in MIT, a few more
// in Heimdal.
constexpr std::int32_t asn1_base = 1859794432;
constexpr std::int32_t asn1_count = 32;

std::optional<ErrorCode> kerberos_cause(std::int32_t minor, Operation operation) noexcept {
    const bool from_kdc = operation == Operation::initiate || operation == Operation::credential;
    if (minor >= asn1_base && minor < asn1_base + asn1_count) {
        return from_kdc ? ErrorCode::kdc_reply_invalid : ErrorCode::invalid_token;
    }
    if (from_kdc && (minor == krb5_base + bad_protocol || minor == krb5_base + bad_version ||
                     minor == krb5_base + bad_message_type)) {
        return ErrorCode::kdc_reply_invalid;
    }
    for (const KerberosCause& cause : kerberos_causes) {
        if (minor == krb5_base + cause.offset) {
            return cause.code;
        }
    }
    return std::nullopt;
}

ErrorCode from_calling(std::uint32_t calling) noexcept {
    switch (calling) {
    case 1:
        return ErrorCode::parameter_read;
    case 2:
        return ErrorCode::parameter_write;
    default:
        return ErrorCode::malformed_parameter;
    }
}

constexpr std::array routine_codes{
    ErrorCode::failure, // none
    ErrorCode::bad_mechanism,
    ErrorCode::bad_name,
    ErrorCode::bad_name_type,
    ErrorCode::bad_channel_bindings,
    ErrorCode::bad_status,
    ErrorCode::bad_mic,
    ErrorCode::no_credentials,
    ErrorCode::no_context,
    ErrorCode::invalid_token,
    ErrorCode::invalid_credentials,
    ErrorCode::credentials_expired,
    ErrorCode::context_expired,
    ErrorCode::failure,
    ErrorCode::bad_qop,
    ErrorCode::unauthorized,
    ErrorCode::unavailable,
    ErrorCode::duplicate_element,
    ErrorCode::name_not_mechanism_name,
};

ErrorCode from_supplementary(std::uint32_t bits) noexcept {
    if ((bits & abi::status_duplicate_token) != 0) {
        return ErrorCode::duplicate_token;
    }
    if ((bits & abi::status_old_token) != 0) {
        return ErrorCode::old_token;
    }
    if ((bits & abi::status_unsequenced_token) != 0) {
        return ErrorCode::unsequenced_token;
    }
    return (bits & abi::status_gap_token) != 0 ? ErrorCode::gap_token : ErrorCode::failure;
}

/// Routine errors that say little: there the minor code is worth a look.
bool is_vague(Routine routine) noexcept {
    switch (routine) {
    case Routine::failure:
    case Routine::no_credentials:
    case Routine::defective_credential:
    case Routine::defective_token:
    case Routine::credentials_expired:
    case Routine::unauthorized:
        return true;
    default:
        return false;
    }
}

} // namespace

ErrorCode classify(const Traits& traits, const NativeStatus& status, Operation operation) noexcept {
    if (traits.refine != nullptr) {
        if (const std::optional<ErrorCode> code = traits.refine(status, operation)) {
            return *code;
        }
    }
    const std::uint32_t routine = status.routine();
    if (is_vague(static_cast<Routine>(routine))) {
        const auto cause = kerberos_cause(static_cast<std::int32_t>(status.minor), operation);
        if (cause && operation != Operation::message) {
            return *cause;
        }
    }
    if (status.calling() != 0 && routine == 0) {
        return from_calling(status.calling());
    }
    if (routine != 0) {
        return routine < routine_codes.size() ? routine_codes[routine] : ErrorCode::failure;
    }
    return from_supplementary(status.supplementary());
}

std::uint32_t kerberos_minor(std::uint32_t protocol_code) noexcept {
    return static_cast<std::uint32_t>(krb5_base) + protocol_code;
}

} // namespace gss::inline v0::rfc2744
