// SPDX-License-Identifier: Apache-2.0
// gss_process_context_token and gss_delete_sec_context, kept for version 1 peers (t_pcontok).
#include "conformance.h"

namespace gss::test {

namespace {

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

class ProcessToken : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, ProcessToken, testing::ValuesIn(all_pairs()), name_of_pair);

/// Whatever a library says: an Error or not, and the object survives later calls.
void survives(SecurityContext& context, BytesView token) {
    const Result<void> processed = context.process_context_token(token);
    const Bytes message = pattern(5);
    const Result<Buffer> mic = context.get_mic(message);
    if (!mic) {
        // Only a library that has deleted the context refuses to go on.
        EXPECT_EQ(mic.error().code(), ErrorCode::no_context) << mic.error().text();
        EXPECT_FALSE(processed.has_value());
    }
}

TEST_P(ProcessToken, TakesNoTokenThatOtherwiseBelongsToTheContext) {
    ContextPair both = pair();
    const Bytes message = pattern(5);
    const Buffer mic = both.initiator.get_mic(message).value();
    const Wrapped wrapped = both.initiator.wrap(message).value();
    survives(both.acceptor.context, mic);
    survives(both.acceptor.context, wrapped.token);
}

TEST_P(ProcessToken, SurvivesEveryCutAndAlterationOfAToken) {
    ContextPair both = pair();
    const Buffer mic = both.initiator.get_mic(pattern(5)).value();
    for (std::size_t size = 1; size < mic.size(); ++size) {
        survives(both.acceptor.context, mic.view().first(size));
    }
    for (std::size_t index = 0; index < mic.size(); ++index) {
        survives(both.acceptor.context, altered(mic, index, std::byte{0xff}));
    }
    EXPECT_TRUE(
        fails_with(both.acceptor.context.process_context_token({}), ErrorCode::invalid_token));
}

TEST_P(ProcessToken, SurvivesADeletionTokenOfRfc1964) {
    // RFC 1964 s1.2.3: 01 02, SGN_ALG, filler, sequence number, checksum; framed and bare.
    Bytes body(24, std::byte{0});
    body[0] = std::byte{1};
    body[1] = std::byte{2};
    body[2] = std::byte{0x11};
    std::fill(body.begin() + 4, body.begin() + 8, std::byte{0xff});
    ContextPair both = pair();
    survives(both.acceptor.context, body);
    survives(both.acceptor.context, encapsulate_token(mechanism::krb5(), body).value());
    survives(both.initiator, encapsulate_token(mechanism::krb5(), body).value());
}

TEST_P(ProcessToken, DeletionYieldsAnEmptyTokenAndEndsTheContext) {
    ContextPair both = pair();
    const Result<Buffer> token = both.initiator.delete_context();
    ASSERT_TRUE(succeeds(token));
    EXPECT_TRUE(token->empty());
    EXPECT_TRUE(fails_with(both.initiator.get_mic(pattern(5)), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(both.initiator.delete_context(), ErrorCode::misuse));
}

} // namespace

} // namespace gss::test
