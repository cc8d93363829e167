// SPDX-License-Identifier: Apache-2.0
// The server's side of "password" (RFC 4252 s8).
#include "server_method.h"

#include "escape.h"
#include "reader.h"

namespace gss::inline v0::transport::detail {

namespace {

/// The longest password that is read, in octets.
constexpr std::size_t max_password = 4096;

class PasswordRequested final : public MethodAttempt {
public:
    using MethodAttempt::MethodAttempt;

    MethodVerdict begin(BytesView rest) override {
        ssh::wire::Reader reader(rest);
        const bool change = reader.boolean();
        const BytesView password = reader.string(max_password);
        if (change) {
            static_cast<void>(reader.string(max_password)); // the new one
        }
        if (!reader.done()) {
            protocol_fault("a damaged request for \"password\"");
        }
        // RFC 4252 s8: "SSH_MSG_USERAUTH_FAILURE without partial success - The password has not
        // been changed. Either password changing was not supported, or the old password was bad."
        if (change) {
            return refused("passwords are not changed here");
        }
        // s8: "string plaintext password in ISO-10646 UTF-8 encoding". A NUL would end it early in
        // every host that is written in C.
        const std::string_view text = as_text(password);
        if (!is_utf8(text) || text.find('\0') != std::string_view::npos) {
            return refused("a password that is no UTF-8 without NUL");
        }
        PasswordRequest question;
        question.password = SecretBytes(password);
        ask(std::move(question));
        return std::nullopt;
    }
};

} // namespace

std::unique_ptr<MethodAttempt> take_password(ServerNeeds&& needs) {
    return std::make_unique<PasswordRequested>(std::move(needs));
}

} // namespace gss::inline v0::transport::detail
