// SPDX-License-Identifier: Apache-2.0
// User authentication of a server (RFC 4252), GSS methods by the engine of gssxx-ssh.
#pragma once

#include "client_auth.h"
#include "engine_bridge.h"
#include "outlet.h"
#include "server_method.h"

#include <gssxx/ssh/user_auth.h>
#include <gssxx/transport/session.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport::detail {

/// Decides nothing: NoneRequest, PasswordRequest, PublicKeyRequest and ssh::Authorize go out. The
/// other methods are a table of name and handler; the engine counts and refuses.
class ServerAuth {
public:
    /// @p options and @p outlet outlive it.
    ServerAuth(const ServerOptions& options, Outlet& outlet);
    ServerAuth(const ServerAuth&) = delete;
    ServerAuth& operator=(const ServerAuth&) = delete;
    ~ServerAuth();

    void ready(AuthGround ground);
    /// Messages 5, 50, 60 to 79, and 3, which is ignored. What has no place is a SessionFault.
    void receive(BytesView payload);
    ssh::Fed answer(RequestId id, Answer&& answer);

    /// A question is open: no packet may be read. RFC 4252 s5.1: "The server MUST process each
    /// request completely and acknowledge any failed requests with SSH_MSG_USERAUTH_FAILURE before
    /// processing the next request." So nothing is ever abandoned that is being decided, no engine
    /// holds what has come behind, and guesses at passwords count one by one.
    [[nodiscard]] bool waits() const noexcept {
        return bridge_.waiting() || (attempt_ && attempt_->question() != 0);
    }

    [[nodiscard]] bool service_accepted() const noexcept { return phase_ >= Phase::open; }
    [[nodiscard]] bool authenticated() const noexcept { return phase_ == Phase::done; }
    /// Who is logged in; empty before.
    [[nodiscard]] const std::string& user() const noexcept { return user_; }

private:
    enum class Phase : std::uint8_t {
        keys,    ///< they have not been exchanged
        service, ///< the client has not asked for the service
        open,    ///< the service runs
        done,    ///< somebody is logged in
    };
    /// Engines come and go with partial successes: their failures are counted through, and are
    /// told with the reasons that we know.
    class Counting final : public Outlet {
    public:
        explicit Counting(Outlet& outlet) noexcept : outlet_(outlet) {}
        void send(BytesView payload) override { outlet_.send(payload); }
        void put(Event event) override;
        [[nodiscard]] RequestId new_id() noexcept override { return outlet_.new_id(); }

        void explain(std::string reason) { reason_ = std::move(reason); }
        void next_engine() noexcept { earlier_ = failures_; }
        [[nodiscard]] unsigned failures() const noexcept { return failures_; }

    private:
        Outlet& outlet_;
        std::string reason_; ///< of the next failure, when it is ours to know
        unsigned earlier_ = 0;
        unsigned failures_ = 0;
    };

    void take_unimplemented(BytesView payload);
    void take_service_request(BytesView payload);
    void take_request(BytesView payload);
    void take_method_message(BytesView payload);
    void show_banner();

    void make_engine(const std::optional<ssh::AuthDone>& continues,
                     const std::vector<std::string>& methods);
    /// Lets the engine say what it has to say.
    void run();
    void take_other(ssh::OtherRequest&& request);
    void conclude(MethodVerdict&& verdict);
    void refuse(std::string reason);
    void accept();
    void accept_partly(std::vector<std::string>&& methods);
    void engine_done(ssh::AuthDone&& done);
    void go_on(ssh::AuthDone&& partly);
    void log_in(LoggedIn&& who);
    /// Whether @p method is one that a client may try now.
    [[nodiscard]] bool offered(std::string_view method) const;

    const ServerOptions& options_;
    Counting outlet_;
    EngineBridge bridge_;
    SecretBytes session_id_;
    std::optional<ssh::KexContext> key_exchange_;
    std::vector<std::string> offered_; ///< by the engine: ours and the GSS ones
    std::unique_ptr<ssh::ServerUserAuth> engine_;
    std::unique_ptr<MethodAttempt> attempt_; ///< of a method that is none of GSS-API
    std::string method_;                     ///< of it
    std::string user_;
    unsigned requests_ = 0;
    std::uint32_t last_context_ = 0; ///< of gssapi-with-mic, that the host has kept
    bool kex_proven_ = false;        ///< gssapi-keyex is part of the partial success
    Phase phase_ = Phase::keys;
    bool banner_shown_ = false;
};

} // namespace gss::inline v0::transport::detail
