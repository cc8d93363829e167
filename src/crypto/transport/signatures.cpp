// SPDX-License-Identifier: Apache-2.0
// Signatures as OpenSSL makes and checks them, and the form that ECDSA's have in SSH.
#include "key_types.h"
#include "reader.h"
#include "writer.h"

#include <openssl/ec.h>

#include <limits>

namespace gss::inline v0::transport::detail {

using ssh::detail::DigestContextPtr;
using ssh::detail::NumberPtr;
using ssh::detail::openssl_failure;
using ssh::detail::Releases;
using ssh::detail::succeeded;

namespace {

constexpr std::string_view signing = "sign";
constexpr std::string_view verifying = "verify a signature";

struct FreesOctets {
    void operator()(unsigned char* octets) const noexcept { OPENSSL_free(octets); }
};
using OctetsPtr = std::unique_ptr<unsigned char, FreesOctets>;
using SignaturePtr = std::unique_ptr<ECDSA_SIG, Releases<&ECDSA_SIG_free>>;

const unsigned char* raw(BytesView octets) noexcept {
    return reinterpret_cast<const unsigned char*>(octets.data());
}

Result<Bytes> magnitude(const BIGNUM& number) {
    const int size = BN_num_bytes(&number);
    Bytes octets(static_cast<std::size_t>(size));
    if (BN_bn2binpad(&number, reinterpret_cast<unsigned char*>(octets.data()), size) != size) {
        return openssl_failure(signing, "BN_bn2binpad");
    }
    return octets;
}

} // namespace

Result<Bytes> sign_with(EVP_PKEY& key, const char* digest, BytesView data) {
    const DigestContextPtr context(EVP_MD_CTX_new());
    if (!context) {
        return openssl_failure(signing, "EVP_MD_CTX_new");
    }
    if (!succeeded(EVP_DigestSignInit_ex(context.get(), nullptr, digest, nullptr, nullptr, &key,
                                         nullptr))) {
        return openssl_failure(signing, "EVP_DigestSignInit_ex");
    }
    std::size_t size = 0;
    if (!succeeded(EVP_DigestSign(context.get(), nullptr, &size, raw(data), data.size()))) {
        return openssl_failure(signing, "EVP_DigestSign");
    }
    Bytes signature(size);
    if (!succeeded(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                  &size, raw(data), data.size())) ||
        size > signature.size() || size == 0) {
        return openssl_failure(signing, "EVP_DigestSign");
    }
    signature.resize(size);
    return signature;
}

Result<void> verify_with(EVP_PKEY& key, const char* digest, BytesView data, BytesView signature) {
    const DigestContextPtr context(EVP_MD_CTX_new());
    if (!context) {
        return openssl_failure(verifying, "EVP_MD_CTX_new", ErrorCode::bad_mic);
    }
    if (!succeeded(EVP_DigestVerifyInit_ex(context.get(), nullptr, digest, nullptr, nullptr, &key,
                                           nullptr))) {
        return openssl_failure(verifying, "EVP_DigestVerifyInit_ex", ErrorCode::bad_mic);
    }
    // 1 and nothing else is a good signature: 0 is a bad one, negative numbers are errors.
    if (!succeeded(EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(data),
                                    data.size()))) {
        return openssl_failure(verifying, "EVP_DigestVerify", ErrorCode::bad_mic);
    }
    return {};
}

Result<Bytes> ecdsa_to_der(const KeyFacts& facts, BytesView blob) {
    // RFC 5656 s3.1.2: "mpint r, mpint s".
    ssh::wire::Reader reader(blob);
    const BytesView r = reader.mpint(facts.coordinate_size);
    const BytesView s = reader.mpint(facts.coordinate_size);
    if (!reader.done() || r.empty() || s.empty()) {
        return key_error(verifying, "the signature is not two numbers of the curve's size",
                         ErrorCode::bad_mic);
    }
    NumberPtr first(BN_bin2bn(raw(r), static_cast<int>(r.size()), nullptr));
    NumberPtr second(BN_bin2bn(raw(s), static_cast<int>(s.size()), nullptr));
    const SignaturePtr signature(ECDSA_SIG_new());
    if (!first || !second || !signature) {
        return openssl_failure(verifying, signature ? "BN_bin2bn" : "ECDSA_SIG_new",
                               ErrorCode::bad_mic);
    }
    if (!succeeded(ECDSA_SIG_set0(signature.get(), first.get(), second.get()))) {
        return openssl_failure(verifying, "ECDSA_SIG_set0", ErrorCode::bad_mic);
    }
    // They are the signature's now.
    static_cast<void>(first.release());
    static_cast<void>(second.release());
    // It allocates what it needs.
    unsigned char* made = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &made);
    const OctetsPtr octets(made);
    if (size <= 0 || !octets) {
        return openssl_failure(verifying, "i2d_ECDSA_SIG", ErrorCode::bad_mic);
    }
    const auto* const first_octet = reinterpret_cast<const std::byte*>(made);
    return Bytes(first_octet, first_octet + size);
}

Result<Bytes> ecdsa_from_der(BytesView der) {
    const unsigned char* in = raw(der);
    const SignaturePtr signature(d2i_ECDSA_SIG(nullptr, &in, static_cast<long>(der.size())));
    if (!signature || in != raw(der) + der.size()) {
        return openssl_failure(signing, "d2i_ECDSA_SIG");
    }
    const Result<Bytes> r = magnitude(*ECDSA_SIG_get0_r(signature.get()));
    if (!r) {
        return r.error();
    }
    const Result<Bytes> s = magnitude(*ECDSA_SIG_get0_s(signature.get()));
    if (!s) {
        return s.error();
    }
    return ssh::wire::Writer().mpint(*r).mpint(*s).take();
}

} // namespace gss::inline v0::transport::detail
