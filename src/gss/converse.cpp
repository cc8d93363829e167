// SPDX-License-Identifier: Apache-2.0
#include <gssxx/converse.h>

#include <optional>
#include <string>
#include <utility>

namespace gss::inline v0 {

namespace {

/// Hands a step's token over; the Error that ends the conversation, if one does.
std::optional<Error> deliver(Step& step, const SendToken& send) {
    std::optional<Error> fault;
    if (!step.token.empty()) {
        const Result<void> sent = send(step.token);
        if (!sent) {
            fault = sent.error();
        }
    }
    // What the library found matters more than that the peer could not be told.
    return step.failed() ? std::move(step.error) : fault;
}

/// The peer's first token is @p token, none for an initiator.
template <typename Side>
std::optional<Error> run(Side& side, Bytes token, const SendToken& send,
                         const ReceiveToken& receive, Deadline deadline) {
    for (int leg = 0; leg < max_legs; ++leg) {
        Step step = side.step(token, deadline);
        if (std::optional<Error> fault = deliver(step, send)) {
            return fault;
        }
        if (step.done()) {
            return std::nullopt;
        }
        Result<Bytes> received = receive();
        if (!received) {
            return received.error();
        }
        token = *std::move(received);
    }
    return Error(ErrorCode::invalid_token, "converse",
                 "no context after " + std::to_string(max_legs) + " legs");
}

Error without_transport() {
    return {ErrorCode::misuse, "converse", "a function to send and one to receive are needed"};
}

} // namespace

Result<SecurityContext> converse(Initiator& initiator, const SendToken& send,
                                 const ReceiveToken& receive, Deadline deadline) {
    if (!send || !receive) {
        return without_transport();
    }
    if (std::optional<Error> fault = run(initiator, {}, send, receive, deadline)) {
        return *std::move(fault);
    }
    return initiator.finish();
}

Result<AcceptedContext> converse(Acceptor& acceptor, const SendToken& send,
                                 const ReceiveToken& receive, Deadline deadline) {
    if (!send || !receive) {
        return without_transport();
    }
    Result<Bytes> first = receive();
    if (!first) {
        return first.error();
    }
    if (std::optional<Error> fault = run(acceptor, *std::move(first), send, receive, deadline)) {
        return *std::move(fault);
    }
    return acceptor.finish();
}

} // namespace gss::inline v0
