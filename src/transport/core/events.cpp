// SPDX-License-Identifier: Apache-2.0
#include <gssxx/transport/events.h>

namespace gss::inline v0::transport {

std::optional<RequestId> question_id(const Event& event) noexcept {
    return std::visit(
        [](const auto& which) -> std::optional<RequestId> {
            if constexpr (requires { which.id; }) {
                return which.id;
            } else {
                return std::nullopt;
            }
        },
        event);
}

} // namespace gss::inline v0::transport
