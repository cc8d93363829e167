// SPDX-License-Identifier: Apache-2.0
// Sessions with real tickets: both ends on every pair of libraries, in a throwaway realm.
#pragma once

#include "hostile.h"
#include "session.h"

#include <gssxx/ssh/driver.h>

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

/// Which library the client has, and which the server.
struct Libraries {
    std::string client;
    std::string server;
};
[[nodiscard]] std::vector<Libraries> all_libraries();
void PrintTo(const Libraries& libraries, std::ostream* out);
/// "mit_heimdal".
[[nodiscard]] std::string label(const testing::TestParamInfo<Libraries>& info);

/// "alice@REALM".
[[nodiscard]] std::string in_realm(std::string_view principal);

/// Every kex family, in the order of the table.
[[nodiscard]] std::vector<ssh::KexFamily> all_families();

/// The session between two libraries; the server's options go to its driver.
[[nodiscard]] Session session(const Backend& client, const Backend& server,
                              ssh::DriverOptions server_options = {},
                              const Credentials* client_credentials = nullptr);

/// A server's options that let @p principal (without realm) use the account.
[[nodiscard]] ssh::DriverOptions letting(std::string_view principal, std::string user = "alice");

/// Tests of every pair of libraries.
class OnLibraries : public testing::TestWithParam<Libraries> {
protected:
    [[nodiscard]] static Backend client() { return backend(GetParam().client); }
    [[nodiscard]] static Backend server() { return backend(GetParam().server); }
    [[nodiscard]] static Session between(ssh::DriverOptions server_options = letting("alice"),
                                         const Credentials* client_credentials = nullptr) {
        return session(client(), server(), std::move(server_options), client_credentials);
    }
};

/// An Ed25519 host key in SSH's form.
[[nodiscard]] Bytes host_key();

/// Octets for what goes into H.
[[nodiscard]] Bytes kexinit(std::size_t size, unsigned seed);

} // namespace gss::test
