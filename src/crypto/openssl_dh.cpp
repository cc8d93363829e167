// SPDX-License-Identifier: Apache-2.0
// Diffie-Hellman in groups of numbers modulo a prime (RFC 4253 s8, RFC 4419, RFC 3526).
#include "openssl_agreement.h"

#include <openssl/core_names.h>
#include <openssl/dh.h>

#include <algorithm>
#include <array>

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

Result<Bytes> octets_of(const BIGNUM& number) {
    const int size = BN_num_bytes(&number);
    Bytes octets(static_cast<std::size_t>(size));
    if (BN_bn2binpad(&number, reinterpret_cast<unsigned char*>(octets.data()), size) != size) {
        return openssl_failure(operation, "BN_bn2binpad");
    }
    return octets;
}

/// 2 <= @p number <= @p p - 2. The second half is p > number + 1; @p number is not changed.
Result<bool> is_inside(const BIGNUM& number, const BIGNUM& p) {
    const NumberPtr above(BN_dup(&number));
    if (!above) {
        return openssl_failure(operation, "BN_dup");
    }
    if (!succeeded(BN_add_word(above.get(), 1))) {
        return openssl_failure(operation, "BN_add_word");
    }
    return BN_cmp(&number, BN_value_one()) > 0 && BN_cmp(above.get(), &p) < 0;
}

struct Numbers {
    NumberPtr p;
    NumberPtr g;
};

Error bad_group(std::string what) {
    return {ErrorCode::malformed_parameter, std::string(operation), std::move(what)};
}

/// The numbers of @p group, when a key exchange in it makes any sense. Whether p is a safe prime is
/// not looked at: that takes longer than the exchange.
Result<Numbers> numbers_of(const DhGroup& group) {
    constexpr std::size_t most_octets = most_modulus_bits / 8;
    if (group.p.size() > most_octets || group.g.size() > most_octets) {
        return bad_group("the group has more than 8192 bits");
    }
    Numbers numbers{number_of(group.p), number_of(group.g)};
    if (!numbers.p || !numbers.g) {
        return openssl_failure(operation, "BN_bin2bn");
    }
    if (BN_num_bits(numbers.p.get()) < least_modulus_bits ||
        !succeeded(BN_is_odd(numbers.p.get()))) {
        return bad_group("the modulus is even or has less than 1024 bits");
    }
    // 0, 1 and p-1 generate next to nothing.
    const Result<bool> inside = is_inside(*numbers.g, *numbers.p);
    if (!inside.has_value()) {
        return inside.error();
    }
    if (!*inside) {
        return bad_group("the generator is not in [2, p-2]");
    }
    return numbers;
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
    DhAgreement(PkeyPtr own, Bytes public_key, Numbers group) noexcept
        : OpensslAgreement(std::move(own), std::move(public_key), detail::operation),
          group_(std::move(group)) {}

protected:
    [[nodiscard]] Result<PkeyPtr> import_peer(BytesView peer) const override {
        if (peer.size() > static_cast<std::size_t>(BN_num_bytes(group_.p.get()))) {
            return bad_peer_key(operation(), "has more octets than the modulus");
        }
        const NumberPtr number = number_of(peer);
        if (!number) {
            return openssl_failure(operation(), "BN_bin2bn");
        }
        // RFC 4253 s8: "Values of 'e' or 'f' that are not in the range [1, p-1] MUST NOT be sent or
        // accepted by either side." 1 and p-1 are refused too: they make the secret known.
        const Result<bool> inside = is_inside(*number, *group_.p);
        if (!inside.has_value()) {
            return inside.error();
        }
        if (!*inside) {
            return bad_peer_key(operation(), "is not in [2, p-2]");
        }
        return make_key_object(*group_.p, *group_.g, number.get());
    }

    [[nodiscard]] Result<void> check_secret(BytesView secret) const override {
        const NumberPtr number = number_of(secret);
        if (!number) {
            return openssl_failure(operation(), "BN_bin2bn");
        }
        // RFC 4419 s3: "they MUST accept the shared secret K only if 1 < K < p - 1"
        const Result<bool> inside = is_inside(*number, *group_.p);
        if (!inside.has_value()) {
            return inside.error();
        }
        return *inside ? Result<void>()
                       : bad_peer_key(operation(), "leads to a secret that everybody knows");
    }

private:
    Numbers group_;
};

} // namespace

int exponent_bits(int modulus_bits) noexcept {
    // Half the bits of an exponent are its strength, and no key that SSH derives needs more than
    // 256. RFC 3526 s8 estimates 540 and 620 bits for its two largest groups.
    const int wanted = modulus_bits >= 8192 ? 620 : modulus_bits >= 6144 ? 540 : 512;
    // Below q = (p-1)/2 in any case.
    return std::min(wanted, modulus_bits - 2);
}

Result<PkeyPtr> make_dh_key(const DhGroup& group) {
    const Result<Numbers> numbers = numbers_of(group);
    if (!numbers) {
        return numbers.error();
    }
    const Result<PkeyPtr> parameters = make_key_object(*numbers->p, *numbers->g, nullptr);
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
    int private_bits = exponent_bits(BN_num_bits(numbers->p.get()));
    const std::array<OSSL_PARAM, 2> settings{
        OSSL_PARAM_construct_int(OSSL_PKEY_PARAM_DH_PRIV_LEN, &private_bits),
        OSSL_PARAM_construct_end()};
    if (!succeeded(EVP_PKEY_CTX_set_params(context.get(), settings.data()))) {
        return openssl_failure(operation, "EVP_PKEY_CTX_set_params");
    }
    EVP_PKEY* made = nullptr;
    const int returned = EVP_PKEY_generate(context.get(), &made);
    PkeyPtr key(made);
    if (!succeeded(returned) || !key) {
        return openssl_failure(operation, "EVP_PKEY_generate");
    }
    return key;
}

Result<std::unique_ptr<KeyAgreement>> dh_agreement(const DhGroup& group, PkeyPtr own) {
    const OwnErrors errors;
    Result<Numbers> numbers = numbers_of(group);
    if (!numbers) {
        return numbers.error();
    }
    BIGNUM* read = nullptr;
    const int returned = EVP_PKEY_get_bn_param(own.get(), OSSL_PKEY_PARAM_PUB_KEY, &read);
    const NumberPtr public_key(read);
    if (!succeeded(returned) || !public_key) {
        return openssl_failure(operation, "EVP_PKEY_get_bn_param");
    }
    // RFC 4462 s2.1: "C generates a random number x (1 < x < q)". Nobody meets 1 by chance.
    if (BN_cmp(public_key.get(), numbers->g.get()) == 0) {
        return Error(ErrorCode::failure, std::string(operation),
                     "the source of random numbers is broken: the exponent is 1");
    }
    Result<Bytes> octets = octets_of(*public_key);
    if (!octets) {
        return octets.error();
    }
    return std::unique_ptr<KeyAgreement>(
        std::make_unique<DhAgreement>(std::move(own), *std::move(octets), *std::move(numbers)));
}

Result<std::unique_ptr<KeyAgreement>> openssl_dh(const DhGroup& group) {
    const OwnErrors errors;
    Result<PkeyPtr> key = make_dh_key(group);
    if (!key) {
        return key.error();
    }
    return dh_agreement(group, *std::move(key));
}

} // namespace gss::inline v0::ssh::detail
