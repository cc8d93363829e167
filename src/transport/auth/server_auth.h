// SPDX-License-Identifier: Apache-2.0
// User authentication of a server (RFC 4252), GSS methods by the engine of gssxx-ssh.
#pragma once

#include "client_auth.h"
#include "outlet.h"

#include <gssxx/ssh/user_auth.h>
#include <gssxx/transport/session.h>

#include <functional>
#include <string>

namespace gss::inline v0::transport::detail {

/// Decides nothing: NoneRequest, PasswordRequest, PublicKeyRequest and ssh::Authorize go out. The
/// other methods are a table of name and handler; the engine counts and refuses.
class ServerAuth {
public:
    ServerAuth(const ServerOptions& options, Outlet& outlet);
    ~ServerAuth();

    void ready(AuthGround ground);
    /// Messages 5, 50, 60 to 79, 3.
    void receive(BytesView payload);
    ssh::Fed answer(RequestId id, Answer&& answer);

    [[nodiscard]] bool service_accepted() const noexcept;
    [[nodiscard]] bool authenticated() const noexcept;
    [[nodiscard]] const std::string& user() const noexcept;

    // Data members are the implementer's.
};

} // namespace gss::inline v0::transport::detail
