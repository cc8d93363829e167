// SPDX-License-Identifier: Apache-2.0
// What a method of a server's authentication is that is none of GSS-API: a row of a table and one
// object for each attempt.
#pragma once

#include "fault.h"
#include "outlet.h"

#include <gssxx/ssh/actions.h>
#include <gssxx/transport/events.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::inline v0::transport::detail {

/// What an attempt uses. The references outlive it.
struct ServerNeeds {
    Outlet& outlet;
    BytesView session_id;
    std::string user;
    std::string service;
};

/// How an attempt ends.
struct MethodEnd {
    enum class What : std::uint8_t {
        refused,
        replied, ///< by the method itself: nobody has logged in, and nothing has failed
        allowed,
        allowed_partly,
    };
    What what = What::refused;
    std::string reason;               ///< with refused: for logs
    std::vector<std::string> methods; ///< with allowed_partly: those that can continue
};
/// Nothing: the attempt goes on.
using MethodVerdict = std::optional<MethodEnd>;

[[nodiscard]] MethodEnd refused(std::string reason);

/// One attempt of a client. What the client sends that cannot be read is a SessionFault.
class MethodAttempt {
public:
    explicit MethodAttempt(ServerNeeds needs) : needs_(std::move(needs)) {}
    MethodAttempt(const MethodAttempt&) = delete;
    MethodAttempt& operator=(const MethodAttempt&) = delete;
    virtual ~MethodAttempt() = default;

    /// The method's own part of the request.
    [[nodiscard]] virtual MethodVerdict begin(BytesView rest) = 0;
    /// Messages 60 to 79. Unless the method has some, they are faults.
    [[nodiscard]] virtual MethodVerdict message(BytesView payload);
    /// The answer to the question of question().
    [[nodiscard]] virtual MethodVerdict answered(Answer&& answer);

    /// The question that is open; 0: none is.
    [[nodiscard]] RequestId question() const noexcept { return question_; }
    [[nodiscard]] const std::string& user() const noexcept { return needs_.user; }
    [[nodiscard]] const std::string& service() const noexcept { return needs_.service; }

protected:
    /// What a decision comes to.
    [[nodiscard]] virtual MethodVerdict decided(ssh::AuthorizeAnswer&& answer);
    template <typename Question>
    void ask(Question&& question) {
        question_ = needs_.outlet.new_id();
        question.id = question_;
        question.user = needs_.user;
        question.service = needs_.service;
        needs_.outlet.put(Event(std::forward<Question>(question)));
    }
    [[nodiscard]] const ServerNeeds& needs() const noexcept { return needs_; }

private:
    ServerNeeds needs_;
    RequestId question_ = 0;
};

/// A method.
struct ServerMethod {
    std::string_view name;
    /// Taken although no list names it: RFC 4252 s5.2 forbids to list "none".
    bool unlisted = false;
    std::unique_ptr<MethodAttempt> (*make)(ServerNeeds&& needs);
};
/// Null for a name that no row has.
[[nodiscard]] const ServerMethod* server_method(std::string_view name) noexcept;

// One for each row.
[[nodiscard]] std::unique_ptr<MethodAttempt> take_none(ServerNeeds&& needs);
[[nodiscard]] std::unique_ptr<MethodAttempt> take_password(ServerNeeds&& needs);
[[nodiscard]] std::unique_ptr<MethodAttempt> take_public_key(ServerNeeds&& needs);

} // namespace gss::inline v0::transport::detail
