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
