// SPDX-License-Identifier: Apache-2.0
// Somebody's program that binds contexts to TLS.
#include <gssxx/tls/channel_bindings.h>

#include <iostream>

int main() {
    const gss::Bytes exported(gss::tls::exporter_size);
    const gss::ChannelBindings bindings = gss::tls::exporter(exported).value();
    std::cout << "tls library says: " << bindings.application_data.size() << " octets\n";
}
