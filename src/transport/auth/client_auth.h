// SPDX-License-Identifier: Apache-2.0
// User authentication of a client (RFC 4252), GSS methods by the engines of gssxx-ssh.
#pragma once

#include "outlet.h"

#include <gssxx/ssh/actions.h>
#include <gssxx/transport/session.h>

#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0::transport::detail {

/// What an attempt needs of the session; known when keys have been exchanged.
struct AuthGround {
    Bytes session_id;
    std::string peer_version;
    /// The initial exchange, when it was a GSS one (secrets are not looked at).
    const ssh::KexDone* key_exchange = nullptr;
};

class ClientAuth {
public:
    ClientAuth(const ClientOptions& options, Outlet& outlet);
    ~ClientAuth();

    /// See ClientSession::authenticate. Kept until ready().
    [[nodiscard]] Result<void> authenticate(std::string_view user, AuthMethod method);
    /// Keys have been exchanged for the first time: now the service may be asked for.
    void ready(AuthGround ground);
    /// Messages 6, 51, 52, 53, 60 to 79, and 3 (UNIMPLEMENTED) that answers one of ours. What has
    /// no place is a SessionFault.
    void receive(BytesView payload);
    /// server-sig-algs of EXT_INFO (RFC 8308 s3.1).
    void signature_algorithms(std::vector<std::string> names);
    ssh::Fed answer(RequestId id, Answer&& answer);

    /// Is a message of ours under way that the peer has not answered: then a 3 may be its answer.
    [[nodiscard]] bool expects_answer() const noexcept;
    [[nodiscard]] bool authenticated() const noexcept;
    [[nodiscard]] const std::string& user() const noexcept;

    // Data members are the implementer's.
};

} // namespace gss::inline v0::transport::detail
