// SPDX-License-Identifier: Apache-2.0
// Many threads on one backend, and on all backends at once, with names and credentials shared.
#include "conformance.h"

#include <atomic>
#include <thread>

namespace gss::test {

namespace {

constexpr int thread_count = 8;
constexpr int rounds = 10;

/// Runs @p task in that many threads at once; false when one of them failed.
bool in_threads(int count, const std::function<void(int)>& task) {
    std::atomic<int> failures = 0;
    std::vector<std::thread> threads;
    threads.reserve(static_cast<std::size_t>(count));
    for (int index = 0; index < count; ++index) {
        threads.emplace_back([&, index] {
            try {
                task(index);
            } catch (const std::exception& error) {
                ++failures;
                ADD_FAILURE() << error.what();
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    return failures == 0;
}

void exchange(ContextPair& both, int count) {
    for (int index = 0; index < count; ++index) {
        const Bytes message = pattern(static_cast<std::size_t>(100 + index));
        const Wrapped wrapped = both.initiator.wrap(message).value();
        EXPECT_EQ(text(both.acceptor.context.unwrap(wrapped.token).value().message), text(message));
        const Buffer mic = both.acceptor.context.get_mic(message).value();
        EXPECT_TRUE(succeeds(both.initiator.verify_mic(message, mic)));
    }
}

class Threads : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, Threads, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Threads, EstablishContextsOnOneBackend) {
    const Backend shared = library();
    EXPECT_TRUE(in_threads(thread_count, [&](int) {
        for (int round = 0; round < rounds; ++round) {
            ContextPair both = establish(shared, shared).value();
            exchange(both, 3);
        }
    }));
}

TEST_P(Threads, ShareNamesAndCredentials) {
    const Backend shared = library();
    const Name target = service(shared, "host@localhost");
    AcquireOptions acquire;
    acquire.mechanisms = {mechanism::krb5()};
    const Credentials from =
        Credentials::acquire(shared, CredentialUsage::initiate, acquire).value().credentials;
    const Credentials to =
        Credentials::acquire(shared, CredentialUsage::accept, acquire).value().credentials;
    EXPECT_TRUE(in_threads(thread_count, [&](int) {
        for (int round = 0; round < rounds; ++round) {
            EXPECT_EQ(target.display().value().text, "host@localhost");
            EXPECT_TRUE(target.equals(target).value());
            EXPECT_FALSE(from.inquire().value().lifetime.value().is_expired());
            InitiateOptions initiate;
            initiate.credentials = &from;
            Initiator initiator = Initiator::create(target, initiate).value();
            AcceptOptions accept;
            accept.credentials = &to;
            Acceptor acceptor = Acceptor::create(shared, accept).value();
            const Step first = initiator.step();
            const Step answer = acceptor.step(first.token);
            const Step last = initiator.step(answer.token);
            if (!last.done()) {
                throw_exception(*(first.failed()    ? first.error
                                  : answer.failed() ? answer.error
                                                    : last.error));
            }
            ContextPair both{initiator.finish().value(), acceptor.finish().value()};
            exchange(both, 1);
        }
    }));
}

TEST_P(Threads, ExchangeMessagesEachOnItsOwnContext) {
    const Backend shared = library();
    EXPECT_TRUE(in_threads(thread_count, [&](int) {
        ContextPair both = establish(shared, shared).value();
        exchange(both, 100);
    }));
}

TEST_P(Threads, HandContextsOn) {
    // A context is for one thread at a time, not for one thread for life.
    const Backend shared = library();
    std::optional<ContextPair> both;
    std::thread([&] { both = establish(shared, shared).value(); }).join();
    for (int index = 0; index < 3; ++index) {
        std::thread([&] { exchange(*both, 2); }).join();
    }
}

TEST_P(Threads, GetTheirOwnErrors) {
    const Backend shared = library();
    EXPECT_TRUE(in_threads(thread_count, [&](int index) {
        const std::string nobody = "nobody" + std::to_string(index);
        for (int round = 0; round < 3; ++round) {
            EstablishOptions options;
            options.target = nobody + "@localhost";
            const Result<ContextPair> result = establish(shared, shared, options);
            ASSERT_TRUE(fails_with(result, ErrorCode::service_unknown));
            EXPECT_NE(result.error().text().find(nobody), std::string::npos)
                << result.error().text();
        }
    }));
}

TEST(ThreadsOnAll, EstablishContextsOnEveryPairAtOnce) {
    const std::vector<Pair> pairs = all_pairs();
    EXPECT_TRUE(in_threads(thread_count, [&](int index) {
        const Pair& names = pairs[static_cast<std::size_t>(index) % pairs.size()];
        for (int round = 0; round < rounds; ++round) {
            ContextPair both = establish(backend(names.initiator), backend(names.acceptor)).value();
            exchange(both, 2);
        }
    }));
}

} // namespace

} // namespace gss::test
