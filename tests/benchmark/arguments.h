// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>

namespace gss::bench {

struct Arguments {
    std::optional<std::string> json; ///< file to write the rows to
    std::string filter;              ///< regular expression over row names
    bool markdown = false;
    bool quick = false;
    bool fail = true; ///< a missed bound is a failure
};

struct HelpWanted {};

[[nodiscard]] std::string usage();
/// The arguments, a wish for help, or what is wrong with them.
[[nodiscard]] std::variant<Arguments, HelpWanted, std::string> parse_arguments(int argc,
                                                                               char** argv);

} // namespace gss::bench
