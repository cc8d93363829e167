// SPDX-License-Identifier: Apache-2.0
// What a library tells of its mechanisms: attributes (RFC 5587), SASL names (RFC 5801), names.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/capability.h>
#include <gssxx/export.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::inline v0 {

class Name;

/// The attributes of a mechanism (gss_inquire_attrs_for_mech, RFC 5587 s3.4.3). They are what the
/// library claims: Heimdal 7.8 says of Kerberos that it has perfect forward security. Whether a
/// thing works is a Capability.
struct MechanismAttributes {
    OidSet attributes; ///< that the mechanism has
    OidSet known;      ///< of which it is known whether it has them
    friend bool operator==(const MechanismAttributes&, const MechanismAttributes&) = default;
};

/// What gss_display_mech_attr tells (RFC 5587 s3.4.4); texts that the library lacks are empty.
struct MechanismAttributeText {
    std::string name;              ///< "GSS_C_MA_MIC"
    std::string short_description; ///< "mic"
    std::string long_description;
    friend bool operator==(const MechanismAttributeText&, const MechanismAttributeText&) = default;
};

/// What gss_inquire_saslname_for_mech tells (RFC 5801 s11).
struct SaslName {
    std::string sasl_name;   ///< "GS2-KRB5", or the mechanism's own name in SASL: "SPNEGO"
    std::string mechanism;   ///< what people call it: "krb5" on MIT, "KRB5" on Heimdal
    std::string description; ///< for people
    friend bool operator==(const SaslName&, const SaslName&) = default;
};

/// Which mechanisms are wanted (RFC 5587 s3.4.2); empty sets ask for nothing.
struct MechanismWishes {
    OidSet desired = {};  ///< attributes that it must have, all of them
    OidSet except = {};   ///< attributes that it must not have, any of them
    OidSet critical = {}; ///< attributes of which it must be known whether it has them
    friend bool operator==(const MechanismWishes&, const MechanismWishes&) = default;
};

/// A mechanism of a backend. A value: copies are cheap, threads may share it.
///
/// Calls may read the library's configuration on first use; none contacts a KDC. A mechanism that
/// the library does not have fails with bad_mechanism. Unavailable where a library, or a plug-in
/// of it, lacks the call (Capability::mechanism_attributes, Capability::sasl_names).
class GSSXX_EXPORT Mechanism {
public:
    /// The mechanism of that identifier; nothing is looked up.
    Mechanism(Backend backend, Oid oid) noexcept
        : backend_(std::move(backend)), oid_(std::move(oid)) {}

    /// All mechanisms that the library offers, in its order (gss_indicate_mechs).
    [[nodiscard]] static Result<std::vector<Mechanism>> all(const Backend& backend);
    /// Those that may handle a name (gss_inquire_mechs_for_name, RFC 2744 s5.23).
    [[nodiscard]] static Result<std::vector<Mechanism>> for_name(const Name& name);
    /// Those with attributes as wished (what gss_indicate_mechs_by_attrs is for, RFC 5587 s3.4.2).
    /// Built from attributes() of all, because Heimdal 7.8 takes critical for desired. A mechanism
    /// that cannot tell its attributes is left out when anything is wished.
    [[nodiscard]] static Result<std::vector<Mechanism>>
    by_attributes(const Backend& backend, const MechanismWishes& wishes);
    /// The mechanism of a SASL name, in its exact letters (gss_inquire_mech_for_saslname, RFC 5801
    /// s11). bad_mechanism when there is none; names with channel bindings ("-PLUS") have none.
    [[nodiscard]] static Result<Mechanism> from_sasl_name(const Backend& backend,
                                                          std::string_view sasl_name);
    /// Texts for an attribute; malformed_parameter for one that the library does not know.
    [[nodiscard]] static Result<MechanismAttributeText> describe_attribute(const Backend& backend,
                                                                           const Oid& attribute);

    [[nodiscard]] const Backend& backend() const noexcept { return backend_; }
    [[nodiscard]] const Oid& oid() const noexcept { return oid_; }
    /// The name types that it reads (gss_inquire_names_for_mech, RFC 2744 s5.24).
    [[nodiscard]] Result<OidSet> name_types() const { return backend_.name_types(oid_); }
    /// What it is and can do, as the library says.
    [[nodiscard]] Result<MechanismAttributes> attributes() const;
    /// What it is called in SASL.
    [[nodiscard]] Result<SaslName> sasl_name() const;
    /// What it really does here.
    [[nodiscard]] bool supports(Capability capability) const noexcept {
        return backend_.supports(capability, oid_);
    }

    /// The same mechanism of the same library.
    friend bool operator==(const Mechanism&, const Mechanism&) noexcept = default;

private:
    Backend backend_;
    Oid oid_;
};

} // namespace gss::inline v0

/// Equal mechanisms have equal hashes; those of two backends may have, too.
template <>
struct std::hash<gss::Mechanism> {
    std::size_t operator()(const gss::Mechanism& mechanism) const noexcept {
        return std::hash<gss::Oid>{}(mechanism.oid());
    }
};
