// SPDX-License-Identifier: Apache-2.0
// The loop of context establishment over whatever carries the tokens.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/establishment.h>
#include <gssxx/export.h>
#include <gssxx/result.h>
#include <gssxx/time.h>

#include <functional>

namespace gss::inline v0 {

/// Sends one token whole, framed as the protocol frames them. Never called with an empty one.
using SendToken = std::function<Result<void>(BytesView token)>;
/// Waits for the peer's next token. How long it may be is the transport's to bound.
using ReceiveToken = std::function<Result<Bytes>()>;

/// More legs than any mechanism has: a peer that goes on is refused (invalid_token).
inline constexpr int max_legs = 64;

/// Steps @p initiator, which must be fresh, until the context is established, sending and receiving
/// in the calling thread. A step that fails ends it: its token, if any, is sent, and its Error
/// returned, whatever became of the sending. A failure of @p send or @p receive is returned as it
/// is; the initiator is useless then. @p deadline is for the steps, not for the transport.
[[nodiscard]] GSSXX_EXPORT Result<SecurityContext> converse(Initiator& initiator,
                                                            const SendToken& send,
                                                            const ReceiveToken& receive,
                                                            Deadline deadline = {});
/// The same for an acceptor, which waits for the first token.
[[nodiscard]] GSSXX_EXPORT Result<AcceptedContext> converse(Acceptor& acceptor,
                                                            const SendToken& send,
                                                            const ReceiveToken& receive,
                                                            Deadline deadline = {});

} // namespace gss::inline v0
