// SPDX-License-Identifier: Apache-2.0
// Reads a file of settings as a whole.
#pragma once

#include <gssxx/result.h>

#include <cstddef>
#include <optional>
#include <string>

namespace gss::inline v0::transport::detail {

/// The text of a file; nothing when there is none. Fails with unavailable, naming the file, when
/// it cannot be read or has more than @p most octets.
[[nodiscard]] Result<std::optional<std::string>>
read_small_file(const std::string& path, std::size_t most, const std::string& operation);

} // namespace gss::inline v0::transport::detail
