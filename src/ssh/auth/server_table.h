// SPDX-License-Identifier: Apache-2.0
// What the server does with each message number in each of its states.
#pragma once

#include "auth_messages.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace gss::inline v0::ssh::detail {

enum class ServerState : std::uint8_t {
    idle,        ///< no attempt is under way
    other,       ///< the host has a request for a method that is not ours
    first_token, ///< RESPONSE was sent; there is no context yet
    next_token,  ///< the context needs more legs
    mic,         ///< the context is complete and has integrity
    completion,  ///< the context is complete without integrity, and policy takes that
    asked,       ///< gssapi-with-mic: a question to the host is open; other messages are held
};
inline constexpr std::size_t server_states = 7;

enum class ServerCell : std::uint8_t {
    begin,      ///< a request: abandons what is under way
    ignore,     ///< allowed, and says nothing
    late,       ///< crossed our refusal: ignored a few times
    open,       ///< a first token
    step,       ///< a token
    verify,     ///< a MIC
    complete,   ///< the end of an exchange without a MIC
    tell_error, ///< an error token for a context that can read it
    give_up,    ///< an error token otherwise
    refuse,     ///< out of its place: the attempt fails
    fail,       ///< nothing a client may send here: the engine ends
    held,       ///< does not arrive: EngineCore holds it
};

/// The columns: message numbers that are treated alike in every state.
enum class ServerMessage : std::uint8_t {
    unimplemented,
    request,
    token,
    exchange_complete,
    error_token,
    mic,
    method_specific, ///< 62 and 67 to 79: of no method of ours
    foreign,         ///< a server's own messages, and everything of other protocols
};
inline constexpr std::size_t server_messages = 8;

[[nodiscard]] constexpr ServerMessage server_message(std::uint8_t number) noexcept {
    switch (number) {
    case wire::number::unimplemented:
        return ServerMessage::unimplemented;
    case wire::number::request:
        return ServerMessage::request;
    case wire::number::token:
        return ServerMessage::token;
    case wire::number::exchange_complete:
        return ServerMessage::exchange_complete;
    case wire::number::error_token:
        return ServerMessage::error_token;
    case wire::number::mic:
        return ServerMessage::mic;
    case wire::number::response: // only a server sends these two
    case wire::number::error:
        return ServerMessage::foreign;
    default:
        return number >= wire::number::method_first && number <= wire::number::method_last
                   ? ServerMessage::method_specific
                   : ServerMessage::foreign;
    }
}

namespace server_table {
using enum ServerCell;
// RFC 4462 s3.5, s3.6: MIC and EXCHANGE_COMPLETE "before the GSS-API context is fully established,
// the server MUST fail the authentication"; and so for the one that does not fit the context.
// RFC 4462 s3.8, s3.9: the server "MUST ignore any SSH_MSG_UNIMPLEMENTED sent by the client".
// clang-format off
inline constexpr std::array<std::array<ServerCell, server_messages>, server_states> cells{{
    //                  3       50     61      63        65          66      62,67-79 the rest
    /* idle        */ {{ignore, begin, late,   late,     late,       late,   late,    fail}},
    /* other       */ {{ignore, begin, fail,   fail,     fail,       fail,   fail,    fail}},
    /* first_token */ {{ignore, begin, open,   refuse,   give_up,    refuse, refuse,  fail}},
    /* next_token  */ {{ignore, begin, step,   refuse,   tell_error, refuse, refuse,  fail}},
    /* mic         */ {{ignore, begin, refuse, refuse,   give_up,    verify, refuse,  fail}},
    /* completion  */ {{ignore, begin, refuse, complete, give_up,    refuse, refuse,  fail}},
    /* asked       */ {{held,   begin, held,   held,     held,       held,   held,    held}},
}};
// clang-format on
} // namespace server_table

[[nodiscard]] constexpr ServerCell server_cell(ServerState state, std::uint8_t number) noexcept {
    return server_table::cells[static_cast<std::size_t>(state)]
                              [static_cast<std::size_t>(server_message(number))];
}

} // namespace gss::inline v0::ssh::detail
