// SPDX-License-Identifier: Apache-2.0
// The requests of ssh_token_pipe, answered with the token level.
#pragma once

#include <gssxx/gssxx.h>
#include <gssxx/ssh/authorization.h>
#include <gssxx/ssh/token.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::example {

struct PipeOptions {
    bool initiate = false;
    std::string backend; ///< empty: the first that opens
    std::string host;
    bool delegate = false;
    std::vector<std::string> principals; ///< USER=PRINCIPAL
    std::vector<std::string> realms;
};

class TokenPipe {
public:
    [[nodiscard]] static Result<TokenPipe> create(const PipeOptions& options);
    /// The answer to one line, without its end.
    [[nodiscard]] std::string answer(const std::string& line);

private:
    TokenPipe(Backend backend, Name host, std::optional<Credentials> credentials,
              ssh::Authorizer authorizer, const PipeOptions& options);

    [[nodiscard]] std::string mechanisms() const;
    [[nodiscard]] std::string step(const std::string& token);
    [[nodiscard]] Result<Step> take_step(BytesView token);
    [[nodiscard]] std::string sign(const std::string& data);
    [[nodiscard]] std::string verify(const std::string& data, const std::string& mic);
    [[nodiscard]] std::string peer() const;
    [[nodiscard]] std::string authorize(const std::string& user);
    /// Moves an established context to where messages are signed.
    [[nodiscard]] std::optional<Error> settle();
    void reset();

    Backend backend_;
    Name host_;
    std::optional<Credentials> credentials_; // servers: for that host and Kerberos only
    ssh::Authorizer authorizer_;
    bool initiate_;
    bool delegate_;
    std::optional<ssh::TokenInitiator> initiator_;
    std::optional<ssh::TokenAcceptor> acceptor_;
    std::optional<SecurityContext> context_;
    std::optional<Name> peer_;
    ContextFlags flags_;
};

} // namespace gss::example
