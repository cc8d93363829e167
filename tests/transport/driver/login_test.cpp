// SPDX-License-Identifier: Apache-2.0
// Client and server drivers in one process, over a socket pair, with commands that a function
// answers. Runs in a realm, with a ticket for GSSXX_REALM_LOGIN.
#include <gssxx/transport/client.h>
#include <gssxx/transport/server.h>

#include "no_room.h"

#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace gss::transport {
namespace {

std::string login() {
    return std::getenv("GSSXX_REALM_LOGIN");
}

/// Lets the realm's user in; answers commands by saying what it was asked.
class Handler final : public ServerHandler {
public:
    ssh::AuthorizeAnswer gss(const ssh::AuthorizationRequest& request) override {
        return request.principal_text == login() + "@" + std::getenv("GSSXX_REALM") &&
                       request.user == login()
                   ? ssh::allow()
                   : ssh::deny("somebody else");
    }
    ssh::AuthorizeAnswer password(const PasswordRequest& request) override {
        return as_text(request.password.view()) == "sesame" ? ssh::allow() : ssh::deny("no");
    }
    CommandAnswer run(const CommandRequest& request) override {
        cache.clear();
        for (const EnvironmentVariable& variable : request.environment) {
            if (variable.name == "KRB5CCNAME") {
                cache = variable.value.substr(5);
            }
        }
        if (request.command == "refuse me") {
            return {};
        }
        struct stat about {};
        inode = cache.empty() || ::stat(cache.c_str(), &about) != 0 ? 0 : about.st_ino;
        return CommandOutput{request.command.value_or("shell"), "errors", 5};
    }

    void log(int level, std::string_view line) override {
        if (level == 0) {
            const std::lock_guard<std::mutex> lock(mutex);
            told += std::string(line) + "\n";
        }
    }
    [[nodiscard]] std::string log_text() {
        const std::lock_guard<std::mutex> lock(mutex);
        return told;
    }

    std::string cache;
    ino_t inode = 0;

private:
    std::mutex mutex;
    std::string told;
};

class LoginTest : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override { backend_.emplace(Backend::open(GetParam()).value()); }
    void TearDown() override { stop(); }

    void stop() {
        if (server_.joinable()) {
            server_.join();
        }
    }

    std::unique_ptr<Stream> serve_with(const std::function<void(ServeOptions&)>& change) {
        std::array<int, 2> ends{};
        EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
        ServeOptions options;
        options.backend = *backend_;
        options.session.host_keys.push_back(PrivateKey::generate(KeyType::ed25519).value());
        host_key_.emplace(options.session.host_keys[0].public_key());
        options.failure_delay = std::chrono::milliseconds(1);
        change(options);
        server_ = std::thread([this, options, fd = ends[0]] {
            const Result<void> served =
                serve(descriptor_stream(fd, fd, Ownership::owned), options, handler_);
            EXPECT_TRUE(served) << served.error().text();
        });
        return descriptor_stream(ends[1], ends[1], Ownership::owned);
    }

    [[nodiscard]] ConnectOptions client() const {
        ConnectOptions options;
        options.user = login();
        options.backend = *backend_;
        options.gss_host = "localhost";
        options.methods.emplace_back(WithGssapiKeyex());
        return options;
    }

    std::optional<Backend> backend_;
    std::optional<PublicKey> host_key_;
    Handler handler_;
    std::thread server_;
};

