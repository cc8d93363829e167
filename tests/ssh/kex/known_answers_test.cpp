// SPDX-License-Identifier: Apache-2.0
// The engines and derive_key against what other code has computed, and what others agreed on.
#include "kex_support.h"

#include "fixed_crypto.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

namespace gss::test {

namespace {

using Block = std::map<std::string, std::string>;

/// The blocks of a file. Fields of a block without a family stand in all that follow.
std::vector<Block> read_blocks(const char* path) {
    std::vector<Block> found;
    Block common;
    Block block;
    std::ifstream file(path);
    std::string line;
    while (std::getline(file, line)) {
        const std::size_t blank = line.find(' ');
        if (line == "end") {
            if (block.contains("family")) {
                found.push_back(block);
            } else {
                common = block;
            }
            block = common;
        } else if (!line.starts_with('#') && blank != std::string::npos) {
            block[line.substr(0, blank)] = line.substr(blank + 1);
        }
    }
    return found;
}

/// Those that known_answers.py has computed.
const std::vector<Block>& computed() {
    static const std::vector<Block> all = read_blocks(GSSXX_KNOWN_ANSWERS);
    return all;
}

/// Those that record_exchanges.py has heard others agree on.
const std::vector<Block>& recorded() {
    static const std::vector<Block> all = read_blocks(GSSXX_REAL_EXCHANGES);
    return all;
}

Bytes unhex(const std::string& text) {
    Bytes octets;
    for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
        octets.push_back(static_cast<std::byte>(std::stoi(text.substr(i, 2), nullptr, 16)));
    }
    return octets;
}

Bytes field(const Block& block, const std::string& name) {
    return unhex(block.at(name));
}

std::string as_string(const Bytes& octets) {
    return std::string(as_text(octets));
}

KexFamily family_of(const Block& block) {
    for (const ssh::KexFamilyInfo& one : ssh::kex_families()) {
        if (one.prefix == block.at("family")) {
            return one.family;
        }
    }
    throw std::runtime_error("no family " + block.at("family"));
}

bool same(BytesView left, BytesView right) {
    return std::ranges::equal(left, right);
}

Transcript known_transcript(const Block& block) {
    Transcript transcript;
    transcript.client_version = as_string(field(block, "V_C"));
    transcript.server_version = as_string(field(block, "V_S"));
    transcript.client_kexinit = field(block, "I_C");
    transcript.server_kexinit = field(block, "I_S");
    return transcript;
}

/// Both engines with the key pairs of the block.
PairRun run_known(const Block& block) {
    const Transcript transcript = known_transcript(block);
    const KexCase what{family_of(block)};
    const Bytes client_key = field(block, "client");
    const Bytes server_key = field(block, "server");
    const Bytes secret = field(block, "magnitude");
    const FixedCrypto for_client(ssh::openssl_crypto(), client_key, secret, server_key);
    const FixedCrypto for_server(ssh::openssl_crypto(), server_key, secret, client_key);
    ClientKexOptions client_options_ = client_options(what, transcript);
    ServerKexOptions server_options_ = server_options(what, transcript);
    if (block.at("host_key") != "none") {
        server_options_.host_key = field(block, "host_key");
    }
    if (block.contains("request")) {
        std::istringstream sizes(block.at("request"));
        sizes >> client_options_.group.min >> client_options_.group.preferred >>
            client_options_.group.max;
    }
    auto client = ClientKeyExchange::create(for_client, client_options_).value();
    auto server = ServerKeyExchange::create(for_server, server_options_).value();
    ScriptedHost client_host;
    ScriptedHost server_host;
    client.start();
    return run_pair(client, server, client_host, server_host);
}

/// Both sides compute what the block says.
void expect_answers(const Block& block) {
    const PairRun run = run_known(block);
    expect_agreement(run);
    for (const Side side : {Side::client, Side::server}) {
        const auto* done = run.last<KexDone>(side);
        ASSERT_NE(done, nullptr);
        EXPECT_TRUE(same(done->exchange_hash.view(), field(block, "H")));
        EXPECT_TRUE(same(done->shared_secret.view(), field(block, "K")));
        for (const char letter : {'A', 'B', 'C', 'D', 'E', 'F'}) {
            const Bytes wanted = field(block, std::string(1, letter));
            const auto key = ssh::derive_key(ssh::openssl_crypto(), *done, letter,
                                             field(block, "session_id"), wanted.size());
            ASSERT_TRUE(key.has_value());
            EXPECT_TRUE(same(key->view(), wanted)) << letter;
        }
    }
}

TEST(KnownAnswers, rfc_K36_G02_E01_E02_of_every_family) {
    std::map<KexFamily, std::map<std::string, int>> seen;
    for (const Block& block : computed()) {
        SCOPED_TRACE(block.at("family") + " " + block.at("shape"));
        expect_answers(block);
        ++seen[family_of(block)][block.at("shape")];
    }
    EXPECT_EQ(seen.size(), 13U);
    for (const KexFamily family :
         {KexFamily::curve25519_sha256, KexFamily::curve448_sha512, KexFamily::nistp256_sha256,
          KexFamily::nistp384_sha384, KexFamily::group14_sha256}) {
        EXPECT_EQ(seen[family].size(), 3U) << "K with a leading zero, with its highest bit, plain";
    }
}

TEST(KnownAnswers, rfc_K36_G02_E01_E02_of_exchanges_between_others) {
    std::map<KexFamily, int> seen;
    std::map<std::string, int> servers;
    std::map<bool, int> host_keys;
    for (const Block& block : recorded()) {
        const std::string server = as_string(field(block, "V_S"));
        SCOPED_TRACE(block.at("family") + " of " + server);
        expect_answers(block);
        ++seen[family_of(block)];
        ++servers[server.substr(0, server.find('_'))];
        ++host_keys[block.at("host_key") != "none"];
    }
    EXPECT_EQ(seen.size(), 9U);
    EXPECT_EQ(servers,
              (std::map<std::string, int>{{"SSH-2.0-AsyncSSH", 8}, {"SSH-2.0-OpenSSH", 5}}));
    EXPECT_EQ(host_keys, (std::map<bool, int>{{false, 9}, {true, 4}}));
}

TEST(KnownAnswers, rfc_E01_the_groups_are_those_of_RFC_3526_and_RFC_2409) {
    std::map<unsigned, std::string> digests;
    for (const Block& block : computed()) {
        if (block.contains("group")) {
            digests[static_cast<unsigned>(std::stoul(block.at("bits")))] = block.at("group");
        }
    }
    EXPECT_EQ(digests.size(), 6U);
    for (const auto& [bits, digest] : digests) {
        const auto group = ssh::fixed_group(bits);
        ASSERT_TRUE(group.has_value());
        EXPECT_EQ(group->p.size() * 8, bits);
        EXPECT_EQ(group->g, Bytes{std::byte{2}});
        auto hash = ssh::openssl_crypto().hash(ssh::HashAlgorithm::sha256).value();
        hash->update(group->p).value();
        EXPECT_TRUE(same(hash->finish().value().view(), unhex(digest))) << bits;
    }
    for (const unsigned bits : {0U, 768U, 1536U, 2047U, 2049U, 16384U}) {
        EXPECT_FALSE(ssh::fixed_group(bits).has_value());
    }
}

/// Notes the moduli of the key pairs that it makes.
class GroupsSeen final : public ssh::Crypto {
public:
    Result<std::unique_ptr<ssh::Hash>> hash(ssh::HashAlgorithm algorithm) const override {
        return toy_.hash(algorithm);
    }
    Result<std::unique_ptr<ssh::KeyAgreement>> ecdh(ssh::EcdhCurve curve) const override {
        return toy_.ecdh(curve);
    }
    Result<std::unique_ptr<ssh::KeyAgreement>> dh(const ssh::DhGroup& group) const override {
        seen.push_back(group.p);
        return toy_.dh(group);
    }

