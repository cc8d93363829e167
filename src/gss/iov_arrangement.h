// SPDX-License-Identifier: Apache-2.0
// Whether the pieces that a caller gives make a message: what is found here no library sees.
#pragma once

#include <gssxx/error.h>
#include <gssxx/iov.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

namespace gss::inline v0::detail {

/// What the pieces are for.
enum class IovUse : std::uint8_t { wrap, wrap_length, unwrap, get_mic, mic_length, verify_mic };

/// The most pieces of one message.
inline constexpr std::size_t max_pieces = 1024;

/// Nothing when the pieces can be used so. Allocates for more than 16 pieces and for an Error only.
[[nodiscard]] std::optional<Error> refuse_pieces(std::string_view operation, IovUse use,
                                                 std::span<const IovBuffer> pieces,
                                                 bool is_dce_style);

/// The octets of all pieces together; as many as can be counted when there are more.
[[nodiscard]] std::size_t total_size(std::span<const IovBuffer> pieces) noexcept;

} // namespace gss::inline v0::detail
