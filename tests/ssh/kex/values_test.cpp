// SPDX-License-Identifier: Apache-2.0
// Public values and secrets that are none, in every family and either role.
#include "kex_support.h"

#include "group_check.h"
#include "scripted_token.h"
#include "writer.h"

#include <algorithm>

namespace gss::test {

namespace {

/// The group that the engines of that family use.
ssh::DhGroup group_of(KexFamily family) {
    const ssh::KexFamilyInfo& about = ssh::info(family);
    return ssh::fixed_group(about.modulus.value_or(3072)).value();
}

/// p + @p by, where p is odd and ends in ff: by is -2, -1, 0 or more.
Bytes near_p(const ssh::DhGroup& group, int by) {
    Bytes value = group.p;
    if (by <= 0) {
        value.back() = static_cast<std::byte>(0xff + by);
        return value;
    }
    // The 64 ones at the end, and all before them, carry.
    std::size_t i = value.size();
    unsigned carry = static_cast<unsigned>(by);
    while (carry != 0 && i > 0) {
        --i;
        carry += std::to_integer<unsigned>(value[i]);
        value[i] = static_cast<std::byte>(carry);
        carry >>= 8;
    }
    return carry == 0 ? value : Bytes{std::byte{1}} + value;
}

/// Values that no side may take, as the field of the message.
std::vector<Bytes> bad_values(KexFamily family) {
    std::vector<Bytes> bad;
    const auto mpint = [&bad](BytesView magnitude) {
        bad.push_back(wire::Writer().mpint(magnitude).take());
    };
    const auto string = [&bad](BytesView octets) {
        bad.push_back(wire::Writer().string(octets).take());
    };
    if (form_of(family) == wire::PublicForm::mpint) {
        const ssh::DhGroup group = group_of(family);
        mpint({});                                   // 0
        mpint(Bytes{std::byte{1}});                  // 1
        mpint(near_p(group, -1));                    // p - 1
        mpint(group.p);                              // p
        mpint(near_p(group, 1));                     // p + 1
        string(Bytes{std::byte{0xff}});              // -1
        string(group.p);                             // negative
        mpint(Bytes{std::byte{0x80}} + Bytes(2047)); // 2^16383
        string(Bytes(group.p.size() + 2));           // zeros, not minimal
        string(Bytes{std::byte{0}, std::byte{2}});   // 2, not minimal
        return bad;
    }
    const Bytes good = sample_public_key(family);
    for (std::size_t size = 0; size <= 200; ++size) {
        if (size != good.size()) {
            Bytes key = good;
            key.resize(size, std::byte{0x42});
            string(key);
        }
    }
    string(Bytes(std::size_t{1} << 17, std::byte{4}));
    if (good[0] == std::byte{4}) {
        // Compressed, hybrid and unknown forms, at the full length and at their own.
        for (const unsigned form : {0U, 2U, 3U, 5U, 6U, 7U, 0xffU}) {
            Bytes key = good;
            key[0] = static_cast<std::byte>(form);
            string(key);
            key.resize((good.size() + 1) / 2);
            string(key);
        }
    }
    return bad;
}

TEST(PublicValues, rfc_K24_sec_A1_23_sec_A1_04_a_server_refuses_bad_ones_before_the_library) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        const Bytes token = build_token({}, mechanism::krb5(), {});
        for (const Bytes& field : bad_values(family)) {
            KexPair pair({family});
            const Bytes ignored = pair.run_until(Side::client, kexgss::init);
            const Bytes init = wire::Writer(kexgss::init).string(token).raw(field).take();
            const Outcome outcome = feed(*pair.server, pair.server_host, init);
            expect_failure(outcome, Fault::peer);
            EXPECT_TRUE(outcome.sent.empty());
            EXPECT_EQ(pair.server_host.counts().steps, 0U) << field.size();
        }
    }
}

