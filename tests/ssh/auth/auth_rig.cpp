// SPDX-License-Identifier: Apache-2.0
#include "auth_rig.h"

#include "writer.h"

#include <limits>
#include <type_traits>
#include <utility>

namespace gss::test {

using namespace ssh;

ContextName attempt_context(std::uint32_t number) {
    return {ContextName::Use::authentication, number};
}

Bytes octets(std::string_view text) {
    const BytesView view = as_bytes(text);
    return {view.begin(), view.end()};
}

const Bytes& session_id() {
    static const Bytes id = octets("0123456789abcdef0123456789abcdef");
    return id;
}

ClientWithMicOptions client_options() {
    ClientWithMicOptions options;
    options.user = "alice";
    options.session_id = session_id();
    return options;
}

ClientKeyexOptions keyex_options() {
    ClientKeyexOptions options;
    options.user = "alice";
    options.session_id = session_id();
    return options;
}

ServerUserAuthOptions server_options() {
    ServerUserAuthOptions options;
    options.session_id = session_id();
    options.other_methods = {"publickey"};
    options.most_failures = std::numeric_limits<unsigned>::max();
    options.most_requests = std::numeric_limits<unsigned>::max();
    return options;
}

ServerUserAuthOptions server_options_after_kex() {
    ServerUserAuthOptions options = server_options();
    options.key_exchange =
        KexContext{kex_context, mechanism::krb5(), ContextFlag::mutual | ContextFlag::integrity};
    return options;
}

std::string word(const Action& action) {
    struct Names {
        std::string operator()(const SendMessage& one) const {
            return "Send" + std::to_string(std::to_integer<unsigned>(one.payload.at(0)));
        }
        std::string operator()(const GssStep& one) const {
            return one.first ? "FirstStep" : "Step";
        }
        std::string operator()(const GetMic&) const { return "GetMic"; }
        std::string operator()(const VerifyMic&) const { return "VerifyMic"; }
        std::string operator()(const Authorize&) const { return "Authorize"; }
        std::string operator()(const Release&) const { return "Release"; }
        std::string operator()(const AttemptFailed&) const { return "AttemptFailed"; }
        std::string operator()(const OtherRequest&) const { return "OtherRequest"; }
        std::string operator()(const KexDone&) const { return "KexDone"; }
        std::string operator()(const AuthDone& one) const {
            return one.partial ? "AuthDonePartly" : "AuthDone";
        }
        std::string operator()(const Fail& one) const {
            return "Fail" + std::to_string(one.disconnect_reason);
        }
    };
    return std::visit(Names{}, action);
}

namespace {

std::string hex(BytesView octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte octet : octets) {
        text += digits[std::to_integer<unsigned>(octet) >> 4U];
        text += digits[std::to_integer<unsigned>(octet) & 15U];
    }
    return text;
}

std::string joined(const std::vector<std::string>& parts) {
    std::string text;
    for (const std::string& part : parts) {
        text += part + ";";
    }
    return text;
}

struct Contents {
    std::string operator()(const SendMessage& one) const { return hex(one.payload); }
    std::string operator()(const GssStep& one) const {
        return std::to_string(one.id) + to_string(one.context) + (one.initiate ? "i" : "a") +
               one.mechanism.to_string() + std::to_string(one.flags.bits()) + hex(one.token);
    }
    std::string operator()(const GetMic& one) const {
        return std::to_string(one.id) + to_string(one.context) + hex(one.data.view());
    }
    std::string operator()(const VerifyMic& one) const {
        return std::to_string(one.id) + to_string(one.context) + hex(one.data.view()) + "/" +
               hex(one.mic);
    }
    std::string operator()(const Authorize& one) const {
        return std::to_string(one.id) + to_string(one.context) + one.user + "/" + one.service +
               "/" + one.method + one.mechanism.to_string() + std::to_string(one.flags.bits());
    }
    std::string operator()(const Release& one) const { return to_string(one.context); }
    std::string operator()(const AttemptFailed& one) const {
        return one.user + "/" + one.method + "/" + one.reason + std::to_string(one.failures);
    }
    std::string operator()(const OtherRequest& one) const {
        return one.user + "/" + one.service + "/" + one.method + hex(one.payload);
    }
    std::string operator()(const KexDone&) const { return {}; }
    std::string operator()(const AuthDone& one) const {
        return one.user + "/" + one.service + "/" + one.method + to_string(one.context) +
               one.mechanism.to_string() + std::to_string(one.flags.bits()) + joined(one.methods);
    }
    std::string operator()(const Fail& one) const {
        return std::to_string(static_cast<int>(one.fault)) + one.text + joined(one.methods) +
               std::to_string(one.major.value_or(0)) + "/" + std::to_string(one.minor.value_or(0));
    }
};

} // namespace

