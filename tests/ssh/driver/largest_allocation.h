// SPDX-License-Identifier: Apache-2.0
// How much memory is asked for at once. A program that links this has another operator new.
#pragma once

#include <cstddef>

namespace gss::test {

/// The largest request to operator new by the calling thread since it last called this.
[[nodiscard]] std::size_t take_largest_allocation() noexcept;

} // namespace gss::test
