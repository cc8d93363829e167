// SPDX-License-Identifier: Apache-2.0
// Public keys: blobs, lines of ".pub" files, fingerprints, and whether a signature is good.
#include "base64.h"
#include "key_state.h"
#include "reader.h"
#include "writer.h"

#include <openssl/core_names.h>

#include <algorithm>
#include <array>

namespace gss::inline v0::transport {

using detail::key_error;
using detail::KeyFacts;
using detail::KeyParameters;
using detail::PkeyPtr;
using ssh::detail::DigestPtr;
using ssh::detail::openssl_failure;
using ssh::detail::OwnErrors;
using ssh::detail::PkeyContextPtr;
using ssh::detail::succeeded;
using ssh::wire::Reader;

namespace {

constexpr std::string_view operation = "read a public key";
constexpr std::string_view verifying = "verify a signature";
// Of a line: the largest RSA key and a long comment.
constexpr std::size_t max_line_size = 16384;

/// The y coordinates of the points of small order, with what lies p higher (RFC 8032 s5.1.3 takes
/// none of those). A signature under such a key is good for many messages and by anybody.
bool has_small_order(BytesView point) {
    using Coordinate = std::array<unsigned char, detail::ed25519_key_size>;
    constexpr auto with = [](unsigned char first, unsigned char middle, unsigned char last) {
        Coordinate y{};
        y.fill(middle);
        y.front() = first;
        y.back() = last;
        return y;
    };
    static constexpr Coordinate order_8{0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0,
                                        0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
                                        0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39,
                                        0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05};
    static constexpr Coordinate other_order_8{0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f,
                                              0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f,
                                              0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6,
                                              0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a};
    const std::array<Coordinate, 7> small{
        with(0, 0, 0),          with(1, 0, 0), with(0xec, 0xff, 0x7f), with(0xed, 0xff, 0x7f),
        with(0xee, 0xff, 0x7f), order_8,       other_order_8};
    Coordinate y{};
    std::transform(point.begin(), point.end(), y.begin(),
                   [](std::byte octet) { return std::to_integer<unsigned char>(octet); });
    y.back() &= 0x7f; // the sign of x
    return std::find(small.begin(), small.end(), y) != small.end();
}

Result<PkeyPtr> read_ed25519(Reader& reader) {
    // RFC 8709 s4: "string key", "a 32-octet ... public key".
    const BytesView point = reader.string(detail::ed25519_key_size);
    if (!reader.done() || point.size() != detail::ed25519_key_size) {
        return key_error(operation, "an ed25519 key has 32 octets and nothing after them");
    }
    if (has_small_order(point)) {
        return key_error(operation, "the point is of small order: anybody could sign for it");
    }
    PkeyPtr key(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr,
                                               reinterpret_cast<const unsigned char*>(point.data()),
                                               point.size()));
    if (!key) {
        return openssl_failure(operation, "EVP_PKEY_new_raw_public_key_ex");
    }
    return key;
}

Result<PkeyPtr> read_ecdsa(const KeyFacts& facts, Reader& reader) {
    const std::string_view curve = reader.text(detail::max_type_name);
    const BytesView point = reader.string(detail::point_size(facts));
    if (!reader.done() || curve != facts.curve || point.size() != detail::point_size(facts) ||
        point[0] != std::byte{4}) {
        return key_error(operation, "it is not an uncompressed point of " +
                                        std::string(facts.curve) + " and nothing after it");
    }
    Result<PkeyPtr> key = KeyParameters()
                              .text(OSSL_PKEY_PARAM_GROUP_NAME, facts.openssl_group)
                              .octets(OSSL_PKEY_PARAM_PUB_KEY, point)
                              .make(facts.openssl_type, EVP_PKEY_PUBLIC_KEY, operation);
    if (!key) {
        return key.error();
    }
    const PkeyContextPtr checker(EVP_PKEY_CTX_new_from_pkey(nullptr, key->get(), nullptr));
    if (!checker) {
        return openssl_failure(operation, "EVP_PKEY_CTX_new_from_pkey");
    }
    // RFC 5656 s4: "All elliptic curve public keys MUST be validated after they are received." The
    // cofactor of these curves is 1: every point on them has the right order.
    if (!succeeded(EVP_PKEY_public_check_quick(checker.get()))) {
        return openssl_failure(operation, "EVP_PKEY_public_check_quick", ErrorCode::invalid_token);
    }
    return key;
}

Result<PkeyPtr> read_rsa(Reader& reader) {
    // RFC 4253 s6.6: "mpint e, mpint n".
    const BytesView e = reader.mpint(detail::max_exponent_size);
    const BytesView n = reader.mpint(detail::max_modulus_size);
    constexpr std::byte lowest{1};
    if (!reader.done() || e.empty() || (e.back() & lowest) == std::byte{0} ||
        (e.size() == 1 && e[0] == std::byte{1})) {
        return key_error(operation, "RSA with a strange exponent, a modulus of more than 16384 "
                                    "bits, or octets left over");
    }
    // The magnitude begins with an octet that is not 0.
    if (n.size() < 256 || (n.size() == 256 && std::to_integer<unsigned>(n[0]) < 0x80)) {
        return key_error(operation, "RSA with less than 2048 bits");
    }
    if ((n.back() & lowest) == std::byte{0}) {
        return key_error(operation, "RSA with an even modulus");
    }
    Result<PkeyPtr> key = KeyParameters()
                              .number(OSSL_PKEY_PARAM_RSA_N, n)
                              .number(OSSL_PKEY_PARAM_RSA_E, e)
                              .make("RSA", EVP_PKEY_PUBLIC_KEY, operation);
    // OpenSSL 3.0 makes a key without a size when memory runs out at the wrong moment.
    if (key && EVP_PKEY_get_size(key->get()) != static_cast<int>(n.size())) {
        return openssl_failure(operation, "EVP_PKEY_get_size");
    }
    return key;
}

Result<std::string> fingerprint_of(BytesView blob) {
    const DigestPtr digest(EVP_MD_fetch(nullptr, "SHA256", nullptr));
    if (!digest) {
        return openssl_failure(operation, "EVP_MD_fetch");
    }
    std::array<std::byte, EVP_MAX_MD_SIZE> hash{};
    unsigned size = 0;
    if (!succeeded(EVP_Digest(blob.data(), blob.size(),
                              reinterpret_cast<unsigned char*>(hash.data()), &size, digest.get(),
                              nullptr)) ||
        size != 32) {
        return openssl_failure(operation, "EVP_Digest");
    }
    std::string text(as_text(detail::base64_encode(std::span(hash).first<32>()).view()));
    text.resize(text.find_last_not_of('=') + 1);
    return "SHA256:" + text;
}

Error no_signature(std::string what) {
    return key_error(verifying, std::move(what), ErrorCode::bad_mic);
}

} // namespace

