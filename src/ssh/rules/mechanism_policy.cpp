// SPDX-License-Identifier: Apache-2.0
// Which mechanisms SSH may use, selection from lists of them, and the framing of a first token.
#include <gssxx/mechanism.h>
#include <gssxx/ssh/mechanism_policy.h>

#include <algorithm>
#include <string>

namespace gss::inline v0::ssh {

namespace {

constexpr std::byte frame_tag{0x60};
constexpr std::byte oid_tag{0x06};

/// NegoEx, 1.3.6.1.4.1.311.2.2.30 (MS-NEGOEX s1.9).
const Oid& negoex() {
    static const Oid oid = Oid::from_string("1.3.6.1.4.1.311.2.2.30").value();
    return oid;
}

bool same_octets(BytesView left, BytesView right) noexcept {
    return std::equal(left.begin(), left.end(), right.begin(), right.end());
}

/// What stands behind a tag: its length, and the octets that follow the length.
struct Measured {
    std::size_t length = 0;
    BytesView content;
};

/// Reads the length octets of RFC 2743 s3.1. Two of them are enough for every token that we take,
/// and four for every one that native libraries can count.
std::optional<Measured> read_length(BytesView octets) noexcept {
    constexpr std::size_t most_length_octets = 4;
    if (octets.empty()) {
        return std::nullopt;
    }
    const auto first = std::to_integer<std::size_t>(octets[0]);
    if (first < 0x80) {
        return Measured{first, octets.subspan(1)};
    }
    // RFC 2743 s3.1: "definite length encoding follows", so that 80 is none.
    const std::size_t count = first & 0x7fU;
    if (count == 0 || count > most_length_octets || octets.size() - 1 < count) {
        return std::nullopt;
    }
    std::size_t length = 0;
    for (const std::byte octet : octets.subspan(1, count)) {
        length = (length << 8U) | std::to_integer<std::size_t>(octet);
    }
    // "The minimum number of octets shall be used to encode the length"
    const bool needless_octets = octets[1] == std::byte{0} || length < 0x80;
    if (needless_octets) {
        return std::nullopt;
    }
    return Measured{length, octets.subspan(1 + count)};
}

Error damaged(std::string what) {
    return {ErrorCode::invalid_token, "first token", std::move(what)};
}

} // namespace

const Oid& MechanismPolicy::default_mechanism() {
    return mechanism::krb5();
}

bool is_forbidden(const Oid& mechanism) {
    // RFC 4462 s7.3: "mechanisms conforming to this document MUST NOT use SPNEGO as the underlying
    // GSS-API mechanism". Microsoft's misspelt Kerberos belongs to SPNEGO's lists.
    return mechanism == mechanism::spnego() || mechanism == mechanism::ntlm() ||
           mechanism == negoex() || mechanism == mechanism::ms_krb5();
}

bool allows(const MechanismPolicy& policy, const Oid& mechanism) {
    return policy.mechanisms.contains(mechanism) && !is_forbidden(mechanism) &&
           (policy.iakerb || mechanism != mechanism::iakerb());
}

OidSet allowed_mechanisms(const MechanismPolicy& policy) {
    OidSet allowed;
    for (const Oid& mechanism : policy.mechanisms) {
        if (allows(policy, mechanism)) {
            allowed.insert(mechanism);
        }
    }
    return allowed;
}

std::optional<Oid> select_mechanism(std::span<const BytesView> offered,
                                    const MechanismPolicy& policy) {
    if (offered.size() > max_mechanisms) {
        return std::nullopt;
    }
    // RFC 4462 s3.2: "the server must choose the first mechanism OID on the list that it supports"
    for (const BytesView element : offered) {
        const Result<Oid> mechanism = Oid::from_der(element);
        if (mechanism && allows(policy, *mechanism)) {
            return *mechanism;
        }
    }
    return std::nullopt;
}

std::optional<Oid> check_selected(BytesView selected, const OidSet& offered) {
    for (const Oid& mechanism : offered) {
        if (same_octets(mechanism.to_der(), selected)) {
            return mechanism;
        }
    }
    return std::nullopt;
}

Result<void> check_first_token(BytesView token, const Oid& mechanism) {
    if (token.empty() || token[0] != frame_tag) {
        return damaged("does not begin with tag 60");
    }
    const std::optional<Measured> frame = read_length(token.subspan(1));
    if (!frame) {
        return damaged("its length is cut, indefinite or not the shortest");
    }
    if (frame->length != frame->content.size()) {
        return damaged("its length says " + std::to_string(frame->length) + " octets, " +
                       std::to_string(frame->content.size()) + " follow");
    }
    if (frame->content.empty() || frame->content[0] != oid_tag) {
        return damaged("names no mechanism");
    }
    const std::optional<Measured> oid = read_length(frame->content.subspan(1));
    if (!oid || oid->length > oid->content.size()) {
        return damaged("the mechanism's object identifier is cut");
    }
    const Result<Oid> named = Oid::from_content(oid->content.first(oid->length));
    if (!named) {
        return damaged("the mechanism's object identifier is damaged");
    }
    if (*named != mechanism) {
        return Error(ErrorCode::bad_mechanism, "first token",
                     "it is for mechanism " + named->to_string() + ", not for " +
                         mechanism.to_string());
    }
    if (oid->content.size() == oid->length) {
        return damaged("nothing follows the mechanism's object identifier");
    }
    return {};
}

} // namespace gss::inline v0::ssh
