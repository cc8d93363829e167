// SPDX-License-Identifier: Apache-2.0
// Makes foreign text safe to show.
#pragma once

#include <string>
#include <string_view>

namespace gss::inline v0 {

/// @p text with every control character (C0, DEL, C1, bidirectional controls) and every octet
/// that is not UTF-8 written as \xNN, so that a terminal or log shows it and does not obey it.
[[nodiscard]] std::string escape_control_characters(std::string_view text);

/// True when @p text is UTF-8 (RFC 3629 s4) throughout; NUL and control characters are.
[[nodiscard]] bool is_utf8(std::string_view text) noexcept;

} // namespace gss::inline v0
