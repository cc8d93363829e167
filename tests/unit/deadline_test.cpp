// SPDX-License-Identifier: Apache-2.0
// Deadlines: a native call that blocks, a caller that does not wait, and what comes late.
// Nothing here asserts a time: a call that would wait for its native call never returns, because
// that one is let go only afterwards.
#include "access.h"
#include "counting.h"
#include "deadline_call.h"
#include "fake_library.h"
#include "pair.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <condition_variable>
#include <csignal>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

namespace gss::test {
namespace {

using std::chrono::milliseconds;

/// Holds whoever comes through until it is opened.
class Gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++waiting_;
        changed_.notify_all();
        changed_.wait(lock, [this] { return open_; });
        ++passed_;
        changed_.notify_all();
    }
    void open() {
        const std::lock_guard lock(mutex_);
        open_ = true;
        changed_.notify_all();
    }
    void wait_until_reached() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return waiting_ > 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = false;
    int waiting_ = 0;
    int passed_ = 0;
};

/// Says when the last reference is gone: then the worker has ended with everything it owned.
class Witness {
public:
    class Token {
    public:
        explicit Token(Witness& witness) noexcept : witness_(witness) {}
        Token(const Token&) = delete;
        Token& operator=(const Token&) = delete;
        ~Token() {
            const std::lock_guard lock(witness_.mutex_);
            witness_.gone_ = true;
            witness_.changed_.notify_all();
        }

    private:
        Witness& witness_;
    };
    void wait() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return gone_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool gone_ = false;
};

/// Long enough for a call that does not block, on any machine.
Deadline generous() {
    return Deadline::after(std::chrono::hours(1));
}

/// Passes while the native call is held.
Deadline soon() {
    return Deadline::after(milliseconds(20));
}

class Deadlines : public testing::Test {
protected:
    FakeLibrary fake;
    CountingLibrary counted{fake.library()};
    Backend backend = counted.backend();
    Gate gate;

    /// Workers end by themselves and nobody joins them: wait until nothing is outstanding.
    void wait_until_nothing_is_left() {
        while (counted.outstanding() != 0 || releasing()) {
            std::this_thread::yield();
        }
    }
    /// The worker's last native call has been noted and may still be under way.
    [[nodiscard]] bool releasing() const { return detail::Access::of(backend).use_count() != 1; }

    void hold_acquire() {
        fake.table().replace(&CallTable::acquire_cred, [this](auto... arguments) {
            gate.pass();
            return fake.honest().acquire_cred(arguments...);
        });
    }
    void hold_init() {
        fake.table().replace(&CallTable::init_sec_context, [this](auto... arguments) {
            gate.pass();
            return fake.honest().init_sec_context(arguments...);
        });
    }
    void hold_accept() {
        fake.table().replace(&CallTable::accept_sec_context, [this](auto... arguments) {
            gate.pass();
            return fake.honest().accept_sec_context(arguments...);
        });
    }
    void TearDown() override {
        gate.open();
        wait_until_nothing_is_left();
        EXPECT_EQ(counted.report(), "");
    }
};

template <typename Result>
void expect_timed_out(const Result& result) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code(), ErrorCode::timed_out);
    EXPECT_FALSE(result.error().native().has_value());
}

TEST_F(Deadlines, calls_that_are_in_time_are_as_without_a_deadline) {
    AcquireOptions acquire;
    acquire.deadline = generous();
    const Credentials credentials =
        Credentials::acquire(backend, CredentialUsage::both, acquire).value().credentials;
    InitiateOptions options;
    options.credentials = &credentials;
    Initiator left = Initiator::create(service(backend), options).value();
    Acceptor right = Acceptor::create(backend).value();
    const Step first = left.step({}, generous());
    ASSERT_TRUE(first.more());
    const Step second = right.step(first.token, generous());
    ASSERT_TRUE(second.done());
    ASSERT_TRUE(left.step(second.token, generous()).done());
    EXPECT_TRUE(left.finish().has_value());
    EXPECT_TRUE(right.finish().has_value());
}

