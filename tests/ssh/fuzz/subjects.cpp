// SPDX-License-Identifier: Apache-2.0
// The engines that are fuzzed, by name: one target for each engine and role.
#include "cheap_crypto.h"
#include "fuzz_target.h"
#include "interpreter.h"

#include <gssxx/mechanism.h>
#include <gssxx/ssh/key_exchange.h>
#include <gssxx/ssh/user_auth.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace gss::test::fuzz {

namespace {

using namespace gss::ssh;

constexpr std::array families{KexFamily::curve25519_sha256, KexFamily::nistp256_sha256,
                              KexFamily::group14_sha256, KexFamily::gex_sha1};
const Bytes kexinit(20, std::byte{20});
const Bytes session_id(32, std::byte{7});

/// A K_S: string "ssh-ed25519", string key.
Bytes sample_host_key() {
    constexpr std::string_view name("\0\0\0\x0bssh-ed25519\0\0\0\x20", 19);
    Bytes key(51, std::byte{3});
    std::ranges::copy(as_bytes(name), key.begin());
    return key;
}

void set_up(KexOptions& options, std::uint8_t bits) {
    options.method = {families[bits % 4], mechanism::krb5()};
    options.policy.legacy = true;
    options.policy.families.push_back(KexFamily::gex_sha1);
    options.transcript = {"SSH-2.0-c", "SSH-2.0-s", kexinit, kexinit};
    options.null_host_key = (bits & 4U) != 0;
    options.explain = (bits & 8U) != 0;
    options.context.number = (bits & 16U) != 0 ? 1 : 0;
}

void client_kex(std::uint8_t bits, const std::function<void(Subject)>& use) {
    ClientKexOptions options;
    set_up(options, bits);
    ClientKeyExchange engine = ClientKeyExchange::create(cheap_crypto(), options).value();
    use({&engine, [&engine] { return engine.start(); }});
}

void server_kex(std::uint8_t bits, const std::function<void(Subject)>& use) {
    ServerKexOptions options;
    set_up(options, bits);
    if (!options.null_host_key && (bits & 32U) != 0) {
        options.host_key = sample_host_key();
    }
    ServerKeyExchange engine = ServerKeyExchange::create(cheap_crypto(), options).value();
    use({&engine, [] { return Fed::taken; }});
}

void client_with_mic(std::uint8_t bits, const std::function<void(Subject)>& use) {
    ClientWithMicOptions options;
    options.user = "alice";
    options.session_id = session_id;
    options.delegate = (bits & 1U) != 0;
    options.explain = (bits & 2U) != 0;
    ClientWithMic engine = ClientWithMic::create(options).value();
    use({&engine, [&engine] { return engine.start(); }});
}

void client_keyex(std::uint8_t /*bits*/, const std::function<void(Subject)>& use) {
    ClientKeyexOptions options;
    options.user = "alice";
    options.session_id = session_id;
    ClientKeyex engine = ClientKeyex::create(options).value();
    use({&engine, [&engine] { return engine.start(); }});
}

void server_auth(std::uint8_t bits, const std::function<void(Subject)>& use) {
    ServerUserAuthOptions options;
    options.session_id = session_id;
    options.with_mic = (bits & 1U) == 0;
    if ((bits & 2U) != 0) {
        options.key_exchange =
            KexContext{{}, mechanism::krb5(), ContextFlag::mutual | ContextFlag::integrity};
    }
    options.explain = (bits & 4U) != 0;
    options.other_methods = {"publickey"};
    ServerUserAuth engine = ServerUserAuth::create(options).value();
    use({&engine, [&engine] { return engine.other_method_failed(); }});
}

Target target(std::string_view name, const MakeSubject& make, const Success& success) {
    return {name, [make, success](BytesView input) { run(input, make, success); }};
}

} // namespace

std::span<const Target> targets() {
    static const std::array all{
        target("client_kex", client_kex, {.needs_verify = true}),
        target("server_kex", server_kex, {.needs_mic = true}),
        target("client_with_mic", client_with_mic, {.needs_mic = true}),
        target("client_keyex", client_keyex, {.needs_mic = true}),
        target("server_auth", server_auth, {.needs_verify = true, .needs_authorize = true}),
    };
    return all;
}

} // namespace gss::test::fuzz
