// SPDX-License-Identifier: Apache-2.0
// Both sides of a context on one backend, in one thread.
#pragma once

#include <gssxx/gssxx.h>

#include <string_view>
#include <utility>

namespace gss::test {

/// Two established contexts that belong together.
struct Pair {
    SecurityContext initiator;
    AcceptedContext acceptor;
};

/// "host@server" as a name of that backend.
[[nodiscard]] Name service(const Backend& backend, std::string_view text = "host@server");

/// Feeds tokens back and forth until both are done; the Error of whoever fails first.
[[nodiscard]] std::optional<Error> exchange(Initiator& initiator, Acceptor& acceptor);

/// Establishes a pair between two backends (the same one twice, mostly).
[[nodiscard]] Result<Pair> try_pair(const Backend& initiator, const Backend& acceptor,
                                    const InitiateOptions& initiate = {},
                                    const AcceptOptions& accept = {});

/// The same for tests in which it must not fail: throws gss::Exception.
[[nodiscard]] Pair make_pair(const Backend& backend, const InitiateOptions& initiate = {},
                             const AcceptOptions& accept = {});

} // namespace gss::test
