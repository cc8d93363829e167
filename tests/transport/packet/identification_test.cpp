// SPDX-License-Identifier: Apache-2.0
// The peer's identification string and what may come before it (RFC 4253 s4.2).
#include "suites.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace gss::test {

namespace {

namespace reason = transport::detail::reason;

constexpr bool of_server = true;
constexpr bool of_client = false;

/// "ok:" and the string, "fault:" and the reason, or "waits".
std::string outcome(std::string_view stream, bool server_lines, std::size_t piece) {
    PacketReader reader(most_packet);
    try {
        for (std::size_t at = 0; at < stream.size(); at += piece) {
            feed(reader, as_bytes(stream.substr(at, piece)));
            if (const auto line = reader.identification(server_lines)) {
                return "ok:" + *line;
            }
        }
    } catch (const SessionFault& fault) {
        return "fault:" + std::to_string(fault.disconnect_reason()) + ":" + fault.text();
    }
    return "waits";
}

/// The same in one piece and octet by octet.
std::string outcome(std::string_view stream, bool server_lines) {
    std::string whole = outcome(stream, server_lines, stream.size());
    for (const std::size_t piece : {1U, 2U, 5U, 255U, 4096U}) {
        EXPECT_EQ(outcome(stream, server_lines, piece), whole) << "in pieces of " << piece;
    }
    return whole;
}

bool is_fault(const std::string& outcome, std::uint32_t why = reason::protocol_error) {
    return outcome.starts_with("fault:" + std::to_string(why) + ":");
}

std::string lines(std::size_t count, std::size_t octets) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += std::string(octets - 1, 'x') + "\n";
    }
    return text;
}

} // namespace

TEST(Identification, sec_A2_27_what_real_peers_send_is_taken) {
    for (const bool side : {of_server, of_client}) {
        EXPECT_EQ(outcome("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n", side),
                  "ok:SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3");
        EXPECT_EQ(outcome("SSH-2.0-x\n", side), "ok:SSH-2.0-x");
        EXPECT_EQ(outcome("SSH-2.0-libssh-0.2 \r\n", side), "ok:SSH-2.0-libssh-0.2 ");
        EXPECT_EQ(outcome("SSH-2.0-x com\xc3\xa9ment\r\n", side), "ok:SSH-2.0-x com\xc3\xa9ment");
        EXPECT_EQ(outcome("SSH-2.0-x", side), "waits") << "no end of line";
        EXPECT_EQ(outcome("SSH", side), "waits");
    }
}

TEST(Identification, sec_A2_27_version_1_99_is_2_0_of_servers_only) {
    EXPECT_EQ(outcome("SSH-1.99-OpenSSH_3.4\n", of_server), "ok:SSH-1.99-OpenSSH_3.4");
    EXPECT_TRUE(is_fault(outcome("SSH-1.99-x\r\n", of_client), reason::version_not_supported));
    for (const bool side : {of_server, of_client}) {
        for (const char* const line :
             {"SSH-1.5-x\r\n", "SSH-2.1-x\r\n", "SSH-2-x\r\n", "SSH-\r\n", "SSH--2.0-x\r\n"}) {
            EXPECT_TRUE(is_fault(outcome(line, side), reason::version_not_supported)) << line;
        }
        EXPECT_TRUE(is_fault(outcome("SSH-2.0\r\n\r\n", side)));
    }
}

TEST(Identification, sec_A2_27_lengths_are_bounded_to_the_octet) {
    const std::string start = "SSH-2.0-x ";
    for (const std::string_view end : {"\r\n", "\n"}) {
        const std::size_t room = 255 - start.size() - end.size();
        const std::string longest = start + std::string(room, 'c');
        EXPECT_EQ(outcome(longest + std::string(end), of_server), "ok:" + longest);
        EXPECT_TRUE(is_fault(outcome(longest + "c" + std::string(end), of_server)));
    }
    // Not waited for, either.
    EXPECT_TRUE(is_fault(outcome(start + std::string(1000000, 'c'), of_server)));
    EXPECT_TRUE(is_fault(outcome(start + std::string(256 - start.size(), 'c'), of_client)));
    EXPECT_EQ(outcome(start + std::string(255 - start.size(), 'c'), of_client), "waits");
}

