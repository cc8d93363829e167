// SPDX-License-Identifier: Apache-2.0
#include "suite.h"

#include <benchmark/benchmark.h>
#include <sched.h>

#include <utility>

namespace gss::bench {

namespace {

/// Keeps the calling thread on the CPU where it is: moving costs caches, and costs one side only.
class OneCpu {
public:
    OneCpu() noexcept {
        sched_getaffinity(0, sizeof before_, &before_);
        cpu_set_t here;
        CPU_ZERO(&here);
        CPU_SET(static_cast<std::size_t>(sched_getcpu()), &here);
        sched_setaffinity(0, sizeof here, &here);
    }
    OneCpu(const OneCpu&) = delete;
    OneCpu& operator=(const OneCpu&) = delete;
    ~OneCpu() { sched_setaffinity(0, sizeof before_, &before_); }

private:
    cpu_set_t before_{};
};

/// One iteration of the benchmark is one round; the row takes the median of them. Each round has
/// contexts of its own, because where in memory things happen to lie makes a difference.
Figures run_rounds(benchmark::State& state, const Suite::MakeContest& make,
                   const CompareSettings& settings, double& ratio) {
    Comparison comparison(*make(), settings);
    std::vector<double> ours;
    std::vector<double> direct;
    std::vector<double> ratios;
    for (auto _ : state) {
        const Figures figures = comparison.round(*make());
        ours.push_back(figures.ours);
        direct.push_back(figures.direct);
        ratios.push_back(figures.ratio());
        state.SetIterationTime(figures.ours * 1e-9);
    }
    ratio = median(std::move(ratios));
    return {median(std::move(ours)), median(std::move(direct))};
}

} // namespace

void Suite::add_times(std::string name, std::optional<double> bound, CompareSettings settings,
                      MakeContest make) {
    if (!wanted(name)) {
        return;
    }
    benchmark::RegisterBenchmark(
        name.c_str(),
        [this, name, bound, settings, make = std::move(make)](auto& state) {
            const OneCpu pinned;
            Row row{name, "ns", 0, 0, 0, bound, Better::lower};
            const Figures figures = run_rounds(state, make, settings, row.ratio);
            row.ours = figures.ours;
            row.direct = figures.direct;
            rows_.push_back(std::move(row));
        })
        ->UseManualTime()
        ->Iterations(static_cast<benchmark::IterationCount>(settings.rounds));
}

void Suite::add_throughput(std::string name, double bound, double things, CompareSettings settings,
                           MakeContest make) {
    if (!wanted(name)) {
        return;
    }
    benchmark::RegisterBenchmark(
        name.c_str(),
        [this, name, bound, things, settings, make = std::move(make)](auto& state) {
            Row row{name, "contexts/s", 0, 0, 0, bound, Better::higher};
            double time_ratio = 1;
            const Figures figures = run_rounds(state, make, settings, time_ratio);
            row.ratio = 1 / time_ratio;
            row.ours = things * 1e9 / figures.ours;
            row.direct = things * 1e9 / figures.direct;
            rows_.push_back(std::move(row));
        })
        ->UseManualTime()
        ->Iterations(static_cast<benchmark::IterationCount>(settings.rounds));
}

void Suite::add_count(std::string name, std::string unit, double bound,
                      std::function<double()> count) {
    if (!wanted(name)) {
        return;
    }
    benchmark::RegisterBenchmark(name.c_str(), [this, name, unit = std::move(unit), bound,
                                                count = std::move(count)](auto& state) {
        double counted = 0;
        for (auto _ : state) {
            counted = count();
        }
        rows_.push_back({name, unit, counted, 0, counted, bound, Better::lower});
    })->Iterations(1);
}

void Suite::add_row(const std::string& name, std::function<Row()> measure) {
    if (!wanted(name)) {
        return;
    }
    benchmark::RegisterBenchmark(name.c_str(), [this, measure = std::move(measure)](auto& state) {
        for (auto _ : state) {
            rows_.push_back(measure());
        }
    })->Iterations(1);
}

} // namespace gss::bench
