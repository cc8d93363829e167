// SPDX-License-Identifier: Apache-2.0
// The flags that applications rarely ask for, on real libraries: what is granted, and to whom.
#include "conformance.h"

namespace gss::test {

namespace {

class RareFlags : public OnPair {
protected:
    /// What both ends were granted when @p flag was asked for beside the usual ones.
    [[nodiscard]] static std::pair<ContextFlags, ContextFlags> granted(ContextFlag flag,
                                                                       const Oid& mechanism) {
        EstablishOptions options = with_flags(default_context_flags | flag);
        options.initiate.mechanism = mechanism;
        const ContextPair both = pair(options);
        return {both.initiator.flags(), both.acceptor.context.flags()};
    }
};

INSTANTIATE_TEST_SUITE_P(All, RareFlags, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(RareFlags, OfMicrosoftArriveAtBothEnds) {
    // RFC 4757 s7.1 and its kin: DCE style, identify only, extended errors.
    for (const ContextFlag flag :
         {ContextFlag::dce_style, ContextFlag::identify, ContextFlag::extended_error}) {
        for (const Oid& oid : {mechanism::krb5(), mechanism::spnego()}) {
            const auto [initiator_flags, acceptor_flags] = granted(flag, oid);
            EXPECT_TRUE(initiator_flags.contains(flag)) << static_cast<unsigned>(flag);
            EXPECT_TRUE(acceptor_flags.contains(flag)) << static_cast<unsigned>(flag);
        }
        const ContextPair without = pair();
        EXPECT_FALSE(without.initiator.flags().contains(flag));
        EXPECT_FALSE(without.acceptor.context.flags().contains(flag));
    }
}

TEST_P(RareFlags, OfEveryEstablishedContextSayThatItIsReadyAndCanBeHandedOn) {
    // RFC 2743 s1.2.7, s2.2.1: what the flags promise is done.
    ContextPair both = pair();
    for (const ContextFlag flag : {ContextFlag::protection_ready, ContextFlag::transferable}) {
        EXPECT_TRUE(both.initiator.flags().contains(flag));
        EXPECT_TRUE(both.acceptor.context.flags().contains(flag));
        EXPECT_TRUE(both.initiator.inquire().value().flags.contains(flag));
        EXPECT_TRUE(both.acceptor.context.inquire().value().flags.contains(flag));
    }
    const ExportedContext exported = both.initiator.export_context().value();
    SecurityContext again = SecurityContext::import_context(initiator(), exported).value();
    EXPECT_TRUE(again.flags().contains(ContextFlag::protection_ready));
    EXPECT_TRUE(again.inquire().value().flags.contains(ContextFlag::protection_ready));
    const Buffer mic = again.get_mic(as_bytes("handed on")).value();
    EXPECT_TRUE(succeeds(both.acceptor.context.verify_mic(as_bytes("handed on"), mic)));
}

class AnonymousLogins : public testing::Test {
protected:
    /// A realm of MIT's, whose KDC gives tickets to nobody in particular (RFC 8062).
    static realm::RealmOptions options() {
        realm::RealmOptions wanted;
        wanted.name = "ANONYMOUS.EXAMPLE";
        wanted.pkinit = true;
        wanted.principals = {{.name = "alice"}, {.name = "WELLKNOWN/ANONYMOUS"}};
        return wanted;
    }
    realm::Realm realm_ = realm::Realm::start(options()).value();
};

TEST_F(AnonymousLogins, EstablishContextsThatDoNotSayTheyAreAnonymous) {
    const std::string cache = (realm_.folder() / "nobody").string();
    ASSERT_EQ(realm_.run({"kinit", "-n", "-c", cache}).value().status, 0);
    for (const Pair& names : all_pairs()) {
        in_fresh_thread([&] {
            const ScopedEnvironment config("KRB5_CONFIG", realm_.krb5_conf().string());
            const ScopedEnvironment keytab("KRB5_KTNAME", realm_.keytab().string());
            const ScopedEnvironment tickets("KRB5CCNAME", "FILE:" + cache);
            const Backend from = backend(names.initiator);
            const Backend to = backend(names.acceptor);
            EstablishOptions asking = with_flags(default_context_flags | ContextFlag::anonymity);
            const auto both = establish(from, to, asking);
            ASSERT_TRUE(succeeds(both)) << names.initiator << " to " << names.acceptor;
            EXPECT_EQ(both->acceptor.initiator.value().display().value().text,
                      "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS");
            // Neither library sets the flag: who needs it learns so, on either side.
            EXPECT_FALSE(both->initiator.flags().contains(ContextFlag::anonymity));
            EXPECT_FALSE(both->acceptor.context.flags().contains(ContextFlag::anonymity));
            asking.initiate.required |= ContextFlag::anonymity;
            EXPECT_TRUE(
                fails_with(establish(from, to, asking), ErrorCode::insufficient_protection));
        });
    }
}

} // namespace

} // namespace gss::test
