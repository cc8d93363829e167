// SPDX-License-Identifier: Apache-2.0
// Clocks that differ by more than 300 seconds, expired tickets, and contexts that expire.
#include "hostile.h"

#include <gssxx/realm/ccache_file.h>

#include <thread>

namespace gss::test {
namespace {

using std::chrono::seconds;

class Clocks : public OnBackend {
protected:
    [[nodiscard]] std::filesystem::path file(std::string_view name) const {
        return scratch_folder("clocks-" + GetParam()) / name;
    }

    /// Runs @p task with a cache that has a ticket for host/localhost, and whose clock is @p ahead.
    void with_skewed_initiator(seconds ahead, const std::function<void()>& task) const {
        const std::filesystem::path cache = file("skewed");
        write_octets(cache, read_octets(shared_realm().ccache_name().substr(5)));
        const Environment environment{{"KRB5CCNAME", "FILE:" + cache.string()}};
        with_environment(environment,
                         [&] { ASSERT_TRUE(first_token(backend("mit"), "host@localhost")); });
        ASSERT_TRUE(realm::set_clock_offset(cache, ahead));
        with_environment(environment, task);
    }

    struct Refusal {
        std::optional<Error> error;
        Bytes answer;
    };
    /// What an acceptor of this backend says to an initiator whose clock is fast.
    [[nodiscard]] Refusal refusal_of(BytesView token) const {
        Acceptor acceptor = Acceptor::create(library()).value();
        Step step = acceptor.step(token);
        const BytesView answer = step.token;
        return {std::move(step.error), Bytes(answer.begin(), answer.end())};
    }
};

TEST_P(Clocks, too_far_apart) {
    with_skewed_initiator(seconds(400), [&] {
        const Name target =
            Name::import_name(backend("mit"), "host@localhost", name_type::hostbased_service())
                .value();
        Initiator initiator = Initiator::create(target).value();
        const Step first = initiator.step();
        ASSERT_TRUE(first.more());
        const Refusal refusal = refusal_of(first.token);
        expect_failure(refusal.error, ErrorCode::clock_skew,
                       {"lock skew too great", "host/localhost", "gss_accept_sec_context"});
        ASSERT_FALSE(refusal.answer.empty()) << "a failed step that yields a token hands it out";
        expect_failure(initiator.step(refusal.answer).error, ErrorCode::clock_skew,
                       {"lock skew too great", "host@localhost", "gss_init_sec_context"});
    });
}

TEST_P(Clocks, near_enough) {
    with_skewed_initiator(seconds(200), [&] {
        const Bytes token = first_token(backend("mit"), "host@localhost").value();
        EXPECT_FALSE(accept_error(library(), token));
    });
}

TEST_P(Clocks, an_initiator_that_is_told_so) {
    Bytes answer;
    with_skewed_initiator(seconds(400), [&] {
        answer = refusal_of(first_token(backend("mit"), "host@localhost").value()).answer;
    });
    ASSERT_FALSE(answer.empty());
    in_fresh_thread([&] {
        const Name target =
            Name::import_name(library(), "host@localhost", name_type::hostbased_service()).value();
        Initiator initiator = Initiator::create(target).value();
        ASSERT_TRUE(initiator.step().more());
        Step step = initiator.step(answer);
        if (GetParam() == "heimdal") {
            // Sets its clock by the acceptor's and tries again (see docs/native-differences.md).
            ASSERT_TRUE(step.more());
            EXPECT_FALSE(step.token.empty());
            step = initiator.step(answer);
        }
        expect_failure(step.error, ErrorCode::clock_skew, {"host@localhost"});
    });
}

TEST_P(Clocks, expired_ticket_seen_by_the_acceptor) {
    const std::filesystem::path cache = file("forged");
    ASSERT_TRUE(shared_realm().forge_ticket({.client = "alice",
                                             .service = "host/localhost",
                                             .keytab = {},
                                             .lifetime = std::chrono::hours(-1)},
                                            cache.string()));
    with_environment({{"KRB5CCNAME", "FILE:" + cache.string()}}, [&] {
        const Bytes token = first_token(library(), "host@localhost").value();
        const Refusal refusal = refusal_of(token);
        expect_failure(refusal.error, ErrorCode::credentials_expired,
                       {"expired", "host/localhost", "gss_accept_sec_context"});
        // Heimdal tells its peer only about clocks (see docs/native-differences.md).
        EXPECT_EQ(refusal.answer.empty(), GetParam() == "heimdal");
    });
}

// Neither library looks at the lifetime of a context when it protects messages: we do.
void expect_messages_refused(SecurityContext& context, const std::string& peer) {
    const auto expect = [&peer](const auto& result) {
        ASSERT_FALSE(result);
        expect_failure(result.error(), ErrorCode::context_expired, {peer, "lifetime"});
    };
    Bytes octets(80, std::byte{1});
    expect(context.get_mic(octets));
    expect(context.get_mic_into(as_bytes("text"), octets));
    expect(context.verify_mic(as_bytes("text"), octets));
    expect(context.wrap(octets));
    expect(context.wrap_into(as_bytes("text"), octets));
    expect(context.unwrap(BytesView(octets)));
    expect(context.unwrap_in_place(octets));
}

TEST_P(Clocks, context_that_expires) {
    const std::filesystem::path cache = file("short");
    ASSERT_TRUE(shared_realm().kinit("alice", cache.string(), {.lifetime = seconds(2)}));
    with_environment({{"KRB5CCNAME", "FILE:" + cache.string()}}, [&] {
        Result<ContextPair> contexts = establish(library(), library());
        ASSERT_TRUE(contexts) << contexts.error().text();
        SecurityContext& initiator = contexts->initiator;
        SecurityContext& acceptor = contexts->acceptor.context;
        EXPECT_FALSE(initiator.remaining_lifetime().value().is_expired());
        EXPECT_TRUE(initiator.get_mic(as_bytes("text")));
        std::this_thread::sleep_for(std::chrono::milliseconds(3100));

        EXPECT_TRUE(initiator.remaining_lifetime().value().is_expired());
        EXPECT_TRUE(initiator.inquire().value().lifetime.is_expired());
        expect_messages_refused(initiator, "host@localhost");
        // MIT's acceptor adds the clock skew that it allows (see docs/native-differences.md).
        if (GetParam() == "heimdal") {
            EXPECT_TRUE(acceptor.remaining_lifetime().value().is_expired());
            expect_messages_refused(acceptor, "alice");
        } else {
            EXPECT_FALSE(acceptor.remaining_lifetime().value().is_expired());
            EXPECT_TRUE(acceptor.get_mic(as_bytes("text")));
        }

        expect_failure(initiate_error(library()), ErrorCode::credentials_expired,
                       {cache.string(), "host@localhost", "xpired"});
    });
}

INSTANTIATE_TEST_SUITE_P(, Clocks, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
