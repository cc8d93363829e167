// SPDX-License-Identifier: Apache-2.0
// When the pump reads, how long it waits, and what becomes of output when a connection ends.
#include "outgoing.h"
#include "pump.h"

#include <gssxx/transport/channel_requests.h>
#include <gssxx/transport/client.h>

#include <gtest/gtest.h>

#include <sys/socket.h>

#include <array>
#include <chrono>
#include <fcntl.h>
#include <memory>
#include <string>
#include <thread>
#include <utility>

namespace gss::transport::detail {
namespace {

using std::chrono::milliseconds;

std::array<int, 2> sockets() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    return ends;
}

/// Counts how often it is read from, and has a descriptor or none.
class Counted final : public Stream {
public:
    Counted(int fd, bool has_descriptor)
        : fd_(has_descriptor ? fd : -1), inner_(descriptor_stream(fd, fd, Ownership::owned)) {}
    Result<Read> read(MutableBytes room, Limit limit) override {
        ++reads;
        return inner_->read(room, limit);
    }
    Result<std::size_t> write(BytesView data, Limit limit) override {
        return inner_->write(data, limit);
    }
    [[nodiscard]] int read_descriptor() const noexcept override { return fd_; }
    [[nodiscard]] int write_descriptor() const noexcept override { return fd_; }

