// SPDX-License-Identifier: Apache-2.0
// Somebody's program that uses the cryptography of key exchange.
#include <gssxx/ssh/crypto.h>

#include <iostream>

int main() {
    const auto keys = gss::ssh::openssl_crypto().ecdh(gss::ssh::EcdhCurve::x25519).value();
    std::cout << "crypto library says: " << keys->public_key().size() << " octets\n";
}
