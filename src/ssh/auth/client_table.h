// SPDX-License-Identifier: Apache-2.0
// What a client does with each message number in each state of gssapi-with-mic.
#pragma once

#include "auth_messages.h"

#include <array>
#include <cstddef>
#include <cstdint>

namespace gss::inline v0::ssh::detail {

enum class ClientState : std::uint8_t {
    unstarted,
    response,        ///< the request was sent
    asked,           ///< a leg or a MIC is being made
    token,           ///< the context needs more legs
    result,          ///< the last message was sent
    error_open,      ///< ERROR has come while the context was half open
    error_complete,  ///< ERROR has come otherwise: before there was a context, or once complete
    reading_error,   ///< the library reads the server's error token
    failure,         ///< an error token has come; FAILURE must follow
    error_token_sent ///< our error token was sent to a server that answers it
};
inline constexpr std::size_t client_states = 10;

enum class ClientCell : std::uint8_t {
    ignore,
    unimplemented, ///< the server cannot do what was asked
    refused,       ///< FAILURE: the end of the attempt
    trivial,       ///< SUCCESS although nothing was proven
    select,        ///< RESPONSE
    step,          ///< TOKEN
    error,         ///< ERROR: why the attempt is about to fail
    read_error,    ///< ERRTOK for a context that can read it
    note_error,    ///< ERRTOK otherwise
    result,        ///< FAILURE, perhaps with partial success
    success,
    late_refusal, ///< the FAILURE that answers our error token
    fail,         ///< out of its place: the engine ends
    held,         ///< does not arrive: EngineCore holds it
};

/// The columns: message numbers that are treated alike in every state.
enum class ClientMessage : std::uint8_t {
    unimplemented,
    failure,
    success,
    banner,
    response,
    token,
    error,
    error_token,
    foreign, ///< a client's own messages, and everything of other methods and protocols
};
inline constexpr std::size_t client_messages = 9;

[[nodiscard]] constexpr ClientMessage client_message(std::uint8_t number) noexcept {
    switch (number) {
    case wire::number::unimplemented:
        return ClientMessage::unimplemented;
    case wire::number::failure:
        return ClientMessage::failure;
    case wire::number::success:
        return ClientMessage::success;
    case wire::number::banner:
        return ClientMessage::banner;
    case wire::number::response:
        return ClientMessage::response;
    case wire::number::token:
        return ClientMessage::token;
    case wire::number::error:
        return ClientMessage::error;
    case wire::number::error_token:
        return ClientMessage::error_token;
    default:
        return ClientMessage::foreign;
    }
}

namespace client_table {
using enum ClientCell;
// FAILURE before the request can only answer an earlier error token. SUCCESS before the last
// message is authentication by nothing (CVE-2021-36367). RFC 4462 s3.9: an error token "MUST be
// followed by an SSH_MSG_USERAUTH_FAILURE message"; ERROR, if there is one, comes first.
// clang-format off
inline constexpr std::array<std::array<ClientCell, client_messages>, client_states> cells{{
    //                       3              51            52       53      60      61    64     65          the rest
    /* unstarted        */ {{ignore,        ignore,       trivial, ignore, fail,   fail, fail,  fail,       fail}},
    /* response         */ {{unimplemented, refused,      trivial, ignore, select, fail, error, fail,       fail}},
    /* asked            */ {{held,          refused,      trivial, held,   held,   held, held,  held,       held}},
    /* token            */ {{unimplemented, refused,      trivial, ignore, fail,   step, error, read_error, fail}},
    /* result           */ {{unimplemented, result,       success, ignore, fail,   fail, error, note_error, fail}},
    /* error_open       */ {{ignore,        refused,      fail,    ignore, fail,   fail, fail,  read_error, fail}},
    /* error_complete   */ {{ignore,        refused,      fail,    ignore, fail,   fail, fail,  note_error, fail}},
    /* reading_error    */ {{held,          held,         fail,    held,   held,   held, held,  held,       held}},
    /* failure          */ {{ignore,        refused,      fail,    ignore, fail,   fail, fail,  fail,       fail}},
    /* error_token_sent */ {{late_refusal,  late_refusal, trivial, ignore, fail,   fail, fail,  fail,       fail}},
}};
// clang-format on
} // namespace client_table

[[nodiscard]] constexpr ClientCell client_cell(ClientState state, std::uint8_t number) noexcept {
    return client_table::cells[static_cast<std::size_t>(state)]
                              [static_cast<std::size_t>(client_message(number))];
}

} // namespace gss::inline v0::ssh::detail
