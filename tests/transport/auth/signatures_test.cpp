// SPDX-License-Identifier: Apache-2.0
// "publickey" as a server takes it: queries, signatures, and what a signature covers.
#include "auth_pair.h"
#include "public_key_data.h"
#include "writer.h"

#include <gtest/gtest.h>

namespace gss::test {
namespace {

using namespace transport;
using detail::public_key_data;
using detail::PublicKeyInput;
using ssh::wire::Writer;

constexpr std::string_view service = ssh::connection_service;

/// A request whose parts need not fit each other.
struct Parts {
    explicit Parts(PrivateKey by) : signer(std::move(by)) {}

    PrivateKey signer;
    PublicKey key = signer.public_key();
    std::string algorithm{key.algorithms()[0]}; ///< in the request
    std::string signed_with = algorithm;        ///< in the signature's frame and the call
    std::string signed_user = "alice";
    std::string signed_service{service};
    Bytes signed_session = session_id();
    std::string signed_algorithm = algorithm; ///< in the signed data
    std::optional<PublicKey> signed_key;      ///< in the signed data
};

Bytes signed_request(const Parts& parts) {
    const PublicKey& covered = parts.signed_key ? *parts.signed_key : parts.key;
    const SecretBytes data =
        public_key_data({parts.signed_session, parts.signed_user, parts.signed_service,
                         parts.signed_algorithm, covered.blob()});
    return request("publickey",
                   Writer()
                       .boolean(true)
                       .text(parts.algorithm)
                       .string(parts.key.blob())
                       .string(parts.signer.sign(parts.signed_with, data.view()).value())
                       .take());
}

Bytes query(const PublicKey& key, std::string_view algorithm) {
    return request("publickey", Writer().boolean(false).text(algorithm).string(key.blob()).take());
}

/// Feeds it to a server whose list has the key.
AuthPair& fed(AuthPair& pair, const PublicKey& listed, const Bytes& payload) {
    pair.accounts.keys = {listed};
    pair.start_server();
    pair.server.feed(payload);
    pair.serve();
    return pair;
}

/// Refused before anybody was asked, and the session goes on.
void expect_not_asked(const AuthPair& pair, std::string_view what) {
    EXPECT_FALSE(pair.server.fault) << what;
    EXPECT_EQ(pair.server.count<PublicKeyRequest>(), 0U) << what;
    EXPECT_EQ(pair.server.numbers(), (std::vector<unsigned>{51})) << what;
    EXPECT_EQ(pair.server.count<ssh::AttemptFailed>(), 1U) << what;
    EXPECT_FALSE(pair.server.part->authenticated()) << what;
}

TEST(Signatures, the_data_that_is_signed) {
    const SecretBytes data = public_key_data(
        {as_bytes("id"), "alice", "ssh-connection", "ssh-ed25519", as_bytes("blob")});
    const Bytes expected = Writer()
                               .text("id")
                               .byte(50)
                               .text("alice")
                               .text("ssh-connection")
                               .text("publickey")
                               .byte(1)
                               .text("ssh-ed25519")
                               .text("blob")
                               .take();
    EXPECT_EQ(Bytes(data.view().begin(), data.view().end()), expected);
}

TEST(Signatures, a_good_one_logs_in) {
    const Parts parts{new_key()};
    AuthPair pair;
    fed(pair, parts.key, signed_request(parts));
    EXPECT_TRUE(pair.server.part->authenticated());
    EXPECT_EQ(pair.server.numbers(), (std::vector<unsigned>{52}));
}

TEST(Signatures, what_is_signed_must_be_what_is_asked) {
    const PrivateKey key = new_key();
    const auto refused = [](const Parts& parts, std::string_view what) {
        AuthPair pair;
        fed(pair, parts.key, signed_request(parts));
        expect_not_asked(pair, what);
    };
    Parts session{key};
    session.signed_session = octets("another session");
    refused(session, "signature over another session id");
    Parts user{key};
    user.signed_user = "bob";
    refused(user, "another user name in the signed data");
    Parts other_service{key};
    other_service.signed_service = "ssh-something";
    refused(other_service, "another service in the signed data");
    Parts other_key{key};
    other_key.signed_key = new_key().public_key();
    refused(other_key, "another key in the signed data");
    Parts by_other{new_key()};
    by_other.key = key.public_key();
    refused(by_other, "a signature by another key");
}

TEST(Signatures, every_bit_of_a_signature_counts) {
    const Parts parts{new_key()};
    const Bytes good = signed_request(parts);
    const std::size_t tail = 12; // within the signature's own octets
    for (std::size_t bit = 0; bit < tail * 8; ++bit) {
        Bytes bad = good;
        bad[bad.size() - 1 - bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
        AuthPair pair;
        fed(pair, parts.key, bad);
        EXPECT_FALSE(pair.server.part->authenticated()) << bit;
        EXPECT_EQ(pair.server.count<PublicKeyRequest>(), 0U) << bit;
    }
}

TEST(Signatures, the_algorithm_must_be_one_of_the_key) {
    const PrivateKey rsa = new_key(KeyType::rsa);
    const PrivateKey edwards = new_key();
    for (const std::string_view name : {"ssh-ed25519", "ssh-rsa", "ssh-dss", "ecdsa-sha2-nistp256",
                                        "", "rsa-sha2-512x", "rsa-sha2-512-cert-v01@openssh.com"}) {
        AuthPair asked;
        fed(asked, rsa.public_key(), query(rsa.public_key(), name));
        expect_not_asked(asked, name);
        Parts parts{rsa};
        parts.algorithm = name;
        AuthPair signed_one;
        fed(signed_one, rsa.public_key(), signed_request(parts));
        expect_not_asked(signed_one, name);
    }
    AuthPair mixed;
    fed(mixed, edwards.public_key(), query(edwards.public_key(), "rsa-sha2-512"));
    expect_not_asked(mixed, "an RSA algorithm for ed25519");
}

// The name in the request, in the signed data and in the signature must be one.
TEST(Signatures, algorithms_of_one_key_do_not_stand_for_each_other) {
    Parts parts{new_key(KeyType::rsa)};
    parts.algorithm = "rsa-sha2-512";
    parts.signed_algorithm = "rsa-sha2-512";
    parts.signed_with = "rsa-sha2-256";
    AuthPair frame;
    fed(frame, parts.key, signed_request(parts));
    expect_not_asked(frame, "signed with another hash");
    parts.signed_with = "rsa-sha2-512";
    parts.signed_algorithm = "rsa-sha2-256";
    AuthPair data;
    fed(data, parts.key, signed_request(parts));
    expect_not_asked(data, "another name in the data");
}

TEST(Signatures, a_query_is_answered_and_logs_nobody_in) {
    const PublicKey key = new_key().public_key();
    AuthPair pair;
    fed(pair, key, query(key, key.algorithms()[0]));
    ASSERT_FALSE(pair.server.fault);
    EXPECT_FALSE(pair.server.the<PublicKeyRequest>().signed_by_owner);
    EXPECT_EQ(pair.server.outlet.sent.at(0),
              Writer(60).text(key.algorithms()[0]).string(key.blob()).take());
    EXPECT_FALSE(pair.server.part->authenticated());
    EXPECT_EQ(pair.server.count<ssh::AttemptFailed>(), 0U);
}

TEST(Signatures, a_query_for_a_key_of_a_partial_success_is_worth_while_too) {
    const PublicKey key = new_key().public_key();
    AuthPair pair;
    pair.accounts.partly["publickey"] = {"password"};
    fed(pair, key, query(key, key.algorithms()[0]));
    EXPECT_EQ(pair.server.numbers(), (std::vector<unsigned>{60}));
}

TEST(Signatures, a_refused_query_is_a_failed_attempt) {
    const PublicKey key = new_key().public_key();
    AuthPair pair;
    fed(pair, new_key().public_key(), query(key, key.algorithms()[0]));
    EXPECT_EQ(pair.server.numbers(), (std::vector<unsigned>{51}));
    EXPECT_EQ(pair.server.count<ssh::AttemptFailed>(), 1U);
}

TEST(Signatures, after_pk_ok_the_signature_is_asked_for_all_the_same) {
    const Parts parts{new_key()};
    AuthPair pair;
    fed(pair, parts.key, query(parts.key, parts.algorithm));
    pair.server.feed(signed_request(parts));
    pair.serve();
    EXPECT_TRUE(pair.server.part->authenticated());
    EXPECT_TRUE(pair.server.the<PublicKeyRequest>().signed_by_owner);
}

// RFC 4252 s7: an unknown type is refused, the session goes on: clients have such keys.
TEST(Signatures, a_blob_that_is_no_key_of_ours_is_refused) {
    const PublicKey key = new_key().public_key();
    Bytes trailing(key.blob().begin(), key.blob().end());
    trailing.push_back(std::byte{0});
    for (const Bytes& blob :
         {Bytes(), octets("x"), Writer().text("ssh-dss").text("p").take(), trailing}) {
        AuthPair pair;
        fed(pair, key,
            request("publickey", Writer().boolean(false).text("ssh-ed25519").string(blob).take()));
        expect_not_asked(pair, "no key");
    }
}

TEST(Signatures, damaged_requests_end_the_session) {
    const Parts parts{new_key()};
    const Bytes good = signed_request(parts);
    const std::size_t head = request("publickey").size();
    for (std::size_t size = head; size < good.size(); ++size) {
        AuthPair pair;
        fed(pair, parts.key, Bytes(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size)));
        EXPECT_TRUE(pair.server.fault) << size;
    }
    Bytes trailing = good;
    trailing.push_back(std::byte{0});
    AuthPair pair;
    fed(pair, parts.key, trailing);
    EXPECT_TRUE(pair.server.fault);
    Bytes queried = query(parts.key, parts.algorithm);
    queried.push_back(std::byte{0});
    AuthPair asked;
    fed(asked, parts.key, queried);
    EXPECT_TRUE(asked.server.fault);
}

} // namespace
} // namespace gss::test