TEST_P(LoginTest, several_commands_over_one_connection) {
    auto stream = serve_with([](ServeOptions&) {});
    auto connected = Client::open(std::move(stream), client());
    ASSERT_TRUE(connected) << connected.error().text();
    Client& ssh = *connected;
    EXPECT_TRUE(ssh.session().is_active() && ssh.session().is_authenticated());
    EXPECT_EQ(ssh.session().user(), login());
    EXPECT_EQ(ssh.method(), "gssapi-keyex");
    EXPECT_EQ(ssh.host_authentication(), HostAuthentication::by_gss);
    for (const char* command : {"one", "two", "three"}) {
        RunOptions run;
        run.command = command;
        const auto end = ssh.run(run);
        ASSERT_TRUE(end) << end.error().text();
        EXPECT_EQ(end->output, command);
        EXPECT_EQ(end->errors, "errors");
        EXPECT_EQ(end->status, 5U);
    }
    RunOptions run;
    run.command = "refuse me";
    const auto refused = ssh.run(run);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::unauthorized);
    ASSERT_TRUE(ssh.run(RunOptions())) << "a refusal ends a command and not the connection";
    ssh.close();
    EXPECT_FALSE(ssh.session().is_active());
    EXPECT_FALSE(ssh.run(run));
}

TEST_P(LoginTest, delegated_credentials_are_renewed_on_re_exchange_and_gone_at_the_end) {
    auto stream = serve_with([](ServeOptions& options) { options.accept_delegation = true; });
    ConnectOptions options = client();
    options.session.delegate = true;
    {
        auto ssh = Client::open(std::move(stream), std::move(options));
        ASSERT_TRUE(ssh) << ssh.error().text();
        ASSERT_TRUE(ssh->run(RunOptions()));
        const std::string cache = handler_.cache;
        const ino_t before = handler_.inode;
        ASSERT_NE(before, 0U);
        ASSERT_TRUE(ssh->rekey());
        ASSERT_TRUE(ssh->run(RunOptions()));
        EXPECT_EQ(handler_.cache, cache);
        EXPECT_NE(handler_.inode, before) << "the file is not a new one";
    }
    stop();
    struct stat about {};
    EXPECT_NE(::stat(handler_.cache.c_str(), &about), 0);
}

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_P(LoginTest, delegated_credentials_that_cannot_be_renewed_stay_as_they_are) {
    ::setenv("KRB5RCACHENAME", "none:", 1); // MIT's replay cache is a file, too
    auto stream = serve_with([](ServeOptions& options) { options.accept_delegation = true; });
    ConnectOptions options = client();
    options.session.delegate = true;
    {
        auto ssh = Client::open(std::move(stream), std::move(options));
        ASSERT_TRUE(ssh) << ssh.error().text();
        ASSERT_TRUE(ssh->run(RunOptions()));
        const std::string cache = handler_.cache;
        const ino_t inode = handler_.inode;
        ASSERT_NE(inode, 0U);
        const std::string before = content(cache);
        {
            const NoRoom none;
            ASSERT_TRUE(ssh->rekey());
            ASSERT_TRUE(ssh->run(RunOptions())); // by now the server has seen the exchange
        }
        EXPECT_EQ(handler_.cache, cache) << "commands go on with what there is";
        EXPECT_EQ(handler_.inode, inode);
        EXPECT_EQ(content(cache), before);
        EXPECT_NE(handler_.log_text().find("not stored, and those of before stay in FILE:" + cache),
                  std::string::npos)
            << handler_.log_text();
        ASSERT_TRUE(ssh->rekey());
        ASSERT_TRUE(ssh->run(RunOptions()));
        EXPECT_NE(handler_.inode, inode) << "the next time it works";
    }
    stop();
    EXPECT_FALSE(std::filesystem::exists(handler_.cache));
}

TEST_P(LoginTest, a_cache_that_is_not_ours_any_more_is_given_up_when_it_cannot_be_renewed) {
    auto stream = serve_with([](ServeOptions& options) { options.accept_delegation = true; });
    ConnectOptions options = client();
    options.session.delegate = true;
    std::string cache;
    {
        auto ssh = Client::open(std::move(stream), std::move(options));
        ASSERT_TRUE(ssh) << ssh.error().text();
        ASSERT_TRUE(ssh->run(RunOptions()));
        cache = handler_.cache;
        ASSERT_TRUE(std::filesystem::remove(cache));
        ASSERT_TRUE(std::filesystem::create_directory(cache)); // nothing can be renamed over it
        ASSERT_TRUE(ssh->rekey());
        ASSERT_TRUE(ssh->run(RunOptions()));
        EXPECT_EQ(handler_.cache, "") << "a command would take it for its user's";
        EXPECT_NE(handler_.log_text().find("FILE:" + cache + " is no cache of ours any more"),
                  std::string::npos)
            << handler_.log_text();
    }
    stop();
    EXPECT_TRUE(std::filesystem::remove(cache)) << "it was not ours to remove";
}

