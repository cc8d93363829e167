// SPDX-License-Identifier: Apache-2.0
// The client's side of "password" (RFC 4252 s8).
#include "client_method.h"

#include "auth_messages.h"
#include "messages.h"
#include "reader.h"
#include "writer.h"

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::uint8_t change_request = 60;

class PasswordAttempt final : public RequestAttempt {
public:
    PasswordAttempt(ClientNeeds&& needs, SecretBytes password)
        : RequestAttempt(std::move(needs)), password_(std::move(password)) {}

    void begin() override {
        constexpr std::string_view method = "password";
        const SecretBytes password = std::move(password_);
        // All room beforehand: what grows leaves copies behind.
        ssh::wire::Writer writer(message::userauth_request, 17 + needs().user.size() +
                                                                needs().service.size() +
                                                                method.size() + password.size());
        writer.text(needs().user).text(needs().service).text(method).boolean(false);
        writer.string(password.view());
        Bytes request = writer.take();
        needs().outlet.send(request);
        secure_wipe(request);
    }

private:
    // RFC 4252 s8: "In this case, the client MAY continue with a different authentication method".
    // What the server says about it is not repeated: the text is a stranger's.
    void method_message(std::uint8_t number, BytesView payload) override {
        if (number != change_request) {
            message_out_of_place(number);
        }
        ssh::wire::Reader reader(payload.subspan(1));
        static_cast<void>(reader.text(ssh::wire::max_text_size)); // prompt
        static_cast<void>(reader.text(ssh::wire::max_name_size)); // language
        if (!reader.done()) {
            protocol_fault("a damaged USERAUTH_PASSWD_CHANGEREQ");
        }
        give_up("the password has expired: the server wants a new one");
    }

    SecretBytes password_;
};

} // namespace

std::unique_ptr<ClientAttempt> make_password(ClientNeeds&& needs, AuthMethod&& method) {
    return std::make_unique<PasswordAttempt>(std::move(needs),
                                             std::move(std::get<WithPassword>(method).password));
}

} // namespace gss::inline v0::transport::detail