TEST_F(Deadlines, failures_that_are_in_time_are_as_without_a_deadline) {
    fake.table().fail(Call::acquire_cred, {7U << 16, 0});
    AcquireOptions acquire;
    acquire.deadline = generous();
    EXPECT_EQ(Credentials::acquire(backend, CredentialUsage::both, acquire).error().code(),
              ErrorCode::no_credentials);
}

TEST_F(Deadlines, a_deadline_that_has_passed_calls_nobody) {
    AcquireOptions acquire;
    acquire.deadline = Deadline::Clock::time_point::min();
    expect_timed_out(Credentials::acquire(backend, CredentialUsage::both, acquire));
    Initiator left = Initiator::create(service(backend)).value();
    const Step step = left.step({}, Deadline::Clock::time_point::min());
    ASSERT_TRUE(step.failed());
    EXPECT_EQ(step.error->code(), ErrorCode::timed_out);
    EXPECT_EQ(fake.table().count(Call::acquire_cred), 0U);
    EXPECT_EQ(fake.table().count(Call::init_sec_context), 0U);
}

// An AP-REP is checked with keys that are there; after a KRB-ERROR Heimdal may ask a KDC anew.
TEST_F(Deadlines, an_answer_that_contacts_nobody_needs_no_other_thread) {
    std::vector<std::thread::id> threads;
    fake.table().replace(&CallTable::init_sec_context, [&](auto... arguments) {
        threads.push_back(std::this_thread::get_id());
        return fake.honest().init_sec_context(arguments...);
    });
    const auto framed = [](unsigned char kind) {
        return Bytes{std::byte{0x60}, std::byte{14},   std::byte{0x06}, std::byte{9},
                     std::byte{0x2a}, std::byte{0x86}, std::byte{0x48}, std::byte{0x86},
                     std::byte{0xf7}, std::byte{0x12}, std::byte{1},    std::byte{2},
                     std::byte{2},    std::byte{kind}, std::byte{0},    std::byte{1}};
    };
    const auto answer = [&](const Bytes& token, Deadline deadline) {
        Initiator left = Initiator::create(service(backend)).value();
        EXPECT_TRUE(left.step({}, generous()).more());
        threads.clear();
        return left.step(token, deadline);
    };
    EXPECT_TRUE(answer(framed(0x02), generous()).failed());
    ASSERT_EQ(threads.size(), 1U);
    EXPECT_EQ(threads[0], std::this_thread::get_id());
    Bytes longer = framed(0x02);
    longer.push_back(std::byte{0});
    for (const Bytes& other : {framed(0x03), framed(0x01), longer}) {
        EXPECT_TRUE(answer(other, generous()).failed());
        ASSERT_EQ(threads.size(), 1U);
        EXPECT_NE(threads[0], std::this_thread::get_id());
    }
    const Step late = answer(framed(0x02), Deadline::Clock::time_point::min());
    ASSERT_TRUE(late.failed());
    EXPECT_EQ(late.error->code(), ErrorCode::timed_out);
    EXPECT_TRUE(threads.empty());
}

TEST_F(Deadlines, a_late_credential_is_released_once) {
    hold_acquire();
    const Name name = Name::import_name(backend, "alice").value();
    AcquireOptions acquire;
    acquire.name = &name;
    acquire.deadline = soon();
    const auto result = Credentials::acquire(backend, CredentialUsage::both, acquire);
    expect_timed_out(result);
    EXPECT_EQ(result.error().subject(), "alice");
    EXPECT_EQ(result.error().backend(), "fake");
    EXPECT_EQ(counted.handed_out(CountingLibrary::Kind::credential), 0U);
    gate.open();
    while (counted.handed_out(CountingLibrary::Kind::credential) == 0) {
        std::this_thread::yield();
    }
}

TEST_F(Deadlines, the_inputs_may_be_gone_when_the_call_ends) {
    hold_acquire();
    {
        const Name name = Name::import_name(backend, "alice").value();
        AcquireOptions acquire;
        acquire.name = &name;
        acquire.mechanisms = {mechanism::krb5()};
        acquire.deadline = soon();
        expect_timed_out(Credentials::acquire(backend, CredentialUsage::both, acquire));
    }
    gate.wait_until_reached();
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::name), 1U) << "the worker's input";
}

