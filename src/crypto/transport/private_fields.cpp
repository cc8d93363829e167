// SPDX-License-Identifier: Apache-2.0
// The private fields of a key file: read, and every one of them checked; written.
#include "key_state.h"
#include "writer.h"

#include <openssl/core_names.h>

#include <algorithm>
#include <array>

namespace gss::inline v0::transport::detail {

using ssh::detail::NumberPtr;
using ssh::detail::openssl_failure;
using ssh::detail::PkeyContextPtr;
using ssh::detail::Releases;
using ssh::detail::succeeded;
using ssh::wire::Reader;
using ssh::wire::Writer;

namespace {

constexpr std::string_view reading = "read a private key";
constexpr std::string_view writing = "write a private key";

using NumberContextPtr = std::unique_ptr<BN_CTX, Releases<&BN_CTX_free>>;

Error no_match() {
    return key_error(reading, "its private and public parts do not belong together");
}

Result<NumberPtr> number(BytesView magnitude) {
    NumberPtr made(BN_bin2bn(reinterpret_cast<const unsigned char*>(magnitude.data()),
                             static_cast<int>(magnitude.size()), nullptr));
    if (!made) {
        return openssl_failure(reading, "BN_bin2bn");
    }
    return made;
}

Result<SecretBytes> octets_of_number(const BIGNUM& value) {
    const int size = BN_num_bytes(&value);
    SecretBytes octets(static_cast<std::size_t>(size));
    if (BN_bn2binpad(&value, reinterpret_cast<unsigned char*>(octets.data()), size) != size) {
        return openssl_failure(reading, "BN_bn2binpad");
    }
    return octets;
}

struct RsaFields {
    BytesView n;
    BytesView e;
    BytesView d;
    BytesView inverse; ///< of q modulo p
    BytesView p;
    BytesView q;
};

/// d modulo @p prime - 1, when d and e undo each other there.
Result<SecretBytes> exponent_for(const BIGNUM& prime, const BIGNUM& d, const BIGNUM& e,
                                 BN_CTX& context) {
    const NumberPtr order(BN_dup(&prime));
    const NumberPtr product(BN_new());
    const NumberPtr exponent(BN_new());
    if (!order || !product || !exponent) {
        return openssl_failure(reading, order ? "BN_new" : "BN_dup");
    }
    if (!succeeded(BN_sub_word(order.get(), 1))) {
        return openssl_failure(reading, "BN_sub_word");
    }
    if (!succeeded(BN_mod_mul(product.get(), &d, &e, order.get(), &context))) {
        return openssl_failure(reading, "BN_mod_mul");
    }
    if (BN_is_one(product.get()) == 0) {
        return no_match();
    }
    if (!succeeded(BN_div(nullptr, exponent.get(), &d, order.get(), &context))) {
        return openssl_failure(reading, "BN_div");
    }
    return octets_of_number(*exponent);
}

/// n = p * q, and the inverse of q is one.
Result<void> check_primes(const BIGNUM& n, const BIGNUM& p, const BIGNUM& q, const BIGNUM& inverse,
                          BN_CTX& context) {
    const NumberPtr product(BN_new());
    if (!product) {
        return openssl_failure(reading, "BN_new");
    }
    if (BN_is_odd(&p) == 0 || BN_is_odd(&q) == 0 || BN_is_one(&p) != 0 || BN_is_one(&q) != 0 ||
        BN_cmp(&inverse, &p) >= 0) {
        return no_match();
    }
    if (!succeeded(BN_mul(product.get(), &p, &q, &context))) {
        return openssl_failure(reading, "BN_mul");
    }
    if (BN_cmp(product.get(), &n) != 0) {
        return no_match();
    }
    if (!succeeded(BN_mod_mul(product.get(), &inverse, &q, &p, &context))) {
        return openssl_failure(reading, "BN_mod_mul");
    }
    return BN_is_one(product.get()) != 0 ? Result<void>() : Result<void>(no_match());
}

// Whether p and q are prime is not asked, which takes seconds for large keys: that the key's
// signatures are good is tried out instead.
Result<PkeyPtr> make_rsa(const RsaFields& fields) {
    const NumberContextPtr context(BN_CTX_new());
    if (!context) {
        return openssl_failure(reading, "BN_CTX_new");
    }
    std::array<NumberPtr, 6> numbers;
    const std::array<BytesView, 6> magnitudes{fields.n,       fields.e, fields.d,
                                              fields.inverse, fields.p, fields.q};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        Result<NumberPtr> made = number(magnitudes[i]);
        if (!made) {
            return made.error();
        }
        numbers[i] = *std::move(made);
    }
    const auto& [n, e, d, inverse, p, q] = numbers;
    if (BN_cmp(d.get(), n.get()) >= 0) {
        return no_match();
    }
    if (const Result<void> checked = check_primes(*n, *p, *q, *inverse, *context); !checked) {
        return checked.error();
    }
    const Result<SecretBytes> d_p = exponent_for(*p, *d, *e, *context);
    if (!d_p) {
        return d_p.error();
    }
    const Result<SecretBytes> d_q = exponent_for(*q, *d, *e, *context);
    if (!d_q) {
        return d_q.error();
    }
    return KeyParameters()
        .number(OSSL_PKEY_PARAM_RSA_N, fields.n)
        .number(OSSL_PKEY_PARAM_RSA_E, fields.e)
        .number(OSSL_PKEY_PARAM_RSA_D, fields.d)
        .number(OSSL_PKEY_PARAM_RSA_FACTOR1, fields.p)
        .number(OSSL_PKEY_PARAM_RSA_FACTOR2, fields.q)
        .number(OSSL_PKEY_PARAM_RSA_EXPONENT1, d_p->view())
        .number(OSSL_PKEY_PARAM_RSA_EXPONENT2, d_q->view())
        .number(OSSL_PKEY_PARAM_RSA_COEFFICIENT1, fields.inverse)
        .make("RSA", EVP_PKEY_KEYPAIR, reading);
}

Result<PkeyPtr> read_rsa(BytesView public_blob, Reader& reader) {
    RsaFields fields;
    fields.n = reader.mpint(max_modulus_size);
    fields.e = reader.mpint(max_exponent_size);
    fields.d = reader.mpint(max_modulus_size);
    fields.inverse = reader.mpint(max_modulus_size);
    fields.p = reader.mpint(max_modulus_size);
    fields.q = reader.mpint(max_modulus_size);
    if (reader.failed() || fields.d.empty() || fields.inverse.empty() || fields.p.empty() ||
        fields.q.empty()) {
        return key_error(reading, "its private part is damaged");
    }
    const Bytes blob = Writer().text("ssh-rsa").mpint(fields.e).mpint(fields.n).take();
    if (!std::ranges::equal(blob, public_blob)) {
        return no_match();
    }
    return make_rsa(fields);
}

Result<PkeyPtr> read_ecdsa(const KeyFacts& facts, BytesView public_blob, Reader& reader) {
    const std::string_view curve = reader.text(max_type_name);
    const BytesView point = reader.string(point_size(facts));
    const BytesView d = reader.mpint(facts.coordinate_size);
    if (reader.failed() || d.empty()) {
        return key_error(reading, "its private part is damaged");
    }
    const Bytes blob = Writer().text(facts.name).text(curve).string(point).take();
    if (!std::ranges::equal(blob, public_blob)) {
        return no_match();
    }
    Result<PkeyPtr> key = KeyParameters()
                              .text(OSSL_PKEY_PARAM_GROUP_NAME, facts.openssl_group)
                              .octets(OSSL_PKEY_PARAM_PUB_KEY, point)
                              .number(OSSL_PKEY_PARAM_PRIV_KEY, d)
                              .make(facts.openssl_type, EVP_PKEY_KEYPAIR, reading);
    if (!key) {
        return key.error();
    }
    const PkeyContextPtr checker(EVP_PKEY_CTX_new_from_pkey(nullptr, key->get(), nullptr));
    if (!checker) {
        return openssl_failure(reading, "EVP_PKEY_CTX_new_from_pkey");
    }
    // d is below the order of the curve.
    if (!succeeded(EVP_PKEY_private_check(checker.get()))) {
        return openssl_failure(reading, "EVP_PKEY_private_check", ErrorCode::invalid_token);
    }
    return key;
}

Result<PkeyPtr> read_ed25519(BytesView public_blob, Reader& reader) {
    const BytesView point = reader.string(ed25519_key_size);
    // The seed and, once more, the public key.
    const BytesView secret = reader.string(2 * ed25519_key_size);
    if (reader.failed() || point.size() != ed25519_key_size ||
        secret.size() != 2 * ed25519_key_size) {
        return key_error(reading, "its private part is damaged");
    }
    const Bytes blob = Writer().text("ssh-ed25519").string(point).take();
    if (!std::ranges::equal(blob, public_blob) ||
        !std::ranges::equal(secret.subspan(ed25519_key_size), point)) {
        return no_match();
    }
    PkeyPtr key(EVP_PKEY_new_raw_private_key_ex(
        nullptr, "ED25519", nullptr, reinterpret_cast<const unsigned char*>(secret.data()),
        ed25519_key_size));
    if (!key) {
        return openssl_failure(reading, "EVP_PKEY_new_raw_private_key_ex");
    }
    return key;
}

Result<Bytes> point_of(const KeyFacts& facts, const EVP_PKEY& key) {
    std::size_t size = 0;
    if (facts.type == KeyType::ed25519) {
        Bytes point(size = ed25519_key_size);
        if (!succeeded(EVP_PKEY_get_raw_public_key(
                &key, reinterpret_cast<unsigned char*>(point.data()), &size)) ||
            size != point.size()) {
            return openssl_failure(writing, "EVP_PKEY_get_raw_public_key");
        }
        return point;
    }
    Bytes point(point_size(facts));
    if (!succeeded(EVP_PKEY_get_octet_string_param(&key, OSSL_PKEY_PARAM_PUB_KEY,
                                                   reinterpret_cast<unsigned char*>(point.data()),
                                                   point.size(), &size)) ||
        size != point.size()) {
        return openssl_failure(writing, "EVP_PKEY_get_octet_string_param");
    }
    return point;
}

Result<void> write_number(const EVP_PKEY& key, const char* name, SecretWriter& out) {
    const Result<SecretBytes> value = number_of(key, name, writing);
    if (!value) {
        return value.error();
    }
    out.mpint(value->view());
    return {};
}

} // namespace

