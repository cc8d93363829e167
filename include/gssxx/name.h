// SPDX-License-Identifier: Apache-2.0
// Names of principals and services.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
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
    friend bool operator==(const DisplayedName&, const DisplayedName&) = default;
};

/// The parts of an exported name (RFC 2743 s3.2), as views into the octets they were read from.
struct ExportedName {
    Oid mechanism;
    BytesView name;         ///< the mechanism's own form
    bool composite = false; ///< token id 04 02 of RFC 6680 instead of 04 01
    BytesView attributes;   ///< what follows the name in a composite one: the library's own form

    /// Reads the framing. Every length must fit exactly; anything else is damaged_export.
    [[nodiscard]] GSSXX_EXPORT static Result<ExportedName> parse(BytesView octets);
};

/// What gss_inquire_name tells (RFC 6680 s7.4).
struct NameAttributes {
    std::vector<std::string> names; ///< of the attributes, as octets: URNs and others
    bool is_mechanism_name = false;
    std::optional<Oid> mechanism; ///< whose name it is, for a mechanism name
    friend bool operator==(const NameAttributes&, const NameAttributes&) = default;
};

/// What a name is (gss_inquire_name, RFC 6680 s7.4, without the attributes).
struct NameInfo {
    bool is_mechanism_name = false;
    std::optional<Oid> mechanism; ///< whose name it is, for a mechanism name
    friend bool operator==(const NameInfo&, const NameInfo&) = default;
};

/// One value of an attribute.
struct AttributeValue {
    Bytes value;         ///< the octets that the attribute defines
    std::string display; ///< a text for people; empty when the library has none
    friend bool operator==(const AttributeValue&, const AttributeValue&) = default;
};

/// What gss_get_name_attribute tells (RFC 6680 s7.5).
struct NameAttribute {
    std::vector<AttributeValue> values;
    /// A source that the acceptor trusts asserted every value. Decisions about access are made on
    /// authenticated values only.
    bool authenticated = false;
    /// The values are all that there are.
    bool complete = false;
    friend bool operator==(const NameAttribute&, const NameAttribute&) = default;
};

/// Attributes by their names, as octets.
using NameAttributeMap = std::map<std::string, NameAttribute, std::less<>>;

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
    /// since native libraries abort on some malformed ones. Composite names are bad_name_type: see
    /// import_composite.
    [[nodiscard]] static Result<Name> import_exported(const Backend& backend, BytesView exported);
    /// Imports what export_composite yielded, with the attributes (RFC 6680 s8). Only for octets of
    /// trusted origin: whoever wrote them chose the attributes and their authenticated marks, and
    /// MIT 1.20 reads past the end of some that were altered. What can be checked of the framing is
    /// (damaged_export). bad_name_type for a name that is not composite, unavailable without
    /// Capability::composite_names.
    [[nodiscard]] static Result<Name> import_composite(const Backend& backend, BytesView exported);
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
    /// Whether it is a mechanism's own name, and whose (gss_inquire_name, RFC 6680 s7.4).
    [[nodiscard]] Result<NameInfo> inquire() const;
    /// The name written as a name of that type (gss_display_name_ext, RFC 6680 s7.3), "alice" for
    /// name_type::user() and "host@box" for name_type::hostbased_service(). Native libraries hardly
    /// do that; a text is built here, and is only given when a name imported from it is the
    /// same for the mechanism. Fails with unavailable, naming the type, when the name has no such
    /// form. The text says nothing of the realm: it is for people. May read krb5.conf and,
    /// where krb5.conf says so, ask DNS for the canonical name of a host.
    [[nodiscard]] Result<std::string> display_as(const Oid& type) const;
    /// The name with its attributes, for import_composite of the same library
    /// (gss_export_name_composite, RFC 6680 s7.8). For mechanism names only:
    /// name_not_mechanism_name. The octets differ between libraries and may hold private data:
    /// move them over trusted channels.
    [[nodiscard]] Result<Buffer> export_composite() const;
    /// The mechanisms that may handle the name (gss_inquire_mechs_for_name, RFC 2744 s5.23), and
    /// that of a mechanism name, which Heimdal 7.8 leaves out.
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

    /// All attributes with their values. Those that are listed and cannot be read have no values
    /// and no marks.
    [[nodiscard]] Result<NameAttributeMap> attribute_map() const;
    /// A name like this one with the attribute set to these values (gss_set_name_attribute,
    /// RFC 6680 s7.6); this one is as before. @p complete says that there are no others. No set
    /// attribute is authenticated. Fails with malformed_parameter without a name or a value and
    /// for more than max_attribute_values or max_attribute_size; unavailable when no module of the
    /// library knows the attribute or lets callers set it, or without
    /// Capability::name_attribute_setting; failure when it is set already.
    ///
    /// MIT 1.20 lets callers add a buffer to a PAC ("urn:mspac:N"), and then gives none of the
    /// PAC's values any more: they are not verified.
    [[nodiscard]] Result<Name> set_attribute(std::string_view attribute,
                                             std::span<const BytesView> values,
                                             bool complete = true) const;
    /// The same with one value.
    [[nodiscard]] Result<Name> set_attribute(std::string_view attribute, BytesView value,
                                             bool complete = true) const {
        return set_attribute(attribute, std::span<const BytesView>(&value, 1), complete);
    }
    /// A name like this one without the attribute (gss_delete_name_attribute, RFC 6680 s7.7); this
    /// one is as before. Fails with unavailable when no module of the library deletes the attribute
    /// (Capability::name_attribute_deletion).
    [[nodiscard]] Result<Name> delete_attribute(std::string_view attribute) const;

    /// user_ok() for an account that is named by a Name of type name_type::user()
    /// (gss_authorize_localname); bad_name_type for others.
    [[nodiscard]] Result<bool> authorize_local_name(const Name& user) const;
    /// The number of the local account that the name maps to (gss_pname_to_uid): local_name() and
    /// the database of accounts. Fails with unavailable when nothing maps or no such account
    /// exists. Blocks as user_ok() does.
    [[nodiscard]] Result<std::uint32_t>
    user_id(const std::optional<Oid>& mechanism = std::nullopt) const;

    /// Whether both are the same to look at: of backends of one name, and the same octets in
    /// exported form (mechanism names) or the same text and type (others). Names that are equal so
    /// are equal for equals(), too; the reverse holds among mechanism names only. For containers;
    /// decisions about access canonicalize both first.
    GSSXX_EXPORT friend bool operator==(const Name& left, const Name& right);
    /// An order in which equal names meet; the same in every process.
    GSSXX_EXPORT friend std::strong_ordering operator<=>(const Name& left, const Name& right);
    /// What both compare: equal for equal names. Octets, not text.
    [[nodiscard]] std::string key() const;

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

/// Equal names (operator==) have equal hashes. Of the exported form of mechanism names, of the text
/// and type of others. Asks the native library each time.
template <>
struct std::hash<gss::Name> {
    std::size_t operator()(const gss::Name& name) const {
        return std::hash<std::string>{}(name.key());
    }
};
