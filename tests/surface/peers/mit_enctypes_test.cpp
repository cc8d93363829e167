// SPDX-License-Identifier: Apache-2.0
// SPNEGO with every encryption type, and tokens of RFC 1964 that are cut: MIT's t_spnego and
// t_invalid look at the same. A realm for each encryption type.
#include "conformance.h"

#include <algorithm>
#include <functional>
#include <memory>

namespace gss::test {

namespace {

class EnctypeRealms : public testing::TestWithParam<std::string> {
protected:
    /// Runs @p task for every pair of backends in a realm of the parameter's encryption type.
    void on_every_pair(const std::function<void(const Backend&, const Backend&)>& task) {
        realm::RealmOptions options;
        options.kdc = shared_realm().kdc_kind();
        options.heimdal_prefix = heimdal_prefix();
        options.client_keytab = false;
        options.enctypes = {GetParam()};
        const realm::Realm realm = realm::Realm::start(std::move(options)).value();
        std::vector<std::unique_ptr<ScopedEnvironment>> environment;
        for (const std::string& pair : realm.environment()) {
            const std::size_t equals = pair.find('=');
            environment.push_back(std::make_unique<ScopedEnvironment>(pair.substr(0, equals),
                                                                      pair.substr(equals + 1)));
        }
        for (const Pair& pair : all_pairs()) {
            SCOPED_TRACE(pair.initiator + " to " + pair.acceptor);
            in_fresh_thread([&] { task(backend(pair.initiator), backend(pair.acceptor)); });
        }
    }
};

std::string enctype_label(const testing::TestParamInfo<std::string>& info) {
    std::string name = info.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

class SpnegoEnctypes : public EnctypeRealms {};

INSTANTIATE_TEST_SUITE_P(All, SpnegoEnctypes,
                         testing::Values("aes256-cts-hmac-sha1-96", "aes128-cts-hmac-sha1-96",
                                         "aes256-cts-hmac-sha384-192", "aes128-cts-hmac-sha256-128",
                                         "arcfour-hmac"),
                         enctype_label);

TEST_P(SpnegoEnctypes, ProtectMessagesBothWays) {
    on_every_pair([](const Backend& from, const Backend& to) {
        const auto both = establish(from, to, with_mechanism(mechanism::spnego()));
        ASSERT_TRUE(succeeds(both));
        EXPECT_TRUE(both->initiator.mechanism() == mechanism::krb5() ||
                    both->initiator.mechanism() == mechanism::spnego());
        auto contexts = establish(from, to, with_mechanism(mechanism::spnego())).value();
        for (int round = 0; round < 3; ++round) {
            const Bytes message = pattern(static_cast<std::size_t>(round) * 100);
            const Buffer there = contexts.initiator.wrap(message).value().token;
            EXPECT_EQ(text(contexts.acceptor.context.unwrap(there).value().message), text(message));
            const Buffer back = contexts.acceptor.context.get_mic(message).value();
            EXPECT_TRUE(succeeds(contexts.initiator.verify_mic(message, back)));
        }
    });
}

class Rfc1964Enctypes : public EnctypeRealms {};

INSTANTIATE_TEST_SUITE_P(All, Rfc1964Enctypes, testing::Values("arcfour-hmac", "des3-cbc-sha1"),
                         enctype_label);

/// @p token, which has a frame (RFC 2743 s3.1) with a length of one octet, cut to @p size octets
/// behind the frame, with a length that fits.
Bytes cut_behind_frame(BytesView token, std::size_t size) {
    constexpr std::size_t frame = 13; // 60, length, 06 09 and the OID of Kerberos
    Bytes cut(token.begin(), token.begin() + frame + static_cast<std::ptrdiff_t>(size));
    cut[1] = static_cast<std::byte>(cut.size() - 2);
    return cut;
}

TEST_P(Rfc1964Enctypes, TokensCutAnywhereAreRefused) {
    // CVE-2014-5352 and its kin: headers and checksums that end early were read past their end.
    const std::size_t checksum = GetParam() == "arcfour-hmac" ? 8 : 20;
    on_every_pair([checksum](const Backend& from, const Backend& to) {
        auto contexts = establish(from, to).value();
        const Buffer mic = contexts.initiator.get_mic(as_bytes("m")).value();
        const Buffer sealed = contexts.initiator.wrap(as_bytes("m")).value().token;
        const Buffer open =
            contexts.initiator.wrap(as_bytes("m"), Seal::integrity_only).value().token;
        for (const Buffer* token : {&mic, &sealed, &open}) {
            ASSERT_EQ(token->view()[0], std::byte{0x60}) << "a token of RFC 4121";
            ASSERT_LT(token->size(), 128U);
            // Heimdal puts two octets behind the checksum of triple DES, which nobody reads.
            const std::size_t whole = token == &mic ? 16 + checksum : token->size() - 13;
            for (std::size_t size = 0; size < whole; ++size) {
                const Bytes cut = cut_behind_frame(*token, size);
                EXPECT_FALSE(contexts.acceptor.context.verify_mic(as_bytes("m"), cut).has_value());
                EXPECT_FALSE(contexts.acceptor.context.unwrap(BytesView(cut)).has_value());
                Bytes in_place = cut;
                EXPECT_FALSE(contexts.acceptor.context.unwrap_in_place(in_place).has_value());
            }
        }
    });
}

TEST_P(Rfc1964Enctypes, TokensForOthersAreRefused) {
    // A token of one form where the context is of the other: a null pointer was followed.
    on_every_pair([](const Backend& from, const Backend& to) {
        auto contexts = establish(from, to).value();
        const Bytes cfx_mic{std::byte{0x04}, std::byte{0x04}, std::byte{0},    std::byte{0xff},
                            std::byte{0xff}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
                            std::byte{0},    std::byte{0},    std::byte{0},    std::byte{0},
                            std::byte{0},    std::byte{0},    std::byte{0},    std::byte{0}};
        Bytes cfx_wrap = cfx_mic;
        cfx_wrap[0] = std::byte{0x05};
        for (std::size_t more = 0; more < 40; ++more) {
            EXPECT_FALSE(contexts.acceptor.context.verify_mic(as_bytes("m"), cfx_mic).has_value());
            EXPECT_FALSE(contexts.acceptor.context.unwrap(BytesView(cfx_wrap)).has_value());
            cfx_wrap.push_back(std::byte{1});
        }
    });
}

} // namespace

} // namespace gss::test
