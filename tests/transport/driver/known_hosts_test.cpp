// SPDX-License-Identifier: Apache-2.0
// Files of known hosts, as ssh(1) and ssh-keygen(1) write them.
#include <gssxx/transport/known_hosts.h>

#include <gtest/gtest.h>

#include <cstddef>
#include <string>

namespace gss::transport {
namespace {

bool no_hashes = false;

} // namespace
} // namespace gss::transport

// NOLINTBEGIN(bugprone-reserved-identifier): the linker's names (--wrap, see meson.build)
extern "C" unsigned char* __real_HMAC(const void* digest, const void* key, int key_size,
                                      const unsigned char* data, std::size_t size,
                                      unsigned char* out, unsigned* out_size);
extern "C" unsigned char* __wrap_HMAC(const void* digest, const void* key, int key_size,
                                      const unsigned char* data, std::size_t size,
                                      unsigned char* out, unsigned* out_size);
unsigned char* __wrap_HMAC(const void* digest, const void* key, int key_size,
                           const unsigned char* data, std::size_t size, unsigned char* out,
                           unsigned* out_size) {
    return gss::transport::no_hashes
               ? nullptr
               : __real_HMAC(digest, key, key_size, data, size, out, out_size);
}
// NOLINTEND(bugprone-reserved-identifier)

