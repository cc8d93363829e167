// SPDX-License-Identifier: Apache-2.0
// Passwords nobody chose.
#pragma once

#include <string>

namespace gss::inline v0::realm {

/// 32 random hexadecimal digits.
[[nodiscard]] std::string random_text();

} // namespace gss::inline v0::realm