TEST_P(LoginTest, delegated_credentials_are_not_stored_when_policy_says_no) {
    auto stream = serve_with([](ServeOptions&) {});
    ConnectOptions options = client();
    options.session.delegate = true;
    auto ssh = Client::open(std::move(stream), std::move(options));
    ASSERT_TRUE(ssh) << ssh.error().text();
    ASSERT_TRUE(ssh->run(RunOptions()));
    EXPECT_EQ(handler_.cache, "");
}

TEST_P(LoginTest, what_came_with_a_key_exchange_is_dropped_when_a_password_logs_in) {
    auto stream = serve_with([](ServeOptions& options) {
        options.accept_delegation = true;
        options.session.other_methods = {"password"};
        options.session.keyex = false;
    });
    ConnectOptions options = client();
    options.session.delegate = true;
    options.methods.clear();
    options.methods.emplace_back(WithPassword{SecretBytes(as_bytes("wrong"))});
    options.methods.emplace_back(WithGssapiKeyex());
    options.methods.emplace_back(WithPassword{SecretBytes(as_bytes("sesame"))});
    auto ssh = Client::open(std::move(stream), std::move(options));
    ASSERT_TRUE(ssh) << ssh.error().text();
    EXPECT_EQ(ssh->method(), "password");
    ASSERT_TRUE(ssh->run(RunOptions()));
    EXPECT_EQ(handler_.cache, "");
}

TEST_P(LoginTest, every_method_that_failed_is_named) {
    auto stream =
        serve_with([](ServeOptions& options) { options.session.other_methods = {"password"}; });
    ConnectOptions options = client();
    options.user = "somebody";
    options.methods.emplace_back(WithGssapiMic());
    options.methods.emplace_back(WithPassword{SecretBytes(as_bytes("wrong"))});
    options.methods.emplace_back(WithPublicKey{PrivateKey::generate(KeyType::ed25519).value()});
    const auto refused = Client::open(std::move(stream), std::move(options));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::unauthorized);
    for (const char* part : {"somebody", "gssapi-keyex: ", "gssapi-with-mic: ", "password: ",
                             "publickey: the server does not offer it"}) {
        EXPECT_NE(refused.error().text().find(part), std::string::npos)
            << part << " in " << refused.error().text();
    }
}

TEST_P(LoginTest, a_host_key_is_checked_where_no_GSS_exchange_vouches) {
    for (const bool right : {true, false}) {
        auto stream = serve_with([](ServeOptions&) {});
        ConnectOptions options = client();
        options.session.algorithms.key_exchange = {"curve25519-sha256"};
        options.methods.clear();
        options.methods.emplace_back(WithGssapiMic());
        options.host_key = check_pinned(
            right ? *host_key_ : PrivateKey::generate(KeyType::ed25519).value().public_key());
        auto ssh = Client::open(std::move(stream), std::move(options));
        EXPECT_EQ(ssh.has_value(), right);
        if (ssh) {
            EXPECT_EQ(ssh->host_authentication(), HostAuthentication::by_host_key);
            EXPECT_EQ(ssh->session().host_key(), host_key_);
            ssh->close();
        } else {
            EXPECT_NE(ssh.error().text().find("the host key is"), std::string::npos)
                << ssh.error().text();
        }
        stop();
    }
}

INSTANTIATE_TEST_SUITE_P(Backends, LoginTest, testing::Values("mit", "heimdal"),
                         [](const auto& which) { return std::string(which.param); });

} // namespace
} // namespace gss::transport
