// SPDX-License-Identifier: Apache-2.0
// A leg that blocks, as one does whose KDC is silent. Nothing here asserts a time: who waited for
// the native call would wait for ever, because that call is let go afterwards.
#include "access.h"
#include "driver_fixture.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

namespace gss::test {
namespace {

using ssh::Driver;
using ssh::DriverOptions;
using ssh::StepAnswer;
using Status = StepAnswer::Status;
using Kind = CountingLibrary::Kind;
using std::chrono::milliseconds;

/// A KDC that does not answer until it is told to.
class SilentKdc {
public:
    explicit SilentKdc(FakeLibrary& fake) {
        fake.table().replace(&CallTable::init_sec_context, [this, &fake](auto... arguments) {
            wait();
            const abi::Uint32 major = fake.honest().init_sec_context(arguments...);
            return major;
        });
    }
    void answer() {
        const std::lock_guard lock(mutex_);
        answers_ = true;
        changed_.notify_all();
    }
    void wait_until_asked() {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return asked_; });
    }

private:
    void wait() {
        std::unique_lock lock(mutex_);
        asked_ = true;
        changed_.notify_all();
        changed_.wait(lock, [this] { return answers_; });
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool asked_ = false;
    bool answers_ = false;
};

/// Waits until the workers of @p calls past their deadlines have made a context each and have given
/// everything back, the library itself last. Objects of the test must be gone before.
void wait_for_late_results(const CountedFake& library, std::size_t calls) {
    while (library.counted.handed_out(Kind::context) < calls ||
           library.counted.outstanding() != 0 ||
           detail::Access::of(library.backend).use_count() != 1) {
        std::this_thread::sleep_for(milliseconds(1));
    }
}

class Blocking : public DriverTest {
protected:
    [[nodiscard]] Driver limited() {
        DriverOptions options = to_host();
        options.step_limit = milliseconds(20);
        return driver(library_.backend, std::move(options));
    }

    SilentKdc kdc_{fake_};
};

TEST_F(Blocking, sec_A1_36_a_leg_that_blocks_fails_at_its_deadline_and_is_tidied_up_later) {
    {
        Driver ours = limited();
        const StepAnswer answer = ours.step(leg(kex(), true, true));
        EXPECT_EQ(answer.status, Status::failed);
        EXPECT_EQ(ours.last_error()->code(), ErrorCode::timed_out);
        // The context is gone for good.
        EXPECT_EQ(ours.step(leg(kex(), true, false, as_bytes("late"))).status, Status::failed);
        EXPECT_EQ(ours.last_error()->code(), ErrorCode::misuse);
        ours.release(kex());
    }
    EXPECT_EQ(library_.counted.handed_out(Kind::context), 0U);
    kdc_.answer();
    wait_for_late_results(library_, 1);
    EXPECT_EQ(fake_.table().count(Call::delete_sec_context), 1U);
}

TEST_F(Blocking, sec_A1_36_an_engine_is_cancelled_while_a_leg_blocks_in_another_thread) {
    Driver ours = driver(library_.backend, to_host());
    PuppetEngine engine;
    engine.ask(leg(kex(), true, true));
    const ssh::Action asked = engine.poll().value();
    const auto& question = std::get<ssh::GssStep>(asked);
    auto answer =
        std::async(std::launch::async, [&ours, &question] { return ours.step(question); });
    kdc_.wait_until_asked();
    // The engine holds no lock and waits for nobody.
    EXPECT_EQ(engine.receive(as_bytes("something")), ssh::Fed::taken);
    EXPECT_EQ(engine.cancel(), ssh::Fed::taken);
    EXPECT_TRUE(engine.ended());
    EXPECT_TRUE(std::holds_alternative<ssh::Fail>(engine.poll().value()));
    kdc_.answer();
    EXPECT_EQ(engine.answer(question.id, answer.get()), ssh::Fed::ended);
    EXPECT_FALSE(engine.step()) << "no callback after cancel";
    ours.release(kex());
    EXPECT_EQ(library_.counted.outstanding(Kind::context), 0U);
    EXPECT_EQ(fake_.table().count(Call::delete_sec_context), 1U);
}

TEST_F(Blocking, sec_A1_14_a_driver_may_go_while_a_call_past_its_deadline_runs) {
    for (int round = 0; round < 4; ++round) {
        Driver ours = limited();
        EXPECT_EQ(ours.step(leg(auth(), true, true)).status, Status::failed);
    }
    kdc_.answer();
    wait_for_late_results(library_, 4);
    EXPECT_EQ(fake_.table().count(Call::delete_sec_context), 4U);
}

} // namespace
} // namespace gss::test
