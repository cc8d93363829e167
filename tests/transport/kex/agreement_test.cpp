// SPDX-License-Identifier: Apache-2.0
// What two KEXINITs come to (RFC 4253 s7.1, RFC 4462 s5), and what ours has in it.
#include "kexinit.h"

#include <gssxx/mechanism.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace gss::test {

namespace {

using namespace transport;
using namespace transport::detail;

const std::string krb5_suffix = "-toWM5Slw5Ew8Mqkay+al2g==";
const std::string gss_method = "gss-curve25519-sha256" + krb5_suffix;

KexInit simple() {
    KexInit init;
    init.key_exchange = {"curve25519-sha256"};
    init.host_keys = {"ssh-ed25519"};
    init.ciphers_to_server = init.ciphers_to_client = {"aes256-ctr"};
    init.macs_to_server = init.macs_to_client = {"hmac-sha2-256"};
    init.compression_to_server = init.compression_to_client = {"none"};
    return init;
}

Agreement agreed(const KexInit& client, const KexInit& server, Role we_are = Role::client,
                 bool initial = true) {
    return agree(client, server, we_are, initial);
}

/// The text of the fault; empty when there is agreement.
std::string disagreement(const KexInit& client, const KexInit& server) {
    try {
        static_cast<void>(agreed(client, server));
    } catch (const SessionFault& fault) {
        EXPECT_EQ(fault.disconnect_reason(), reason::key_exchange_failed);
        return fault.text();
    }
    return "";
}

bool has(const NameList& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

/// The code of the refusal; nothing without one.
template <typename T>
std::optional<ErrorCode> code_of(const Result<T>& result) {
    return result ? std::nullopt : std::optional(result.error().code());
}

/// Offers with defaults that a test changes.
struct Offering {
    Algorithms algorithms = default_client_algorithms();
    ssh::MechanismPolicy mechanisms;
    NameList host_keys{"ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"};

    [[nodiscard]] Result<KexInit> by(Role role, bool markers = true) const {
        return offered({.role = role,
                        .algorithms = algorithms,
                        .mechanisms = mechanisms,
                        .host_keys = host_keys,
                        .strict = markers,
                        .ext_info = markers});
    }
};

} // namespace

TEST(Agreement, the_clients_order_decides_in_every_list) {
    KexInit client = simple();
    KexInit server = simple();
    client.key_exchange = {"x", "ecdh-sha2-nistp521", "curve25519-sha256"};
    server.key_exchange = {"curve25519-sha256", "ecdh-sha2-nistp521"};
    client.host_keys = {"rsa-sha2-512", "ssh-ed25519"};
    server.host_keys = {"ssh-ed25519", "rsa-sha2-512"};
    client.ciphers_to_server = {"aes128-ctr", "aes256-ctr"};
    server.ciphers_to_server = {"aes256-ctr", "aes128-ctr"};
    client.ciphers_to_client = {"aes192-ctr", "aes256-ctr"};
    server.ciphers_to_client = {"aes256-ctr"};
    client.macs_to_server = {"hmac-sha2-512", "hmac-sha2-256"};
    server.macs_to_server = {"hmac-sha2-256", "hmac-sha2-512"};
    client.macs_to_client = {"hmac-sha2-512-etm@openssh.com", "hmac-sha2-256"};
    client.compression_to_client = {"zlib", "none"};
    for (const Role role : {Role::client, Role::server}) {
        const AgreedAlgorithms all = agreed(client, server, role).algorithms;
        EXPECT_EQ(all.key_exchange, "ecdh-sha2-nistp521");
        EXPECT_EQ(all.host_key, "rsa-sha2-512");
        EXPECT_EQ(all.cipher_client_to_server, "aes128-ctr");
        EXPECT_EQ(all.cipher_server_to_client, "aes256-ctr");
        EXPECT_EQ(all.mac_client_to_server, "hmac-sha2-512");
        EXPECT_EQ(all.mac_server_to_client, "hmac-sha2-256");
        EXPECT_FALSE(all.strict);
    }
}

TEST(Agreement, nothing_in_common_names_the_list_and_both_sides) {
    const auto lists = {&KexInit::key_exchange,          &KexInit::host_keys,
                        &KexInit::ciphers_to_server,     &KexInit::ciphers_to_client,
                        &KexInit::macs_to_server,        &KexInit::macs_to_client,
                        &KexInit::compression_to_server, &KexInit::compression_to_client};
    for (const auto list : lists) {
        KexInit client = simple();
        const std::string ours = (client.*list).front();
        KexInit server = simple();
        (server.*list) = {"theirs"};
        const std::string text = disagreement(client, server);
        EXPECT_TRUE(contains(text, ours) && contains(text, "theirs")) << text;
        EXPECT_NE(disagreement(server, client), "");
    }
    EXPECT_EQ(disagreement(simple(), simple()), "");
    KexInit client = simple();
    client.languages_to_client = {"en"};
    EXPECT_EQ(disagreement(client, simple()), "") << "languages do not matter";
    KexInit many = simple();
    many.key_exchange.assign(256, std::string(64, 'n'));
    EXPECT_LE(disagreement(client, many).size(), 1000U);
}

// AEAD ciphers have their own integrity, whatever the lists of MACs say.
TEST(Agreement, aead_ciphers_take_no_mac) {
    for (const char* const cipher :
         {"aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"}) {
        KexInit client = simple();
        KexInit server = simple();
        client.ciphers_to_server = server.ciphers_to_server = {cipher};
        server.macs_to_server = {"theirs"};
        const AgreedAlgorithms all = agreed(client, server).algorithms;
        EXPECT_EQ(all.mac_client_to_server, "");
        EXPECT_EQ(all.mac_server_to_client, "hmac-sha2-256");
    }
}

// RFC 4462 s5: "null" with GSS methods only; the next method is tried.
TEST(Agreement, rfc_H01_the_null_host_key_goes_with_gss_methods_only) {
    KexInit client = simple();
    KexInit server = simple();
    client.key_exchange = server.key_exchange = {"curve25519-sha256", gss_method};
    client.host_keys = {"ssh-ed25519", "null"};
    server.host_keys = {"null"};
    const AgreedAlgorithms all = agreed(client, server).algorithms;
    EXPECT_EQ(all.key_exchange, gss_method);
    EXPECT_EQ(all.host_key, "null");
    server.host_keys = {"ssh-ed25519"};
    EXPECT_EQ(agreed(client, server).algorithms.key_exchange, "curve25519-sha256");
    server.host_keys = {"null"};
    server.key_exchange = {"curve25519-sha256"};
    EXPECT_TRUE(contains(disagreement(client, server), "host key algorithm"));
    client.key_exchange = {gss_method, "curve25519-sha256"};
    client.host_keys = server.host_keys = {"ssh-ed25519"};
    server.key_exchange = {gss_method};
    EXPECT_EQ(agreed(client, server).algorithms.host_key, "ssh-ed25519");
}

// RFC 4253 s7: a guess is wrong when the first method or the first host key algorithm differ.
TEST(Agreement, sec_A2_15_guesses) {
    struct Case {
        NameList client_methods, server_methods, client_keys, server_keys;
        bool wrong;
    };
    const NameList a{"ecdh-sha2-nistp256", "curve25519-sha256"};
    const NameList b{"curve25519-sha256", "ecdh-sha2-nistp256"};
    const NameList x{"ssh-ed25519", "rsa-sha2-512"};
    const NameList y{"rsa-sha2-512", "ssh-ed25519"};
    NameList marked = a;
    marked.insert(marked.begin(), "ext-info-c");
    for (const Case& one : {Case{a, a, x, x, false}, Case{a, b, x, x, true}, Case{a, a, x, y, true},
                            Case{b, a, y, x, true}, Case{marked, a, x, x, false}}) {
        for (const Role we_are : {Role::client, Role::server}) {
            for (const bool peer_guesses : {false, true}) {
                KexInit client = simple();
                KexInit server = simple();
                client.key_exchange = one.client_methods;
                server.key_exchange = one.server_methods;
                client.host_keys = one.client_keys;
                server.host_keys = one.server_keys;
                (we_are == Role::client ? server : client).guess_follows = peer_guesses;
                EXPECT_EQ(agreed(client, server, we_are).guess_is_wrong, peer_guesses && one.wrong);
            }
        }
    }
}

TEST(Agreement, sec_A2_01_strict_wants_both_markers_each_of_its_side) {
    const std::string of_client = "kex-strict-c-v00@openssh.com";
    const std::string of_server = "kex-strict-s-v00@openssh.com";
    for (const std::string& in_client : {std::string(), of_client, of_server}) {
        for (const std::string& in_server : {std::string(), of_client, of_server}) {
            KexInit client = simple();
            KexInit server = simple();
            client.key_exchange.push_back(in_client);
            server.key_exchange.push_back(in_server);
            const bool both = in_client == of_client && in_server == of_server;
            EXPECT_EQ(agreed(client, server, Role::client).algorithms.strict, both);
            EXPECT_EQ(agreed(client, server, Role::server).algorithms.strict, both);
        }
    }
}

TEST(Agreement, sec_A2_01_d_markers_of_a_re_exchange_are_ignored) {
    KexInit client = simple();
    KexInit server = simple();
    client.key_exchange = {"kex-strict-c-v00@openssh.com", "ext-info-c", "curve25519-sha256"};
    server.key_exchange = {"kex-strict-s-v00@openssh.com", "ext-info-s", "curve25519-sha256"};
    for (const Role role : {Role::client, Role::server}) {
        const Agreement first = agreed(client, server, role, true);
        EXPECT_TRUE(first.algorithms.strict);
        EXPECT_TRUE(first.peer_takes_ext_info);
        const Agreement later = agreed(client, server, role, false);
        EXPECT_FALSE(later.algorithms.strict);
        EXPECT_FALSE(later.peer_takes_ext_info);
        EXPECT_EQ(later.algorithms.key_exchange, "curve25519-sha256");
    }
}

// RFC 8308 s2.1: the indicator of the wrong side says nothing.
TEST(Agreement, ext_info_is_told_by_the_peers_own_marker) {
    KexInit client = simple();
    KexInit server = simple();
    client.key_exchange.emplace_back("ext-info-s");
    server.key_exchange.emplace_back("ext-info-c");
    EXPECT_FALSE(agreed(client, server, Role::client).peer_takes_ext_info);
    EXPECT_FALSE(agreed(client, server, Role::server).peer_takes_ext_info);
    client.key_exchange.emplace_back("ext-info-c");
    EXPECT_FALSE(agreed(client, server, Role::client).peer_takes_ext_info);
    EXPECT_TRUE(agreed(client, server, Role::server).peer_takes_ext_info);
}

// RFC 8308 s2.2: "If "ext-info-c" or "ext-info-s" ends up being negotiated as a key exchange
// method, the parties MUST disconnect."
TEST(Agreement, sec_A2_32_markers_are_no_methods) {
    const NameList markers{"ext-info-c", "ext-info-s", "kex-strict-c-v00@openssh.com",
                           "kex-strict-s-v00@openssh.com"};
    KexInit both = simple();
    both.key_exchange = markers;
    const KexInit parsed = parse_kexinit(build(both));
    EXPECT_TRUE(contains(disagreement(parsed, parsed), "key exchange method"));
    for (const std::string& marker : markers) {
        KexInit one = simple();
        one.key_exchange = {marker};
        EXPECT_NE(disagreement(one, one), "") << marker;
    }
    // Also of a peer that lists nothing but markers, against our own list.
    const KexInit ours = Offering().by(Role::client).value();
    EXPECT_NE(disagreement(ours, parsed), "");
    EXPECT_NE(disagreement(parsed, Offering().by(Role::server).value()), "");
    try {
        static_cast<void>(agreed(both, both, Role::client, false));
        FAIL() << "in a re-exchange";
    } catch (const SessionFault&) {
    }
}

TEST(Agreement, sec_A2_31_a_server_with_ssh_rsa_only_is_refused) {
    Offering offering;
    offering.algorithms.key_exchange = {"curve25519-sha256"};
    const KexInit ours = offering.by(Role::client).value();
    for (const char* const weak : {"ssh-rsa", "ssh-dss", "ssh-rsa-cert-v01@openssh.com"}) {
        KexInit server = simple();
        server.ciphers_to_server = server.ciphers_to_client = ours.ciphers_to_client;
        server.host_keys = {weak};
        EXPECT_TRUE(contains(disagreement(ours, server), weak));
        server.host_keys.emplace_back("rsa-sha2-256");
        EXPECT_EQ(disagreement(ours, server), "");
    }
    // A server lists neither, whatever keys it has.
    EXPECT_FALSE(has(Offering().by(Role::server)->host_keys, "ssh-rsa"));
}

// What we offer ------------------------------------------------------------------------------

TEST(Offer, families_stand_in_their_place_with_every_mechanism) {
    Offering offering;
    const Oid other = Oid::from_string("1.2.840.113554.1.2.2.99").value();
    offering.mechanisms.mechanisms = OidSet{mechanism::krb5(), other};
    offering.algorithms.key_exchange = {"ecdh-sha2-nistp256", "gss-group14-sha256",
                                        "curve25519-sha256", "gss-curve25519-sha256"};
    const std::string suffix = "-" + ssh::mechanism_suffix(other);
    const NameList methods{"ecdh-sha2-nistp256",
                           "gss-group14-sha256" + krb5_suffix,
                           "gss-group14-sha256" + suffix,
                           "curve25519-sha256",
                           "gss-curve25519-sha256" + krb5_suffix,
                           "gss-curve25519-sha256" + suffix};
    NameList client = methods;
    client.insert(client.end(), {"ext-info-c", "kex-strict-c-v00@openssh.com"});
    NameList server = methods;
    server.insert(server.end(), {"ext-info-s", "kex-strict-s-v00@openssh.com"});
    EXPECT_EQ(offering.by(Role::client)->key_exchange, client);
    EXPECT_EQ(offering.by(Role::server)->key_exchange, server);
    EXPECT_EQ(offering.by(Role::client, false)->key_exchange, methods);
    EXPECT_EQ(offering.by(Role::client)->ciphers_to_client, offering.algorithms.ciphers);
    EXPECT_EQ(offering.by(Role::client)->macs_to_server, offering.algorithms.macs);
    EXPECT_EQ(offering.by(Role::client)->compression_to_server, NameList{"none"});
}

// Peers have been seen that read 40 names; what every mechanism can do must be among them.
TEST(Offer, names_are_never_too_many) {
    Offering offering;
    OidSet mechanisms;
    for (int i = 1; i <= 12; ++i) {
        mechanisms.insert(Oid::from_string("1.2.3." + std::to_string(i)).value());
    }
    offering.mechanisms.mechanisms = mechanisms;
    const NameList methods = offering.by(Role::client)->key_exchange;
    EXPECT_EQ(methods.size(), most_own_methods + 2);
    for (const std::string& name : offering.algorithms.key_exchange) {
        EXPECT_TRUE(std::any_of(methods.begin(), methods.end(), [&name](const std::string& method) {
            return method.starts_with(name);
        })) << name;
    }
    EXPECT_EQ(methods.back(), "kex-strict-c-v00@openssh.com");
    EXPECT_NO_THROW(static_cast<void>(parse_kexinit(build(*offering.by(Role::client)))));
}

TEST(Offer, a_server_lists_the_keys_that_it_has) {
    Offering offering;
    EXPECT_EQ(offering.by(Role::server)->host_keys,
              (NameList{"ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"}));
    offering.host_keys = {"rsa-sha2-256", "ecdsa-sha2-nistp256"};
    EXPECT_EQ(offering.by(Role::server)->host_keys,
              (NameList{"ecdsa-sha2-nistp256", "rsa-sha2-256"}));
    EXPECT_TRUE(has(offering.by(Role::client)->host_keys, "null"));
    offering.algorithms.key_exchange = {"curve25519-sha256"};
    EXPECT_FALSE(has(offering.by(Role::client)->host_keys, "null"));
}

// RFC 4462 s5: without a host key "null" alone, and then GSS methods alone.
TEST(Offer, a_server_without_keys_offers_gss_only) {
    Offering offering;
    offering.host_keys.clear();
    const KexInit init = offering.by(Role::server, false).value();
    EXPECT_EQ(init.host_keys, NameList{"null"});
    EXPECT_FALSE(init.key_exchange.empty());
    for (const std::string& name : init.key_exchange) {
        EXPECT_TRUE(name.starts_with("gss-")) << name;
    }
    offering.algorithms.key_exchange = {"curve25519-sha256"};
    EXPECT_EQ(code_of(offering.by(Role::server)), ErrorCode::misuse);
    EXPECT_TRUE(offering.by(Role::client));
}

TEST(Offer, what_cannot_be_offered_is_misuse) {
    Offering offering;
    offering.mechanisms.mechanisms = OidSet();
    EXPECT_TRUE(offering.by(Role::client)) << "methods without GSS are left";
    offering.algorithms.key_exchange = {"gss-curve25519-sha256"};
    EXPECT_EQ(code_of(offering.by(Role::client)), ErrorCode::misuse);
    offering.mechanisms.mechanisms = OidSet{mechanism::spnego()};
    EXPECT_EQ(code_of(offering.by(Role::client)), ErrorCode::misuse) << "RFC 4462 s7.3";
    offering.mechanisms = {};
    offering.algorithms.key_exchange = {"gss-group1-sha1"};
    EXPECT_EQ(code_of(offering.by(Role::client)), ErrorCode::misuse) << "legacy";
    offering.algorithms.legacy = true;
    EXPECT_TRUE(offering.by(Role::client));
}

TEST(Offer, options_of_sessions_become_kexinits) {
    ServerOptions server;
    EXPECT_TRUE(check_offer(Role::server, server, &server)) << "GSS needs no host key";
    EXPECT_EQ(parse_kexinit(make_kexinit(Role::server, server, &server, true)).host_keys,
              NameList{"null"});
    server.host_keys.push_back(PrivateKey::generate(KeyType::ecdsa_nistp256).value());
    const KexInit init = parse_kexinit(make_kexinit(Role::server, server, &server, true));
    EXPECT_EQ(init.host_keys, NameList{"ecdsa-sha2-nistp256"});
    EXPECT_TRUE(has(init.key_exchange, "kex-strict-s-v00@openssh.com"));
    EXPECT_FALSE(init.guess_follows);

    ClientOptions client;
    const KexInit first = parse_kexinit(make_kexinit(Role::client, client, nullptr, true));
    const KexInit second = parse_kexinit(make_kexinit(Role::client, client, nullptr, true));
    EXPECT_NE(first.cookie, second.cookie);
    EXPECT_EQ(first.key_exchange, second.key_exchange);
    const KexInit later = parse_kexinit(make_kexinit(Role::client, client, nullptr, false));
    EXPECT_FALSE(std::any_of(later.key_exchange.begin(), later.key_exchange.end(),
                             [](const std::string& name) { return is_marker(name); }));
    client.strict = false;
    const KexInit lax = parse_kexinit(make_kexinit(Role::client, client, nullptr, true));
    EXPECT_FALSE(has(lax.key_exchange, "kex-strict-c-v00@openssh.com"));
    EXPECT_TRUE(has(lax.key_exchange, "ext-info-c"));
    client.algorithms.ciphers.clear();
    EXPECT_EQ(code_of(check_offer(Role::client, client, nullptr)), ErrorCode::misuse);
    EXPECT_THROW(static_cast<void>(make_kexinit(Role::client, client, nullptr, true)),
                 SessionFault);
}

// Both sides of ours, out of the box: a ticket is preferred to host keys.
TEST(Offer, defaults_of_both_sides_agree) {
    ServerOptions server;
    server.host_keys.push_back(PrivateKey::generate(KeyType::ed25519).value());
    const ClientOptions client;
    const AgreedAlgorithms all =
        agreed(parse_kexinit(make_kexinit(Role::client, client, nullptr, true)),
               parse_kexinit(make_kexinit(Role::server, server, &server, true)))
            .algorithms;
    EXPECT_EQ(all.key_exchange, gss_method);
    EXPECT_EQ(all.host_key, "ssh-ed25519");
    EXPECT_EQ(all.cipher_client_to_server, "aes256-gcm@openssh.com");
    EXPECT_EQ(all.mac_client_to_server, "");
    EXPECT_TRUE(all.strict);
}

} // namespace gss::test
