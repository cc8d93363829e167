// SPDX-License-Identifier: Apache-2.0
// Both ends of a context in one process, for examples whose subject is what comes afterwards.
#pragma once

#include <gssxx/gssxx.h>

#include <cstddef>
#include <string_view>
#include <vector>

namespace example {

/// Both ends, and the tokens that it took.
struct Pair {
    gss::SecurityContext initiator;
    gss::AcceptedContext acceptor;
    std::vector<std::size_t> initiator_tokens; ///< their sizes in octets
    std::vector<std::size_t> acceptor_tokens;
};

/// Establishes a context to "service@host", whose key is in our keytab.
[[nodiscard]] Pair establish(const gss::Backend& initiator_backend,
                             const gss::Backend& acceptor_backend, std::string_view service,
                             const gss::InitiateOptions& options = {});

} // namespace example
