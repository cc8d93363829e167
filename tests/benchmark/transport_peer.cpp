// SPDX-License-Identifier: Apache-2.0
// gssxx_transport_peer: a server that answers commands itself, and a client that logs in to it as
// often as it is told. Each is one process that keeps running; transport.py measures with them.
#include <gssxx/transport/client.h>
#include <gssxx/transport/server.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace gss::bench {

namespace {

using namespace gss::transport;
using Clock = std::chrono::steady_clock;

constexpr unsigned most_startups = 4096;
constexpr const char* program = "/bin/true";
constexpr const char* key_exchange = "gss-curve25519-sha256";
constexpr const char* cipher = "chacha20-poly1305@openssh.com";

template <typename T>
T must(Result<T> result) {
    if (!result) {
        throw std::runtime_error(result.error().text());
    }
    return std::move(*result);
}

/// Everybody may log in; the command "process" is a process, every other is answered here.
class Answers : public ServerHandler {
public:
    ssh::AuthorizeAnswer gss(const ssh::AuthorizationRequest& /*request*/) override {
        return {ssh::AuthorizeAnswer::Decision::allow, {}, {}};
    }
    CommandAnswer run(const CommandRequest& request) override {
        if (request.command == "process") {
            ProcessOptions process;
            process.program = program;
            process.arguments = {program};
            return process;
        }
        return CommandOutput{"hello\n", "", 0};
    }
};

Credentials credentials_for(const Backend& backend, CredentialUsage usage) {
    AcquireOptions wanted;
    wanted.mechanisms = {mechanism::krb5()};
    return std::move(must(Credentials::acquire(backend, usage, wanted)).credentials);
}

int serve_until_told() {
    must(raise_file_limit(most_startups));
    const Backend backend = must(Backend::open("mit"));
    const Credentials credentials = credentials_for(backend, CredentialUsage::accept);
    ServeOptions options;
    options.session.algorithms.key_exchange = {key_exchange};
    options.session.algorithms.ciphers = {cipher};
    options.backend = backend;
    options.credentials = &credentials;
    options.most_startups = most_startups;
    const Listener listener = must(Listener::open("127.0.0.1:0"));
    std::cout << listener.port() << std::endl;
    const Result<void> served = serve(
        listener, options,
        [](const std::optional<Endpoints>& /*endpoints*/) { return std::make_unique<Answers>(); },
        STDIN_FILENO);
    if (!served) {
        throw std::runtime_error(served.error().text());
    }
    return 0;
}

class Logins {
public:
    explicit Logins(const std::string& port)
        : destination_("127.0.0.1:" + port), backend_(must(Backend::open("mit"))),
          credentials_(credentials_for(backend_, CredentialUsage::initiate)) {
        one("warm"); // what is loaded once is loaded
    }

    void one(const std::string& command) const {
        Client client = must(Client::connect(destination_, options()));
        RunOptions run;
        run.command = command;
        const CommandEnd end = must(client.run(run));
        if (end.status != 0) {
            throw std::runtime_error("the command has not ended with 0");
        }
        client.close();
    }

    /// How many seconds that many logins take, so many at a time.
    [[nodiscard]] double many(unsigned at_once, unsigned count) const {
        std::atomic<unsigned> next{0};
        std::atomic<unsigned> failed{0};
        const Clock::time_point begun = Clock::now();
        std::vector<std::thread> threads;
        for (unsigned i = 0; i < at_once; ++i) {
            threads.emplace_back([&] {
                while (next++ < count) {
                    try {
                        one("answer");
                    } catch (const std::exception& error) {
                        std::cerr << error.what() << '\n';
                        ++failed;
                    }
                }
            });
        }
        for (std::thread& thread : threads) {
            thread.join();
        }
        const std::chrono::duration<double> took = Clock::now() - begun;
        if (failed != 0) {
            throw std::runtime_error(std::to_string(failed) + " logins failed");
        }
        return took.count();
    }

private:
    [[nodiscard]] ConnectOptions options() const {
        ConnectOptions options;
        options.session.algorithms.key_exchange = {key_exchange};
        options.session.algorithms.ciphers = {cipher};
        options.user = "alice";
        options.methods.emplace_back(WithGssapiKeyex{});
        options.backend = backend_;
        options.credentials = &credentials_;
        options.gss_host = "localhost";
        return options;
    }

    std::string destination_;
    Backend backend_;
    Credentials credentials_; ///< as a program that keeps running would hold them
};

void fork_and_exec() {
    const pid_t child = ::fork();
    if (child == 0) {
        ::execl(program, program, nullptr);
        ::_exit(1);
    }
    int status = 0;
    if (child < 0 || ::waitpid(child, &status, 0) != child || status != 0) {
        throw std::runtime_error("a process could not be run");
    }
}

template <typename What>
double seconds(unsigned count, What what) {
    const Clock::time_point begun = Clock::now();
    for (unsigned i = 0; i < count; ++i) {
        what();
    }
    return std::chrono::duration<double>(Clock::now() - begun).count() / count;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

/// What a login with a process takes longer than one without, and what fork and exec take: in
/// turns, so that whatever else the machine does meets all three.
void compare_process(const std::string& port, unsigned rounds) {
    const Logins logins(port);
    constexpr unsigned batch = 10;
    std::vector<double> above;
    std::vector<double> alone;
    for (unsigned i = 0; i < rounds; ++i) {
        const double bare = seconds(batch, [&] { logins.one("answer"); });
        const double with = seconds(batch, [&] { logins.one("process"); });
        above.push_back(with - bare);
        alone.push_back(seconds(batch, fork_and_exec));
    }
    std::cout << median(above) << ' ' << median(alone) << std::endl;
}

int run(const std::vector<std::string>& arguments) {
    const auto number = [&](std::size_t at) {
        return static_cast<unsigned>(std::stoul(arguments.at(at)));
    };
    const std::string& what = arguments.at(0);
    if (what == "serve") {
        return serve_until_told();
    }
    if (what == "login") {
        const Logins logins(arguments.at(1));
        std::cout << "ready" << std::endl;
        // As often as a line says how many at once, and how many.
        unsigned at_once = 0;
        unsigned count = 0;
        while (std::cin >> at_once >> count) {
            std::cout << logins.many(at_once, count) << std::endl;
        }
        return 0;
    }
    if (what == "process") {
        compare_process(arguments.at(1), number(2));
        return 0;
    }
    throw std::runtime_error("serve | login PORT | process PORT ROUNDS");
}

} // namespace

} // namespace gss::bench

int main(int argc, char** argv) {
    try {
        return gss::bench::run({argv + 1, argv + argc});
    } catch (const std::exception& error) {
        std::cerr << "gssxx_transport_peer: " << error.what() << std::endl;
        return 1;
    }
}