TEST(PublicValues, rfc_K24_sec_A1_23_sec_A1_03_a_client_refuses_bad_ones_before_the_last_leg) {
    for (const KexFamily family : all_families()) {
        SCOPED_TRACE(name_of(family));
        for (const Bytes& field : bad_values(family)) {
            KexPair pair({family, 2});
            const Bytes good = pair.run_until(Side::server, kexgss::complete);
            const auto parsed = wire::parse_kex_complete(good, form_of(family));
            const Bytes bad = wire::Writer(kexgss::complete)
                                  .raw(field)
                                  .string(parsed.value().mic)
                                  .boolean(true)
                                  .string(*parsed->token)
                                  .take();
            expect_failure(feed(*pair.client, pair.client_host, bad), Fault::peer);
            EXPECT_EQ(pair.client_host.counts().steps, 1U);
            EXPECT_EQ(pair.client_host.counts().verified, 0U);
        }
    }
}

TEST(PublicValues, rfc_K24_values_just_inside_are_taken) {
    for (const KexFamily family : all_families()) {
        if (form_of(family) != wire::PublicForm::mpint) {
            continue;
        }
        const ssh::DhGroup group = group_of(family);
        const Bytes token = build_token({}, mechanism::krb5(), {});
        for (const Bytes& value : {Bytes{std::byte{2}}, near_p(group, -2)}) {
            KexPair pair({family});
            const Bytes ignored = pair.run_until(Side::client, kexgss::init);
            const Bytes init = build(wire::KexInit{token, value}, wire::PublicForm::mpint);
            pair.server->receive(init);
            EXPECT_FALSE(pair.server->ended());
        }
    }
}

/// Key pairs whose public key or secret is what a test says.
class BentCrypto final : public ssh::Crypto {
public:
    std::optional<Bytes> public_key; ///< in place of ours
    std::optional<Bytes> secret;

    Result<std::unique_ptr<ssh::Hash>> hash(ssh::HashAlgorithm algorithm) const override {
        return toy_.hash(algorithm);
    }
    Result<std::unique_ptr<ssh::KeyAgreement>> ecdh(ssh::EcdhCurve curve) const override {
        return bend(toy_.ecdh(curve).value());
    }
    Result<std::unique_ptr<ssh::KeyAgreement>> dh(const ssh::DhGroup& group) const override {
        return bend(toy_.dh(group).value());
    }

private:
    class Agreement final : public ssh::KeyAgreement {
    public:
        Agreement(std::unique_ptr<ssh::KeyAgreement> real, const BentCrypto& bent)
            : real_(std::move(real)), bent_(bent) {}
        BytesView public_key() const noexcept override {
            return bent_.public_key ? BytesView(*bent_.public_key) : real_->public_key();
        }
        Result<SecretBytes> shared_secret(BytesView peer) override {
            return bent_.secret ? Result<SecretBytes>(SecretBytes(*bent_.secret))
                                : real_->shared_secret(peer);
        }

    private:
        std::unique_ptr<ssh::KeyAgreement> real_;
        const BentCrypto& bent_;
    };

    Result<std::unique_ptr<ssh::KeyAgreement>> bend(std::unique_ptr<ssh::KeyAgreement> real) const {
        return std::unique_ptr<ssh::KeyAgreement>(
            std::make_unique<Agreement>(std::move(real), *this));
    }

    ToyCrypto toy_;
};

/// Both roles with @p crypto on one side and a good one on the other.
void expect_fails_on(const ssh::Crypto& bent, KexFamily family, Fault fault) {
    SCOPED_TRACE(name_of(family));
    for (const Side side : {Side::client, Side::server}) {
        const Transcript transcript;
        const ToyCrypto good(7);
        const KexCase what{family};
        auto client = ClientKeyExchange::create(side == Side::client ? bent : good,
                                                client_options(what, transcript))
                          .value();
        auto server = ServerKeyExchange::create(side == Side::server ? bent : good,
                                                server_options(what, transcript))
                          .value();
        ScriptedHost client_host;
        ScriptedHost server_host;
        client.start();
        const PairRun run = run_pair(client, server, client_host, server_host);
        expect_failure(run, side, fault);
        EXPECT_EQ(client_host.counts().verified, 0U);
        EXPECT_EQ((side == Side::server ? server_host : client_host).counts().mics, 0U);
    }
}

