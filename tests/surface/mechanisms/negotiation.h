// SPDX-License-Identifier: Apache-2.0
// Establishment leg by leg: what was sent, and what comes of it when somebody alters a token.
#pragma once

#include <conformance.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gss::test {

/// How negotiate() goes about it.
struct NegotiationOptions {
    EstablishOptions establish;
    /// Sees each leg before it is delivered (leg 0 is the initiator's first) and may alter it.
    std::function<void(std::size_t leg, Bytes& token)> tamper;
    /// Runs around every step of that side, say with another environment.
    std::function<void(const std::function<void()>& step)> initiating;
    std::function<void(const std::function<void()>& step)> accepting;
};

/// What came of it.
struct Negotiation {
    std::vector<Bytes> legs; ///< as they were sent, before anybody altered them
    std::optional<ContextPair> contexts;
    std::optional<Error> error; ///< of the side that failed first
    bool initiator_failed = false;
};

[[nodiscard]] Negotiation negotiate(const Backend& initiator, const Backend& acceptor,
                                    const NegotiationOptions& options = {});

/// The contexts of a negotiation that has to succeed; throws the error otherwise.
[[nodiscard]] ContextPair established(Negotiation negotiation);

/// Everything that a context of any mechanism has to do, with what was granted: MICs and wrapped
/// messages both ways, altered ones refused, sizes that hold, and an inquiry that fits.
void expect_working(ContextPair& contexts, const Oid& mechanism);

/// Whether @p octets contain the encoding of @p oid.
[[nodiscard]] bool mentions(BytesView octets, const Oid& oid);

} // namespace gss::test
