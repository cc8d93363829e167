// SPDX-License-Identifier: Apache-2.0
// What went wrong: one normalised code for every backend, with the native status kept beside it.
#pragma once

#include <gssxx/export.h>
#include <gssxx/oid.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0 {

/// The normalised cause of a failure. The same cause has the same code on every backend;
/// exceptions are listed in docs/native-differences.md.
enum class ErrorCode : std::uint16_t {
    // Calling errors, RFC 2744 s3.9.1
    parameter_read,      ///< an input parameter could not be read (GSS_S_CALL_INACCESSIBLE_READ)
    parameter_write,     ///< an output parameter could not be written
    malformed_parameter, ///< a parameter is malformed (GSS_S_CALL_BAD_STRUCTURE)
    // Routine errors, RFC 2744 s3.9.1
    bad_mechanism,
    bad_name,
    bad_name_type,
    bad_channel_bindings,
    bad_status,
    bad_mic,
    no_credentials,
    no_context,
    invalid_token,
    invalid_credentials,
    credentials_expired,
    context_expired,
    failure, ///< GSS_S_FAILURE with a cause that has no code of its own: read the messages
    bad_qop,
    unauthorized,
    unavailable,
    duplicate_element,
    name_not_mechanism_name,
    // Supplementary status, RFC 2744 s3.9.1: an error here, never information
    duplicate_token,
    old_token,
    unsequenced_token,
    gap_token,
    // Causes inside Kerberos that native libraries report each in their own way
    ccache_not_found,  ///< no credential cache, or none with a usable ticket
    ccache_unreadable, ///< the cache exists and cannot be read
    ccache_corrupt,    ///< the cache exists and is not a credential cache
    keytab_not_found,  ///< the keytab does not exist
    keytab_unreadable, ///< the keytab exists and cannot be read
    keytab_corrupt,    ///< the keytab exists and is not a keytab
    key_not_found,     ///< the keytab has no key for the principal, version or enctype
    service_unknown,   ///< the KDC does not know the service principal
    client_unknown,    ///< the KDC does not know the client principal
    realm_unknown,     ///< no KDC is known for the realm
    kdc_unreachable,   ///< no KDC answered
    kdc_reply_invalid, ///< a KDC answered something that is not Kerberos
    clock_skew,        ///< clocks differ by more than the library allows
    replayed_token,    ///< the replay cache has seen this initial token
    decrypt_failed,    ///< a ticket or token does not decrypt with the key at hand
    // Ours
    timed_out,               ///< the deadline passed; the native call ends by itself
    misuse,                  ///< the caller combined or ordered things wrongly
    insufficient_protection, ///< the peer or library granted less than was required
    backend_unavailable,     ///< the native library is missing or unusable
    damaged_export,          ///< an exported context, credential or name is cut or altered
};

/// The name of the enumerator, for logs.
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(ErrorCode code) noexcept;

/// Families of failures that callers tell apart; a failure may belong to several.
/// One for each exception class of python-gssapi, intermediate and combined ones included.
enum class ErrorClass : std::uint8_t {
    any,
    parameter_read,
    parameter_write,
    malformed_parameter,
    bad_mechanism,
    bad_name,
    bad_name_type,
    bad_channel_bindings,
    bad_status,
    bad_mic,
    missing_credentials,
    missing_context,
    invalid_token,
    invalid_credentials,
    expired_credentials,
    expired_context,
    bad_qop,
    unauthorized,
    unavailable,
    duplicate_credentials_element,
    mechanism_name_required,
    name_read,         ///< parameter_read and bad_name
    name_type_read,    ///< parameter_read and bad_name_type
    token_read,        ///< parameter_read and invalid_token
    context_read,      ///< parameter_read and missing_context
    credentials_read,  ///< parameter_read and missing_credentials
    context_write,     ///< parameter_write and missing_context
    credentials_write, ///< parameter_write and missing_credentials
    supplementary,
    duplicate_token,
    expired_token,
    token_out_of_sequence,
    token_too_late,  ///< token_out_of_sequence: GSS_S_UNSEQ_TOKEN
    token_too_early, ///< token_out_of_sequence: GSS_S_GAP_TOKEN
};

