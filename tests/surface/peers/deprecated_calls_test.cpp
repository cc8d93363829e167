// SPDX-License-Identifier: Apache-2.0
// Calls that RFC 2743 keeps for version 1 peers, on real libraries: they end what they shall end,
// and a hostile token harms nothing (MIT's t_pcontok looks at the same).
#include "conformance.h"

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace gss::test {

namespace {

class DeprecatedCalls : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, DeprecatedCalls, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(DeprecatedCalls, DeletingAContextYieldsNoTokenAndEndsIt) {
    for (const Oid& oid : {mechanism::krb5(), mechanism::spnego()}) {
        ContextPair both = pair(with_mechanism(oid));
        const auto token = both.initiator.delete_context();
        ASSERT_TRUE(succeeds(token));
        // RFC 4121 s4.3: context deletion tokens are empty in this mechanism.
        EXPECT_TRUE(token->empty());
        EXPECT_FALSE(both.initiator.get_mic(as_bytes("m")).has_value());
        EXPECT_FALSE(both.initiator.delete_context().has_value());
        EXPECT_TRUE(succeeds(both.acceptor.context.get_mic(as_bytes("m")))) << "the peer goes on";
        EXPECT_TRUE(succeeds(both.acceptor.context.delete_context()));
    }
}

TEST_P(DeprecatedCalls, ContextTokensThatAreNoneAreErrorsAndTheContextGoesOn) {
    ContextPair both = pair();
    const Buffer mic = both.initiator.get_mic(as_bytes("m")).value();
    const Buffer token = both.initiator.wrap(as_bytes("m")).value().token;
    // RFC 1964 s1.2.3: an empty signature under the token id 01 02; RFC 4121 keeps 04 05 for it.
    Bytes framed{std::byte{0x60}, std::byte{0x0d}, std::byte{0x06}, std::byte{0x09}};
    const BytesView krb5 = mechanism::krb5().content();
    framed.insert(framed.end(), krb5.begin(), krb5.end());
    framed.insert(framed.end(), {std::byte{0x01}, std::byte{0x02}});
    Bytes cfx(mic.view().begin(), mic.view().end());
    cfx[1] = std::byte{0x05};
    for (const BytesView hostile : {mic.view(), token.view(), BytesView(framed), BytesView(cfx),
                                    mic.view().first(1), as_bytes("no token")}) {
        EXPECT_FALSE(both.acceptor.context.process_context_token(hostile).has_value())
            << text(hostile);
    }
    EXPECT_FALSE(both.acceptor.context.process_context_token({}).has_value());
    EXPECT_TRUE(succeeds(both.acceptor.context.verify_mic(as_bytes("m"), mic)));
    EXPECT_TRUE(succeeds(both.acceptor.context.unwrap(token)));
}

} // namespace

} // namespace gss::test
