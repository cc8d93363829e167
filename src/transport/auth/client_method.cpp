// SPDX-License-Identifier: Apache-2.0
// The table of a client's methods, what all attempts have in common, and "none".
#include "client_method.h"

#include "auth_messages.h"
#include "escape.h"
#include "messages.h"
#include "writer.h"

#include <array>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::array<ClientMethod, std::variant_size_v<AuthMethod>> client_methods{{
    {"none", make_none},
    {"password", make_password},
    {"publickey", make_public_key},
    {"gssapi-with-mic", make_with_mic},
    {"gssapi-keyex", make_keyex},
}};

class NoneAttempt final : public RequestAttempt {
public:
    using RequestAttempt::RequestAttempt;
    void begin() override {
        needs().outlet.send(ssh::wire::Writer(message::userauth_request)
                                .text(needs().user)
                                .text(needs().service)
                                .text("none")
                                .octets());
    }
};

} // namespace

const ClientMethod& client_method(const AuthMethod& method) noexcept {
    return client_methods[method.index()];
}

void message_out_of_place(std::uint8_t number) {
    protocol_fault("message " + std::to_string(number) + " out of its place");
}

std::unique_ptr<ClientAttempt> make_none(ClientNeeds&& needs, AuthMethod&& /*method*/) {
    return std::make_unique<NoneAttempt>(std::move(needs));
}

ssh::Fed ClientAttempt::answer(RequestId /*id*/, Answer&& /*answer*/) {
    return ssh::Fed::stale;
}

void ClientAttempt::give_up(std::string_view reason) {
    AttemptEnd end;
    end.reason = escape_control_characters(reason);
    finish(std::move(end));
}

void RequestAttempt::receive(BytesView payload) {
    const auto number = std::to_integer<std::uint8_t>(payload[0]);
    if (number == message::unimplemented) {
        return give_up("the server does not know the request");
    }
    if (number == message::userauth_success) {
        if (!ssh::wire::is_bare(payload)) {
            protocol_fault("a damaged USERAUTH_SUCCESS");
        }
        AttemptEnd end;
        end.success = true;
        return finish(std::move(end));
    }
    if (number != message::userauth_failure) {
        return method_message(number, payload);
    }
    auto refusal = ssh::wire::parse_failure(payload);
    if (!refusal) {
        protocol_fault("a damaged USERAUTH_FAILURE");
    }
    AttemptEnd end;
    end.partial = refusal->partial;
    end.methods = std::move(refusal->methods);
    end.reason = refusal->partial ? "" : "the server refused it";
    finish(std::move(end));
}

void RequestAttempt::method_message(std::uint8_t number, BytesView /*payload*/) {
    message_out_of_place(number);
}

} // namespace gss::inline v0::transport::detail
