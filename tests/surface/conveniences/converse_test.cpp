// SPDX-License-Identifier: Apache-2.0
// The loop of establishment over a pair of functions.
#include "conformance.h"

#include <gssxx/converse.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace gss::test {

namespace {

/// One direction of a connection in memory.
class Pipe {
public:
    Result<void> send(BytesView token) {
        const std::lock_guard lock(mutex_);
        ++sent_;
        tokens_.emplace_back(token.begin(), token.end());
        ready_.notify_all();
        return {};
    }
    Result<Bytes> receive() {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [&] { return closed_ || !tokens_.empty(); });
        if (tokens_.empty()) {
            return Error(ErrorCode::failure, "receive", "the peer has closed the connection");
        }
        Bytes token = std::move(tokens_.front());
        tokens_.pop_front();
        return token;
    }
    void close() {
        const std::lock_guard lock(mutex_);
        closed_ = true;
        ready_.notify_all();
    }
    [[nodiscard]] int sent() const { return sent_; }

private:
    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Bytes> tokens_;
    bool closed_ = false;
    int sent_ = 0;
};

/// Both directions, and what came of each side.
struct Conversed {
    Pipe to_acceptor;
    Pipe to_initiator;
    std::optional<Result<SecurityContext>> initiator;
    std::optional<Result<AcceptedContext>> acceptor;
};

class Converse : public OnPair {
protected:
    static void run(Conversed& conversed, const EstablishOptions& options) {
        const Name target = service(initiator(), options.target);
        Initiator from = Initiator::create(target, options.initiate).value();
        Acceptor to = Acceptor::create(acceptor(), options.accept).value();
        std::thread other([&] {
            conversed.acceptor = converse(
                to, [&](BytesView token) { return conversed.to_initiator.send(token); },
                [&] { return conversed.to_acceptor.receive(); });
            conversed.to_initiator.close();
        });
        conversed.initiator = converse(
            from, [&](BytesView token) { return conversed.to_acceptor.send(token); },
            [&] { return conversed.to_initiator.receive(); });
        conversed.to_acceptor.close();
        other.join();
    }
};

INSTANTIATE_TEST_SUITE_P(All, Converse, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Converse, EstablishesWithAnyNumberOfLegs) {
    for (const Oid* mechanism : {&mechanism::krb5(), &mechanism::spnego()}) {
        for (const ContextFlags flags :
             {default_context_flags, default_context_flags | ContextFlag::dce_style,
              ContextFlags(ContextFlag::integrity)}) {
            EstablishOptions options = with_flags(flags, require_integrity_only);
            options.initiate.mechanism = *mechanism;
            Conversed conversed;
            run(conversed, options);
            ASSERT_TRUE(succeeds(*conversed.initiator));
            ASSERT_TRUE(succeeds(*conversed.acceptor));
            const Bytes message = pattern(10);
            const Buffer mic = (*conversed.initiator)->get_mic(message).value();
            EXPECT_TRUE(succeeds((*conversed.acceptor)->context.verify_mic(message, mic)));
            if (*mechanism == mechanism::krb5()) {
                const bool three = flags.contains(ContextFlag::dce_style);
                EXPECT_EQ(conversed.to_acceptor.sent(), three ? 2 : 1);
                EXPECT_EQ(conversed.to_initiator.sent(),
                          flags.contains(ContextFlag::mutual) ? 1 : 0);
            }
        }
    }
}

TEST_P(Converse, EndsOnBothSidesWhenOneRefuses) {
    EstablishOptions options;
    options.initiate.channel_bindings = ChannelBindings::of_application_data(as_bytes("one"));
    options.accept.channel_bindings = ChannelBindings::of_application_data(as_bytes("two"));
    Conversed conversed;
    run(conversed, options);
    EXPECT_TRUE(fails_with(*conversed.acceptor, ErrorCode::bad_channel_bindings));
    EXPECT_FALSE(succeeds(*conversed.initiator)) << "an error token, or the end of the connection";
    EXPECT_EQ(conversed.to_initiator.sent(), mit_accepts() ? 1 : 0) << "MIT tells the peer why";
}

TEST_P(Converse, HandsOnWhatTheTransportSays) {
    const Name target = service(initiator(), "host@localhost");
    const Error gone(ErrorCode::failure, "transport", "the cable is cut");
    Initiator cannot_send = Initiator::create(target).value();
    int received = 0;
    const Result<SecurityContext> unsent = converse(
        cannot_send, [&](BytesView) -> Result<void> { return gone; },
        [&]() -> Result<Bytes> {
            ++received;
            return gone;
        });
    ASSERT_FALSE(succeeds(unsent));
    EXPECT_EQ(unsent.error().operation(), "transport");
    EXPECT_EQ(received, 0);
    Acceptor cannot_receive = Acceptor::create(acceptor()).value();
    const Result<AcceptedContext> unheard = converse(
        cannot_receive, [](BytesView) { return Result<void>(); },
        [&]() -> Result<Bytes> { return gone; });
    ASSERT_FALSE(succeeds(unheard));
    EXPECT_EQ(unheard.error().operation(), "transport");
}

TEST_P(Converse, RefusesEmptyAndForeignTokensAndNoTransport) {
    for (const std::string_view token : {"", "x", "GET / HTTP/1.0"}) {
        Acceptor to = Acceptor::create(acceptor()).value();
        int count = 0;
        const Result<AcceptedContext> refused = converse(
            to, [](BytesView) { return Result<void>(); },
            [&]() -> Result<Bytes> {
                ++count;
                return Bytes(as_bytes(token).begin(), as_bytes(token).end());
            });
        EXPECT_FALSE(succeeds(refused)) << token;
        EXPECT_EQ(count, 1);
    }
    Acceptor to = Acceptor::create(acceptor()).value();
    EXPECT_TRUE(fails_with(converse(to, {}, {}), ErrorCode::misuse));
    Initiator from = Initiator::create(service(initiator(), "host@localhost")).value();
    EXPECT_TRUE(
        fails_with(converse(from, {}, [] { return Result<Bytes>(Bytes()); }), ErrorCode::misuse));
    EXPECT_TRUE(from.step().more()) << "refused before anything was done";
}

} // namespace

} // namespace gss::test
