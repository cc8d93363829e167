// SPDX-License-Identifier: Apache-2.0
// Establishing and deleting contexts, both sides in one process.
#include "direct.h"
#include "ours.h"
#include "suite.h"

#include <chrono>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace gss::bench {

namespace {

class EstablishContest : public Contest {
public:
    explicit EstablishContest(const Backend& backend) : ours_(backend), direct_(backend) {}
    void run(Side side, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            if (side == Side::ours) {
                static_cast<void>(ours_.establish());
            } else {
                static_cast<void>(direct_.establish());
            }
        }
    }

private:
    OurParties ours_;
    DirectParties direct_;
};

constexpr std::size_t thread_count = 8;
constexpr std::size_t contexts_per_thread = 25;

/// A run lets threads go that prepare() has started: beginnings of threads are not timed.
class ThreadsContest : public Contest {
public:
    explicit ThreadsContest(const Backend& backend) : contest_(backend) {}
    void prepare(Side side, std::size_t count) override {
        ready_.emplace(static_cast<std::ptrdiff_t>(thread_count));
        go_.emplace(1);
        for (std::size_t i = 0; i < thread_count; ++i) {
            // A failure ends the program: there is nothing to measure then.
            threads_.emplace_back([this, side, count]() noexcept {
                contest_.run(side, 1); // libraries keep things per thread
                ready_->count_down();
                go_->wait();
                contest_.run(side, count * contexts_per_thread);
            });
        }
        ready_->wait();
    }
    void run(Side /*side*/, std::size_t /*count*/) override {
        go_->count_down();
        threads_.clear(); // waits for their ends
    }

private:
    EstablishContest contest_;
    std::optional<std::latch> ready_;
    std::optional<std::latch> go_;
    std::vector<std::jthread> threads_;
};

/// Files that were written within two seconds are looked at more closely each time (Heimdal crashes
/// on damaged ones). The first context puts a ticket into the cache; what counts is life after
/// that.
void settle(EstablishContest& contest) {
    contest.run(Side::direct, 1);
    std::this_thread::sleep_for(std::chrono::seconds(4));
}

} // namespace

void add_establishment(Suite& suite, const Backend& backend) {
    const std::string name(backend.name());
    const auto settled = std::make_shared<std::once_flag>();
    const auto make = [backend, settled] {
        auto contest = std::make_unique<EstablishContest>(backend);
        std::call_once(*settled, [&contest] { settle(*contest); });
        return contest;
    };
    CompareSettings settings = suite.settings();
    settings.pairs *= 4; // the kernel's part of it, files, varies
    settings.round *= 4;
    suite.add_times(name + "/establish", 1.02, settings, make);
    settings = suite.settings();
    settings.clock = TimeOf::wall; // and so at the mercy of what else runs: more batches
    settings.least_pairs = settings.pairs;
    suite.add_throughput(name + "/establish_8_threads", 0.95, thread_count * contexts_per_thread,
                         settings, [make, backend] {
                             static_cast<void>(make());
                             return std::make_unique<ThreadsContest>(backend);
                         });
}

} // namespace gss::bench
