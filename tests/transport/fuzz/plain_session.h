// SPDX-License-Identifier: Apache-2.0
// A session whose packets are never encrypted: a fuzzer can write them.
#pragma once

#include "outlet.h"

#include <gssxx/transport/session.h>

#include <optional>
#include <variant>
#include <vector>

namespace gss::test::fuzz {

using transport::detail::Role;

/// The keys that are agreed on are replaced by none as soon as they are there.
class PlainSession {
public:
    explicit PlainSession(const transport::ClientOptions& options);
    explicit PlainSession(const transport::ServerOptions& options);

    [[nodiscard]] transport::Session& session() noexcept;
    [[nodiscard]] transport::ClientSession* client() noexcept {
        return std::get_if<transport::ClientSession>(&session_);
    }
    void octets(BytesView octets);
    void packet(BytesView payload);
    /// The next event; questions stay open.
    [[nodiscard]] std::optional<transport::Event> poll();
    ssh::Fed answer(transport::RequestId id, transport::Answer&& answer);
    /// The payloads that were sent, up to NEWKEYS: what a session sends behind it in the same step
    /// is encrypted, and lost.
    [[nodiscard]] std::vector<Bytes> take_sent();

private:
    void settle(bool receiving);

    std::variant<transport::ClientSession, transport::ServerSession> session_;
    bool greeted_ = false;
};

} // namespace gss::test::fuzz