    int reads = 0;

private:
    int fd_;
    std::unique_ptr<Stream> inner_;
};

ServerOptions with_a_key() {
    ServerOptions options;
    options.host_keys.push_back(PrivateKey::generate(KeyType::ed25519).value());
    return options;
}

milliseconds time_of(Pump& pump, milliseconds limit) {
    const auto begun = Pump::Clock::now();
    std::vector<pollfd> nothing;
    pump.wait(nothing, limit);
    return std::chrono::duration_cast<milliseconds>(Pump::Clock::now() - begun);
}

/// Until somebody asks to be let in by nothing at all; the answer is left open.
RequestId deferred_login(ServerSession& session, Pump& pump) {
    std::vector<pollfd> nothing;
    while (session.is_active()) {
        while (const std::optional<Event> event = pump.next()) {
            if (const auto* none = std::get_if<NoneRequest>(&*event)) {
                session.defer(none->id);
                return none->id;
            }
        }
        pump.wait(nothing, milliseconds(10000));
    }
    ADD_FAILURE() << "nobody asks";
    return {};
}

/// A client that asks to be let in by nothing at all, in a thread.
std::thread asking_client(int fd) {
    return std::thread([fd] {
        ConnectOptions options;
        options.user = "somebody";
        options.methods.emplace_back(WithNone());
        options.host_key = accept_any_host_key();
        EXPECT_FALSE(Client::open(descriptor_stream(fd, fd, Ownership::owned), std::move(options)));
    });
}

TEST(Pump, does_not_read_while_the_session_wants_nothing) {
    for (const bool has_descriptor : {true, false}) {
        const auto ends = sockets();
        const Descriptor peer(::fcntl(ends[1], F_DUPFD_CLOEXEC, 0));
        std::thread client = asking_client(ends[1]);
        Counted stream(ends[0], has_descriptor);
        ServerSession session = ServerSession::create(with_a_key()).value();
        Pump pump(session, stream, nullptr);
        const RequestId question = deferred_login(session, pump);
        EXPECT_FALSE(pump.next());
        pump.flush();
        EXPECT_FALSE(session.wants_octets());
        const int reads = stream.reads;
        EXPECT_EQ(::write(peer.get(), "too early", 9), 9);
        const auto passed = time_of(pump, milliseconds(200));
        EXPECT_EQ(stream.reads, reads);
        if (has_descriptor) {
            EXPECT_GE(passed, milliseconds(150)) << "it turns in circles";
        }
        // That the peer goes is seen once, and then is no reason to wake up any more.
        EXPECT_EQ(::shutdown(peer.get(), SHUT_RDWR), 0);
        EXPECT_LT(time_of(pump, milliseconds(5000)), milliseconds(2000));
        if (has_descriptor) {
            EXPECT_GE(time_of(pump, milliseconds(200)), milliseconds(150));
        }
        EXPECT_EQ(stream.reads, reads);
        session.answer(question, ssh::deny("no"));
        EXPECT_FALSE(pump.next());
        EXPECT_TRUE(session.wants_octets());
        time_of(pump, milliseconds(1000)); // the answer goes nowhere
        time_of(pump, milliseconds(1000));
        EXPECT_GT(stream.reads, reads);
        client.join();
    }
}

// Whoever found the queue full goes on at once, and nobody turns in circles for a few octets.
TEST(Pump, does_not_wait_when_much_has_gone_out) {
    const auto ends = sockets();
    std::thread client = asking_client(ends[1]);
    auto stream = descriptor_stream(ends[0], ends[0], Ownership::owned);
    ServerSession session = ServerSession::create(with_a_key()).value();
    Pump pump(session, *stream, nullptr);
    const RequestId question = deferred_login(session, pump);
    EXPECT_FALSE(pump.next());
    pump.flush();
    const Bytes ignored(20'000);
    EXPECT_TRUE(session.send_ignore(ignored));
    EXPECT_LT(time_of(pump, milliseconds(3000)), milliseconds(1500));
    EXPECT_TRUE(session.send_ignore(BytesView(ignored).first(10)));
    EXPECT_GE(time_of(pump, milliseconds(200)), milliseconds(150));
    EXPECT_TRUE(session.output().empty());
    session.answer(question, ssh::deny("no"));
    EXPECT_FALSE(pump.next());
    pump.flush();
    stream.reset();
    client.join();
}

/// Takes a few octets at once, has nothing to wait on for more, and has to be asked.
class Slow final : public Stream {
public:
    explicit Slow(int fd) : fd_(fd), inner_(descriptor_stream(fd, fd, Ownership::owned)) {}
    Result<Read> read(MutableBytes room, Limit limit) override { return inner_->read(room, limit); }
    Result<std::size_t> write(BytesView data, Limit limit) override {
        full_ = !full_;
        return full_ ? inner_->write(data.first(std::min<std::size_t>(data.size(), 100)), limit)
                     : std::size_t{0};
    }
    [[nodiscard]] int read_descriptor() const noexcept override { return fd_; }

private:
    int fd_;
    bool full_ = false;
    std::unique_ptr<Stream> inner_;
};

// stream.h: of a stream without a descriptor to write to, "a driver then asks the stream itself".
TEST(Pump, asks_a_stream_that_cannot_be_waited_on_for_writing) {
    const auto ends = sockets();
    const Descriptor peer(ends[1]);
    Slow stream(ends[0]);
    ServerSession session = ServerSession::create(with_a_key()).value();
    Pump pump(session, stream, nullptr);
    EXPECT_FALSE(pump.next());
    ASSERT_GT(session.output().size(), 300U);
    EXPECT_LT(time_of(pump, milliseconds(20000)), milliseconds(15000));
    EXPECT_FALSE(session.output().empty());
}

constexpr std::size_t much = std::size_t{512} * 1024;

/// A server in a hurry: answers a command, and ends the connection.
void hurry(int fd, bool says_eof) {
    const auto stream = descriptor_stream(fd, fd, Ownership::owned);
    ServerSession session = ServerSession::create(with_a_key()).value();
    Pump pump(session, *stream, nullptr);
    std::vector<pollfd> nothing;
    while (session.is_active()) {
        while (const std::optional<Event> event = pump.next()) {
            if (const auto* none = std::get_if<NoneRequest>(&*event)) {
                session.answer(none->id, ssh::allow());
            } else if (const auto* open = std::get_if<ChannelOpenRequest>(&*event)) {
                ChannelAnswer answer;
                answer.accepted = true;
                session.answer(open->id, std::move(answer));
            } else if (const auto* request = std::get_if<ChannelRequest>(&*event)) {
                const ChannelId channel = request->channel;
                session.answer(request->id, RequestAnswer{true, {}});
                const Bytes output(much, std::byte{'x'});
                for (std::size_t sent = 0; sent < much;) {
                    sent += session.send_data(channel, BytesView(output).subspan(sent), 0).value();
                    pump.flush();
                }
                EXPECT_TRUE(
                    session.channel_request(channel, "exit-status", false, exit_status_data(0)));
                if (says_eof) {
                    EXPECT_TRUE(session.send_eof(channel));
                }
                session.disconnect(11, "in a hurry");
                pump.finish(milliseconds(10000));
                return;
            }
        }
        pump.wait(nothing, milliseconds(10000));
    }
}

TEST(Client, output_is_whole_or_the_command_has_failed) {
    for (const bool says_eof : {true, false}) {
        const auto ends = sockets();
        std::thread server([&ends, says_eof] { hurry(ends[0], says_eof); });
        std::array<int, 2> pipe{};
        ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
        std::size_t got = 0;
        std::thread reader([&got, end = Descriptor(pipe[0])] {
            // Slower than the connection's end.
            std::this_thread::sleep_for(milliseconds(300));
            std::array<char, 4096> room{};
            for (ssize_t octets = 1; octets > 0;) {
                octets = ::read(end.get(), room.data(), room.size());
                got += octets > 0 ? static_cast<std::size_t>(octets) : 0U;
            }
        });
        ConnectOptions options;
        options.user = "somebody";
        options.methods.emplace_back(WithNone());
        options.host_key = accept_any_host_key();
        {
            Descriptor output(pipe[1]);
            auto ssh = Client::open(descriptor_stream(ends[1], ends[1], Ownership::owned),
                                    std::move(options));
            EXPECT_TRUE(ssh);
            if (ssh) {
                RunOptions run;
                run.command = "x";
                run.output = output.get();
                const auto end = ssh->run(run);
                EXPECT_EQ(end.has_value(), says_eof) << "an end that was not said is no end";
                if (!end) {
                    EXPECT_EQ(end.error().code(), ErrorCode::unavailable);
                }
            }
        }
        server.join();
        reader.join();
        EXPECT_EQ(got, much) << says_eof;
    }
}

} // namespace
} // namespace gss::transport::detail
