// SPDX-License-Identifier: Apache-2.0
// Everything of the binding as text: to_string() and operator<< for logs and tests.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/bytes.h>
#include <gssxx/capability.h>
#include <gssxx/channel_bindings.h>
#include <gssxx/context_option.h>
#include <gssxx/credential_store.h>
#include <gssxx/credentials.h>
#include <gssxx/error.h>
#include <gssxx/establishment.h>
#include <gssxx/export.h>
#include <gssxx/exported_context.h>
#include <gssxx/exported_credentials.h>
#include <gssxx/flags.h>
#include <gssxx/iov.h>
#include <gssxx/mechanism_info.h>
#include <gssxx/message.h>
#include <gssxx/name.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>
#include <gssxx/security_context.h>
#include <gssxx/self_test.h>
#include <gssxx/time.h>

#include <concepts>
#include <ostream>
#include <string>
#include <string_view>

// The texts are for people: a later version may write them otherwise. Text that came from
// elsewhere has its control characters escaped. Secrets are never in them: of passwords, keys,
// exported contexts and plaintext only the size is told.
namespace gss::inline v0 {

// Enumerators by their names; numbers that have none as numbers.
[[nodiscard]] GSSXX_EXPORT std::string to_string(ErrorClass family);
[[nodiscard]] GSSXX_EXPORT std::string to_string(StatusKind kind);
[[nodiscard]] GSSXX_EXPORT std::string to_string(ContextFlag flag);
[[nodiscard]] GSSXX_EXPORT std::string to_string(CredentialUsage usage);
[[nodiscard]] GSSXX_EXPORT std::string to_string(CredentialField field);
[[nodiscard]] GSSXX_EXPORT std::string to_string(AddressType type);
[[nodiscard]] GSSXX_EXPORT std::string to_string(Seal seal);
[[nodiscard]] GSSXX_EXPORT std::string to_string(Order order);
[[nodiscard]] GSSXX_EXPORT std::string to_string(PrfKey key);
[[nodiscard]] GSSXX_EXPORT std::string to_string(Step::Status status);

/// "1.2.840.113554.1.2.2"; well-known ones with their name: "1.2.840.113554.1.2.2 (krb5)".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Oid& oid);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const OidSet& oids);
/// "major 0x000d0000 minor 2".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const NativeStatus& status);
/// Error::text().
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Error& error);
/// "3600 s", "indefinite", "not supported".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Lifetime& lifetime);
/// "mit (libgssapi_krb5.so.2)".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Backend& backend);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const BackendStatus& status);
/// Hexadecimal; of secret ones the size alone.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Buffer& buffer);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const SecretBytes& secret);

[[nodiscard]] GSSXX_EXPORT std::string to_string(const Mechanism& mechanism);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const MechanismAttributes& attributes);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const MechanismAttributeText& text);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const SaslName& name);

/// The displayed text, or why there is none. Asks the native library.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Name& name);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const DisplayedName& name);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const NameInfo& info);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const NameAttributes& attributes);
/// Values by their texts, else in hexadecimal, and the marks.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const NameAttribute& attribute);

/// "{ccache: FILE:/run/app/cache, password: (12 octets)}".
[[nodiscard]] GSSXX_EXPORT std::string to_string(const CredentialStore& store);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const CredentialInfo& info);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const MechanismCredentialInfo& info);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const StoredCredentials& stored);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const AddedElement& element);
/// What inquire() tells, or why it does not. Asks the native library.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Credentials& credentials);

[[nodiscard]] GSSXX_EXPORT std::string to_string(const ChannelBindings& bindings);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const ContextInfo& info);
/// What inquire() tells, or why it does not. Asks the native library.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const SecurityContext& context);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const ExportedContext& exported);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const ExportedCredentials& exported);
/// "1.2.752.43.13.4: (1 octets)": an option's value may be a secret.
[[nodiscard]] GSSXX_EXPORT std::string to_string(const ContextOption& option);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Step& step);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Wrapped& wrapped);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const WrappedInto& wrapped);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const Unwrapped& unwrapped);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const VerifiedMic& verified);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const IovBuffer& piece);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const UnwrappedIov& unwrapped);
[[nodiscard]] GSSXX_EXPORT std::string to_string(const SelfTestReport& report);

/// "mutual|integrity", "none".
template <typename Enum>
[[nodiscard]] std::string to_string(FlagSet<Enum> flags) {
    std::string text;
    for (const Enum flag : flags) {
        text += text.empty() ? "" : "|";
        text += to_string(flag);
    }
    return text.empty() ? "none" : text;
}

namespace detail {
template <typename T, typename... Listed>
inline constexpr bool is_one_of = (std::same_as<T, Listed> || ...);
} // namespace detail

/// What operator<< writes as to_string() has it.
template <typename T>
concept Printable = detail::is_one_of<
    T, Capability, ErrorCode, ErrorClass, StatusKind, ContextFlag, ContextFlags, CredentialUsage,
    CredentialField, CredentialFields, AddressType, Seal, Order, Step::Status, Oid, OidSet,
    NativeStatus, Error, Lifetime, Backend, BackendStatus, Buffer, SecretBytes, Mechanism,
    MechanismAttributes, MechanismAttributeText, SaslName, Name, DisplayedName, NameInfo,
    NameAttributes, NameAttribute, CredentialStore, CredentialInfo, MechanismCredentialInfo,
    StoredCredentials, AddedElement, Credentials, ChannelBindings, ContextInfo, SecurityContext,
    ExportedContext, Step, Wrapped, WrappedInto, Unwrapped, VerifiedMic, SelfTestReport, IovType,
    IovBuffer, UnwrappedIov, PrfKey, ExportedCredentials, ContextOption>;

template <Printable T>
std::ostream& operator<<(std::ostream& out, const T& value) {
    return out << to_string(value);
}

/// The value, or the text of the error.
template <Printable T>
std::ostream& operator<<(std::ostream& out, const Result<T>& result) {
    return result.has_value() ? out << *result : out << result.error();
}

} // namespace gss::inline v0
