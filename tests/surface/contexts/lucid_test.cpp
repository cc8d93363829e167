// SPDX-License-Identifier: Apache-2.0
// A context's keys and numbers as values; the context itself is gone then.
#include "conformance.h"

#include <gssxx/krb5/context.h>

#include <chrono>
#include <memory>

namespace gss::test {

namespace {

using krb5::CfxKeys;
using krb5::LucidContext;
using krb5::Rfc1964Keys;

class Lucid : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, Lucid, testing::ValuesIn(all_pairs()), name_of_pair);

const krb5::Key& protecting_key(const LucidContext& context) {
    if (const auto* old = std::get_if<Rfc1964Keys>(&context.keys)) {
        return old->key;
    }
    const auto& cfx = std::get<CfxKeys>(context.keys);
    return cfx.acceptor_subkey ? *cfx.acceptor_subkey : cfx.key;
}

TEST_P(Lucid, ExportTellsTheSameOnBothSides) {
    ContextPair both = pair();
    const std::string session = text(krb5::session_key(both.initiator).value().octets.view());
    const LucidContext from = krb5::export_lucid(std::move(both.initiator)).value();
    const LucidContext to = krb5::export_lucid(std::move(both.acceptor.context)).value();
    EXPECT_TRUE(from.initiator);
    EXPECT_FALSE(to.initiator);
    ASSERT_TRUE(std::holds_alternative<CfxKeys>(from.keys)) << "AES: RFC 4121";
    ASSERT_TRUE(std::holds_alternative<CfxKeys>(to.keys));
    EXPECT_TRUE(text(protecting_key(from).octets.view()) == text(protecting_key(to).octets.view()));
    EXPECT_TRUE(text(protecting_key(from).octets.view()) == session);
    EXPECT_EQ(protecting_key(from).enctype, protecting_key(to).enctype);
    EXPECT_EQ(from.send_sequence, to.receive_sequence);
    EXPECT_EQ(to.send_sequence, from.receive_sequence);
    const auto left = from.end - std::chrono::system_clock::now();
    EXPECT_GT(left, std::chrono::minutes(1));
    EXPECT_LE(left, std::chrono::hours(10) + std::chrono::minutes(1));
}

TEST_P(Lucid, ExportConsumesTheContext) {
    ContextPair both = pair();
    const Bytes message = pattern(10);
    ASSERT_TRUE(succeeds(krb5::export_lucid(std::move(both.initiator))));
    // Whoever has the keys counts on; a context that counted too would use a number twice.
    // NOLINTBEGIN(bugprone-use-after-move): that is what is tested
    EXPECT_TRUE(fails_with(both.initiator.get_mic(message), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(krb5::export_lucid(std::move(both.initiator)), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(krb5::ticket_flags(both.initiator), ErrorCode::misuse));
    // NOLINTEND(bugprone-use-after-move)
}

TEST_P(Lucid, SendNumberGoesOnWithTheMessages) {
    ContextPair both = pair();
    constexpr std::uint64_t sent = 5;
    for (std::uint64_t count = 0; count < sent; ++count) {
        ASSERT_TRUE(succeeds(both.initiator.wrap(pattern(20))));
    }
    const LucidContext from = krb5::export_lucid(std::move(both.initiator)).value();
    const LucidContext to = krb5::export_lucid(std::move(both.acceptor.context)).value();
    EXPECT_EQ(from.send_sequence, to.receive_sequence + sent);
}

TEST_P(Lucid, ExportOfSpnegoIsThatOfKerberos) {
    ContextPair both = pair(with_mechanism(mechanism::spnego()));
    const LucidContext from = krb5::export_lucid(std::move(both.initiator)).value();
    const LucidContext to = krb5::export_lucid(std::move(both.acceptor.context)).value();
    EXPECT_TRUE(text(protecting_key(from).octets.view()) == text(protecting_key(to).octets.view()));
}

/// A realm in which there is one weak encryption type only; made once.
class OldLucid : public OnPair {
protected:
    static void SetUpTestSuite() {
        realm::RealmOptions options;
        options.kdc = shared_realm().kdc_kind();
        options.heimdal_prefix = heimdal_prefix();
        options.client_keytab = false;
        options.enctypes = {"arcfour-hmac"};
        old_realm() = std::make_unique<realm::Realm>(realm::Realm::start(options).value());
    }
    static void TearDownTestSuite() { old_realm().reset(); }
    [[nodiscard]] static std::unique_ptr<realm::Realm>& old_realm() {
        static std::unique_ptr<realm::Realm> realm;
        return realm;
    }
};

INSTANTIATE_TEST_SUITE_P(All, OldLucid, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(OldLucid, ExportOfRc4HasTheFormOfRfc1964) {
    std::vector<std::unique_ptr<ScopedEnvironment>> environment;
    for (const std::string& pair : old_realm()->environment()) {
        const std::size_t equals = pair.find('=');
        environment.push_back(
            std::make_unique<ScopedEnvironment>(pair.substr(0, equals), pair.substr(equals + 1)));
    }
    in_fresh_thread([&] {
        Result<ContextPair> both = try_establish();
        ASSERT_TRUE(succeeds(both));
        const krb5::Key key = krb5::session_key(both->initiator).value();
        ASSERT_EQ(key.enctype, krb5::Enctype::arcfour_hmac);
        const LucidContext from = krb5::export_lucid(std::move(both->initiator)).value();
        const LucidContext to = krb5::export_lucid(std::move(both->acceptor.context)).value();
        for (const LucidContext* side : {&from, &to}) {
            const auto* keys = std::get_if<Rfc1964Keys>(&side->keys);
            ASSERT_NE(keys, nullptr);
            EXPECT_EQ(keys->key.enctype, krb5::Enctype::arcfour_hmac);
            EXPECT_TRUE(text(keys->key.octets.view()) == text(key.octets.view()));
            // RFC 4757 s7.2, s7.3: SGN_ALG 11 00, SEAL_ALG 10 00, low octet first.
            EXPECT_EQ(keys->signing_algorithm, 0x11U);
            EXPECT_EQ(keys->sealing_algorithm, 0x10U);
        }
    });
}

} // namespace

} // namespace gss::test
