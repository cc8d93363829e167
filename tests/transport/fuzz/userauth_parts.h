// SPDX-License-Identifier: Apache-2.0
// What the two roles of user authentication share when they are fuzzed.
#pragma once

#include "client_auth.h"
#include "fuzz_input.h"
#include "outlet.h"

#include <gssxx/transport/session.h>

#include <optional>
#include <string_view>
#include <vector>

namespace gss::test::fuzz {

using transport::detail::SessionFault;

/// Keeps what is sent and put out in one step.
class AuthOutlet final : public transport::detail::Outlet {
public:
    void send(BytesView payload) override { sent.emplace_back(payload.begin(), payload.end()); }
    void put(transport::Event event) override { events.push_back(std::move(event)); }
    [[nodiscard]] transport::RequestId new_id() noexcept override { return ++last_id; }

    std::vector<Bytes> sent;
    std::vector<transport::Event> events;
    transport::RequestId last_id = 100; ///< another numbering than the engines'
};

/// How an answer's question is chosen: the newest, one that is over, none, one that is to come.
[[nodiscard]] transport::RequestId answered_id(Cursor& cursor, transport::RequestId newest);
/// Any answer: kind, verdict, context flags, octets (string).
[[nodiscard]] transport::Answer any_answer(Cursor& cursor);
/// "alice", nobody, and names that are trouble.
[[nodiscard]] std::string_view user_name(std::uint8_t number);
[[nodiscard]] const Bytes& fuzz_session_id();
/// What a key exchange by GSS-API leaves.
[[nodiscard]] ssh::KexDone finished_exchange();
/// One key for all inputs.
[[nodiscard]] const transport::PrivateKey& fuzz_key();
[[nodiscard]] std::uint8_t number_of(BytesView payload);

void fuzz_client_auth(Cursor& cursor);
void fuzz_server_auth(Cursor& cursor);

} // namespace gss::test::fuzz
