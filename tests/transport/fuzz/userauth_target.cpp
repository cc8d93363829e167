// SPDX-License-Identifier: Apache-2.0
// User authentication, either role. The first octet is the role; what follows is in the languages
// of userauth_client.cpp and userauth_server.cpp.
#include "transport_targets.h"
#include "userauth_parts.h"

#include <gssxx/mechanism.h>

#include <array>
#include <string>

namespace gss::test::fuzz {

using transport::RequestId;

RequestId answered_id(Cursor& cursor, RequestId newest) {
    constexpr RequestId first = 100;
    switch (cursor.byte() % 8) {
    case 5:
        return newest > first ? newest - 1 : 0;
    case 6:
        return 0;
    case 7:
        return newest + 1;
    default:
        return newest;
    }
}

transport::Answer any_answer(Cursor& cursor) {
    const unsigned kind = cursor.byte() % 8;
    const unsigned verdict = cursor.byte();
    const bool good = (verdict & 1U) != 0;
    const std::uint8_t flags = cursor.byte();
    const BytesView octets = cursor.string();
    switch (kind) {
    case 0: {
        constexpr std::array statuses{ssh::StepAnswer::Status::more, ssh::StepAnswer::Status::done,
                                      ssh::StepAnswer::Status::failed,
                                      ssh::StepAnswer::Status::done};
        ssh::StepAnswer answer;
        answer.status = statuses[verdict % 4];
        answer.token = Bytes(octets.begin(), octets.end());
        answer.flags = ContextFlags::from_bits(flags);
        answer.mechanism = (verdict & 0x80U) != 0 ? mechanism::spnego() : mechanism::krb5();
        answer.major = 0xd0000;
        answer.text = "fuzzed \x1b[2J";
        return answer;
    }
    case 1:
        return ssh::MicAnswer{
            good ? std::optional(Bytes(octets.begin(), octets.end())) : std::nullopt, "fuzzed"};
    case 2:
        return ssh::VerifyAnswer{good, "fuzzed"};
    case 3: {
        ssh::AuthorizeAnswer answer;
        answer.reason = "fuzzed \x1b[2J";
        answer.decision =
            good ? ssh::AuthorizeAnswer::Decision::allow : ssh::AuthorizeAnswer::Decision::deny;
        if ((verdict & 2U) != 0) {
            constexpr std::array methods{"password", "publickey", "gssapi-with-mic", "none"};
            answer.decision = ssh::AuthorizeAnswer::Decision::allow_partly;
            answer.methods = {methods[verdict / 4 % 4], methods[verdict / 16 % 4]};
        }
        return answer;
    }
    case 4:
        return transport::HostKeyAnswer{good, {}};
    case 5:
        return transport::RequestAnswer{good, {}};
    default:
        return transport::Refusal{};
    }
}

std::string_view user_name(std::uint8_t number) {
    constexpr std::array<std::string_view, 6> names{"alice",   "bob",  "",
                                                    "\x1b[2J", "a\0b", "\xff\xfe"};
    return names[number % names.size()];
}

const Bytes& fuzz_session_id() {
    static const Bytes id(32, std::byte{7});
    return id;
}

ssh::KexDone finished_exchange() {
    return {SecretBytes(BytesView(fuzz_session_id())),
            {},
            ssh::HashAlgorithm::sha256,
            {},
            {ssh::ContextName::Use::key_exchange, 0},
            mechanism::krb5(),
            {ContextFlag::mutual, ContextFlag::integrity}};
}

const transport::PrivateKey& fuzz_key() {
    static const transport::PrivateKey key =
        transport::PrivateKey::generate(transport::KeyType::ed25519).value();
    return key;
}

std::uint8_t number_of(BytesView payload) {
    return payload.empty() ? std::uint8_t{0} : std::to_integer<std::uint8_t>(payload[0]);
}

void fuzz_userauth(BytesView input) {
    Cursor cursor(input);
    cursor.flag() ? fuzz_server_auth(cursor) : fuzz_client_auth(cursor);
}

} // namespace gss::test::fuzz