    mutable std::vector<Bytes> seen;

private:
    ToyCrypto toy_;
};

TEST(KnownAnswers, rfc_E01_every_fixed_method_uses_its_group) {
    // The name of a method says the group: its bits are those of the block.
    for (const Block& block : computed()) {
        if (block.contains("bits") && !block.contains("request")) {
            EXPECT_EQ(ssh::info(family_of(block)).modulus, std::stoul(block.at("bits")));
        }
    }
    // And both engines make their key pairs in it.
    for (const KexFamily family : all_families()) {
        if (ssh::info(family).kind != KexKind::dh_group) {
            continue;
        }
        const Transcript transcript;
        const GroupsSeen crypto;
        auto client = ClientKeyExchange::create(crypto, client_options({family}, transcript));
        auto server = ServerKeyExchange::create(crypto, server_options({family}, transcript));
        ScriptedHost client_host;
        ScriptedHost server_host;
        client.value().start();
        expect_agreement(run_pair(*client, *server, client_host, server_host));
        const Bytes p = ssh::fixed_group(ssh::info(family).modulus.value()).value().p;
        EXPECT_EQ(crypto.seen, (std::vector<Bytes>{p, p})) << name_of(family);
    }
}

KexDone sample_done() {
    return {SecretBytes(bytes_of("H")),
            SecretBytes(bytes_of("K")),
            ssh::HashAlgorithm::sha256,
            std::nullopt,
            {},
            mechanism::krb5(),
            {}};
}

TEST(DeriveKey, refuses_what_makes_no_sense) {
    const KexDone done = sample_done();
    const Bytes session_id = bytes_of("session");
    const ssh::Crypto& crypto = ssh::openssl_crypto();
    for (int letter = 0; letter < 256; ++letter) {
        const auto key = ssh::derive_key(crypto, done, static_cast<char>(letter), session_id, 16);
        EXPECT_EQ(key.has_value(), letter >= 'A' && letter <= 'F');
    }
    EXPECT_FALSE(ssh::derive_key(crypto, done, 'A', {}, 16).has_value());
    EXPECT_FALSE(ssh::derive_key(crypto, done, 'A', session_id, 0).has_value());
    EXPECT_TRUE(ssh::derive_key(crypto, done, 'A', session_id, 4096).has_value());
    EXPECT_FALSE(ssh::derive_key(crypto, done, 'A', session_id, 4097).has_value());
    KexDone without_hash = sample_done();
    without_hash.exchange_hash = SecretBytes();
    EXPECT_FALSE(ssh::derive_key(crypto, without_hash, 'A', session_id, 16).has_value());
    KexDone without_secret = sample_done();
    without_secret.shared_secret = SecretBytes();
    EXPECT_FALSE(ssh::derive_key(crypto, without_secret, 'A', session_id, 16).has_value());
}

TEST(DeriveKey, a_shorter_key_is_the_beginning_of_a_longer_one) {
    const KexDone done = sample_done();
    const Bytes session_id = bytes_of("session");
    const ssh::Crypto& crypto = ssh::openssl_crypto();
    const SecretBytes longest = ssh::derive_key(crypto, done, 'C', session_id, 200).value();
    for (std::size_t size = 1; size <= 200; ++size) {
        const SecretBytes key = ssh::derive_key(crypto, done, 'C', session_id, size).value();
        EXPECT_TRUE(same(key.view(), longest.view().first(size)));
    }
    const SecretBytes other = ssh::derive_key(crypto, done, 'D', session_id, 200).value();
    EXPECT_FALSE(same(other.view(), longest.view()));
}

TEST(DeriveKey, a_failing_hash_yields_no_key) {
    const KexDone done = sample_done();
    // Two digests of 32 octets: made, four and three updates, finished.
    for (std::size_t call = 1; call <= 11; ++call) {
        const ToyCrypto crypto;
        crypto.fail_at(call);
        EXPECT_FALSE(ssh::derive_key(crypto, done, 'A', bytes_of("session"), 64).has_value());
    }
}

TEST(RealCrypto, sec_A1_26_every_family_agrees_with_and_without_a_host_key) {
    for (const KexFamily family : all_families()) {
        for (const unsigned tokens : {1U, 2U, 5U}) {
            SCOPED_TRACE(name_of(family) + std::to_string(tokens));
            const Transcript transcript;
            const KexCase what{family, tokens, tokens == 2};
            const ssh::Crypto& crypto = ssh::openssl_crypto();
            auto client =
                ClientKeyExchange::create(crypto, client_options(what, transcript)).value();
            auto server =
                ServerKeyExchange::create(crypto, server_options(what, transcript)).value();
            Script script;
            script.tokens = tokens;
            ScriptedHost client_host(script);
            ScriptedHost server_host(script);
            client.start();
            expect_agreement(run_pair(client, server, client_host, server_host));
        }
    }
}

/// Public keys that pass the cheap checks and are none.
Bytes spoilt_key(KexFamily family, int kind) {
    Bytes key = sample_public_key(family);
    if (ssh::info(family).kind == KexKind::ecdh && key[0] != std::byte{4}) {
        // Points of low order: 0 and 1, little-endian.
        std::ranges::fill(key, std::byte{0});
        key[0] = static_cast<std::byte>(kind);
    }
    return key;
}

TEST(RealCrypto, rfc_E11_keys_that_are_not_on_the_curve_are_refused_by_both_roles) {
    for (const KexFamily family : all_families()) {
        if (ssh::info(family).kind != KexKind::ecdh) {
            continue;
        }
        for (const int kind : {0, 1}) {
            for (const Side from : {Side::client, Side::server}) {
                SCOPED_TRACE(name_of(family));
                const Transcript transcript;
                const ssh::Crypto& crypto = ssh::openssl_crypto();
                auto client =
                    ClientKeyExchange::create(crypto, client_options({family}, transcript)).value();
                auto server =
                    ServerKeyExchange::create(crypto, server_options({family}, transcript)).value();
                ScriptedHost client_host;
                ScriptedHost server_host;
                const Bytes bad = spoilt_key(family, kind);
                PairHooks hooks;
                hooks.deliver = [&](const Sent& message) {
                    Bytes payload = message.payload;
                    const auto form = wire::PublicForm::string;
                    if (from == Side::client && message.number() == kexgss::init) {
                        auto init = wire::parse_kex_init(message.payload, form).value();
                        init.public_key = bad;
                        payload = build(init, form);
                    } else if (from == Side::server && message.number() == kexgss::complete) {
                        auto complete = wire::parse_kex_complete(message.payload, form).value();
                        complete.public_key = bad;
                        payload = build(complete, form);
                    }
                    return std::vector<Bytes>{payload};
                };
                client.start();
                const PairRun run = run_pair(client, server, client_host, server_host, hooks);
                expect_failure(run, from == Side::client ? Side::server : Side::client,
                               Fault::peer);
                // RFC 8732 s5.1: "Keys are verified upon receipt": before another leg.
                EXPECT_EQ(server_host.counts().steps, from == Side::client ? 0U : 1U);
                EXPECT_EQ(client_host.counts().steps, 1U);
            }
        }
    }
}

} // namespace

} // namespace gss::test