namespace gss::transport {
namespace {

const std::string first =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJZ68mb+75iVA+tyCfCC6CMJA+WzpPJntkjcUnTIrQec";
const std::string second =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMzJPQFno2dFaTefZf4NYr6A5ChmxT0gYhgV4ioJjBkj";
const std::string ecdsa =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBPsZsTyCRI/"
    "HMr4g2ME8C/85/Kh42YApVu/JL1GdGg90HpfKnnwF504p2t5yo2aqZ2Kg5Ig2YaK4kvvMfawLpf8=";
// What ssh-keygen -H made of "example.org" and "[example.org]:2222", with the first key.
const std::string hashed_plain = "|1|pctcnleNs9gRQ0n9rixncgLZ18I=|xXpnRYtvwJuYFadZAxSxEIhPdYg=";
const std::string hashed_port = "|1|+OwdYt2ZI2R7FFZS5yGloCa6vfs=|pHpgTKU7a9npESD1zBCOHK+tzUU=";

PublicKey key(const std::string& line) {
    return PublicKey::parse_line(line).value();
}

HostKeyVerdict verdict(const std::string& text, const std::string& host, std::uint16_t port,
                       const std::string& line = first) {
    return KnownHosts::parse(text).find(host, port, key(line));
}

TEST(KnownHosts, a_plain_name_is_found_whatever_its_case) {
    EXPECT_EQ(verdict("example.org " + first + "\n", "example.org", 22), HostKeyVerdict::known);
    EXPECT_EQ(verdict("Example.ORG " + first, "eXample.org", 22), HostKeyVerdict::known);
    EXPECT_EQ(verdict("other," + std::string("example.org ") + first + " a comment\r\n",
                      "example.org", 22),
              HostKeyVerdict::known);
    EXPECT_EQ(verdict("example.org " + first, "example.org.evil", 22), HostKeyVerdict::unknown);
    EXPECT_EQ(verdict("example.org " + first, "xexample.org", 22), HostKeyVerdict::unknown);
}

TEST(KnownHosts, another_port_is_another_host) {
    const std::string text = "[example.org]:2222 " + first + "\n";
    EXPECT_EQ(verdict(text, "example.org", 2222), HostKeyVerdict::known);
    EXPECT_EQ(verdict(text, "example.org", 22), HostKeyVerdict::unknown);
    EXPECT_EQ(verdict("example.org " + first, "example.org", 2222), HostKeyVerdict::unknown);
}

TEST(KnownHosts, hashed_names_are_those_of_ssh_keygen) {
    EXPECT_EQ(verdict(hashed_plain + " " + first, "example.org", 22), HostKeyVerdict::known);
    EXPECT_EQ(verdict(hashed_plain + " " + first, "EXAMPLE.org", 22), HostKeyVerdict::known);
    EXPECT_EQ(verdict(hashed_port + " " + first, "example.org", 2222), HostKeyVerdict::known);
    EXPECT_EQ(verdict(hashed_plain + " " + first, "example.org", 2222), HostKeyVerdict::unknown);
    EXPECT_EQ(verdict(hashed_plain + " " + first, "example.com", 22), HostKeyVerdict::unknown);
    EXPECT_EQ(verdict(hashed_plain + " " + first, "example.org", 22, second),
              HostKeyVerdict::changed);
}

TEST(KnownHosts, damaged_hashes_are_nobodys) {
    for (std::size_t cut = 0; cut < hashed_plain.size(); ++cut) {
        EXPECT_EQ(verdict(hashed_plain.substr(0, cut) + " " + first, "example.org", 22),
                  HostKeyVerdict::unknown)
            << cut;
    }
    EXPECT_EQ(verdict("|2" + hashed_plain.substr(2) + " " + first, "example.org", 22),
              HostKeyVerdict::unknown);
    EXPECT_EQ(verdict(hashed_plain + "= " + first, "example.org", 22), HostKeyVerdict::unknown);
}

TEST(KnownHosts, patterns_and_what_they_exclude) {
    EXPECT_EQ(verdict("*.example.org " + first, "a.example.org", 22), HostKeyVerdict::known);
    EXPECT_EQ(verdict("*.example.org " + first, "example.org", 22), HostKeyVerdict::unknown);
    EXPECT_EQ(verdict("?.example.org " + first, "ab.example.org", 22), HostKeyVerdict::unknown);
    EXPECT_EQ(verdict("*a*b*c " + first, "xaybzbc", 22), HostKeyVerdict::known);
    EXPECT_EQ(verdict("*a*b*c " + first, "xaybzbcd", 22), HostKeyVerdict::unknown);
    EXPECT_EQ(verdict("*.org,!bad.org " + first, "good.org", 22), HostKeyVerdict::known);
    EXPECT_EQ(verdict("*.org,!bad.org " + first, "bad.org", 22), HostKeyVerdict::unknown);
    EXPECT_EQ(verdict("!bad.org,*.org " + first, "bad.org", 22), HostKeyVerdict::unknown);
}

TEST(KnownHosts, a_pattern_of_stars_is_no_trap) {
    const std::string stars(2000, '*');
    EXPECT_EQ(verdict(stars + "b " + first, std::string(2000, 'a'), 22), HostKeyVerdict::unknown);
}

TEST(KnownHosts, another_key_of_that_type_is_a_change_and_of_another_type_is_not) {
    EXPECT_EQ(verdict("example.org " + second, "example.org", 22), HostKeyVerdict::changed);
    EXPECT_EQ(verdict("example.org " + second + "\nexample.org " + first, "example.org", 22),
              HostKeyVerdict::known);
    EXPECT_EQ(verdict("example.org " + first + "\nexample.org " + second, "example.org", 22),
              HostKeyVerdict::known);
    EXPECT_EQ(verdict("example.org " + ecdsa, "example.org", 22), HostKeyVerdict::unknown);
}

TEST(KnownHosts, a_revoked_key_is_never_taken) {
    const std::string known = "example.org " + first + "\n";
    EXPECT_EQ(verdict(known + "@revoked * " + first, "example.org", 22), HostKeyVerdict::revoked);
    EXPECT_EQ(verdict("@revoked example.org " + first + "\n" + known, "example.org", 22),
              HostKeyVerdict::revoked);
    EXPECT_EQ(verdict(known + "@revoked * " + second, "example.org", 22), HostKeyVerdict::known);
    EXPECT_EQ(verdict("@revoked * " + second, "example.org", 22), HostKeyVerdict::unknown);
}

TEST(KnownHosts, lines_that_are_not_understood_say_nothing) {
    const std::string text = "# example.org " + first + "\n@cert-authority *.org " + first +
                             "\n@new example.org " + first +
                             "\nexample.org ssh-dss AAAA\nexample.org\n\nexample.org ssh-ed25519\n";
    EXPECT_EQ(KnownHosts::parse(text).size(), 0U);
    EXPECT_EQ(verdict(text, "example.org", 22), HostKeyVerdict::unknown);
}

TEST(KnownHosts, algorithms_of_known_keys_come_first) {
    const KnownHosts hosts = KnownHosts::parse("example.org " + ecdsa);
    Algorithms algorithms;
    algorithms.host_keys = {"ssh-ed25519", "rsa-sha2-512", "ecdsa-sha2-nistp256"};
    prefer(hosts.types("example.org", 22), algorithms);
    EXPECT_EQ(algorithms.host_keys,
              (std::vector<std::string>{"ecdsa-sha2-nistp256", "ssh-ed25519", "rsa-sha2-512"}));
    EXPECT_TRUE(hosts.types("example.com", 22).empty());
}

TEST(KnownHosts, a_line_that_is_written_is_found_again) {
    EXPECT_EQ(verdict(known_hosts_line("Example.org", 22, key(first)), "example.org", 22),
              HostKeyVerdict::known);
    EXPECT_EQ(verdict(known_hosts_line("::1", 2022, key(first)), "::1", 2022),
              HostKeyVerdict::known);
}

TEST(KnownHosts, a_file_that_is_not_there_is_empty_and_one_that_cannot_be_read_is_an_error) {
    const std::string folder = testing::TempDir();
    EXPECT_EQ(KnownHosts::read(folder + "/gssxx-no-such-file").value().size(), 0U);
    EXPECT_EQ(KnownHosts::read(folder).error().code(), ErrorCode::unavailable);
}

/// While it is there, no keyed hash can be computed: without memory, or where there is no SHA-1.
class NoHashes {
public:
    NoHashes() { no_hashes = true; }
    NoHashes(const NoHashes&) = delete;
    NoHashes& operator=(const NoHashes&) = delete;
    ~NoHashes() { no_hashes = false; }
};

TEST(KnownHosts, a_hashed_name_that_cannot_be_computed_fails_the_whole_check) {
    const std::string known = "example.org " + first + "\n";
    const std::string revoked = "@revoked " + hashed_plain + " " + first + "\n";
    ASSERT_EQ(verdict(known + revoked, "example.org", 22), HostKeyVerdict::revoked);
    const NoHashes none;
    EXPECT_EQ(verdict(known + revoked, "example.org", 22), HostKeyVerdict::failed);
    EXPECT_EQ(verdict(revoked + known, "example.org", 22), HostKeyVerdict::failed);
    EXPECT_EQ(verdict(hashed_plain + " " + first, "example.org", 22), HostKeyVerdict::failed);
    // Which key the host had is not known: it may have changed.
    EXPECT_EQ(verdict(hashed_plain + " " + second, "example.org", 22), HostKeyVerdict::failed);
    // What says nothing of this key need not be computed.
    EXPECT_EQ(verdict(known + "@revoked " + hashed_plain + " " + second, "example.org", 22),
              HostKeyVerdict::known);
    EXPECT_EQ(verdict(known, "example.org", 22), HostKeyVerdict::known);
    EXPECT_TRUE(KnownHosts::parse(hashed_plain + " " + first).types("example.org", 22).empty());
    const HostKeyAnswer answer = check_known_hosts(
        KnownHosts::parse(known + revoked), "example.org", 22)({1, key(first), "ssh-ed25519"});
    EXPECT_FALSE(answer.accepted);
    EXPECT_NE(answer.reason.find("cannot be checked"), std::string::npos) << answer.reason;
}

TEST(HostKeyCheck, says_why_a_key_is_not_taken) {
    const HostKeyQuestion question{1, key(first), "ssh-ed25519"};
    const auto ask = [&](const std::string& text) {
        return check_known_hosts(KnownHosts::parse(text), "example.org", 22)(question);
    };
    EXPECT_TRUE(ask("example.org " + first).accepted);
    EXPECT_FALSE(ask("").accepted);
    EXPECT_NE(ask("").reason.find("is not known"), std::string::npos);
    EXPECT_FALSE(ask("example.org " + second).accepted);
    EXPECT_NE(ask("example.org " + second).reason.find("changed"), std::string::npos);
    EXPECT_FALSE(ask("@revoked * " + first).accepted);
    EXPECT_NE(ask("@revoked * " + first).reason.find("revoked"), std::string::npos);
}

TEST(HostKeyCheck, a_pinned_key_is_that_key) {
    const HostKeyQuestion question{1, key(first), "ssh-ed25519"};
    EXPECT_TRUE(check_pinned(key(first))(question).accepted);
    const HostKeyAnswer refused = check_pinned(key(second))(question);
    EXPECT_FALSE(refused.accepted);
    EXPECT_NE(refused.reason.find(key(first).fingerprint()), std::string::npos);
    EXPECT_TRUE(accept_any_host_key()(question).accepted);
}

} // namespace
} // namespace gss::transport
