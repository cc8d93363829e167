// SPDX-License-Identifier: Apache-2.0
// The names of enumerators, as text.
#include <gssxx/ssh/format.h>

namespace gss::inline v0::ssh {

std::string_view to_string(KexFamily value) noexcept {
    switch (value) {
    case KexFamily::curve25519_sha256:
        return "curve25519_sha256";
    case KexFamily::nistp256_sha256:
        return "nistp256_sha256";
    case KexFamily::nistp384_sha384:
        return "nistp384_sha384";
    case KexFamily::nistp521_sha512:
        return "nistp521_sha512";
    case KexFamily::curve448_sha512:
        return "curve448_sha512";
    case KexFamily::group14_sha256:
        return "group14_sha256";
    case KexFamily::group15_sha512:
        return "group15_sha512";
    case KexFamily::group16_sha512:
        return "group16_sha512";
    case KexFamily::group17_sha512:
        return "group17_sha512";
    case KexFamily::group18_sha512:
        return "group18_sha512";
    case KexFamily::group14_sha1:
        return "group14_sha1";
    case KexFamily::group1_sha1:
        return "group1_sha1";
    case KexFamily::gex_sha1:
        return "gex_sha1";
    }
    return "unknown";
}

std::string_view to_string(KexKind value) noexcept {
    switch (value) {
    case KexKind::ecdh:
        return "ecdh";
    case KexKind::dh_group:
        return "dh_group";
    case KexKind::dh_group_exchange:
        return "dh_group_exchange";
    }
    return "unknown";
}

std::string_view to_string(HashAlgorithm value) noexcept {
    switch (value) {
    case HashAlgorithm::sha1:
        return "sha1";
    case HashAlgorithm::sha256:
        return "sha256";
    case HashAlgorithm::sha384:
        return "sha384";
    case HashAlgorithm::sha512:
        return "sha512";
    }
    return "unknown";
}

std::string_view to_string(EcdhCurve value) noexcept {
    switch (value) {
    case EcdhCurve::x25519:
        return "x25519";
    case EcdhCurve::x448:
        return "x448";
    case EcdhCurve::nistp256:
        return "nistp256";
    case EcdhCurve::nistp384:
        return "nistp384";
    case EcdhCurve::nistp521:
        return "nistp521";
    }
    return "unknown";
}

std::string_view to_string(ContextName::Use value) noexcept {
    switch (value) {
    case ContextName::Use::key_exchange:
        return "key_exchange";
    case ContextName::Use::authentication:
        return "authentication";
    }
    return "unknown";
}

std::string_view to_string(Fault value) noexcept {
    switch (value) {
    case Fault::peer:
        return "peer";
    case Fault::refused:
        return "refused";
    case Fault::local:
        return "local";
    case Fault::misuse:
        return "misuse";
    }
    return "unknown";
}

std::string_view to_string(StepAnswer::Status value) noexcept {
    switch (value) {
    case StepAnswer::Status::more:
        return "more";
    case StepAnswer::Status::done:
        return "done";
    case StepAnswer::Status::failed:
        return "failed";
    }
    return "unknown";
}

std::string_view to_string(AuthorizeAnswer::Decision value) noexcept {
    switch (value) {
    case AuthorizeAnswer::Decision::deny:
        return "deny";
    case AuthorizeAnswer::Decision::allow:
        return "allow";
    case AuthorizeAnswer::Decision::allow_partly:
        return "allow_partly";
    }
    return "unknown";
}

std::string_view to_string(Fed value) noexcept {
    switch (value) {
    case Fed::taken:
        return "taken";
    case Fed::stale:
        return "stale";
    case Fed::ended:
        return "ended";
    case Fed::misuse:
        return "misuse";
    }
    return "unknown";
}

} // namespace gss::inline v0::ssh
