// SPDX-License-Identifier: Apache-2.0
// Hosts with ports, streams over sockets and pipes, and what they do when the peer is gone.
#include "descriptor.h"
#include "quiet_write.h"

#include <gssxx/transport/stream.h>

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <string>
#include <utility>
#include <vector>

namespace gss::transport {
namespace {

using std::chrono::milliseconds;

std::array<int, 2> make_pipe() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    return ends;
}

std::array<std::unique_ptr<Stream>, 2> socket_pair() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    return {descriptor_stream(ends[0], ends[0], Ownership::owned),
            descriptor_stream(ends[1], ends[1], Ownership::owned)};
}

std::string read_text(Stream& stream, milliseconds limit) {
    std::array<std::byte, 100> room{};
    const auto read = stream.read(room, limit);
    return read ? std::string(as_text(BytesView(room).first(read->octets))) : "error";
}

TEST(HostAndPort, every_way_to_write_them) {
    struct Case {
        std::string text;
        std::string host;
        std::uint16_t port;
    };
    const std::vector<Case> cases{{"host", "host", 22},
                                  {"host:2222", "host", 2222},
                                  {"127.0.0.1:1", "127.0.0.1", 1},
                                  {"[::1]:22022", "::1", 22022},
                                  {"[::1]", "::1", 22},
                                  {"::1", "::1", 22},
                                  {"fe80::1%lo", "fe80::1%lo", 22},
                                  {"[host]:65535", "host", 65535},
                                  {"host:0", "host", 0}};
    for (const Case& one : cases) {
        const auto parsed = parse_host_and_port(one.text);
        ASSERT_TRUE(parsed) << one.text;
        EXPECT_EQ(parsed->host, one.host) << one.text;
        EXPECT_EQ(parsed->port, one.port) << one.text;
    }
    EXPECT_EQ(parse_host_and_port("host", 2022)->port, 2022);
}

TEST(HostAndPort, what_is_none) {
    for (const char* text :
         {"", ":22", "host:", "host:65536", "host:-1", "host:2x", "host:+2", "host: 2", "[::1",
          "[::1]22", "[]:22", "[::1]:", "ho st", "ho\nst", "ho\x1bst", "ho]st", "[[::1]]:22"}) {
        const auto parsed = parse_host_and_port(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code(), ErrorCode::malformed_parameter) << text;
        EXPECT_EQ(parsed.error().text().find('\x1b'), std::string::npos);
    }
}

TEST(Stream, a_read_waits_no_longer_than_it_may) {
    auto [left, right] = socket_pair();
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(read_text(*left, milliseconds(0)), "");
    EXPECT_EQ(read_text(*left, milliseconds(30)), "");
    EXPECT_GE(std::chrono::steady_clock::now() - begun, milliseconds(29));
    ASSERT_TRUE(right->write(as_bytes("hello"), milliseconds(0)));
    EXPECT_EQ(read_text(*left, milliseconds(-1)), "hello");
}

TEST(Stream, a_write_never_waits_for_a_peer_that_does_not_read) {
    auto [left, right] = socket_pair();
    const Bytes block(65536);
    std::size_t written = 0;
    for (;;) {
        const auto octets = left->write(block, milliseconds(0));
        ASSERT_TRUE(octets);
        if (*octets == 0) {
            break;
        }
        written += *octets;
    }
    EXPECT_GT(written, 0U);
    EXPECT_EQ(left->write(block, milliseconds(20)).value(), 0U);
}

TEST(Stream, the_end_of_the_peer_is_an_end_and_no_signal) {
    ASSERT_NE(std::signal(SIGPIPE, SIG_DFL), SIG_ERR); // it would end this program
    auto [left, right] = socket_pair();
    right.reset();
    std::array<std::byte, 10> room{};
    EXPECT_TRUE(left->read(room, milliseconds(-1))->ended);
    const auto written = left->write(as_bytes("x"), milliseconds(0));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code(), ErrorCode::unavailable);
}

