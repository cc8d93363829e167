// SPDX-License-Identifier: Apache-2.0
// MD5 (RFC 1321), for the names of key exchange methods only. It protects nothing.
#pragma once

#include <gssxx/bytes.h>

#include <array>
#include <cstddef>

namespace gss::inline v0::ssh::detail {

/// The MD5 digest of @p message.
[[nodiscard]] std::array<std::byte, 16> md5(BytesView message);

} // namespace gss::inline v0::ssh::detail
