// SPDX-License-Identifier: Apache-2.0
#include "compare.h"

#include <time.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace gss::bench {

namespace {

double lower_quartile(std::vector<double>& values) {
    const auto place = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 4);
    std::nth_element(values.begin(), place, values.end());
    return *place;
}

/// First calls fill caches of the library's own.
void warm_up(Contest& contest) {
    for (const Side side : {Side::ours, Side::direct}) {
        contest.prepare(side, 1);
        contest.run(side, 1);
    }
}

} // namespace

void Contest::prepare(Side /*side*/, std::size_t /*count*/) {}

Comparison::Comparison(Contest& contest, const CompareSettings& settings)
    : clock_(settings.clock), pairs_(settings.pairs) {
    warm_up(contest);
    while (true) {
        const std::chrono::nanoseconds once =
            std::max(timed(contest, Side::direct), std::chrono::nanoseconds(1));
        if (once >= settings.batch) {
            const auto fitting = static_cast<std::size_t>(settings.round / (2 * once));
            pairs_ = std::clamp(fitting, std::min(settings.least_pairs, pairs_), pairs_);
            return;
        }
        const auto factor = static_cast<std::size_t>(settings.batch / once);
        count_ *= std::clamp<std::size_t>(factor + 1, 2, 16);
    }
}

std::chrono::nanoseconds Comparison::timed(Contest& contest, Side side) {
    contest.prepare(side, count_);
    const std::chrono::nanoseconds begin = now();
    contest.run(side, count_);
    return now() - begin;
}

std::chrono::nanoseconds Comparison::now() const {
    timespec time{};
    if (clock_gettime(clock_ == TimeOf::this_thread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC,
                      &time) != 0) {
        throw std::system_error(errno, std::generic_category(), "clock_gettime");
    }
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

Figures Comparison::round(Contest& contest) {
    warm_up(contest);
    std::vector<double> ours;
    std::vector<double> direct;
    for (std::size_t pair = 0; pair < pairs_; ++pair) {
        const bool ours_first = (random_() >> 8U) % 2 == 0;
        for (const bool is_ours : {ours_first, !ours_first}) {
            const auto once =
                static_cast<double>(timed(contest, is_ours ? Side::ours : Side::direct).count());
            (is_ours ? ours : direct).push_back(once / static_cast<double>(count_));
        }
    }
    return {lower_quartile(ours), lower_quartile(direct)};
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

} // namespace gss::bench
