// SPDX-License-Identifier: Apache-2.0
// ECDH on X25519, X448 and the NIST curves (RFC 8731, RFC 5656, RFC 7748).
#include "openssl_agreement.h"

#include <openssl/core_names.h>

#include <array>

namespace gss::inline v0::ssh::detail {

namespace {

struct Curve {
    EcdhCurve curve;
    std::string_view operation; ///< for errors
    const char* key_type;
    const char* group; ///< null: the key type says it all
    /// Of a public key. RFC 7748 s6: 32 and 56 octets. SEC1 s2.3.3: 04, x and y.
    std::size_t public_size;
};

constexpr std::array<Curve, 5> curves{{
    {EcdhCurve::x25519, "X25519 key agreement", "X25519", nullptr, 32},
    {EcdhCurve::x448, "X448 key agreement", "X448", nullptr, 56},
    {EcdhCurve::nistp256, "ECDH on nistp256", "EC", "P-256", 65},
    {EcdhCurve::nistp384, "ECDH on nistp384", "EC", "P-384", 97},
    {EcdhCurve::nistp521, "ECDH on nistp521", "EC", "P-521", 133},
}};

constexpr std::byte uncompressed{0x04};

const Curve* find(EcdhCurve wanted) noexcept {
    for (const Curve& curve : curves) {
        if (curve.curve == wanted) {
            return &curve;
        }
    }
    return nullptr;
}

Error no_such_curve() {
    return {ErrorCode::unavailable, "ECDH", "there is no such curve"};
}

class EcdhAgreement final : public OpensslAgreement {
public:
    EcdhAgreement(const Curve& curve, PkeyPtr own, Bytes public_key) noexcept
        : OpensslAgreement(std::move(own), std::move(public_key), curve.operation), curve_(curve) {}

protected:
    [[nodiscard]] Result<PkeyPtr> import_peer(BytesView peer) const override {
        // RFC 8731 s3: "Clients and servers MUST also abort if the length of the received public
        // keys are not the expected lengths." Points have one length too (SEC1 s2.3.4).
        if (peer.size() != curve_.public_size) {
            return bad_peer_key(operation(), "has " + std::to_string(peer.size()) +
                                                 " octets instead of " +
                                                 std::to_string(curve_.public_size));
        }
        return curve_.group == nullptr ? import_montgomery(peer) : import_point(peer);
    }

private:
    [[nodiscard]] Result<PkeyPtr> import_montgomery(BytesView peer) const {
        PkeyPtr key(EVP_PKEY_new_raw_public_key_ex(
            nullptr, curve_.key_type, nullptr, reinterpret_cast<const unsigned char*>(peer.data()),
            peer.size()));
        if (!key) {
            return openssl_failure(operation(), "EVP_PKEY_new_raw_public_key_ex");
        }
        return key;
    }

    [[nodiscard]] Result<PkeyPtr> import_point(BytesView peer) const;

    const Curve& curve_;
};

/// A point as OpenSSL's object. It reads the octets by SEC1 s2.3.4, which says that x and y must be
/// below p and fulfil the curve's equation.
Result<PkeyPtr> EcdhAgreement::import_point(BytesView peer) const {
    // RFC 8732 s5.1: "If the conversion fails or the point is transmitted using the compressed
    // representation, the key exchange MUST fail."
    if (peer[0] != uncompressed) {
        return bad_peer_key(operation(), "is not an uncompressed point");
    }
    // OpenSSL only reads what its parameters point to.
    std::string group = curve_.group;
    Bytes point(peer.begin(), peer.end());
    std::array<OSSL_PARAM, 3> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), group.size()),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()),
        OSSL_PARAM_construct_end()};
    const PkeyContextPtr maker(EVP_PKEY_CTX_new_from_name(nullptr, curve_.key_type, nullptr));
    if (!maker) {
        return openssl_failure(operation(), "EVP_PKEY_CTX_new_from_name");
    }
    if (!succeeded(EVP_PKEY_fromdata_init(maker.get()))) {
        return openssl_failure(operation(), "EVP_PKEY_fromdata_init");
    }
    EVP_PKEY* made = nullptr;
    const int returned =
        EVP_PKEY_fromdata(maker.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.data());
    PkeyPtr key(made);
    if (!succeeded(returned) || !key) {
        return openssl_failure(operation(), "EVP_PKEY_fromdata on the peer's public key",
                               ErrorCode::malformed_parameter);
    }
    const PkeyContextPtr checker(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (!checker) {
        return openssl_failure(operation(), "EVP_PKEY_CTX_new_from_pkey");
    }
    // RFC 5656 s4: "All elliptic curve public keys MUST be validated after they are received."
    // RFC 8732 s5.1: "Keys are verified upon receipt by the parties according to Section 3.2.3.1 of
    // [SEC1v2]", which leaves out the step n * Q = O: the cofactor of these curves is 1, so that it
    // holds for every point on the curve.
    if (!succeeded(EVP_PKEY_public_check_quick(checker.get()))) {
        return openssl_failure(operation(), "EVP_PKEY_public_check_quick on the peer's public key",
                               ErrorCode::malformed_parameter);
    }
    return key;
}

