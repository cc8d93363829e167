// SPDX-License-Identifier: Apache-2.0
// The "null" host key algorithm.
#include <gssxx/ssh/host_key_rules.h>

#include <gtest/gtest.h>

namespace gss::test {
namespace {

using namespace ssh;
using Names = std::vector<std::string>;

const std::string gss_kex = "gss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g==";
const Names with_gss{"curve25519-sha256", gss_kex};
const Names without_gss{"curve25519-sha256", "ecdh-sha2-nistp256"};

TEST(HostKeyRules, rfc_H01_whoever_has_a_gss_kex_supports_null) {
    EXPECT_EQ(client_host_key_algorithms(Names{"ssh-ed25519", "rsa-sha2-256"}, with_gss),
              (Names{"ssh-ed25519", "rsa-sha2-256", "null"}));
    EXPECT_EQ(client_host_key_algorithms(Names{}, with_gss), (Names{"null"}));
    // Once, and where a real key is not passed over for it.
    EXPECT_EQ(client_host_key_algorithms(Names{"null", "ssh-ed25519"}, with_gss),
              (Names{"ssh-ed25519", "null"}));
    EXPECT_EQ(server_host_key_algorithms(Names{}, with_gss), (Names{"null"}));
}

TEST(HostKeyRules, rfc_H01_rfc_H03_without_a_gss_kex_there_is_no_null) {
    EXPECT_EQ(client_host_key_algorithms(Names{"ssh-ed25519", "null"}, without_gss),
              (Names{"ssh-ed25519"}));
    EXPECT_TRUE(server_host_key_algorithms(Names{}, without_gss).empty());
    EXPECT_TRUE(server_host_key_algorithms(Names{"null"}, without_gss).empty());
    EXPECT_TRUE(server_host_key_algorithms(Names{"null"}, {}).empty());
}

TEST(HostKeyRules, rfc_H02_a_server_lists_null_alone_or_not_at_all) {
    EXPECT_EQ(server_host_key_algorithms(Names{"null"}, with_gss), (Names{"null"}));
    EXPECT_EQ(server_host_key_algorithms(Names{"null", "null"}, with_gss), (Names{"null"}));
    EXPECT_EQ(server_host_key_algorithms(Names{"ssh-ed25519"}, with_gss), (Names{"ssh-ed25519"}));
    for (const Names& own : {Names{"null", "ssh-ed25519"}, Names{"ssh-ed25519", "null"},
                             Names{"null", "ssh-ed25519", "null"}}) {
        EXPECT_EQ(server_host_key_algorithms(own, with_gss), (Names{"ssh-ed25519"}));
    }
}

TEST(HostKeyRules, rfc_H03_null_fits_gss_methods_only) {
    EXPECT_TRUE(host_key_fits("null", gss_kex));
    for (const char* method : {"curve25519-sha256", "diffie-hellman-group14-sha256", "", "gss",
                               "ext-info-s", "xgss-group14-sha256-toWM5Slw5Ew8Mqkay+al2g=="}) {
        EXPECT_FALSE(host_key_fits("null", method)) << method;
        EXPECT_TRUE(host_key_fits("ssh-ed25519", method)) << method;
    }
    EXPECT_TRUE(host_key_fits("ssh-ed25519", gss_kex));
    // A name is a name: case and blanks count.
    EXPECT_TRUE(host_key_fits("NULL", "curve25519-sha256"));
}

TEST(HostKeyRules, rfc_H03_null_with_another_kex_is_no_match) {
    const Names client{"ssh-ed25519", "null"};
    EXPECT_EQ(select_host_key_algorithm(gss_kex, client, Names{"null"}), "null");
    EXPECT_EQ(select_host_key_algorithm("curve25519-sha256", client, Names{"null"}), std::nullopt);
    EXPECT_EQ(select_host_key_algorithm("curve25519-sha256", Names{"null"}, Names{"null"}),
              std::nullopt);
}

TEST(HostKeyRules, rfc_H03_the_first_of_the_clients_that_fits_is_taken) {
    const Names server{"rsa-sha2-512", "ssh-ed25519"};
    const Names client{"null", "ecdsa-sha2-nistp256", "ssh-ed25519", "rsa-sha2-512"};
    for (const std::string& method : {gss_kex, std::string("curve25519-sha256")}) {
        EXPECT_EQ(select_host_key_algorithm(method, client, server), "ssh-ed25519") << method;
        EXPECT_EQ(select_host_key_algorithm(method, client, Names{}), std::nullopt) << method;
        EXPECT_EQ(select_host_key_algorithm(method, Names{}, server), std::nullopt) << method;
        EXPECT_EQ(select_host_key_algorithm(method, Names{"ssh-dss"}, server), std::nullopt);
    }
    // A server that lists null beside others breaks RFC 4462 s5; a key is still better than none.
    const Names wrong{"null", "ssh-ed25519"};
    EXPECT_EQ(select_host_key_algorithm("curve25519-sha256", wrong, wrong), "ssh-ed25519");
    EXPECT_EQ(select_host_key_algorithm(gss_kex, Names{"ssh-ed25519", "null"}, wrong),
              "ssh-ed25519");
}

} // namespace
} // namespace gss::test
