// SPDX-License-Identifier: Apache-2.0
// Which algorithms are offered by default, and which may be.
#include <gssxx/transport/algorithms.h>

#include <gtest/gtest.h>

#include <algorithm>

namespace gss::test {

namespace {

using transport::Algorithms;
using List = std::vector<std::string>;

bool has_any(const List& list, std::string_view part) {
    return std::any_of(list.begin(), list.end(), [part](const std::string& name) {
        return name.find(part) != std::string::npos;
    });
}

/// The text of the refusal; empty without one.
std::string refusal(const Algorithms& algorithms) {
    const auto checked = transport::check(algorithms);
    if (checked) {
        return "";
    }
    EXPECT_EQ(checked.error().code(), ErrorCode::misuse);
    return checked.error().text();
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST(Algorithms, sec_A2_30_the_clients_defaults_are_these) {
    const Algorithms all = transport::default_client_algorithms();
    EXPECT_EQ(all.key_exchange,
              (List{"gss-curve25519-sha256", "gss-nistp256-sha256", "gss-nistp384-sha384",
                    "gss-nistp521-sha512", "gss-group16-sha512", "gss-group14-sha256",
                    "gss-curve448-sha512", "curve25519-sha256", "curve25519-sha256@libssh.org",
                    "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
                    "diffie-hellman-group16-sha512", "diffie-hellman-group14-sha256"}));
    EXPECT_EQ(all.host_keys, (List{"ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                                   "ecdsa-sha2-nistp521", "rsa-sha2-512", "rsa-sha2-256"}));
    EXPECT_EQ(all.ciphers,
              (List{"aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
                    "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"}));
    EXPECT_EQ(all.macs, (List{"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com",
                              "hmac-sha2-256", "hmac-sha2-512"}));
    EXPECT_FALSE(all.legacy);
    EXPECT_EQ(refusal(all), "");
}

// D(HE)at: whoever connects can make a server calculate in a large group.
TEST(Algorithms, sec_A2_20_sec_A2_30_a_server_has_no_finite_field_groups_by_default) {
    const Algorithms all = transport::default_server_algorithms();
    EXPECT_EQ(all.key_exchange,
              (List{"gss-curve25519-sha256", "gss-nistp256-sha256", "gss-nistp384-sha384",
                    "gss-nistp521-sha512", "gss-curve448-sha512", "curve25519-sha256",
                    "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384",
                    "ecdh-sha2-nistp521"}));
    const Algorithms client = transport::default_client_algorithms();
    EXPECT_EQ(all.host_keys, client.host_keys);
    EXPECT_EQ(all.ciphers, client.ciphers);
    EXPECT_EQ(all.macs, client.macs);
    EXPECT_EQ(refusal(all), "");
}

TEST(Algorithms, sec_A2_30_nothing_weak_is_there_by_default) {
    for (const Algorithms& all :
         {transport::default_client_algorithms(), transport::default_server_algorithms()}) {
        for (const List& list : {all.key_exchange, all.host_keys, all.ciphers, all.macs}) {
            for (const char* const weak : {"cbc", "sha1", "group1-", "md5", "ssh-rsa", "ssh-dss",
                                           "arcfour", "none", "gex"}) {
                EXPECT_FALSE(has_any(list, weak)) << weak;
            }
        }
    }
}

TEST(Algorithms, sec_A2_30_sha1_wants_the_legacy_flag_and_the_rest_does_not_exist) {
    for (const char* const name : {"gss-group14-sha1", "gss-group1-sha1", "gss-gex-sha1"}) {
        Algorithms all = transport::default_client_algorithms();
        all.key_exchange.emplace_back(name);
        EXPECT_TRUE(contains(refusal(all), name)) << refusal(all);
        EXPECT_TRUE(contains(refusal(all), "legacy"));
        all.legacy = true;
        EXPECT_EQ(refusal(all), "");
    }
    struct Absent {
        List Algorithms::*list;
        const char* name;
    };
    for (const Absent& absent :
         {Absent{&Algorithms::key_exchange, "diffie-hellman-group14-sha1"},
          Absent{&Algorithms::key_exchange, "diffie-hellman-group1-sha1"},
          Absent{&Algorithms::ciphers, "aes128-cbc"}, Absent{&Algorithms::ciphers, "3des-cbc"},
          Absent{&Algorithms::ciphers, "none"}, Absent{&Algorithms::macs, "hmac-sha1"},
          Absent{&Algorithms::macs, "none"}, Absent{&Algorithms::host_keys, "ssh-rsa"},
          Absent{&Algorithms::host_keys, "ssh-dss"}}) {
        Algorithms all = transport::default_client_algorithms();
        all.legacy = true;
        (all.*absent.list).emplace_back(absent.name);
        EXPECT_TRUE(contains(refusal(all), absent.name)) << absent.name;
    }
}

TEST(Algorithms, a_list_must_have_names_each_once) {
    const auto lists = {&Algorithms::key_exchange, &Algorithms::host_keys, &Algorithms::ciphers,
                        &Algorithms::macs};
    const char* const titles[] = {"key exchange methods", "host key algorithms", "ciphers", "MACs"};
    std::size_t nth = 0;
    for (const auto list : lists) {
        const std::string_view title = titles[nth++];
        Algorithms all = transport::default_client_algorithms();
        const std::string first = (all.*list).front();
        (all.*list).push_back(first);
        EXPECT_TRUE(contains(refusal(all), first) && contains(refusal(all), title));
        (all.*list).clear();
        EXPECT_TRUE(contains(refusal(all), "empty") && contains(refusal(all), title));
        (all.*list) = {"no-such-thing"};
        EXPECT_TRUE(contains(refusal(all), "no-such-thing") && contains(refusal(all), title));
    }
    // "null" comes by itself; full names and markers are not the user's to list.
    for (const char* const name : {"gss-curve25519-sha256-toWM5Slw5Ew8Mqkay+al2g==", "gss-",
                                   "gss-curve25519-sha256-", "ext-info-c", ""}) {
        Algorithms all = transport::default_client_algorithms();
        all.key_exchange.emplace_back(name);
        EXPECT_NE(refusal(all), "") << name;
    }
    Algorithms all = transport::default_client_algorithms();
    all.host_keys.emplace_back("null");
    EXPECT_NE(refusal(all), "");
}

} // namespace gss::test
