// SPDX-License-Identifier: Apache-2.0
// Names of principals and services.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0 {

namespace detail {
class NameInterface;
}

/// A name in text form, as a native library shows it. For people and logs; compare names with
/// Name::equals or by their exported form, never by this text.
struct DisplayedName {
    std::string text;
    std::optional<Oid> type; ///< absent when the library does not say
};

/// The parts of an exported name (RFC 2743 s3.2), as views into the octets they were read from.
struct ExportedName {
    Oid mechanism;
    BytesView name;         ///< the mechanism's own form
    bool composite = false; ///< token id 04 02 of RFC 6680 instead of 04 01

    /// Reads the framing. Every length must fit exactly; anything else is damaged_export.
    [[nodiscard]] GSSXX_EXPORT static Result<ExportedName> parse(BytesView octets);
};

/// What gss_inquire_name tells (RFC 6680 s7.4).
struct NameAttributes {
    std::vector<std::string> names; ///< of the attributes, as octets: URNs and others
    bool is_mechanism_name = false;
    std::optional<Oid> mechanism; ///< whose name it is, for a mechanism name
};

/// One value of an attribute.
struct AttributeValue {
    Bytes value;         ///< the octets that the attribute defines
    std::string display; ///< a text for people; empty when the library has none
};

/// What gss_get_name_attribute tells (RFC 6680 s7.5).
struct NameAttribute {
    std::vector<AttributeValue> values;
    /// A source that the acceptor trusts asserted every value. Decisions about access are made on
    /// authenticated values only.
    bool authenticated = false;
    /// The values are all that there are.
    bool complete = false;
};

/// The most attributes and values that are read of one name; more are an Error.
inline constexpr std::size_t max_name_attributes = 1024;
inline constexpr std::size_t max_attribute_values = 1024;
/// The most octets of one attribute's values and their texts together.
inline constexpr std::size_t max_attribute_size = std::size_t{16} << 20U;

/// A GSSAPI name (RFC 2743 s1.1.5). Move-only; immutable, so threads may share one.
///
/// Names are never resolved or canonicalised through DNS by this library; whether the native
/// library does so is decided by krb5.conf (dns_canonicalize_hostname).
class GSSXX_EXPORT Name {
public:
    /// gss_import_name, RFC 2744 s5.16. Without a type the mechanism's default form applies.
    /// A NUL inside the text is refused (bad_name), because native libraries would cut there.
    /// May read krb5.conf; does not contact a KDC.
    [[nodiscard]] static Result<Name> import_name(const Backend& backend, std::string_view text,
                                                  const std::optional<Oid>& type = std::nullopt);
    /// Imports what export_name yielded. The framing is checked here first (damaged_export),
    /// since native libraries abort on some malformed ones.
    [[nodiscard]] static Result<Name> import_exported(const Backend& backend, BytesView exported);
    /// Hands the octets to the native library unchecked, as a name of that type. Only for octets
    /// of trusted origin.
    [[nodiscard]] static Result<Name> import_trusted(const Backend& backend, BytesView octets,
                                                     const Oid& type);

    /// gss_display_name, RFC 2744 s5.10.
    [[nodiscard]] Result<DisplayedName> display() const;
    /// gss_compare_name, RFC 2744 s5.5. Error{misuse} for names of different backends.
    [[nodiscard]] Result<bool> equals(const Name& other) const;
    /// The mechanism's own form of the name (gss_canonicalize_name, RFC 2744 s5.4).
    [[nodiscard]] Result<Name> canonicalize(const Oid& mechanism) const;
    /// Octets made for comparison in access decisions (gss_export_name, RFC 2744 s5.13): equal
    /// names yield equal octets. Only for mechanism names: name_not_mechanism_name otherwise.
    [[nodiscard]] Result<Buffer> export_name() const;
    /// gss_duplicate_name, RFC 2744 s5.12.
    [[nodiscard]] Result<Name> duplicate() const;
    /// The mechanisms that may handle the name (gss_inquire_mechs_for_name, RFC 2744 s5.23).
    [[nodiscard]] Result<OidSet> mechanisms() const;

    /// The name of the local account that the name maps to (gss_localname), by the rules of
    /// krb5.conf (auth_to_local and its kin). Without a mechanism, that of the name. Fails with
    /// unavailable when nothing maps. That the name maps does not mean that it may log in, nor that
    /// the account exists: ask user_ok(). Reads krb5.conf.
    [[nodiscard]] Result<std::string>
    local_name(const std::optional<Oid>& mechanism = std::nullopt) const;
    /// Whether the name may act as the local account @p user, by the native library's rules
    /// (gss_authorize_localname, which gss_userok stands on): for Kerberos, the account's .k5login,
    /// else the mapping of local_name(). Only for mechanism names: name_not_mechanism_name
    /// otherwise. False when there is no such account: that is looked up first, because Heimdal
    /// says yes without one. What it says of privileged accounts is the library's word, too: a
    /// principal "root" may be root. Reads krb5.conf, the database of accounts and files in the
    /// account's home, and so may block on the network (NIS, LDAP, NFS).
    [[nodiscard]] Result<bool> user_ok(std::string_view user) const;
    /// The attributes that the name has (gss_inquire_name, RFC 6680 s7.4): what the KDC or the
    /// initiator said beside the name itself. Fails with unavailable where there are none to be
    /// had (Capability::name_attributes).
    [[nodiscard]] Result<NameAttributes> attributes() const;
    /// All values of one attribute (gss_get_name_attribute, RFC 6680 s7.5). Fails with unavailable
    /// when the name does not have it, and with failure, yielding no value, when there are more
    /// than max_attribute_values or max_attribute_size.
    [[nodiscard]] Result<NameAttribute> attribute(std::string_view attribute) const;

    /// Gives the native name back now. Later calls fail with misuse; repeating it is fine.
    [[deprecated("names are released by their destructor")]] void release() noexcept;

    /// The backend that the name belongs to.
    [[nodiscard]] Backend backend() const;

private:
    friend struct detail::Access;
    explicit Name(std::shared_ptr<detail::NameInterface> self) noexcept : self_(std::move(self)) {}

    std::shared_ptr<detail::NameInterface> self_;
};

} // namespace gss::inline v0
