// SPDX-License-Identifier: Apache-2.0
// The names of enumerators, as text.
#include <gssxx/transport/format.h>

namespace gss::inline v0::transport {

std::string_view to_string(KeyType value) noexcept {
    switch (value) {
    case KeyType::ed25519:
        return "ed25519";
    case KeyType::ecdsa_nistp256:
        return "ecdsa_nistp256";
    case KeyType::ecdsa_nistp384:
        return "ecdsa_nistp384";
    case KeyType::ecdsa_nistp521:
        return "ecdsa_nistp521";
    case KeyType::rsa:
        return "rsa";
    }
    return "unknown";
}

std::string_view to_string(HostAuthentication value) noexcept {
    switch (value) {
    case HostAuthentication::by_gss:
        return "by_gss";
    case HostAuthentication::by_host_key:
        return "by_host_key";
    }
    return "unknown";
}

std::string_view to_string(PeerText::Kind value) noexcept {
    switch (value) {
    case PeerText::Kind::debug:
        return "debug";
    case PeerText::Kind::banner:
        return "banner";
    }
    return "unknown";
}

std::string_view to_string(Disconnected::By value) noexcept {
    switch (value) {
    case Disconnected::By::peer:
        return "peer";
    case Disconnected::By::us:
        return "us";
    case Disconnected::By::lost:
        return "lost";
    }
    return "unknown";
}

std::string_view to_string(HostKeyVerdict value) noexcept {
    switch (value) {
    case HostKeyVerdict::known:
        return "known";
    case HostKeyVerdict::unknown:
        return "unknown";
    case HostKeyVerdict::changed:
        return "changed";
    case HostKeyVerdict::revoked:
        return "revoked";
    case HostKeyVerdict::failed:
        return "failed";
    }
    return "unknown";
}

} // namespace gss::inline v0::transport