Result<Bytes> raw_public_key(const Curve& curve, EVP_PKEY& key) {
    std::size_t size = curve.public_size;
    Bytes octets(size);
    if (!succeeded(EVP_PKEY_get_raw_public_key(
            &key, reinterpret_cast<unsigned char*>(octets.data()), &size)) ||
        size != curve.public_size) {
        return openssl_failure(curve.operation, "EVP_PKEY_get_raw_public_key");
    }
    return octets;
}

Result<Bytes> point_of(const Curve& curve, EVP_PKEY& key) {
    std::size_t size = 0;
    Bytes octets(curve.public_size);
    // RFC 8732 s5.1: "the keys use the uncompressed point representation"
    if (!succeeded(EVP_PKEY_get_octet_string_param(&key, OSSL_PKEY_PARAM_PUB_KEY,
                                                   reinterpret_cast<unsigned char*>(octets.data()),
                                                   octets.size(), &size)) ||
        size != curve.public_size || octets[0] != uncompressed) {
        return openssl_failure(curve.operation, "EVP_PKEY_get_octet_string_param");
    }
    return octets;
}

Result<PkeyPtr> generate(const Curve& curve) {
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, curve.key_type, nullptr));
    if (!context) {
        return openssl_failure(curve.operation, "EVP_PKEY_CTX_new_from_name",
                               ErrorCode::unavailable);
    }
    if (!succeeded(EVP_PKEY_keygen_init(context.get()))) {
        return openssl_failure(curve.operation, "EVP_PKEY_keygen_init", ErrorCode::unavailable);
    }
    if (curve.group != nullptr &&
        !succeeded(EVP_PKEY_CTX_set_group_name(context.get(), curve.group))) {
        return openssl_failure(curve.operation, "EVP_PKEY_CTX_set_group_name",
                               ErrorCode::unavailable);
    }
    EVP_PKEY* made = nullptr;
    const int returned = EVP_PKEY_generate(context.get(), &made);
    PkeyPtr key(made);
    if (!succeeded(returned) || !key) {
        return openssl_failure(curve.operation, "EVP_PKEY_generate");
    }
    return key;
}

} // namespace

Result<std::unique_ptr<KeyAgreement>> openssl_ecdh(EcdhCurve wanted) {
    const OwnErrors errors;
    const Curve* const curve = find(wanted);
    if (curve == nullptr) {
        return no_such_curve();
    }
    Result<PkeyPtr> key = generate(*curve);
    if (!key) {
        return key.error();
    }
    return ecdh_agreement(wanted, *std::move(key));
}

Result<std::unique_ptr<KeyAgreement>> ecdh_agreement(EcdhCurve wanted, PkeyPtr own) {
    const OwnErrors errors;
    const Curve* const curve = find(wanted);
    if (curve == nullptr) {
        return no_such_curve();
    }
    Result<Bytes> public_key =
        curve->group == nullptr ? raw_public_key(*curve, *own) : point_of(*curve, *own);
    if (!public_key) {
        return public_key.error();
    }
    return std::unique_ptr<KeyAgreement>(
        std::make_unique<EcdhAgreement>(*curve, std::move(own), *std::move(public_key)));
}

} // namespace gss::inline v0::ssh::detail
