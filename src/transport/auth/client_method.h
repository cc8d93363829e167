// SPDX-License-Identifier: Apache-2.0
// What a method of a client's authentication is: a row of a table and one object for each attempt.
#pragma once

#include "fault.h"
#include "outlet.h"

#include <gssxx/ssh/user_auth.h>
#include <gssxx/transport/session.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport::detail {

/// What an attempt uses. The references outlive it.
struct ClientNeeds {
    const ClientOptions& options;
    Outlet& outlet;
    BytesView session_id;
    std::string_view peer_version;
    /// Of the initial key exchange, when it was a GSS one.
    const std::optional<ssh::KexContext>& key_exchange;
    /// server-sig-algs, when it is known.
    const std::optional<std::vector<std::string>>& signature_algorithms;
    std::string user;
    std::string service{ssh::connection_service};
    std::uint32_t number = 0; ///< of the attempt, from 1
};

/// What came of an attempt.
struct AttemptEnd {
    bool success = false;
    bool partial = false;             ///< another method is needed
    std::vector<std::string> methods; ///< that can continue
    std::string reason;               ///< control characters are escaped
    std::optional<ssh::AuthDone> gss;
    /// We gave up by ourselves: a FAILURE may be on its way.
    bool failure_may_come = false;
};

/// One attempt to log in. What has no place in it is a SessionFault.
class ClientAttempt {
public:
    explicit ClientAttempt(ClientNeeds needs) : needs_(std::move(needs)) {}
    ClientAttempt(const ClientAttempt&) = delete;
    ClientAttempt& operator=(const ClientAttempt&) = delete;
    virtual ~ClientAttempt() = default;

    /// Sends or asks something, or ends.
    virtual void begin() = 0;
    /// Messages 51, 52, 60 to 79, and 3 while an answer is expected.
    virtual void receive(BytesView payload) = 0;
    virtual ssh::Fed answer(RequestId id, Answer&& answer);
    /// Is a message of ours under way that the server has not answered?
    [[nodiscard]] virtual bool expects_answer() const noexcept { return true; }

    [[nodiscard]] const std::string& user() const noexcept { return needs_.user; }
    [[nodiscard]] const std::string& service() const noexcept { return needs_.service; }
    /// Nothing while it goes on. Afterwards the attempt is of no use any more.
    [[nodiscard]] std::optional<AttemptEnd> take_end() noexcept {
        return std::exchange(end_, std::nullopt);
    }

protected:
    void finish(AttemptEnd end) { end_ = std::move(end); }
    /// Ends the attempt, not the session: it is no use to ask.
    void give_up(std::string_view reason);
    [[nodiscard]] const ClientNeeds& needs() const noexcept { return needs_; }

private:
    ClientNeeds needs_;
    std::optional<AttemptEnd> end_;
};

/// An attempt that is one request, which SUCCESS or FAILURE answers.
class RequestAttempt : public ClientAttempt {
public:
    using ClientAttempt::ClientAttempt;
    void receive(BytesView payload) override;

private:
    /// Messages 60 to 79. Unless the method has some, they are faults.
    virtual void method_message(std::uint8_t number, BytesView payload);
};

/// A method. Its place in the table is that of its alternative in AuthMethod.
struct ClientMethod {
    std::string_view name;
    std::unique_ptr<ClientAttempt> (*make)(ClientNeeds&& needs, AuthMethod&& method);
};
[[nodiscard]] const ClientMethod& client_method(const AuthMethod& method) noexcept;

[[noreturn]] void message_out_of_place(std::uint8_t number);

// One for each row.
[[nodiscard]] std::unique_ptr<ClientAttempt> make_none(ClientNeeds&& needs, AuthMethod&& method);
[[nodiscard]] std::unique_ptr<ClientAttempt> make_password(ClientNeeds&& needs,
                                                           AuthMethod&& method);
[[nodiscard]] std::unique_ptr<ClientAttempt> make_public_key(ClientNeeds&& needs,
                                                             AuthMethod&& method);
[[nodiscard]] std::unique_ptr<ClientAttempt> make_with_mic(ClientNeeds&& needs,
                                                           AuthMethod&& method);
[[nodiscard]] std::unique_ptr<ClientAttempt> make_keyex(ClientNeeds&& needs, AuthMethod&& method);

} // namespace gss::inline v0::transport::detail
