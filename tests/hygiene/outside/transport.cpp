// SPDX-License-Identifier: Apache-2.0
// Somebody's program that uses the SSH transport.
#include <gssxx/transport/client.h>
#include <gssxx/transport/server.h>

#include <iostream>

int main() {
    using namespace gss::transport;
    ServerOptions options;
    options.host_keys = {PrivateKey::generate(KeyType::ed25519).value()};
    const ServerSession session = ServerSession::create(options).value();
    std::cout << "transport library says: " << options.host_keys[0].public_key().fingerprint()
              << '\n';
    return session.output().empty() ? 1 : 0;
}
