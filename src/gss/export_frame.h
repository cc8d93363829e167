// SPDX-License-Identifier: Apache-2.0
// The frame around what native libraries export, because they crash on cut or altered tokens.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/result.h>

#include <string>
#include <string_view>

namespace gss::inline v0::detail {

struct FrameKind {
    std::string_view magic; // 8 octets
    std::string_view thing; // "an exported context"
};

struct Frame {
    SecretBytes octets;
    std::string backend;
};

[[nodiscard]] Result<Frame> parse_frame(const FrameKind& kind, BytesView frame);
[[nodiscard]] Result<Frame> make_frame(const FrameKind& kind, std::string_view backend,
                                       BytesView native_token);
/// The native token inside a frame that was parsed or made; nothing of an empty one.
[[nodiscard]] BytesView token_of_frame(BytesView all) noexcept;

} // namespace gss::inline v0::detail