Result<PkeyPtr> read_private_fields(const KeyFacts& facts, BytesView public_blob, Reader& reader) {
    switch (facts.type) {
    case KeyType::ed25519:
        return read_ed25519(public_blob, reader);
    case KeyType::rsa:
        return read_rsa(public_blob, reader);
    default:
        return read_ecdsa(facts, public_blob, reader);
    }
}

Result<Bytes> public_blob_of(const KeyFacts& facts, const EVP_PKEY& key) {
    Writer writer;
    writer.text(facts.name);
    if (facts.type == KeyType::rsa) {
        for (const char* const name : {OSSL_PKEY_PARAM_RSA_E, OSSL_PKEY_PARAM_RSA_N}) {
            const Result<SecretBytes> value = number_of(key, name, writing);
            if (!value) {
                return value.error();
            }
            writer.mpint(value->view());
        }
        return writer.take();
    }
    const Result<Bytes> point = point_of(facts, key);
    if (!point) {
        return point.error();
    }
    if (facts.type != KeyType::ed25519) {
        writer.text(facts.curve);
    }
    return writer.string(*point).take();
}

Result<void> write_private_fields(const KeyFacts& facts, const EVP_PKEY& key, SecretWriter& out) {
    if (facts.type == KeyType::rsa) {
        for (const char* const name : {OSSL_PKEY_PARAM_RSA_N, OSSL_PKEY_PARAM_RSA_E,
                                       OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_COEFFICIENT1,
                                       OSSL_PKEY_PARAM_RSA_FACTOR1, OSSL_PKEY_PARAM_RSA_FACTOR2}) {
            if (Result<void> written = write_number(key, name, out); !written) {
                return written;
            }
        }
        return {};
    }
    const Result<Bytes> point = point_of(facts, key);
    if (!point) {
        return point.error();
    }
    if (facts.type != KeyType::ed25519) {
        out.text(facts.curve).string(*point);
        return write_number(key, OSSL_PKEY_PARAM_PRIV_KEY, out);
    }
    SecretBytes secret(2 * ed25519_key_size);
    std::size_t size = ed25519_key_size;
    if (!succeeded(EVP_PKEY_get_raw_private_key(
            &key, reinterpret_cast<unsigned char*>(secret.data()), &size)) ||
        size != ed25519_key_size) {
        return openssl_failure(writing, "EVP_PKEY_get_raw_private_key");
    }
    std::copy(point->begin(), point->end(), secret.data() + ed25519_key_size);
    out.string(*point).string(secret.view());
    return {};
}

} // namespace gss::inline v0::transport::detail
