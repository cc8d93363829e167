// SPDX-License-Identifier: Apache-2.0
#include <gssxx/error.h>

#include "escape.h"

#include <array>
#include <utility>

namespace gss::inline v0 {

namespace {

using CodeName = std::pair<ErrorCode, std::string_view>;
constexpr std::array code_names{
    CodeName{ErrorCode::parameter_read, "parameter_read"},
    CodeName{ErrorCode::parameter_write, "parameter_write"},
    CodeName{ErrorCode::malformed_parameter, "malformed_parameter"},
    CodeName{ErrorCode::bad_mechanism, "bad_mechanism"},
    CodeName{ErrorCode::bad_name, "bad_name"},
    CodeName{ErrorCode::bad_name_type, "bad_name_type"},
    CodeName{ErrorCode::bad_channel_bindings, "bad_channel_bindings"},
    CodeName{ErrorCode::bad_status, "bad_status"},
    CodeName{ErrorCode::bad_mic, "bad_mic"},
    CodeName{ErrorCode::no_credentials, "no_credentials"},
    CodeName{ErrorCode::no_context, "no_context"},
    CodeName{ErrorCode::invalid_token, "invalid_token"},
    CodeName{ErrorCode::invalid_credentials, "invalid_credentials"},
    CodeName{ErrorCode::credentials_expired, "credentials_expired"},
    CodeName{ErrorCode::context_expired, "context_expired"},
    CodeName{ErrorCode::failure, "failure"},
    CodeName{ErrorCode::bad_qop, "bad_qop"},
    CodeName{ErrorCode::unauthorized, "unauthorized"},
    CodeName{ErrorCode::unavailable, "unavailable"},
    CodeName{ErrorCode::duplicate_element, "duplicate_element"},
    CodeName{ErrorCode::name_not_mechanism_name, "name_not_mechanism_name"},
    CodeName{ErrorCode::duplicate_token, "duplicate_token"},
    CodeName{ErrorCode::old_token, "old_token"},
    CodeName{ErrorCode::unsequenced_token, "unsequenced_token"},
    CodeName{ErrorCode::gap_token, "gap_token"},
    CodeName{ErrorCode::ccache_not_found, "ccache_not_found"},
    CodeName{ErrorCode::ccache_unreadable, "ccache_unreadable"},
    CodeName{ErrorCode::ccache_corrupt, "ccache_corrupt"},
    CodeName{ErrorCode::keytab_not_found, "keytab_not_found"},
    CodeName{ErrorCode::keytab_unreadable, "keytab_unreadable"},
    CodeName{ErrorCode::keytab_corrupt, "keytab_corrupt"},
    CodeName{ErrorCode::key_not_found, "key_not_found"},
    CodeName{ErrorCode::service_unknown, "service_unknown"},
    CodeName{ErrorCode::client_unknown, "client_unknown"},
    CodeName{ErrorCode::realm_unknown, "realm_unknown"},
    CodeName{ErrorCode::kdc_unreachable, "kdc_unreachable"},
    CodeName{ErrorCode::kdc_reply_invalid, "kdc_reply_invalid"},
    CodeName{ErrorCode::clock_skew, "clock_skew"},
    CodeName{ErrorCode::replayed_token, "replayed_token"},
    CodeName{ErrorCode::decrypt_failed, "decrypt_failed"},
    CodeName{ErrorCode::timed_out, "timed_out"},
    CodeName{ErrorCode::misuse, "misuse"},
    CodeName{ErrorCode::insufficient_protection, "insufficient_protection"},
    CodeName{ErrorCode::backend_unavailable, "backend_unavailable"},
    CodeName{ErrorCode::damaged_export, "damaged_export"},
};

/// What a family stands for: normalised codes, a routine error (0: none), a calling error, and
/// supplementary bits, any of which make a failure a member.
struct Family {
    ErrorClass family;
    std::uint32_t calling;
    std::uint32_t routine;
    std::uint32_t supplementary;
    std::array<ErrorCode, 5> codes; // padded by repetition of the first
};

constexpr std::array<ErrorCode, 5> only(ErrorCode code) noexcept {
    return {code, code, code, code, code};
}

// Routine error numbers and supplementary bits: RFC 2744 s3.9.1.
constexpr std::array families{
    Family{ErrorClass::parameter_read, 1, 0, 0, only(ErrorCode::parameter_read)},
    Family{ErrorClass::parameter_write, 2, 0, 0, only(ErrorCode::parameter_write)},
    Family{ErrorClass::malformed_parameter, 3, 0, 0, only(ErrorCode::malformed_parameter)},
    Family{ErrorClass::bad_mechanism, 0, 1, 0, only(ErrorCode::bad_mechanism)},
    Family{ErrorClass::bad_name, 0, 2, 0, only(ErrorCode::bad_name)},
    Family{ErrorClass::bad_name_type, 0, 3, 0, only(ErrorCode::bad_name_type)},
    Family{ErrorClass::bad_channel_bindings, 0, 4, 0, only(ErrorCode::bad_channel_bindings)},
    Family{ErrorClass::bad_status, 0, 5, 0, only(ErrorCode::bad_status)},
    Family{ErrorClass::bad_mic, 0, 6, 0, only(ErrorCode::bad_mic)},
    Family{ErrorClass::missing_credentials,
           0,
           7,
           0,
           {ErrorCode::no_credentials, ErrorCode::ccache_not_found, ErrorCode::keytab_not_found,
            ErrorCode::key_not_found, ErrorCode::no_credentials}},
    Family{ErrorClass::missing_context, 0, 8, 0, only(ErrorCode::no_context)},
    Family{ErrorClass::invalid_token, 0, 9, 0, only(ErrorCode::invalid_token)},
    Family{ErrorClass::invalid_credentials,
           0,
           10,
           0,
           {ErrorCode::invalid_credentials, ErrorCode::ccache_unreadable, ErrorCode::ccache_corrupt,
            ErrorCode::keytab_unreadable, ErrorCode::keytab_corrupt}},
    Family{ErrorClass::expired_credentials, 0, 11, 0, only(ErrorCode::credentials_expired)},
    Family{ErrorClass::expired_context, 0, 12, 0, only(ErrorCode::context_expired)},
    Family{ErrorClass::bad_qop, 0, 14, 0, only(ErrorCode::bad_qop)},
    Family{ErrorClass::unauthorized, 0, 15, 0, only(ErrorCode::unauthorized)},
    Family{ErrorClass::unavailable, 0, 16, 0, only(ErrorCode::unavailable)},
    Family{ErrorClass::duplicate_credentials_element, 0, 17, 0, only(ErrorCode::duplicate_element)},
    Family{ErrorClass::mechanism_name_required, 0, 18, 0, only(ErrorCode::name_not_mechanism_name)},
    Family{ErrorClass::duplicate_token,
           0,
           0,
           2,
           {ErrorCode::duplicate_token, ErrorCode::replayed_token, ErrorCode::duplicate_token,
            ErrorCode::duplicate_token, ErrorCode::duplicate_token}},
    Family{ErrorClass::expired_token, 0, 0, 4, only(ErrorCode::old_token)},
    Family{ErrorClass::token_too_late, 0, 0, 8, only(ErrorCode::unsequenced_token)},
    Family{ErrorClass::token_too_early, 0, 0, 16, only(ErrorCode::gap_token)},
};

bool belongs(const Error& error, const Family& family) noexcept {
    for (const ErrorCode code : family.codes) {
        if (error.code() == code) {
            return true;
        }
    }
    if (!error.native()) {
        return false;
    }
    const NativeStatus& native = *error.native();
    return (family.calling != 0 && native.calling() == family.calling) ||
           (family.routine != 0 && native.routine() == family.routine) ||
           (native.supplementary() & family.supplementary) != 0;
}

std::string hexadecimal(std::uint32_t value) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "0x00000000";
    for (std::size_t place = text.size(); value != 0; value >>= 4) {
        text[--place] = digits[value & 0xfU];
    }
    return text;
}

} // namespace

