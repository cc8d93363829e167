// SPDX-License-Identifier: Apache-2.0
// A server of many connections, without Kerberos: handlers that throw, strangers that take all the
// places, clients that fall silent, commands with a NUL.
#include <gssxx/transport/client.h>
#include <gssxx/transport/server.h>

#include <gtest/gtest.h>

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace gss::transport {
namespace {

using std::chrono::milliseconds;

/// What every connection's handler does, and what it has seen.
struct Behaviour {
    std::function<ssh::AuthorizeAnswer()> none = [] { return ssh::allow(); };
    std::atomic<int> made{0};
    std::atomic<int> gone{0};
    std::atomic<bool> source_throws{false};
    std::function<CommandAnswer(const CommandRequest&)> run;
};

class Handler final : public ServerHandler {
public:
    explicit Handler(Behaviour& behaviour) : behaviour_(behaviour) { ++behaviour_.made; }
    Handler(const Handler&) = delete;
    Handler& operator=(const Handler&) = delete;
    ~Handler() override { ++behaviour_.gone; }
    ssh::AuthorizeAnswer none(const NoneRequest& /*request*/) override { return behaviour_.none(); }
    CommandAnswer run(const CommandRequest& request) override {
        if (behaviour_.run) {
            return behaviour_.run(request);
        }
        std::string variables;
        for (const EnvironmentVariable& one : request.environment) {
            variables += one.name + "=" + one.value + "\n";
        }
        return CommandOutput{request.command.value_or("shell"), variables, 0};
    }

private:
    Behaviour& behaviour_;
};

void until(const std::function<bool()>& true_at_last, const char* what) {
    for (int turn = 0; turn < 1000; ++turn) {
        if (true_at_last()) {
            return;
        }
        std::this_thread::sleep_for(milliseconds(10));
    }
    ADD_FAILURE() << "never: " << what;
}

class ServerTest : public testing::Test {
protected:
    void TearDown() override { stop(); }

    void begin(const std::function<void(ServeOptions&)>& change = {}) {
        ServeOptions options;
        options.session.host_keys.push_back(PrivateKey::generate(KeyType::ed25519).value());
        options.failure_delay = milliseconds(1);
        if (change) {
            change(options);
        }
        listener_.emplace(Listener::open("127.0.0.1:0").value());
        server_ = std::thread([this, options] {
            served_.emplace(serve(
                *listener_, options,
                [this](const std::optional<Endpoints>&) {
                    if (behaviour_.source_throws) {
                        throw 1; // NOLINT: not even an exception of the library's
                    }
                    return std::make_unique<Handler>(behaviour_);
                },
                stop_));
        });
    }
    void stop() {
        if (server_.joinable()) {
            EXPECT_EQ(::eventfd_write(stop_, 1), 0);
            server_.join();
        }
        if (stop_ >= 0) {
            ::close(std::exchange(stop_, -1));
        }
    }
    [[nodiscard]] Result<Client> log_in() const {
        ConnectOptions options;
        options.user = "somebody";
        options.methods.emplace_back(WithNone());
        options.host_key = accept_any_host_key();
        options.login_limit = milliseconds(20000);
        return Client::connect("127.0.0.1:" + std::to_string(listener_->port()),
                               std::move(options));
    }
    [[nodiscard]] std::unique_ptr<Stream> silent() const {
        return connect_tcp("127.0.0.1:" + std::to_string(listener_->port())).value();
    }

    Behaviour behaviour_;
    int stop_ = ::eventfd(0, EFD_CLOEXEC);
    std::optional<Listener> listener_;
    std::optional<Result<void>> served_;
    std::thread server_;
};

TEST_F(ServerTest, what_a_handler_throws_ends_its_connection_and_nothing_else) {
    std::atomic<int> asked{0};
    behaviour_.none = [&asked]() -> ssh::AuthorizeAnswer {
        switch (++asked) {
        case 1:
            throw std::runtime_error("a fault");
        case 2:
            throw 2; // NOLINT
        default:
            return ssh::allow();
        }
    };
    // With one place only: a place that is not given back is seen.
    begin([](ServeOptions& options) { options.most_startups = 1; });
    EXPECT_FALSE(log_in());
    EXPECT_FALSE(log_in());
    behaviour_.source_throws = true;
    EXPECT_FALSE(log_in());
    behaviour_.source_throws = false;
    auto ssh = log_in();
    ASSERT_TRUE(ssh) << ssh.error().text();
    EXPECT_TRUE(ssh->run(RunOptions()));
}

TEST_F(ServerTest, a_strangers_connections_keep_nobody_out) {
    begin([](ServeOptions& options) { options.most_startups = 3; });
    std::vector<std::unique_ptr<Stream>> strangers;
    for (int number = 1; number <= 3; ++number) {
        strangers.push_back(silent());
        until([&] { return behaviour_.made == number; }, "a connection");
    }
    auto first = log_in();
    ASSERT_TRUE(first) << first.error().text();
    until([&] { return behaviour_.gone == 1; }, "a stranger less");
    // Who has logged in takes no place, and is not sent away.
    auto second = log_in();
    ASSERT_TRUE(second) << second.error().text();
    EXPECT_EQ(behaviour_.gone, 1);
    EXPECT_TRUE(first->run(RunOptions()));
    EXPECT_TRUE(second->run(RunOptions()));
}

TEST_F(ServerTest, a_socket_that_listens_no_more_is_an_error_and_ends_the_connections) {
    begin();
    auto ssh = log_in();
    ASSERT_TRUE(ssh) << ssh.error().text();
    ASSERT_EQ(::shutdown(listener_->descriptor(), SHUT_RDWR), 0);
    server_.join();
    ASSERT_TRUE(served_);
    ASSERT_FALSE(*served_);
    EXPECT_EQ(served_->error().code(), ErrorCode::unavailable);
    EXPECT_EQ(behaviour_.gone, 1);
    const auto accepted = listener_->accept(milliseconds(0));
    ASSERT_FALSE(accepted);
    EXPECT_EQ(accepted.error().code(), ErrorCode::unavailable);
}

TEST_F(ServerTest, a_silent_client_is_asked_and_sent_away_and_one_that_answers_is_not) {
    begin([](ServeOptions& options) { options.keepalive = milliseconds(100); });
    auto lively = log_in();
    ASSERT_TRUE(lively) << lively.error().text();
    lively->idle(milliseconds(1500));
    EXPECT_TRUE(lively->session().is_active());
    EXPECT_EQ(behaviour_.gone, 0);
    // Nobody looks after this one.
    auto silent_one = log_in();
    ASSERT_TRUE(silent_one) << silent_one.error().text();
    std::this_thread::sleep_for(milliseconds(1500));
    EXPECT_FALSE(silent_one->run(RunOptions()));
}

/// Runs a command that no signal but KILL ends, and leaves it alone as soon as it has told its
/// number; 0 when the server does not run it.
pid_t leave_a_stubborn_one(Client& ssh) {
    std::string said;
    RunOptions run;
    run.sink = [&said](std::uint32_t /*stream*/, BytesView octets) {
        said += as_text(octets);
        return said.find('\n') == std::string::npos;
    };
    EXPECT_FALSE(ssh.run(run));
    return said.empty() ? 0 : std::stoi(said);
}

bool is_there(pid_t process) {
    return ::kill(process, 0) == 0;
}

TEST_F(ServerTest, commands_that_do_not_end_are_killed_and_only_so_many_are_left_behind) {
    behaviour_.run = [](const CommandRequest& /*request*/) {
        return ProcessOptions{
            "/bin/sh",
            {"sh", "-c", "trap '' HUP TERM INT; echo $$; while :; do sleep 0.1; done"},
            {"PATH=/usr/bin:/bin"},
            {}};
    };
    begin([](ServeOptions& options) { options.most_commands = 2; });
    auto ssh = log_in();
    ASSERT_TRUE(ssh) << ssh.error().text();
    const pid_t first = leave_a_stubborn_one(*ssh);
    const pid_t second = leave_a_stubborn_one(*ssh);
    ASSERT_GT(first, 0);
    ASSERT_GT(second, 0);
    EXPECT_TRUE(is_there(first) && is_there(second)) << "hanging up ends them: nothing is shown";
    EXPECT_EQ(leave_a_stubborn_one(*ssh), 0) << "there is no end to processes";
    // The connection is none the worse for it, and nobody need ask for them to be killed.
    ssh->idle(milliseconds(100));
    until([&] { return !is_there(first) && !is_there(second); }, "they are killed");
    ssh->idle(milliseconds(100));
    const pid_t third = leave_a_stubborn_one(*ssh);
    EXPECT_GT(third, 0) << "there is room again";
    EXPECT_TRUE(is_there(third));
    // And the end waits for nobody longer than for a moment.
    const auto begun = std::chrono::steady_clock::now();
    stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(2500));
    EXPECT_FALSE(is_there(third));
}

TEST_F(ServerTest, a_connection_asks_whether_its_peers_machine_is_there) {
    listener_.emplace(Listener::open("127.0.0.1:0").value());
    const auto to = silent();
    const auto from = listener_->accept(milliseconds(10000)).value();
    ASSERT_TRUE(from);
    for (const Stream* stream : {to.get(), from.get()}) {
        int on = 0;
        socklen_t size = sizeof on;
        ASSERT_EQ(::getsockopt(stream->read_descriptor(), SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
        EXPECT_NE(on, 0);
    }
}

TEST_F(ServerTest, a_command_with_a_NUL_is_refused) {
    begin();
    auto ssh = log_in();
    ASSERT_TRUE(ssh) << ssh.error().text();
    RunOptions run;
    run.command = std::string("one\0two", 7);
    const auto refused = ssh->run(run);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::unauthorized);
    run.command = "one";
    run.environment = {
        {"LANG", std::string("C\0C", 3)}, {std::string("LC_A\0", 5), "C"}, {"LANG", "D"}};
    const auto end = ssh->run(run);
    ASSERT_TRUE(end) << end.error().text();
    EXPECT_EQ(end->errors, "LANG=D\n");
}

} // namespace
} // namespace gss::transport