TEST(Identification, sec_A2_27_control_characters_are_refused) {
    for (unsigned octet = 0; octet < 256; ++octet) {
        const char c = static_cast<char>(octet);
        const bool control = octet < 0x20 || octet == 0x7f;
        const std::string in_comment = std::string("SSH-2.0-x a") + c + "b\r\n";
        const std::string in_software = std::string("SSH-2.0-a") + c + "b\r\n";
        if (c == '\n') {
            continue;
        }
        EXPECT_EQ(is_fault(outcome(in_comment, of_server)), control) << octet;
        EXPECT_EQ(is_fault(outcome(in_software, of_server)), control || octet > 0x7f) << octet;
    }
    EXPECT_TRUE(is_fault(outcome("SSH-2.0-x\r\r\n", of_server)));
    EXPECT_TRUE(is_fault(outcome("SSH-2.0-\r\n", of_server)));
    EXPECT_TRUE(is_fault(outcome("SSH-2.0- x\r\n", of_server)));
}

TEST(Identification, sec_A2_27_lines_before_it_are_passed_over_and_bounded) {
    const std::string version = "SSH-2.0-x\r\n";
    const std::string taken = "ok:SSH-2.0-x";
    EXPECT_EQ(outcome("Welcome\r\n\r\nssh-2.0\nSSHx\nS\n \xff\x1b[31m\n" + version, of_server),
              taken);
    EXPECT_TRUE(is_fault(outcome(std::string("a\0b\r\n", 5) + version, of_server)));
    EXPECT_EQ(outcome(lines(1024, 2) + version, of_server), taken);
    EXPECT_TRUE(is_fault(outcome(lines(1025, 2) + version, of_server)));
    EXPECT_EQ(outcome(lines(3, 1024) + version, of_server), taken);
    EXPECT_TRUE(is_fault(outcome(lines(1, 1025) + version, of_server)));
    EXPECT_EQ(outcome(lines(64, 1024) + version, of_server), taken);
    EXPECT_TRUE(is_fault(outcome(lines(65, 1024) + version, of_server)));
    EXPECT_EQ(outcome(lines(64, 1023), of_server), "waits");
}

// A million lines, and a line of a million octets: refused long before they are all read.
TEST(Identification, sec_A2_27_a_flood_of_lines_ends_early) {
    for (const std::string& flood : {lines(1000000, 1), std::string(1000000, 'x')}) {
        PacketReader reader(most_packet);
        std::size_t fed = 0;
        const auto fault = fault_of([&] {
            for (; fed < flood.size(); fed += 100) {
                feed(reader, as_bytes(std::string_view(flood).substr(fed, 100)));
                static_cast<void>(reader.identification(of_server));
            }
        });
        EXPECT_EQ(fault, reason::protocol_error);
        EXPECT_LE(fed, 2000U);
        EXPECT_LE(reader.buffer().capacity(), 8192U);
    }
}

TEST(Identification, sec_A2_27_a_client_sends_nothing_before_it) {
    EXPECT_TRUE(is_fault(outcome("hello\r\nSSH-2.0-x\r\n", of_client)));
    // Other protocols are not waited for.
    EXPECT_TRUE(is_fault(outcome("GET", of_client)));
    EXPECT_TRUE(is_fault(outcome("SX", of_client)));
    EXPECT_TRUE(is_fault(outcome(std::string_view("\0", 1), of_client)));
    EXPECT_TRUE(is_fault(outcome("\r\nSSH-2.0-x\r\n", of_client)));
}

TEST(Identification, what_follows_it_stays_for_the_packets) {
    PacketWriter writer;
    writer.identification("SSH-2.0-a");
    writer.write(pattern(9));
    PacketReader reader(most_packet);
    feed(reader, writer.output());
    EXPECT_EQ(reader.identification(of_client), "SSH-2.0-a");
    const auto payload = reader.next();
    ASSERT_TRUE(payload);
    EXPECT_TRUE(std::ranges::equal(*payload, pattern(9)));
}

} // namespace gss::test
