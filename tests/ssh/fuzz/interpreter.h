// SPDX-License-Identifier: Apache-2.0
// Reads a fuzzer's octets as calls of an engine, and holds the engine to its promise:
//
//   For any bytes and any answers in any order the engine returns actions or a terminal Fail; it
//   throws nothing but std::bad_alloc, reads nothing outside its input, keeps its output bounded by
//   its input, and whole or split feeding gives the same actions.
//
// Octets: one for options, then calls. A call is an opcode and its operands:
//   0 receive   length (2, big-endian), payload
//   1 answer    flags: bit 0 to the newest question, else to the one before; kind (step, mic,
//   verify,
//               authorize, or with bit 7: of the newest question's own kind), verdict,
//               context flags (1), length (2), octets of token or MIC
//   2 start     no operands; servers: other_method_failed
//   3 cancel
#pragma once

#include "fuzz_input.h"

#include <gssxx/ssh/engine.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gss::test::fuzz {

/// An engine under test, made anew for each run from the first octet of the input.
struct Subject {
    ssh::Engine* engine = nullptr;
    std::function<ssh::Fed()> start; ///< start(), or what a server has in its place
};
using MakeSubject =
    std::function<void(std::uint8_t options, const std::function<void(Subject)>& use)>;

/// What must hold of success: which answers it takes.
struct Success {
    bool needs_verify = false;    ///< a VerifyAnswer that says verified
    bool needs_mic = false;       ///< a MIC made by us
    bool needs_authorize = false; ///< an AuthorizeAnswer that does not deny
};

/// Runs the input twice, polling after each call and only at the end, and aborts the process when a
/// promise is broken.
void run(BytesView input, const MakeSubject& make, const Success& success);

} // namespace gss::test::fuzz
