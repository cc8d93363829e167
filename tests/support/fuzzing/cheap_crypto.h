// SPDX-License-Identifier: Apache-2.0
// Cryptography that costs nothing and gives the same every time: for fuzzing engines only.
#pragma once

#include <gssxx/ssh/crypto.h>

namespace gss::test::fuzz {

/// Hashes are checksums of all octets; every key pair is the same. Peers' public keys are taken
/// when they have the right length.
[[nodiscard]] const ssh::Crypto& cheap_crypto();

} // namespace gss::test::fuzz
