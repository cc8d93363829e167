// SPDX-License-Identifier: Apache-2.0
// For every family: each bit of the MIC, and each octet of what the hash covers, altered in turn. A
// client that sees the altered thing must refuse the MIC of a server that saw the other.
#include "kex_support.h"

#include "fixed_crypto.h"

#include <algorithm>
#include <cstdio>
#include <map>

namespace gss::test {

namespace {

constexpr std::size_t kexinit_size = 750;
constexpr std::size_t least_refusals = 50000;

/// An exchange as a client sees it; every part may be altered.
struct Exchange {
    KexCase what;
    Transcript transcript{kexinit_size};
    ssh::GroupRequest request;
    Bytes client_key; ///< e or Q_C, as H has it
    Bytes secret;     ///< K
    // What the server sends.
    std::optional<Bytes> group_p;
    Bytes group_g;
    std::optional<Bytes> host_key;
    Bytes server_key;
    Bytes mic;
    std::optional<Bytes> token;
};

constexpr std::uint64_t client_seed = 77;

/// What became of a client.
enum class End { refused_mic, refused_before, accepted, not_made };

class Refusals {
public:
    explicit Refusals(KexFamily family) : hashes_(ssh::openssl_crypto()) {
        exchange_.what = {family, 2, true};
        record();
    }

    const Exchange& good() const { return exchange_; }
    /// What the client itself would send as MIC of the good exchange.
    const Bytes& reflected() const { return reflected_; }

    /// Runs a client through @p exchange with the key pair and the context of the recorded one.
    End run(const Exchange& exchange) {
        const FixedCrypto crypto(hashes_, exchange.client_key, exchange.secret);
        ClientKexOptions options = client_options(exchange.what, exchange.transcript);
        options.group = exchange.request;
        auto client = ClientKeyExchange::create(crypto, options);
        if (!client) {
            return End::not_made;
        }
        ScriptedHost host({}, client_seed);
        client->start();
        Outcome outcome = settle(*client, host);
        for (const Bytes& payload : messages(exchange)) {
            if (!client->ended()) {
                outcome = feed(*client, host, payload);
            }
        }
        if (outcome.done() != nullptr) {
            return End::accepted;
        }
        EXPECT_NE(outcome.fail(), nullptr);
        EXPECT_EQ(client->receive(Bytes{std::byte{21}}), Fed::ended);
        return host.counts().refused == 1 ? End::refused_mic : End::refused_before;
    }

    void expect_refused(const Exchange& altered, const char* part) {
        const End end = run(altered);
        EXPECT_NE(end, End::accepted) << part;
        EXPECT_NE(end, End::not_made) << part;
        ++counts_[part];
        refused_by_mic_ += end == End::refused_mic ? 1U : 0U;
        refused_before_ += end == End::refused_before ? 1U : 0U;
    }

    /// Each octet of a part, with each of the single bits and some more, in turn.
    void alter(const char* part, const std::function<Bytes&(Exchange&)>& of, std::size_t first = 0,
               unsigned patterns = 32) {
        Exchange altered = exchange_;
        Bytes& octets = of(altered);
        ASSERT_GT(octets.size(), first) << part;
        for (std::size_t i = first; i < octets.size() && !::testing::Test::HasFailure(); ++i) {
            for (unsigned pattern = 0; pattern < patterns; ++pattern) {
                // The eight bits, then others; never 0.
                const unsigned mask = pattern < 8 ? 1U << pattern : 3U + 2U * (pattern - 8U);
                octets[i] ^= static_cast<std::byte>(mask);
                expect_refused(altered, part);
                octets[i] ^= static_cast<std::byte>(mask);
            }
        }
    }

    /// The same for a text, keeping it a version string.
    void alter_version(const char* part, std::string Transcript::*version) {
        Exchange altered = exchange_;
        std::string& text = altered.transcript.*version;
        for (std::size_t i = 4; i < text.size(); ++i) {
            const char was = text[i];
            for (unsigned value = 0x20; value < 0x7f; ++value) {
                text[i] = static_cast<char>(value);
                if (text[i] != was) {
                    expect_refused(altered, part);
                }
            }
            text[i] = was;
        }
        text += 'x';
        expect_refused(altered, part);
        text.resize(text.size() - 2);
        expect_refused(altered, part);
    }

