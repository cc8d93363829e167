// SPDX-License-Identifier: Apache-2.0
// The engines that are fuzzed, by name: one target for each engine and role.
#pragma once

#include "interpreter.h"

#include <span>
#include <string_view>

namespace gss::test::fuzz {

struct Target {
    std::string_view name; ///< also the name of its corpus
    MakeSubject make;
    Success success;
};

[[nodiscard]] std::span<const Target> targets();

} // namespace gss::test::fuzz
