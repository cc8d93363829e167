// SPDX-License-Identifier: Apache-2.0
// The table of a server's own methods, what all attempts have in common, and "none".
#include "server_method.h"

#include "client_method.h"

#include <algorithm>
#include <array>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::array<ServerMethod, 3> server_methods{{
    {"none", true, take_none},
    {"password", false, take_password},
    {"publickey", false, take_public_key},
}};

class NoneRequested final : public MethodAttempt {
public:
    using MethodAttempt::MethodAttempt;

    MethodVerdict begin(BytesView rest) override {
        if (!rest.empty()) {
            protocol_fault("a damaged request for \"none\"");
        }
        ask(NoneRequest{});
        return std::nullopt;
    }
};

} // namespace

const ServerMethod* server_method(std::string_view name) noexcept {
    const auto* const found =
        std::find_if(server_methods.begin(), server_methods.end(),
                     [name](const ServerMethod& method) { return method.name == name; });
    return found != server_methods.end() ? found : nullptr;
}

std::unique_ptr<MethodAttempt> take_none(ServerNeeds&& needs) {
    return std::make_unique<NoneRequested>(std::move(needs));
}

MethodEnd refused(std::string reason) {
    return {MethodEnd::What::refused, std::move(reason), {}};
}

MethodVerdict MethodAttempt::message(BytesView payload) {
    message_out_of_place(std::to_integer<std::uint8_t>(payload[0]));
}

MethodVerdict MethodAttempt::answered(Answer&& answer) {
    question_ = 0;
    if (std::holds_alternative<Refusal>(answer)) {
        return refused("nobody decided");
    }
    if (auto* decision = std::get_if<ssh::AuthorizeAnswer>(&answer)) {
        return decided(std::move(*decision));
    }
    throw SessionFault(reason::by_application, "an answer of another kind than the question",
                       ssh::Fault::misuse);
}

MethodVerdict MethodAttempt::decided(ssh::AuthorizeAnswer&& answer) {
    using Decision = ssh::AuthorizeAnswer::Decision;
    switch (answer.decision) {
    case Decision::allow:
        return MethodEnd{MethodEnd::What::allowed, {}, {}};
    case Decision::allow_partly:
        return MethodEnd{MethodEnd::What::allowed_partly, {}, std::move(answer.methods)};
    case Decision::deny:
        break;
    }
    return refused(answer.reason.empty() ? "refused by the host"
                                         : "refused by the host: " + answer.reason);
}

} // namespace gss::inline v0::transport::detail
