// SPDX-License-Identifier: Apache-2.0
// One line of the report.
#pragma once

#include <optional>
#include <string>

namespace gss::bench {

enum class Better : bool { lower, higher };

/// A figure of ours, the same figure of the direct C calls, and what the two must come to.
struct Row {
    std::string name;
    std::string unit; // of ours and direct: "ns", "bytes", "allocations", "contexts/s"
    double ours = 0;
    double direct = 0; // 0 where there is nothing to compare with
    double ratio = 0;  // ours / direct; ours itself where there is nothing to compare with
    std::optional<double> bound;
    Better better = Better::lower;

    [[nodiscard]] bool missed() const noexcept {
        return bound && (better == Better::lower ? ratio > *bound : ratio < *bound);
    }
};

} // namespace gss::bench
