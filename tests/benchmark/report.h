// SPDX-License-Identifier: Apache-2.0
// Rows as text for people, as Markdown for the README, and as JSON for programs.
#pragma once

#include "row.h"

#include <iosfwd>
#include <vector>

namespace gss::bench {

/// One line for a terminal.
void print_line(std::ostream& out, const Row& row);
void print_markdown(std::ostream& out, const std::vector<Row>& rows);
/// A list of objects {name, unit, ours, direct, ratio, bound, better}; bound is null where there is
/// none, better is "lower" or "higher".
void print_json(std::ostream& out, const std::vector<Row>& rows);

} // namespace gss::bench