TEST_F(Deadlines, a_late_element_is_released_once) {
    fake.table().replace(&CallTable::add_cred, [this](auto... arguments) {
        gate.pass();
        return fake.honest().add_cred(arguments...);
    });
    AddOptions add;
    add.deadline = soon();
    expect_timed_out(Credentials::add_to_default(backend, mechanism::krb5(), add));
    {
        AcquireOptions acquire;
        acquire.mechanisms = {mechanism::krb5()};
        const Credentials credentials =
            Credentials::acquire(backend, CredentialUsage::both, acquire).value().credentials;
        add.deadline = soon();
        expect_timed_out(credentials.add(mechanism::spnego(), add));
    }
}

TEST_F(Deadlines, a_late_first_step_is_released_once) {
    hold_init();
    Initiator left = Initiator::create(service(backend)).value();
    const Step step = left.step({}, soon());
    ASSERT_TRUE(step.failed());
    EXPECT_EQ(step.error->code(), ErrorCode::timed_out);
    EXPECT_TRUE(step.token.empty());
    EXPECT_EQ(step.error->subject(), "target host@server");
    // The context is gone for good, also after the native call has ended.
    EXPECT_EQ(left.step().error->code(), ErrorCode::misuse);
    gate.open();
    EXPECT_EQ(left.step().error->code(), ErrorCode::misuse);
    EXPECT_EQ(left.finish().error().code(), ErrorCode::misuse);
    EXPECT_EQ(left.inquire().error().code(), ErrorCode::no_context);
    EXPECT_EQ(left.early_protection().error().code(), ErrorCode::no_context);
}

TEST_F(Deadlines, a_late_second_step_is_released_once) {
    fake.behaviour.legs = 4;
    Initiator left = Initiator::create(service(backend)).value();
    Acceptor right = Acceptor::create(backend).value();
    Step second = right.step(left.step().token);
    ASSERT_TRUE(second.more());
    hold_init();
    EXPECT_EQ(left.step(second.token, soon()).error->code(), ErrorCode::timed_out);
    second.token.reset(); // the worker has its own copy
    gate.wait_until_reached();
}

TEST_F(Deadlines, a_late_acceptance_with_delegation_is_released_once) {
    hold_accept();
    InitiateOptions initiate;
    initiate.flags = default_context_flags | ContextFlag::delegate_to_peer;
    AcceptOptions accept;
    accept.accept_delegation = true;
    Initiator left = Initiator::create(service(backend), initiate).value();
    Acceptor right = Acceptor::create(backend, accept).value();
    const Step first = left.step();
    EXPECT_EQ(right.step(first.token, soon()).error->code(), ErrorCode::timed_out);
    gate.open();
    while (counted.handed_out(CountingLibrary::Kind::credential) == 0) {
        std::this_thread::yield();
    }
}

TEST_F(Deadlines, the_owner_may_be_gone_when_the_call_ends) {
    hold_init();
    {
        Initiator left = Initiator::create(service(backend)).value();
        EXPECT_EQ(left.step({}, soon()).error->code(), ErrorCode::timed_out);
    }
    {
        Initiator left = Initiator::create(service(backend)).value();
        EXPECT_EQ(left.step({}, soon()).error->code(), ErrorCode::timed_out);
        const Initiator moved = std::move(left);
    }
    gate.wait_until_reached();
}