std::string_view to_string(ErrorCode code) noexcept {
    for (const CodeName& entry : code_names) {
        if (entry.first == code) {
            return entry.second;
        }
    }
    return "unknown";
}

Error::Error(ErrorDetails details)
    : details_(std::make_shared<const ErrorDetails>(std::move(details))) {}

Error::Error(ErrorCode code, std::string operation, std::string message)
    : Error(ErrorDetails{
          code, std::nullopt, std::move(operation), std::nullopt, {}, {}, {std::move(message)}}) {}

bool Error::is(ErrorClass family) const noexcept {
    switch (family) {
    case ErrorClass::any:
        return true;
    case ErrorClass::name_read:
        return is(ErrorClass::parameter_read) && is(ErrorClass::bad_name);
    case ErrorClass::name_type_read:
        return is(ErrorClass::parameter_read) && is(ErrorClass::bad_name_type);
    case ErrorClass::token_read:
        return is(ErrorClass::parameter_read) && is(ErrorClass::invalid_token);
    case ErrorClass::context_read:
        return is(ErrorClass::parameter_read) && is(ErrorClass::missing_context);
    case ErrorClass::credentials_read:
        return is(ErrorClass::parameter_read) && is(ErrorClass::missing_credentials);
    case ErrorClass::context_write:
        return is(ErrorClass::parameter_write) && is(ErrorClass::missing_context);
    case ErrorClass::credentials_write:
        return is(ErrorClass::parameter_write) && is(ErrorClass::missing_credentials);
    case ErrorClass::token_out_of_sequence:
        return is(ErrorClass::token_too_late) || is(ErrorClass::token_too_early);
    case ErrorClass::supplementary:
        return is(ErrorClass::duplicate_token) || is(ErrorClass::expired_token) ||
               is(ErrorClass::token_out_of_sequence);
    default:
        for (const Family& entry : families) {
            if (entry.family == family) {
                return belongs(*this, entry);
            }
        }
        return false;
    }
}

std::string Error::text() const {
    std::string text = operation();
    if (!subject().empty()) {
        text += " (" + escape_control_characters(subject()) + ")";
    }
    std::string separator = ": ";
    for (const std::string& message : messages()) {
        text += separator + escape_control_characters(message);
        separator = "; ";
    }
    text += " [" + std::string(to_string(code()));
    if (!backend().empty()) {
        text += ", " + backend();
    }
    if (native()) {
        text += ", major " + hexadecimal(native()->major) + ", minor " +
                std::to_string(static_cast<std::int32_t>(native()->minor));
    }
    return text + "]";
}

// NOLINTNEXTLINE(performance-unnecessary-value-param): an Error is a handle, copied and not moved
Exception::Exception(Error error) : std::runtime_error(error.text()), error_(error) {}

void throw_exception(const Error& error) {
    throw Exception(error);
}

} // namespace gss::inline v0
