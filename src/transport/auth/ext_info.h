// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_EXT_INFO (RFC 8308): built and parsed. Where it may stand is the session's to know.
#pragma once

#include "fault.h"

#include <gssxx/bytes.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport::detail {

/// What we read of a peer's extensions. All others are passed over.
struct ExtInfo {
    /// Of server-sig-algs (RFC 8308 s3.1) the names that we know, in the peer's order; nothing when
    /// it was not sent.
    std::optional<std::vector<std::string>> signature_algorithms;
};

/// Signature algorithms that we make and verify, best first: what our server announces.
[[nodiscard]] std::span<const std::string_view> user_signature_algorithms() noexcept;
/// One extension: server-sig-algs with these names.
[[nodiscard]] Bytes build_ext_info(std::span<const std::string_view> signature_algorithms);
/// A payload, message number first. A damaged one is a SessionFault. Costs time and memory by what
/// is there, whatever it says of itself.
[[nodiscard]] ExtInfo parse_ext_info(BytesView payload);

} // namespace gss::inline v0::transport::detail