    std::size_t refused_by_mic() const { return refused_by_mic_; }
    std::size_t refused_before() const { return refused_before_; }
    const std::map<std::string, std::size_t>& counts() const { return counts_; }

private:
    /// One good exchange with real cryptography.
    void record() {
        const KexCase& what = exchange_.what;
        auto client =
            ClientKeyExchange::create(hashes_, client_options(what, exchange_.transcript)).value();
        auto server =
            ServerKeyExchange::create(hashes_, server_options(what, exchange_.transcript)).value();
        ScriptedHost client_host({}, client_seed);
        ScriptedHost server_host;
        client.start();
        const PairRun run = run_pair(client, server, client_host, server_host);
        expect_agreement(run);
        ASSERT_NE(run.last<KexDone>(Side::client), nullptr);
        const wire::PublicForm form = form_of(what.family);
        const auto own = [](BytesView octets) { return Bytes(octets.begin(), octets.end()); };
        for (const Sent& message : run.messages) {
            if (message.number() == kexgss::group) {
                const auto group = wire::parse_kex_group(message.payload).value();
                exchange_.group_p = own(group.p);
                exchange_.group_g = own(group.g);
            } else if (message.number() == kexgss::init) {
                exchange_.client_key =
                    own(wire::parse_kex_init(message.payload, form).value().public_key);
            } else if (message.number() == kexgss::complete) {
                const auto complete = wire::parse_kex_complete(message.payload, form).value();
                exchange_.server_key = own(complete.public_key);
                exchange_.mic = own(complete.mic);
                exchange_.token = own(complete.token.value());
            }
        }
        exchange_.host_key = sample_host_key();
        reflected_ = client_host.mic_of({}, run.last<KexDone>(Side::client)->exchange_hash.view());
        BytesView secret = run.last<KexDone>(Side::client)->shared_secret.view().subspan(4);
        while (secret[0] == std::byte{0}) {
            secret = secret.subspan(1);
        }
        exchange_.secret = own(secret);
    }

    std::vector<Bytes> messages(const Exchange& exchange) const {
        std::vector<Bytes> all;
        if (exchange.group_p) {
            all.push_back(build(wire::KexGroup{*exchange.group_p, exchange.group_g}));
        }
        if (exchange.host_key) {
            all.push_back(build(wire::KexHostKey{*exchange.host_key}));
        }
        wire::KexComplete complete{exchange.server_key, exchange.mic, std::nullopt};
        if (exchange.token) {
            complete.token = *exchange.token;
        }
        all.push_back(build(complete, form_of(exchange.what.family)));
        return all;
    }