/// Status words of a native call, split as RFC 2744 s3.9.1 defines them.
struct NativeStatus {
    std::uint32_t major = 0;
    std::uint32_t minor = 0;

    [[nodiscard]] constexpr std::uint32_t calling() const noexcept { return (major >> 24) & 0xffU; }
    [[nodiscard]] constexpr std::uint32_t routine() const noexcept { return (major >> 16) & 0xffU; }
    [[nodiscard]] constexpr std::uint32_t supplementary() const noexcept { return major & 0xffffU; }
    friend constexpr bool operator==(const NativeStatus&, const NativeStatus&) = default;
};

/// Everything that is known of a failure, as plain data.
struct ErrorDetails {
    ErrorCode code = ErrorCode::failure;
    /// The native status; absent when no native call failed.
    std::optional<NativeStatus> native;
    /// What was being done, in the field's words: "gss_init_sec_context".
    std::string operation;
    /// The mechanism whose minor status it is, where one is known.
    std::optional<Oid> mechanism;
    /// The backend: "mit", "heimdal"; empty where none was involved.
    std::string backend;
    /// The thing that it failed on: principal, service, keytab, cache, field.
    std::string subject;
    /// Text of the failure: all messages of the native library, captured at the failing call.
    std::vector<std::string> messages;
    friend bool operator==(const ErrorDetails&, const ErrorDetails&) = default;
};

/// A failure. Cheap to copy: copies share one immutable record.
class GSSXX_EXPORT Error {
public:
    // Cold: compilers keep what makes an Error out of the way of what succeeds.
    [[gnu::cold]] explicit Error(ErrorDetails details);
    // Copies only: no Error is ever without its record.
    Error(const Error&) noexcept = default;
    Error& operator=(const Error&) noexcept = default;
    ~Error() = default;
    [[gnu::cold]] Error(ErrorCode code, std::string operation, std::string message);

    [[nodiscard]] ErrorCode code() const noexcept { return details_->code; }
    [[nodiscard]] const std::optional<NativeStatus>& native() const noexcept {
        return details_->native;
    }
    [[nodiscard]] const std::string& operation() const noexcept { return details_->operation; }
    [[nodiscard]] const std::optional<Oid>& mechanism() const noexcept {
        return details_->mechanism;
    }
    [[nodiscard]] const std::string& backend() const noexcept { return details_->backend; }
    [[nodiscard]] const std::string& subject() const noexcept { return details_->subject; }
    [[nodiscard]] const std::vector<std::string>& messages() const noexcept {
        return details_->messages;
    }
    [[nodiscard]] const ErrorDetails& details() const noexcept { return *details_; }

    /// True when the failure belongs to @p family, by its normalised code or its native status.
    [[nodiscard]] bool is(ErrorClass family) const noexcept;

    /// One line for people: operation, thing, cause, all native messages, code and backend.
    /// Control characters of native texts are escaped.
    [[nodiscard]] std::string text() const;

    /// Equal when everything that is known of both is.
    friend bool operator==(const Error& left, const Error& right) {
        return left.details() == right.details();
    }

private:
    std::shared_ptr<const ErrorDetails> details_;
};

/// The one exception of the library, thrown by Result::value() only.
class GSSXX_EXPORT Exception : public std::runtime_error {
public:
    explicit Exception(Error error);
    [[nodiscard]] const Error& error() const noexcept { return error_; }

private:
    Error error_;
};

/// Throws Exception carrying @p error.
[[noreturn]] GSSXX_EXPORT void throw_exception(const Error& error);

} // namespace gss::inline v0

/// Of both words. An ErrorCode has the hash that every enumeration has.
template <>
struct std::hash<gss::NativeStatus> {
    std::size_t operator()(const gss::NativeStatus& status) const noexcept {
        return std::hash<std::uint64_t>{}((std::uint64_t{status.major} << 32U) | status.minor);
    }
};