std::string whole(const Action& action) {
    return word(action) + "{" + std::visit(Contents{}, action) + "}";
}

Polled poll_all(Engine& engine) {
    Polled polled{{}, take_all(engine)};
    for (const Action& action : polled.actions) {
        polled.words += (polled.words.empty() ? "" : " ") + word(action);
    }
    return polled;
}

ServerRig server_rig(const ServerUserAuthOptions& options, Script script) {
    return {ServerUserAuth::create(options).value(), std::move(script)};
}

ClientRig client_rig(const ClientWithMicOptions& options, Script script) {
    ClientRig rig{ClientWithMic::create(options).value(), std::move(script)};
    rig.engine.start();
    return rig;
}

Login log_in(const ClientWithMicOptions& client, const ServerUserAuthOptions& server,
             const Script& client_script, const Script& server_script, const PairHooks& hooks) {
    Login login{client_rig(client, client_script), server_rig(server, server_script), {}};
    login.run = run_pair(login.client.engine, login.server.engine, login.client.host,
                         login.server.host, hooks);
    return login;
}

Bytes with_mic_request(std::string_view user, const OidSet& mechanisms) {
    return wire::build_with_mic_request({user, connection_service}, mechanisms);
}

Bytes raw_request(std::string_view user, std::string_view service, std::string_view method,
                  BytesView rest) {
    return wire::Writer(50).text(user).text(service).text(method).raw(rest).take();
}

Bytes other_request(std::string_view method, std::string_view user, std::string_view service) {
    return raw_request(user, service, method, {});
}

Bytes failure_message(bool partial) {
    return wire::build_failure(std::vector<std::string>{"publickey", "password"}, partial);
}

Bytes sample_message(unsigned number) {
    switch (number) {
    case 3:
        return wire::build_unimplemented(1);
    case 50:
        return with_mic_request();
    case 51:
        return failure_message();
    case 52:
        return wire::build_success();
    case 60:
        return wire::build_response(mechanism::krb5());
    case 61:
        return wire::build_token(octets("a token"));
    case 63:
        return wire::build_exchange_complete();
    case 64:
        return wire::build_error({1, 2, "text", "en"});
    case 65:
        return wire::build_error_token(octets("an error token"));
    case 66:
        return wire::build_mic(octets("a mic"));
    default:
        return wire::Writer(static_cast<std::uint8_t>(number)).text("something").take();
    }
}

std::vector<Bytes> damaged(const Bytes& good) {
    std::vector<Bytes> all;
    for (std::size_t size = 1; size < good.size(); ++size) {
        all.emplace_back(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(size));
    }
    all.push_back(good);
    all.back().push_back(std::byte{0});
    return all;
}

StepAnswer Initiator::step(BytesView token) {
    const bool first = std::exchange(first_, false);
    return host.step({0, context, true, first || token.empty(), mechanism::krb5(),
                      ContextFlag::mutual | ContextFlag::integrity,
                      Bytes(token.begin(), token.end())});
}

void establish_kex(ScriptedHost& initiator, ScriptedHost& acceptor) {
    const StepAnswer first = initiator.step({0,
                                             kex_context,
                                             true,
                                             true,
                                             mechanism::krb5(),
                                             ContextFlag::mutual | ContextFlag::integrity,
                                             {}});
    const StepAnswer second =
        acceptor.step({0, kex_context, false, true, mechanism::krb5(), {}, first.token});
    static_cast<void>(
        initiator.step({0, kex_context, true, false, mechanism::krb5(), {}, second.token}));
}

} // namespace gss::test
