// SPDX-License-Identifier: Apache-2.0
// Diffie-Hellman in groups of numbers modulo a prime (RFC 4253 s8, RFC 4419, RFC 3526).
#include "openssl_agreement.h"

#include <openssl/core_names.h>
#include <openssl/dh.h>

#include <algorithm>

namespace gss::inline v0::ssh::detail {

namespace {

constexpr std::string_view operation = "Diffie-Hellman";
/// RFC 4419 s3 and RFC 8270 have groups up to 8192 bits; more would cost a stranger nothing and us
/// much. What is allowed below that is for the policy of key exchange to say.
constexpr int least_modulus_bits = 1024;
constexpr int most_modulus_bits = 8192;

NumberPtr number_of(BytesView magnitude) {
    return NumberPtr(BN_bin2bn(reinterpret_cast<const unsigned char*>(magnitude.data()),
                               static_cast<int>(magnitude.size()), nullptr));
}

Bytes octets_of(const BIGNUM& number) {
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(&number)));
    const int written = BN_bn2bin(&number, reinterpret_cast<unsigned char*>(octets.data()));
    octets.resize(static_cast<std::size_t>(std::max(written, 0)));
    return octets;
}

/// 2 <= @p number <= @p p - 2. The second half is p > number + 1; @p number is not changed.
Result<bool> is_inside(const BIGNUM& number, const BIGNUM& p) {
    const NumberPtr above(BN_dup(&number));
    if (!above || !succeeded(BN_add_word(above.get(), 1))) {
        return openssl_failure(operation, "BN_add_word");
    }
    return BN_cmp(&number, BN_value_one()) > 0 && BN_cmp(above.get(), &p) < 0;
}

/// The parameters of a group, and a public key in it unless @p public_key is null.
Result<PkeyPtr> make_key_object(const BIGNUM& p, const BIGNUM& g, const BIGNUM* public_key) {
    const ParamsBuilderPtr builder(OSSL_PARAM_BLD_new());
    if (!builder) {
        return openssl_failure(operation, "OSSL_PARAM_BLD_new");
    }
    if (!succeeded(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_P, &p)) ||
        !succeeded(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_FFC_G, &g)) ||
        (public_key != nullptr &&
         !succeeded(OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, public_key)))) {
        return openssl_failure(operation, "OSSL_PARAM_BLD_push_BN");
    }
    if (public_key == nullptr &&
        !succeeded(OSSL_PARAM_BLD_push_long(builder.get(), OSSL_PKEY_PARAM_DH_PRIV_LEN,
                                            exponent_bits(BN_num_bits(&p))))) {
        return openssl_failure(operation, "OSSL_PARAM_BLD_push_long");
    }
    const ParamsPtr parameters(OSSL_PARAM_BLD_to_param(builder.get()));
    if (!parameters) {
        return openssl_failure(operation, "OSSL_PARAM_BLD_to_param");
    }
    const PkeyContextPtr maker(EVP_PKEY_CTX_new_from_name(nullptr, "DH", nullptr));
    if (!maker) {
        return openssl_failure(operation, "EVP_PKEY_CTX_new_from_name", ErrorCode::unavailable);
    }
    if (!succeeded(EVP_PKEY_fromdata_init(maker.get()))) {
        return openssl_failure(operation, "EVP_PKEY_fromdata_init");
    }
    EVP_PKEY* made = nullptr;
    const int returned = EVP_PKEY_fromdata(
        maker.get(), &made, public_key == nullptr ? EVP_PKEY_KEY_PARAMETERS : EVP_PKEY_PUBLIC_KEY,
        parameters.get());
    PkeyPtr key(made);
    if (!succeeded(returned) || !key) {
        return openssl_failure(operation, "EVP_PKEY_fromdata");
    }
    return key;
}

class DhAgreement final : public OpensslAgreement {
public:
    DhAgreement(PkeyPtr own, Bytes public_key, NumberPtr p, NumberPtr g) noexcept
        : OpensslAgreement(std::move(own), std::move(public_key), detail::operation),
          p_(std::move(p)), g_(std::move(g)) {}

protected:
    [[nodiscard]] Result<PkeyPtr> import_peer(BytesView peer) const override {
        if (peer.size() > static_cast<std::size_t>(BN_num_bytes(p_.get()))) {
            return bad_peer_key(operation(), "has more octets than the modulus");
        }
        const NumberPtr number = number_of(peer);
        if (!number) {
            return openssl_failure(operation(), "BN_bin2bn");
        }
        // RFC 4253 s8: "Values of 'e' or 'f' that are not in the range [1, p-1] MUST NOT be sent or
        // accepted by either side." 1 and p-1 are refused too: they make the secret known.
        const Result<bool> inside = is_inside(*number, *p_);
        if (!inside.has_value()) {
            return inside.error();
        }
        if (!*inside) {
            return bad_peer_key(operation(), "is not in [2, p-2]");
        }
        return make_key_object(*p_, *g_, number.get());
    }

