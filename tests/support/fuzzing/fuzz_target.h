// SPDX-License-Identifier: Apache-2.0
// What is fuzzed, by name.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace gss::test::fuzz {

struct Target {
    std::string_view name; ///< also the name of its corpus
    /// Aborts the process when a promise is broken.
    std::function<void(BytesView input)> run;
};

/// All of one program's: its own sources define it.
[[nodiscard]] std::span<const Target> targets();

/// Every kept input of the target, and every cut of it; how many inputs there were.
std::size_t replay(const Target& target, const std::string& corpora);

} // namespace gss::test::fuzz