TEST(Stream, pipes_do_all_that_sockets_do) {
    ASSERT_NE(std::signal(SIGPIPE, SIG_DFL), SIG_ERR);
    const auto there = make_pipe();
    const auto back = make_pipe();
    const auto left = descriptor_stream(back[0], there[1], Ownership::owned);
    auto right = descriptor_stream(there[0], back[1], Ownership::owned);
    EXPECT_EQ(read_text(*left, milliseconds(0)), "");
    ASSERT_EQ(right->write(as_bytes("hello"), milliseconds(0)).value(), 5U);
    EXPECT_EQ(read_text(*left, milliseconds(-1)), "hello");
    const Bytes block(65536);
    while (left->write(block, milliseconds(0)).value() > 0) {
    }
    EXPECT_EQ(::fcntl(there[1], F_GETFL) & O_NONBLOCK, 0) << "others share the flags";
    right.reset();
    EXPECT_FALSE(left->write(as_bytes("x"), milliseconds(0)));
    std::array<std::byte, 10> room{};
    EXPECT_TRUE(left->read(room, milliseconds(-1))->ended);
    sigset_t pending;
    ::sigemptyset(&pending);
    ::sigpending(&pending);
    EXPECT_EQ(::sigismember(&pending, SIGPIPE), 0);
}

// Reading one that waits would stop the whole connection until its device has something to say.
TEST(Stream, only_devices_that_never_make_anybody_wait_are_taken_for_such) {
    for (const char* never : {"/dev/null", "/dev/zero", "/dev/full"}) {
        const Descriptor device(::open(never, O_RDWR | O_CLOEXEC));
        EXPECT_EQ(detail::kind_of(device.get()), detail::Kind::non_blocking) << never;
    }
    // Of the same major number as those, as /dev/kmsg is, which not everybody may open.
    for (const char* other : {"/dev/random", "/dev/urandom"}) {
        const Descriptor device(::open(other, O_RDONLY | O_CLOEXEC));
        EXPECT_EQ(detail::kind_of(device.get()), detail::Kind::other) << other;
    }
}

TEST(Stream, borrowed_descriptors_stay_open) {
    const auto ends = make_pipe();
    static_cast<void>(descriptor_stream(ends[0], ends[1], Ownership::borrowed));
    EXPECT_GE(::fcntl(ends[0], F_GETFD), 0);
    static_cast<void>(descriptor_stream(ends[0], ends[1], Ownership::owned));
    EXPECT_LT(::fcntl(ends[0], F_GETFD), 0);
    EXPECT_LT(::fcntl(ends[1], F_GETFD), 0);
}

TEST(Tcp, a_listener_and_who_connects_to_it) {
    for (const std::string& address : {std::string("127.0.0.1:0"), std::string("localhost:0")}) {
        const auto listener = Listener::open(address);
        ASSERT_TRUE(listener) << listener.error().text();
        ASSERT_NE(listener->port(), 0);
        EXPECT_EQ(listener->accept(milliseconds(0)).value(), nullptr);
        const std::string host = address.substr(0, address.rfind(':'));
        auto client = connect_tcp(host, milliseconds(5000), listener->port());
        ASSERT_TRUE(client) << client.error().text();
        const auto server = listener->accept(milliseconds(5000));
        ASSERT_TRUE(server && *server);
        ASSERT_TRUE((*client)->write(as_bytes("hello"), milliseconds(-1)));
        EXPECT_EQ(read_text(**server, milliseconds(-1)), "hello");
        const auto ends = (*server)->endpoints();
        ASSERT_TRUE(ends);
        EXPECT_EQ(ends->local_port, listener->port());
        EXPECT_EQ(ends->peer_port, (*client)->endpoints()->local_port);
        for (const int fd :
             {(*client)->read_descriptor(), (*server)->read_descriptor(), listener->descriptor()}) {
            EXPECT_NE(::fcntl(fd, F_GETFD) & FD_CLOEXEC, 0) << "a command would inherit it";
        }
    }
}

TEST(Tcp, nobody_there_is_an_error_that_names_the_place) {
    std::uint16_t port = 0;
    {
        const auto listener = Listener::open("127.0.0.1:0");
        ASSERT_TRUE(listener);
        port = listener->port();
    }
    const auto refused = connect_tcp("127.0.0.1:" + std::to_string(port), milliseconds(5000));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::unavailable);
    EXPECT_NE(refused.error().text().find("127.0.0.1 port " + std::to_string(port)),
              std::string::npos)
        << refused.error().text();
    EXPECT_FALSE(connect_tcp("no-such-host.invalid", milliseconds(5000)));
    EXPECT_FALSE(Listener::open("192.0.2.1:0"));
}

} // namespace
} // namespace gss::transport