    const ssh::Crypto& hashes_;
    Exchange exchange_;
    Bytes reflected_;
    std::map<std::string, std::size_t> counts_;
    std::size_t refused_by_mic_ = 0;
    std::size_t refused_before_ = 0;
};

void alter_mic(Refusals& refusals) {
    refusals.alter(
        "MIC", [](Exchange& exchange) -> Bytes& { return exchange.mic; }, 0, 120);
    Exchange altered = refusals.good();
    while (altered.mic.size() > 1) {
        altered.mic.pop_back();
        refusals.expect_refused(altered, "MIC, cut");
    }
    altered = refusals.good();
    for (unsigned i = 0; i < 40; ++i) {
        altered.mic.push_back(std::byte{0});
        refusals.expect_refused(altered, "MIC, lengthened");
    }
}

void alter_request(Refusals& refusals) {
    // All sizes that a client may ask for around the one that the server saw.
    Exchange altered = refusals.good();
    for (std::uint32_t min = 2049; min <= 3072; ++min) {
        altered.request.min = min;
        refusals.expect_refused(altered, "min");
    }
    altered = refusals.good();
    for (std::uint32_t preferred = 2048; preferred <= 8192; preferred += 3) {
        if (preferred != 3072) {
            altered.request.preferred = preferred;
            refusals.expect_refused(altered, "n");
        }
    }
    altered = refusals.good();
    for (std::uint32_t max = 3072; max < 8192; max += 3) {
        altered.request.max = max;
        refusals.expect_refused(altered, "max");
    }
}

void alter_structure(Refusals& refusals) {
    Exchange altered = refusals.good();
    altered.host_key.reset();
    refusals.expect_refused(altered, "no K_S");
    // An octet that moves from one field to the next.
    altered = refusals.good();
    altered.transcript.server_kexinit.pop_back();
    refusals.expect_refused(altered, "I_S, cut");
    altered = refusals.good();
    altered.transcript.client_kexinit.push_back(std::byte{20});
    refusals.expect_refused(altered, "I_C, lengthened");
    altered = refusals.good();
    std::swap(altered.transcript.client_kexinit, altered.transcript.server_kexinit);
    refusals.expect_refused(altered, "I_C and I_S swapped");
    altered = refusals.good();
    std::swap(altered.transcript.client_version, altered.transcript.server_version);
    refusals.expect_refused(altered, "V_C and V_S swapped");
    altered = refusals.good();
    std::swap(altered.client_key, altered.server_key);
    refusals.expect_refused(altered, "keys swapped");
    altered = refusals.good();
    altered.secret.insert(altered.secret.begin(), std::byte{1});
    refusals.expect_refused(altered, "K, longer");
}

/// Everything that a family's hash covers.
void alter_all(Refusals& refusals) {
    alter_mic(refusals);
    refusals.alter_version("V_C", &Transcript::client_version);
    refusals.alter_version("V_S", &Transcript::server_version);
    refusals.alter(
        "I_C", [](Exchange& exchange) -> Bytes& { return exchange.transcript.client_kexinit; }, 1);
    refusals.alter(
        "I_S", [](Exchange& exchange) -> Bytes& { return exchange.transcript.server_kexinit; }, 1);
    refusals.alter("K_S", [](Exchange& exchange) -> Bytes& { return *exchange.host_key; });
    refusals.alter("client's key",
                   [](Exchange& exchange) -> Bytes& { return exchange.client_key; });
    refusals.alter("server's key",
                   [](Exchange& exchange) -> Bytes& { return exchange.server_key; });
    refusals.alter("K", [](Exchange& exchange) -> Bytes& { return exchange.secret; });
    refusals.alter(
        "token", [](Exchange& exchange) -> Bytes& { return *exchange.token; }, 0, 8);
    if (refusals.good().group_p) {
        refusals.alter("p", [](Exchange& exchange) -> Bytes& { return *exchange.group_p; });
        refusals.alter("g", [](Exchange& exchange) -> Bytes& { return exchange.group_g; });
        alter_request(refusals);
    }
    alter_structure(refusals);
}

class KexRefusals : public ::testing::TestWithParam<KexFamily> {};

TEST_P(KexRefusals, rfc_K15_K36_sec_A1_02_everything_altered_is_refused) {
    Refusals refusals(GetParam());
    ASSERT_FALSE(HasFatalFailure());
    ASSERT_EQ(refusals.run(refusals.good()), End::accepted);
    alter_all(refusals);
    ASSERT_EQ(refusals.run(refusals.good()), End::accepted);
    EXPECT_GE(refusals.refused_by_mic(), least_refusals);
    RecordProperty("refused_by_MIC", static_cast<int>(refusals.refused_by_mic()));
    std::printf("%s: %zu refused by the MIC, %zu before\n", name_of(GetParam()).c_str(),
                refusals.refused_by_mic(), refusals.refused_before());
    for (const auto& [part, count] : refusals.counts()) {
        EXPECT_GT(count, 0U) << part;
    }
}

INSTANTIATE_TEST_SUITE_P(Families, KexRefusals, ::testing::ValuesIn(all_families()),
                         [](const auto& family) {
                             std::string name = name_of(family.param);
                             std::ranges::replace(name, '-', '_');
                             return name + std::to_string(family.index);
                         });

TEST(KexRefusalsByContext, rfc_K15_a_MIC_of_another_context_or_of_the_client_itself_is_refused) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        Refusals refusals(family);
        // Another exchange with everything the same but the server's nonce.
        Refusals other(family);
        Exchange altered = refusals.good();
        altered.mic = other.good().mic;
        refusals.expect_refused(altered, "MIC of another session");
        altered = refusals.good();
        altered.token = other.good().token;
        refusals.expect_refused(altered, "token of another session");
        altered = refusals.good();
        altered.mic = refusals.reflected();
        EXPECT_EQ(refusals.run(altered), End::refused_mic);
    }
}

} // namespace

} // namespace gss::test