TEST_F(Deadlines, many_threads_with_late_calls_of_their_own) {
    hold_init();
    std::vector<std::thread> threads;
    for (int index = 0; index < 8; ++index) {
        threads.emplace_back([this] {
            Initiator left = Initiator::create(service(backend)).value();
            EXPECT_EQ(left.step({}, soon()).error->code(), ErrorCode::timed_out);
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

TEST_F(Deadlines, the_worker_takes_no_signals) {
    bool all_blocked = false;
    fake.table().replace(&CallTable::acquire_cred, [&](auto... arguments) {
        sigset_t now;
        pthread_sigmask(SIG_SETMASK, nullptr, &now);
        all_blocked = sigismember(&now, SIGTERM) == 1 && sigismember(&now, SIGUSR1) == 1;
        return fake.honest().acquire_cred(arguments...);
    });
    sigset_t before;
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    AcquireOptions acquire;
    acquire.deadline = generous();
    ASSERT_TRUE(Credentials::acquire(backend, CredentialUsage::both, acquire).has_value());
    EXPECT_TRUE(all_blocked);
    sigset_t after;
    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    EXPECT_EQ(sigismember(&after, SIGTERM), sigismember(&before, SIGTERM));
}

TEST(CallUntil, without_a_deadline_the_call_happens_in_this_thread) {
    const Workers workers;
    EXPECT_EQ(call_until(workers, {}, [] { return std::this_thread::get_id(); }),
              std::this_thread::get_id());
    EXPECT_NE(call_until(workers, generous(), [] { return std::this_thread::get_id(); }),
              std::this_thread::get_id());
}

TEST(CallUntil, exceptions_arrive_where_the_caller_waits) {
    const Workers workers;
    const auto throwing = []() -> int { throw std::runtime_error("from the task"); };
    EXPECT_THROW(static_cast<void>(call_until(workers, {}, throwing)), std::runtime_error);
    EXPECT_THROW(static_cast<void>(call_until(workers, generous(), throwing)), std::runtime_error);
}

TEST(CallUntil, late_exceptions_end_with_the_worker) {
    const Workers workers;
    Gate gate;
    Witness witness;
    auto token = std::make_shared<Witness::Token>(witness);
    const auto result = call_until(workers, soon(), [&gate, token = std::move(token)]() -> int {
        gate.pass();
        throw std::runtime_error("nobody waits any more");
    });
    EXPECT_EQ(result, std::nullopt);
    gate.open();
    witness.wait();
}

TEST(CallUntil, late_values_are_destroyed_once_and_the_task_with_its_inputs) {
    const Workers workers;
    Gate gate;
    Witness inputs;
    Witness value;
    auto input = std::make_shared<Witness::Token>(inputs);
    auto output = std::make_unique<Witness::Token>(value);
    const auto result = call_until(
        workers, soon(), [&gate, input = std::move(input), output = std::move(output)]() mutable {
            gate.pass();
            return std::move(output);
        });
    EXPECT_FALSE(result.has_value());
    gate.open();
    inputs.wait();
    value.wait();
}

TEST(CallUntil, move_only_values_come_back) {
    const Workers workers;
    const auto result = call_until(workers, generous(), [] { return std::make_unique<int>(7); });
    ASSERT_TRUE(result.has_value());
    EXPECT_EQ(**result, 7);
}

/// What may be shared between threads is shared.
TEST(Threads, names_credentials_and_backends_serve_many_threads) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    {
        const Backend backend = counted.backend();
        const Name target = service(backend);
        const Credentials credentials =
            Credentials::acquire(backend, CredentialUsage::both).value().credentials;
        std::vector<std::thread> threads;
        for (int index = 0; index < 4; ++index) {
            threads.emplace_back([&] {
                InitiateOptions initiate;
                initiate.credentials = &credentials;
                for (int round = 0; round < 25; ++round) {
                    Initiator left = Initiator::create(target, initiate).value();
                    Acceptor right = Acceptor::create(backend).value();
                    ASSERT_EQ(exchange(left, right), std::nullopt);
                    SecurityContext context = left.finish().value();
                    AcceptedContext accepted = right.finish().value();
                    const Buffer mic = context.get_mic(as_bytes("m")).value();
                    EXPECT_TRUE(accepted.context.verify_mic(as_bytes("m"), mic));
                    EXPECT_TRUE(credentials.inquire().has_value());
                    EXPECT_TRUE(target.display().has_value());
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
    }
    EXPECT_EQ(counted.report(), "");
}

TEST(Threads, libraries_are_opened_by_many_threads_at_once) {
    std::vector<std::thread> threads;
    for (int index = 0; index < 4; ++index) {
        threads.emplace_back([] {
            for (int round = 0; round < 20; ++round) {
                EXPECT_EQ(Backend::available().size(), 2U);
                EXPECT_TRUE(Backend::open("mit").has_value());
                EXPECT_FALSE(mechanism::krb5().to_string().empty());
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
}

} // namespace
} // namespace gss::test
