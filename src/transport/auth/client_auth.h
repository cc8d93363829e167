// SPDX-License-Identifier: Apache-2.0
// User authentication of a client (RFC 4252), GSS methods by the engines of gssxx-ssh.
#pragma once

#include "client_method.h"
#include "outlet.h"

#include <gssxx/ssh/actions.h>
#include <gssxx/ssh/user_auth.h>
#include <gssxx/transport/session.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport::detail {

/// What an attempt needs of the session; known when keys have been exchanged.
struct AuthGround {
    Bytes session_id;
    std::string peer_version;
    /// The initial exchange, when it was a GSS one (secrets are not looked at). Not looked at after
    /// ready().
    const ssh::KexDone* key_exchange = nullptr;
};
/// Its context; nothing when there is none.
[[nodiscard]] std::optional<ssh::KexContext> kex_context(const AuthGround& ground);

class ClientAuth {
public:
    /// @p options and @p outlet outlive it.
    ClientAuth(const ClientOptions& options, Outlet& outlet);
    ClientAuth(const ClientAuth&) = delete;
    ClientAuth& operator=(const ClientAuth&) = delete;
    ~ClientAuth();

    /// See ClientSession::authenticate. Kept until ready().
    [[nodiscard]] Result<void> authenticate(std::string_view user, AuthMethod method);
    /// Keys have been exchanged for the first time: now the service may be asked for.
    void ready(AuthGround ground);
    /// Messages 6, 51, 52, 53, 60 to 79, and 3 (UNIMPLEMENTED), which is ignored unless an answer
    /// is expected. What has no place is a SessionFault.
    void receive(BytesView payload);
    /// server-sig-algs of EXT_INFO (RFC 8308 s3.1).
    void signature_algorithms(std::vector<std::string> names);
    ssh::Fed answer(RequestId id, Answer&& answer);

    /// Is a message of ours under way that the peer has not answered: then a 3 may be its answer.
    [[nodiscard]] bool expects_answer() const noexcept;
    [[nodiscard]] bool authenticated() const noexcept { return phase_ == Phase::done; }
    /// Who is logged in; empty before.
    [[nodiscard]] const std::string& user() const noexcept { return user_; }

private:
    enum class Phase : std::uint8_t {
        keys,    ///< they have not been exchanged
        service, ///< nobody wants to log in yet
        asked,   ///< SERVICE_REQUEST was sent
        open,    ///< the service runs
        done,    ///< somebody is logged in
    };
    struct Wish {
        std::string user;
        AuthMethod method;
    };

    [[nodiscard]] std::string_view misuse_in(std::string_view user, const AuthMethod& method) const;
    void ask_for_service();
    void begin();
    /// Looks whether the attempt has ended.
    void settle();
    void take_unimplemented(BytesView payload);
    void take_service_accept(BytesView payload);
    void take_banner(BytesView payload);
    void take_result(BytesView payload);

    const ClientOptions& options_;
    Outlet& outlet_;
    SecretBytes session_id_;
    std::string peer_version_;
    std::optional<ssh::KexContext> key_exchange_;
    std::optional<std::vector<std::string>> signature_algorithms_;
    std::optional<Wish> wish_; ///< that waits for keys or the service
    std::unique_ptr<ClientAttempt> attempt_;
    std::string_view method_; ///< of the attempt
    std::string user_;
    std::optional<std::string> partly_; ///< who has succeeded in part
    std::uint32_t attempts_ = 0;
    std::size_t banners_ = 0;
    std::size_t banner_octets_ = 0;
    Phase phase_ = Phase::keys;
    bool keyex_tried_ = false;
    bool failure_may_come_ = false; ///< for an attempt that is over
};

} // namespace gss::inline v0::transport::detail
