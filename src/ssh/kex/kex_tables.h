// SPDX-License-Identifier: Apache-2.0
// What each message does in each state. Whatever is not written here ends the exchange.
#pragma once

#include "kex_messages.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gss::inline v0::ssh::detail {

/// What a message is taken for.
enum class Cell : std::uint8_t {
    refuse,
    init,
    token,
    complete,
    host_key,
    error,
    group_request,
    group
};

/// A client's states in which messages arrive. While a question is open, none do: the core holds
/// them. "complete" states: our gss_init_sec_context has said that the context is established.
enum class ClientState : std::uint8_t {
    fresh,                ///< before start()
    group,                ///< GROUPREQ is out
    first_reply,          ///< INIT is out: HOSTKEY may come
    next_reply,           ///< HOSTKEY or CONTINUE has come
    first_reply_complete, ///< as first_reply
    next_reply_complete,  ///< as next_reply
    asking,               ///< a question is open
};
inline constexpr std::size_t client_states = 7;

/// A server's.
enum class ServerState : std::uint8_t { group_request, init, token, asking };
inline constexpr std::size_t server_states = 4;

namespace tables {

/// A row: numbers 30 to 34, 40, 41.
using Row = std::array<Cell, 7>;

// clang-format off
inline constexpr std::array<Row, client_states> client{{
    // INIT          CONTINUE      COMPLETE        HOSTKEY         ERROR        GROUPREQ      GROUP
    {Cell::refuse, Cell::refuse, Cell::refuse,   Cell::refuse,   Cell::refuse, Cell::refuse, Cell::refuse}, // fresh
    {Cell::refuse, Cell::refuse, Cell::refuse,   Cell::refuse,   Cell::refuse, Cell::refuse, Cell::group},  // group
    {Cell::refuse, Cell::token,  Cell::complete, Cell::host_key, Cell::error,  Cell::refuse, Cell::refuse}, // first_reply
    // RFC 4462 s2.1: HOSTKEY comes "Upon receiving the SSH_MSG_KEXGSS_INIT message [...] prior to any
    // other messages": it is refused from here on.
    {Cell::refuse, Cell::token,  Cell::complete, Cell::refuse,   Cell::error,  Cell::refuse, Cell::refuse}, // next_reply
    // RFC 4462 s2.1: "If the client receives this message [CONTINUE] after a call to
    // GSS_Init_sec_context() has returned a major_status code of GSS_S_COMPLETE, a protocol error has
    // occurred and the key exchange MUST fail."
    {Cell::refuse, Cell::refuse, Cell::complete, Cell::host_key, Cell::error,  Cell::refuse, Cell::refuse}, // first_reply_complete
    {Cell::refuse, Cell::refuse, Cell::complete, Cell::refuse,   Cell::error,  Cell::refuse, Cell::refuse}, // next_reply_complete
    {Cell::refuse, Cell::refuse, Cell::refuse,   Cell::refuse,   Cell::refuse, Cell::refuse, Cell::refuse}, // asking
}};

inline constexpr std::array<Row, server_states> server{{
    // INIT          CONTINUE      COMPLETE      HOSTKEY       ERROR         GROUPREQ             GROUP
    {Cell::refuse, Cell::refuse, Cell::refuse, Cell::refuse, Cell::refuse, Cell::group_request, Cell::refuse}, // group_request
    {Cell::init,   Cell::refuse, Cell::refuse, Cell::refuse, Cell::refuse, Cell::refuse,        Cell::refuse}, // init
    // RFC 4462 s2.1: "if the server receives more than one "e" or none at all, the key exchange
    // fails": no INIT from here on.
    {Cell::refuse, Cell::token,  Cell::refuse, Cell::refuse, Cell::refuse, Cell::refuse,        Cell::refuse}, // token
    {Cell::refuse, Cell::refuse, Cell::refuse, Cell::refuse, Cell::refuse, Cell::refuse,        Cell::refuse}, // asking
}};
// clang-format on

/// The cell of a row; every number without a column is refused.
[[nodiscard]] constexpr Cell cell(const Row& row, std::uint8_t number) noexcept {
    using namespace wire; // NOLINT(google-build-using-namespace): one function, seven numbers
    constexpr std::array<std::uint8_t, 7> columns{
        kexgss::init,  kexgss::token,         kexgss::complete, kexgss::host_key,
        kexgss::error, kexgss::group_request, kexgss::group};
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (columns.at(i) == number) {
            return row.at(i);
        }
    }
    return Cell::refuse;
}

} // namespace tables

[[nodiscard]] constexpr Cell cell(ClientState state, std::uint8_t number) noexcept {
    return tables::cell(tables::client.at(static_cast<std::size_t>(state)), number);
}
[[nodiscard]] constexpr Cell cell(ServerState state, std::uint8_t number) noexcept {
    return tables::cell(tables::server.at(static_cast<std::size_t>(state)), number);
}

/// What the state waits for, for texts.
[[nodiscard]] constexpr std::string_view awaited(ClientState state) noexcept {
    constexpr std::array<std::string_view, client_states> texts{
        "before the exchange began",
        "in place of KEXGSS_GROUP",
        "in answer to KEXGSS_INIT",
        "in place of the next token",
        "in answer to KEXGSS_INIT, the context being complete",
        "in place of KEXGSS_COMPLETE, the context being complete",
        "while a question is open"};
    return texts.at(static_cast<std::size_t>(state));
}
[[nodiscard]] constexpr std::string_view awaited(ServerState state) noexcept {
    constexpr std::array<std::string_view, server_states> texts{
        "in place of KEXGSS_GROUPREQ", "in place of KEXGSS_INIT", "in place of the next token",
        "while a question is open"};
    return texts.at(static_cast<std::size_t>(state));
}

} // namespace gss::inline v0::ssh::detail
