// SPDX-License-Identifier: Apache-2.0
// Kerberos single sign-on to a service of one's own: commands are answered in this process, and the
// answer depends on who asks. ssh_service ADDRESS:PORT PRINCIPAL=USER, until its input ends.
#include <gssxx/transport/server.h>

#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>

namespace {

namespace ssh = gss::ssh;
using namespace gss::transport;

/// One connection.
class Service : public ServerHandler {
public:
    explicit Service(ssh::Authorizer may) : may_(std::move(may)) {}

    ssh::AuthorizeAnswer gss(const ssh::AuthorizationRequest& request) override {
        principal_ = request.principal_text;
        return may_(request);
    }
    CommandAnswer run(const CommandRequest& request) override {
        if (request.command != "whoami") {
            return {}; // refused
        }
        return CommandOutput{principal_ + " as " + request.user + "\n", "", 0};
    }
    void log(int level, std::string_view line) override {
        if (level == 0) {
            std::cerr << std::string(line) + "\n";
        }
    }

private:
    ssh::Authorizer may_;
    std::string principal_;
};

int serve(const std::string& address, const std::string& principal, const std::string& user) {
    const auto backend = gss::Backend::open_default().value();
    ServeOptions options;
    options.backend = backend; // and its keytab; no other host key is needed
    options.session.algorithms.key_exchange = {"gss-curve25519-sha256", "gss-nistp256-sha256"};
    const Listener listener = Listener::open(address).value();
    std::cout << listener.port() << std::endl;
    const ssh::Authorizer may = ssh::authorize_principals({{user, principal}});
    gss::transport::serve(
        listener, options,
        [&may](const auto& /*endpoints*/) { return std::make_unique<Service>(may); }, 0)
        .value();
    return 0;
}

} // namespace

int main(int argc, char** argv) try {
    const std::string rule = argc == 3 ? argv[2] : "";
    const std::size_t equals = rule.find('=');
    if (equals == std::string::npos) {
        std::cerr << "usage: ssh_service ADDRESS:PORT PRINCIPAL=USER\n";
        return 2;
    }
    return serve(argv[1], rule.substr(0, equals), rule.substr(equals + 1));
} catch (const std::exception& failure) {
    std::cerr << failure.what() << '\n';
    return 1;
}
