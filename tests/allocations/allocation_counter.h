// SPDX-License-Identifier: Apache-2.0
// Counts what goes through operator new. The native libraries are written in C and take their
// memory from malloc, so in a program that links this the counts are our own allocations only.
#pragma once

#include <cstddef>

namespace gss::test {

/// Calls of operator new by the calling thread since it began.
[[nodiscard]] std::size_t allocation_count() noexcept;

/// Bytes that operator new gave to the calling thread and that were not given back there, as
/// malloc rounds them up.
[[nodiscard]] std::size_t held_bytes() noexcept;

/// Bytes that operator new has given to the calling thread since it began, given back or not.
[[nodiscard]] std::size_t allocated_bytes() noexcept;

/// Makes the n-th call of operator new by the calling thread from now on (from 1) throw
/// std::bad_alloc, once; 0: none.
void fail_allocation(std::size_t n) noexcept;

/// How often @p task called operator new.
template <typename Task>
[[nodiscard]] std::size_t count_allocations(Task&& task) {
    const std::size_t before = allocation_count();
    task();
    return allocation_count() - before;
}

} // namespace gss::test