TEST(PublicValues, rfc_K24_neither_side_sends_a_value_outside_the_group) {
    for (const KexFamily family : all_families()) {
        if (form_of(family) != wire::PublicForm::mpint) {
            continue;
        }
        const ssh::DhGroup group = group_of(family);
        for (const Bytes& value :
             {Bytes(), Bytes{std::byte{1}}, near_p(group, -1), group.p, near_p(group, 1)}) {
            BentCrypto crypto;
            crypto.public_key = value;
            expect_fails_on(crypto, family, Fault::local);
        }
    }
}

TEST(PublicValues, rfc_K24_trivial_secrets_are_refused) {
    for (const KexFamily family : all_families()) {
        std::vector<Bytes> trivial{{}, Bytes(32)};
        if (form_of(family) == wire::PublicForm::mpint) {
            const ssh::DhGroup group = group_of(family);
            trivial.insert(trivial.end(), {Bytes{std::byte{1}}, near_p(group, -1), group.p});
        }
        for (const Bytes& secret : trivial) {
            BentCrypto crypto;
            crypto.secret = secret;
            expect_fails_on(crypto, family, Fault::peer);
        }
    }
}

TEST(PublicValues, the_secret_is_an_mpint) {
    // A leading zero goes, and one comes where the highest bit is set.
    const std::vector<std::pair<Bytes, Bytes>> shapes{
        {{std::byte{0}, std::byte{0x12}, std::byte{0x34}},
         {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{2}, std::byte{0x12},
          std::byte{0x34}}},
        {{std::byte{0x80}, std::byte{1}},
         {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{3}, std::byte{0}, std::byte{0x80},
          std::byte{1}}},
        {{std::byte{0x7f}},
         {std::byte{0}, std::byte{0}, std::byte{0}, std::byte{1}, std::byte{0x7f}}},
    };
    for (const auto& [secret, encoded] : shapes) {
        BentCrypto crypto;
        crypto.secret = secret;
        const Transcript transcript;
        const KexCase what{KexFamily::curve25519_sha256};
        auto client = ClientKeyExchange::create(crypto, client_options(what, transcript)).value();
        auto server = ServerKeyExchange::create(crypto, server_options(what, transcript)).value();
        ScriptedHost client_host;
        ScriptedHost server_host;
        client.start();
        const PairRun run = run_pair(client, server, client_host, server_host);
        expect_agreement(run);
        EXPECT_TRUE(
            std::ranges::equal(run.last<KexDone>(Side::client)->shared_secret.view(), encoded));
    }
}

TEST(PublicValues, bounds_are_exact) {
    const Bytes p{std::byte{0x01}, std::byte{0x01}}; // 257
    const auto inside = [&p](unsigned value) {
        Bytes octets;
        if (value > 255) {
            octets.push_back(static_cast<std::byte>(value >> 8));
        }
        if (value > 0) {
            octets.push_back(static_cast<std::byte>(value));
        }
        return ssh::detail::strictly_inside(octets, p);
    };
    for (unsigned value = 0; value < 600; ++value) {
        EXPECT_EQ(inside(value), value > 1 && value < 256) << value;
    }
    EXPECT_EQ(ssh::detail::bits_of({}), 0U);
    EXPECT_EQ(ssh::detail::bits_of(Bytes{std::byte{1}}), 1U);
    EXPECT_EQ(ssh::detail::bits_of(p), 9U);
}

} // namespace

} // namespace gss::test
