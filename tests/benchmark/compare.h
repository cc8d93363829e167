// SPDX-License-Identifier: Apache-2.0
// Compares two ways of doing one thing, so that the noise of the machine hits both alike.
#pragma once

#include <chrono>
#include <cstddef>
#include <random>
#include <vector>

namespace gss::bench {

enum class Side : bool { ours, direct };

/// The thing to be done, in both ways.
class Contest {
public:
    Contest() = default;
    Contest(const Contest&) = delete;
    Contest& operator=(const Contest&) = delete;
    virtual ~Contest() = default;

    /// Makes what the next run() consumes; not timed.
    virtual void prepare(Side side, std::size_t count);
    /// Does the thing @p count times; timed.
    virtual void run(Side side, std::size_t count) = 0;
};

/// What a batch is charged with. The thread's own time leaves out what other processes do
/// meanwhile; nothing that is measured so waits.
enum class TimeOf : bool { this_thread, wall };

struct CompareSettings {
    TimeOf clock = TimeOf::this_thread;
    std::size_t rounds = 31; ///< where memory happens to lie makes one round differ by 0.05
    std::size_t pairs = 16;  ///< batches of each side in one round
    std::size_t least_pairs = 6;
    std::chrono::nanoseconds batch{1'500'000};   ///< how long one batch should take at least
    std::chrono::nanoseconds round{100'000'000}; ///< a round that took longer gets fewer pairs
};

/// What one round says: nanoseconds for doing the thing once.
struct Figures {
    double ours = 0;
    double direct = 0;
    [[nodiscard]] double ratio() const noexcept { return ours / direct; }
};

/// Runs rounds of contests of one kind. A round alternates short batches of both sides, in random
/// order within each pair, and takes from each side the lower quartile: a batch that another
/// process disturbed says nothing about either side.
class Comparison {
public:
    /// Finds out how many repetitions make a batch.
    Comparison(Contest& contest, const CompareSettings& settings);
    [[nodiscard]] Figures round(Contest& contest);

private:
    [[nodiscard]] std::chrono::nanoseconds timed(Contest& contest, Side side);
    [[nodiscard]] std::chrono::nanoseconds now() const;
    TimeOf clock_;
    std::size_t pairs_;
    std::size_t count_ = 1;
    std::minstd_rand random_; // always the same sequence
};

/// The middle one of @p values, which must not be empty.
[[nodiscard]] double median(std::vector<double> values);

} // namespace gss::bench