    [[nodiscard]] Result<void> check_secret(BytesView secret) const override {
        const NumberPtr number = number_of(secret);
        if (!number) {
            return openssl_failure(operation(), "BN_bin2bn");
        }
        // RFC 4419 s3: "they MUST accept the shared secret K only if 1 < K < p - 1"
        const Result<bool> inside = is_inside(*number, *p_);
        if (!inside.has_value()) {
            return inside.error();
        }
        return *inside ? Result<void>()
                       : bad_peer_key(operation(), "leads to a secret that everybody knows");
    }

private:
    NumberPtr p_;
    NumberPtr g_;
};

} // namespace

int exponent_bits(int modulus_bits) noexcept {
    // Half the bits of an exponent are its strength, and no key that SSH derives needs more than
    // 256. RFC 3526 s8 estimates 540 and 620 bits for its two largest groups.
    const int wanted = modulus_bits >= 8192 ? 620 : modulus_bits >= 6144 ? 540 : 512;
    // Below q = (p-1)/2 in any case.
    return std::min(wanted, modulus_bits - 2);
}

Result<PkeyPtr> make_dh_key(const BIGNUM& p, const BIGNUM& g) {
    const Result<PkeyPtr> parameters = make_key_object(p, g, nullptr);
    if (!parameters) {
        return parameters.error();
    }
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, parameters->get(), nullptr));
    if (!context) {
        return openssl_failure(operation, "EVP_PKEY_CTX_new_from_pkey");
    }
    if (!succeeded(EVP_PKEY_keygen_init(context.get()))) {
        return openssl_failure(operation, "EVP_PKEY_keygen_init");
    }
    EVP_PKEY* made = nullptr;
    const int returned = EVP_PKEY_generate(context.get(), &made);
    PkeyPtr key(made);
    if (!succeeded(returned) || !key) {
        return openssl_failure(operation, "EVP_PKEY_generate");
    }
    return key;
}

Result<std::unique_ptr<KeyAgreement>> openssl_dh(const DhGroup& group) {
    const OwnErrors errors;
    constexpr std::size_t most_octets = most_modulus_bits / 8;
    if (group.p.size() > most_octets || group.g.size() > most_octets) {
        return Error(ErrorCode::malformed_parameter, std::string(operation),
                     "the group has more than 8192 bits");
    }
    NumberPtr p = number_of(group.p);
    NumberPtr g = number_of(group.g);
    if (!p || !g) {
        return openssl_failure(operation, "BN_bin2bn");
    }
    if (BN_num_bits(p.get()) < least_modulus_bits || !succeeded(BN_is_odd(p.get()))) {
        return Error(ErrorCode::malformed_parameter, std::string(operation),
                     "the modulus is even or has less than 1024 bits");
    }
    // RFC 4419 s3 has g generate the subgroup; 0, 1 and p-1 generate next to nothing.
    const Result<bool> inside = is_inside(*g, *p);
    if (!inside.has_value()) {
        return inside.error();
    }
    if (!*inside) {
        return Error(ErrorCode::malformed_parameter, std::string(operation),
                     "the generator is not in [2, p-2]");
    }
    Result<PkeyPtr> key = make_dh_key(*p, *g);
    if (!key) {
        return key.error();
    }
    BIGNUM* read = nullptr;
    const int returned = EVP_PKEY_get_bn_param(key->get(), OSSL_PKEY_PARAM_PUB_KEY, &read);
    const NumberPtr public_key(read);
    if (!succeeded(returned) || !public_key) {
        return openssl_failure(operation, "EVP_PKEY_get_bn_param");
    }
    // RFC 4462 s2.1: "C generates a random number x (1 < x < q)". Nobody meets 1 by chance.
    if (BN_cmp(public_key.get(), g.get()) == 0) {
        return Error(ErrorCode::failure, std::string(operation),
                     "the source of random numbers is broken: the exponent is 1");
    }
    Bytes octets = octets_of(*public_key);
    return std::unique_ptr<KeyAgreement>(std::make_unique<DhAgreement>(
        *std::move(key), std::move(octets), std::move(p), std::move(g)));
}

} // namespace gss::inline v0::ssh::detail
