// SPDX-License-Identifier: Apache-2.0
// What is measured: each file of this folder registers its part with Google Benchmark.
#pragma once

#include <gssxx/backend.h>

#include "compare.h"
#include "row.h"

#include <functional>
#include <memory>
#include <optional>
#include <regex>
#include <string>
#include <vector>

namespace gss::bench {

/// Collects the rows while the benchmarks run. Outlives them.
class Suite {
public:
    /// @p filter is a regular expression: other rows are left out.
    Suite(CompareSettings settings, const std::string& filter)
        : settings_(settings), filter_(filter) {}
    Suite(const Suite&) = delete;
    Suite& operator=(const Suite&) = delete;
    ~Suite() = default;

    using MakeContest = std::function<std::unique_ptr<Contest>()>;
    /// A row in nanoseconds; @p make is called when its turn comes. Runs on one CPU.
    void add_times(std::string name, std::optional<double> bound, CompareSettings settings,
                   MakeContest make);
    /// A row in things per second: a run of the contest does @p things of them.
    void add_throughput(std::string name, double bound, double things, CompareSettings settings,
                        MakeContest make);
    /// A row with a number that needs no clock.
    void add_count(std::string name, std::string unit, double bound, std::function<double()> count);

    /// A row that is measured elsewhere.
    void add_row(const std::string& name, std::function<Row()> measure);

    [[nodiscard]] const CompareSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] const std::vector<Row>& rows() const noexcept { return rows_; }

private:
    [[nodiscard]] bool wanted(const std::string& name) const {
        return std::regex_search(name, filter_);
    }
    CompareSettings settings_;
    std::regex filter_;
    std::vector<Row> rows_;
};

void add_messages(Suite& suite, const Backend& backend);
void add_establishment(Suite& suite, const Backend& backend);
void add_credentials(Suite& suite, const Backend& backend);
void add_memory(Suite& suite, const Backend& backend);
void add_ssh_login(Suite& suite, const Backend& backend);
/// Absent where the transport is not built.
void add_transport(Suite& suite, bool quick);

} // namespace gss::bench
