// SPDX-License-Identifier: Apache-2.0
// Memory that runs out when a test says so. A program that links this has its operator new, and
// OpenSSL's allocations too.
#pragma once

#include <cstddef>

namespace gss::test {

/// The allocation of that number from now fails, once; 0: none does.
void fail_allocation(std::size_t number) noexcept;
/// True when that allocation came and failed; nothing fails any more then.
[[nodiscard]] bool allocation_failed() noexcept;
/// Octets that are held through operator new.
[[nodiscard]] std::size_t octets_held() noexcept;
/// OpenSSL takes its memory from here: before anything of it is used. False when it is too late.
[[nodiscard]] bool take_over_openssl() noexcept;

} // namespace gss::test
