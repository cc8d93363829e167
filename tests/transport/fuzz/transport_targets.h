// SPDX-License-Identifier: Apache-2.0
// The parts of the transport that are fuzzed. Each reads its input in a language of its own, which
// the head of its source tells; make_seeds.py speaks them all.
#pragma once

#include <gssxx/bytes.h>

namespace gss::test::fuzz {

void fuzz_packets(BytesView input);
void fuzz_kexinit(BytesView input);
void fuzz_userauth(BytesView input);
void fuzz_channels(BytesView input);
void fuzz_session(BytesView input);

} // namespace gss::test::fuzz
