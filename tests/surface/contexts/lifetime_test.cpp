// SPDX-License-Identifier: Apache-2.0
// Lifetimes of contexts, and contexts that have expired (t_lifetime).
#include "conformance.h"

#include <gssxx/krb5/context.h>

#include <array>
#include <chrono>
#include <thread>

namespace gss::test {

namespace {

using std::chrono::seconds;

class ContextLifetime : public OnPair {
protected:
    /// Credentials with a ticket that lives that long.
    [[nodiscard]] static Credentials short_lived(seconds lifetime) {
        const std::string cache = fresh_path("short");
        realm::TicketOptions ticket;
        ticket.lifetime = lifetime;
        const Result<void> got = shared_realm().kinit("alice", cache, ticket);
        EXPECT_TRUE(succeeds(got));
        AcquireOptions acquire;
        EXPECT_TRUE(succeeds(acquire.store.set("ccache", "FILE:" + cache)));
        return std::move(Credentials::acquire(initiator(), CredentialUsage::initiate, acquire)
                             .value()
                             .credentials);
    }
};

INSTANTIATE_TEST_SUITE_P(All, ContextLifetime, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(ContextLifetime, IsThatOfTheTicket) {
    const Credentials own = short_lived(seconds(600));
    EstablishOptions options;
    options.initiate.credentials = &own;
    const ContextPair both = pair(options);
    const auto left = both.initiator.remaining_lifetime().value().duration().value();
    EXPECT_LE(left, seconds(600));
    EXPECT_GT(left, seconds(500));
    const auto told = both.initiator.inquire().value().lifetime.duration().value();
    EXPECT_LE(told, left);
    // MIT's acceptor adds the clock skew.
    const auto accepted = both.acceptor.context.remaining_lifetime().value().duration().value();
    EXPECT_LE(accepted, seconds(mit_accepts() ? 900 : 600));
}

TEST_P(ContextLifetime, EndsWithTheTicket) {
    const Credentials own = short_lived(seconds(3));
    EstablishOptions options;
    options.initiate.credentials = &own;
    Result<ContextPair> both = try_establish(options);
    ASSERT_TRUE(succeeds(both));
    const Bytes message = pattern(20);
    Bytes place(200);
    std::array sealed{IovBuffer::of(IovType::header, MutableBytes(place).first(100)),
                      IovBuffer::of(IovType::data, MutableBytes(place).subspan(100, 10)),
                      IovBuffer::of(IovType::padding, {}),
                      IovBuffer::of(IovType::trailer, MutableBytes(place).last(90))};
    std::array signed_pieces{IovBuffer::of(IovType::data, MutableBytes(place).first(100)),
                             IovBuffer::of(IovType::mic_token, MutableBytes(place).last(100))};
    // Before: what fails later is the time alone.
    EXPECT_TRUE(succeeds(both->initiator.wrap_iov_length(sealed)));
    EXPECT_TRUE(succeeds(both->initiator.get_mic_iov_length(signed_pieces)));
    EXPECT_TRUE(succeeds(both->initiator.wrap_aead(message, message)));
    EXPECT_TRUE(succeeds(both->initiator.pseudo_random(PrfKey::full, message, 16)));
    const Buffer token = both->acceptor.context.wrap_aead(message, message).value().token;
    while (!both->initiator.remaining_lifetime().value().is_expired()) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    EXPECT_TRUE(fails_with(both->initiator.get_mic(message), ErrorCode::context_expired));
    EXPECT_TRUE(fails_with(both->initiator.wrap(message), ErrorCode::context_expired));
    EXPECT_TRUE(fails_with(both->initiator.wrap_iov(sealed), ErrorCode::context_expired));
    EXPECT_TRUE(fails_with(both->initiator.wrap_iov_length(sealed), ErrorCode::context_expired));
    EXPECT_TRUE(fails_with(both->initiator.unwrap_iov(sealed), ErrorCode::context_expired));
    EXPECT_TRUE(fails_with(both->initiator.get_mic_iov(signed_pieces), ErrorCode::context_expired));
    EXPECT_TRUE(
        fails_with(both->initiator.verify_mic_iov(signed_pieces), ErrorCode::context_expired));
    EXPECT_TRUE(
        fails_with(both->initiator.wrap_aead(message, message), ErrorCode::context_expired));
    EXPECT_TRUE(
        fails_with(both->initiator.unwrap_aead(token, message), ErrorCode::context_expired));
    EXPECT_TRUE(fails_with(both->initiator.pseudo_random(PrfKey::full, message, 16),
                           ErrorCode::context_expired));
    // What it is, it still tells: an expired context is a context.
    const Result<ContextInfo> info = both->initiator.inquire();
    ASSERT_TRUE(succeeds(info));
    EXPECT_TRUE(info->lifetime.is_expired());
    EXPECT_TRUE(succeeds(krb5::session_key(both->initiator)));
    EXPECT_EQ(krb5::ticket_flags(both->initiator).has_value(),
              initiator().supports(Capability::initiator_ticket_facts, mechanism::krb5()));
    const auto lucid = krb5::export_lucid(std::move(both->initiator));
    ASSERT_TRUE(succeeds(lucid));
    EXPECT_LE(lucid->end, std::chrono::system_clock::now());
}

TEST_P(ContextLifetime, ThatIsAskedForIsNotLongerThanTheTicket) {
    for (const Lifetime& asked : {Lifetime(seconds(0)), Lifetime(std::chrono::hours(24 * 365 * 90)),
                                  Lifetime::indefinite(), Lifetime(seconds(60))}) {
        EstablishOptions options;
        options.initiate.lifetime = asked;
        const ContextPair both = pair(options);
        const auto left = both.initiator.remaining_lifetime().value().duration();
        ASSERT_TRUE(left.has_value());
        EXPECT_GT(*left, seconds(1));
        EXPECT_LE(*left, std::chrono::hours(10) + seconds(300));
    }
}

} // namespace

} // namespace gss::test