PublicKey::PublicKey(std::shared_ptr<const State> state) noexcept : state_(std::move(state)) {}

Result<PublicKey> PublicKey::parse(BytesView blob) {
    const OwnErrors errors;
    Reader reader(blob);
    const std::string_view name = reader.text(detail::max_type_name);
    const KeyFacts* const facts = detail::find_facts(name);
    if (reader.failed() || facts == nullptr) {
        return key_error(operation, "the key is of no type that is known");
    }
    Result<PkeyPtr> key = facts->type == KeyType::ed25519 ? read_ed25519(reader)
                          : facts->type == KeyType::rsa   ? read_rsa(reader)
                                                          : read_ecdsa(*facts, reader);
    if (!key) {
        return key.error();
    }
    Result<std::string> fingerprint = fingerprint_of(blob);
    if (!fingerprint) {
        return fingerprint.error();
    }
    return PublicKey(std::make_shared<const State>(
        State{facts, Bytes(blob.begin(), blob.end()), *std::move(key), *std::move(fingerprint)}));
}

Result<PublicKey> PublicKey::parse_line(std::string_view line) {
    constexpr std::string_view blanks = " \t\r\n";
    const auto next_word = [&line, blanks] {
        line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
        const std::string_view word = line.substr(0, line.find_first_of(blanks));
        line.remove_prefix(word.size());
        return word;
    };
    if (line.size() > max_line_size) {
        return key_error(operation, "the line is longer than that of any key");
    }
    const std::string_view type = next_word();
    const std::optional<SecretBytes> blob = detail::base64_decode(next_word());
    if (!blob || blob->empty()) {
        return key_error(operation, "the line is not a type and Base64");
    }
    Result<PublicKey> key = parse(blob->view());
    if (key && key->type_name() != type) {
        return key_error(operation, "the line names another type than that of its key");
    }
    return key;
}

KeyType PublicKey::type() const noexcept {
    return state_->facts->type;
}

std::string_view PublicKey::type_name() const noexcept {
    return state_->facts->name;
}

BytesView PublicKey::blob() const noexcept {
    return state_->blob;
}

std::span<const std::string_view> PublicKey::algorithms() const noexcept {
    return state_->facts->algorithm_names;
}

std::string PublicKey::fingerprint() const {
    return state_->fingerprint;
}

std::string PublicKey::to_line() const {
    return std::string(type_name()) + " " +
           std::string(as_text(detail::base64_encode(state_->blob).view()));
}

Result<void> PublicKey::verify(std::string_view algorithm, BytesView data,
                               BytesView signature) const {
    const OwnErrors errors;
    const KeyFacts& facts = *state_->facts;
    const detail::SignatureAlgorithm* const known = detail::find_algorithm(facts, algorithm);
    if (known == nullptr) {
        return no_signature("the algorithm is not one of the key's");
    }
    // RFC 4253 s6.6: "string signature format identifier", "byte[n] signature blob". RFC 8332 s3.2:
    // the identifier is the algorithm's, which is more than that of the key.
    Reader reader(signature);
    const std::string_view name = reader.text(detail::max_type_name);
    const BytesView blob = reader.string(detail::max_modulus_size);
    if (!reader.done() || name != algorithm) {
        return no_signature("the signature is damaged or of another algorithm");
    }
    switch (facts.type) {
    case KeyType::ed25519:
        if (blob.size() != detail::ed25519_signature_size) {
            return no_signature("an ed25519 signature has 64 octets");
        }
        return detail::verify_with(*state_->key, known->digest, data, blob);
    case KeyType::rsa: {
        const int size = EVP_PKEY_get_size(state_->key.get());
        if (size <= 0 || blob.size() > static_cast<std::size_t>(size)) {
            return no_signature("the signature is longer than the RSA modulus");
        }
        // RFC 8332 s3: "A verifier MAY accept shorter encodings of S with one or more leading
        // zeros omitted."
        Bytes padded(static_cast<std::size_t>(size));
        std::copy_backward(blob.begin(), blob.end(), padded.end());
        return detail::verify_with(*state_->key, known->digest, data, padded);
    }
    default: {
        const Result<Bytes> der = detail::ecdsa_to_der(facts, blob);
        return der ? detail::verify_with(*state_->key, known->digest, data, *der)
                   : Result<void>(der.error());
    }
    }
}

bool operator==(const PublicKey& left, const PublicKey& right) noexcept {
    return std::ranges::equal(left.blob(), right.blob());
}

} // namespace gss::inline v0::transport
