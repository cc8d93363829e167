// SPDX-License-Identifier: Apache-2.0
// Private keys: made, joined with their public part, and signing.
#include "key_state.h"
#include "writer.h"

#include <openssl/core_names.h>

#include <array>

namespace gss::inline v0::transport {

using detail::key_error;
using detail::KeyFacts;
using detail::PkeyPtr;
using ssh::detail::openssl_failure;
using ssh::detail::OwnErrors;
using ssh::detail::PkeyContextPtr;
using ssh::detail::succeeded;

namespace {

constexpr std::string_view making = "make a private key";

Result<PkeyPtr> new_pkey(const KeyFacts& facts) {
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_name(nullptr, facts.openssl_type, nullptr));
    if (!context) {
        return openssl_failure(making, "EVP_PKEY_CTX_new_from_name");
    }
    if (!succeeded(EVP_PKEY_keygen_init(context.get()))) {
        return openssl_failure(making, "EVP_PKEY_keygen_init");
    }
    std::size_t bits = 3072;
    std::string group = facts.openssl_group == nullptr ? "" : facts.openssl_group;
    const std::array<OSSL_PARAM, 2> parameters{
        facts.type == KeyType::rsa ? OSSL_PARAM_construct_size_t(OSSL_PKEY_PARAM_RSA_BITS, &bits)
                                   : OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME,
                                                                      group.data(), group.size()),
        OSSL_PARAM_construct_end()};
    if (facts.type != KeyType::ed25519 &&
        !succeeded(EVP_PKEY_CTX_set_params(context.get(), parameters.data()))) {
        return openssl_failure(making, "EVP_PKEY_CTX_set_params");
    }
    EVP_PKEY* made = nullptr;
    const int returned = EVP_PKEY_generate(context.get(), &made);
    PkeyPtr key(made);
    if (!succeeded(returned) || !key) {
        return openssl_failure(making, "EVP_PKEY_generate");
    }
    return key;
}

} // namespace

PrivateKey::PrivateKey(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

Result<PrivateKey> PrivateKey::State::join(PublicKey public_key, PkeyPtr key) {
    PrivateKey joined(std::make_shared<const State>(State{std::move(public_key), std::move(key)}));
    // A signature that its own public key does not take would only be seen by the peer.
    const std::string_view algorithm = joined.public_key().algorithms().front();
    const BytesView trial = as_bytes("do these two belong together?");
    const Result<Bytes> signature = joined.sign(algorithm, trial);
    if (!signature) {
        return signature.error();
    }
    if (const Result<void> good = joined.public_key().verify(algorithm, trial, *signature); !good) {
        return key_error("read a private key", "its private and public parts do not belong "
                                               "together: " +
                                                   good.error().messages().front());
    }
    return joined;
}

Result<PrivateKey> PrivateKey::generate(KeyType type) {
    const OwnErrors errors;
    const KeyFacts& facts = detail::facts_of(type);
    Result<PkeyPtr> key = new_pkey(facts);
    if (!key) {
        return key.error();
    }
    const Result<Bytes> blob = detail::public_blob_of(facts, **key);
    if (!blob) {
        return blob.error();
    }
    Result<PublicKey> public_key = PublicKey::parse(*blob);
    if (!public_key) {
        return public_key.error();
    }
    return State::join(*std::move(public_key), *std::move(key));
}

const PublicKey& PrivateKey::public_key() const noexcept {
    return state_->public_key;
}

Result<Bytes> PrivateKey::sign(std::string_view algorithm, BytesView data) const {
    const OwnErrors errors;
    const KeyFacts& facts = State::facts(state_->public_key);
    const detail::SignatureAlgorithm* const known = detail::find_algorithm(facts, algorithm);
    if (known == nullptr) {
        return key_error("sign", "the algorithm is not one of the key's", ErrorCode::misuse);
    }
    Result<Bytes> made = detail::sign_with(*state_->key, known->digest, data);
    if (made && facts.openssl_group != nullptr) {
        made = detail::ecdsa_from_der(*made);
    }
    if (!made) {
        return made.error();
    }
    return ssh::wire::Writer().text(algorithm).string(*made).take();
}

Result<SecretBytes> PrivateKey::to_file_text(std::string_view comment) const {
    const OwnErrors errors;
    return detail::key_file_text(State::facts(state_->public_key), *state_->key,
                                 state_->public_key.blob(), comment);
}

} // namespace gss::inline v0::transport
