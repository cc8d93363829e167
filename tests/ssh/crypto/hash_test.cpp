// SPDX-License-Identifier: Apache-2.0
// Hashes by known answers (FIPS 180-4), whole and in pieces.
#include "crypto_support.h"

#include <gtest/gtest.h>

#include <array>

namespace gss::test {
namespace {

using namespace ssh;

struct Known {
    HashAlgorithm algorithm;
    std::size_t size;
    const char* of_nothing;
    const char* of_abc;
    const char* of_million;
};

const std::array<Known, 4> known{{
    {HashAlgorithm::sha1, 20, "da39a3ee5e6b4b0d3255bfef95601890afd80709",
     "a9993e364706816aba3e25717850c26c9cd0d89d", "34aa973cd4c4daa4f61eeb2bdbad27316534016f"},
    {HashAlgorithm::sha256, 32, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    {HashAlgorithm::sha384, 48,
     "38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898"
     "b95b",
     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c8"
     "25a7",
     "9d0e1809716474cb086e834e310a4a1ced149e9c00f248527972cec5704c2a5b07b8b3dc38ecc4ebae97ddd87f3d"
     "8985"},
    {HashAlgorithm::sha512, 64,
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2877e"
     "ec2f63b931bd47417a81a538327af927da3e",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3fe"
     "ebbd454d4423643ce80e2a9ac94fa54ca49f",
     "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432ce577"
     "c31beb009c5c2c49aa2e4eadb217ad8cc09b"},
}};

std::string digest_of(HashAlgorithm algorithm, std::string_view text, std::size_t piece) {
    const std::unique_ptr<Hash> hash = openssl_crypto().hash(algorithm).value();
    for (std::size_t at = 0; at < text.size(); at += piece) {
        hash->update(as_bytes(text.substr(at, piece))).value();
    }
    return to_hex(hash->finish().value().view());
}

TEST(Hashes, rfc_E09_each_hash_is_the_one_of_its_name) {
    const std::string million(1000000, 'a');
    for (const Known& answer : known) {
        EXPECT_EQ(digest_of(answer.algorithm, "", 1), answer.of_nothing);
        EXPECT_EQ(digest_of(answer.algorithm, "abc", 3), answer.of_abc);
        EXPECT_EQ(digest_of(answer.algorithm, "abc", 1), answer.of_abc);
        EXPECT_EQ(digest_of(answer.algorithm, million, 997), answer.of_million);
        EXPECT_EQ(digest_of(answer.algorithm, million, million.size()), answer.of_million);
        EXPECT_EQ(std::string(answer.of_nothing).size(), answer.size * 2);
    }
}

TEST(Hashes, a_piece_of_no_octets_changes_nothing) {
    for (const Known& answer : known) {
        const std::unique_ptr<Hash> hash = openssl_crypto().hash(answer.algorithm).value();
        hash->update({}).value();
        hash->update(as_bytes("abc")).value();
        hash->update({}).value();
        EXPECT_EQ(to_hex(hash->finish().value().view()), answer.of_abc);
    }
}

TEST(Hashes, a_finished_hash_is_of_no_use) {
    for (const Known& answer : known) {
        const std::unique_ptr<Hash> hash = openssl_crypto().hash(answer.algorithm).value();
        EXPECT_TRUE(hash->finish());
        const Result<void> updated = hash->update(as_bytes("x"));
        ASSERT_FALSE(updated);
        EXPECT_EQ(updated.error().code(), ErrorCode::misuse);
        const Result<SecretBytes> again = hash->finish();
        ASSERT_FALSE(again);
        EXPECT_EQ(again.error().code(), ErrorCode::misuse);
    }
}

TEST(Hashes, an_unknown_algorithm_is_unavailable) {
    const auto made = openssl_crypto().hash(static_cast<HashAlgorithm>(99));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().code(), ErrorCode::unavailable);
}

} // namespace
} // namespace gss::test
