// SPDX-License-Identifier: Apache-2.0
// Realms that know one encryption type: where both libraries have it, everything altered is
// refused; where one lacks it, no context comes about.
#include "conformance.h"

#include <algorithm>
#include <array>
#include <functional>
#include <memory>

namespace gss::test {

namespace {

struct Case {
    std::string enctype;
    std::size_t checksum;
    Pair pair;
};

void PrintTo(const Case& given, std::ostream* out) {
    *out << given.enctype << ", ";
    PrintTo(given.pair, out);
}

/// Those whose tokens are of RFC 4121, with the size of their checksums in octets.
struct Enctype {
    const char* name;
    std::size_t checksum;
};
constexpr std::array modern{
    Enctype{"aes256-cts-hmac-sha1-96", 12},    Enctype{"aes128-cts-hmac-sha1-96", 12},
    Enctype{"aes256-cts-hmac-sha384-192", 24}, Enctype{"aes128-cts-hmac-sha256-128", 16},
    Enctype{"camellia256-cts-cmac", 16},       Enctype{"camellia128-cts-cmac", 16}};
/// Those whose tokens are of RFC 1964 and 4757, which do not protect their sequence numbers.
constexpr std::array weak{Enctype{"arcfour-hmac", 8}, Enctype{"des3-cbc-sha1", 20}};

template <std::size_t Size>
std::vector<Case> cases_of(const std::array<Enctype, Size>& enctypes) {
    std::vector<Case> cases;
    for (const Enctype& enctype : enctypes) {
        for (const Pair& pair : all_pairs()) {
            cases.push_back({enctype.name, enctype.checksum, pair});
        }
    }
    return cases;
}

std::string name_of_case(const testing::TestParamInfo<Case>& info) {
    std::string name = info.param.enctype + "_" + name_of_pair({info.param.pair, 0});
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

/// The realm of one encryption type after another, and the environment that points there.
class Enctypes : public testing::TestWithParam<Case> {
protected:
    static void TearDownTestSuite() { current().reset(); }

    struct Place {
        std::string enctype;
        Result<realm::Realm> realm;
    };
    [[nodiscard]] static std::unique_ptr<Place>& current() {
        static std::unique_ptr<Place> place;
        return place;
    }
    [[nodiscard]] static Result<realm::Realm>& realm_of(const std::string& enctype) {
        if (!current() || current()->enctype != enctype) {
            current().reset();
            realm::RealmOptions options;
            options.kdc = shared_realm().kdc_kind();
            options.heimdal_prefix = heimdal_prefix();
            options.client_keytab = false;
            options.enctypes = {enctype};
            current() =
                std::make_unique<Place>(Place{enctype, realm::Realm::start(std::move(options))});
        }
        return current()->realm;
    }
};

/// Runs @p test on contexts of the realm, in a thread that knows no other.
void in_realm_of(const realm::Realm& realm, const std::function<void(Result<ContextPair>)>& test) {
    std::vector<std::unique_ptr<ScopedEnvironment>> environment;
    for (const std::string& pair : realm.environment()) {
        const std::size_t equals = pair.find('=');
        environment.push_back(
            std::make_unique<ScopedEnvironment>(pair.substr(0, equals), pair.substr(equals + 1)));
    }
    in_fresh_thread([&] {
        const Pair& names = Enctypes::GetParam().pair;
        test(establish(backend(names.initiator), backend(names.acceptor)));
    });
}

class ModernEnctypes : public Enctypes {
protected:
    [[nodiscard]] static bool is_camellia() { return GetParam().enctype.rfind("camellia", 0) == 0; }
    [[nodiscard]] static bool heimdal_takes_part() {
        return GetParam().pair.initiator == "heimdal" || GetParam().pair.acceptor == "heimdal";
    }
};
class WeakEnctypes : public Enctypes {};

INSTANTIATE_TEST_SUITE_P(All, ModernEnctypes, testing::ValuesIn(cases_of(modern)), name_of_case);
INSTANTIATE_TEST_SUITE_P(All, WeakEnctypes, testing::ValuesIn(cases_of(weak)), name_of_case);

TEST_P(ModernEnctypes, sec_A3_01_AlteredAnywhereAreRefused) {
    const Result<realm::Realm>& realm = realm_of(GetParam().enctype);
    if (is_camellia() && shared_realm().kdc_kind() == realm::KdcKind::heimdal) {
        EXPECT_TRUE(fails_with(realm, ErrorCode::malformed_parameter)) << "Heimdal has it now";
        return;
    }
    in_realm_of(realm.value(), [](Result<ContextPair> both) {
        if (is_camellia() && heimdal_takes_part()) {
            EXPECT_FALSE(both.has_value()) << "Heimdal has it now";
            return;
        }
        ASSERT_TRUE(succeeds(both));
        const Buffer mic = both->initiator.get_mic(as_bytes("m")).value();
        EXPECT_EQ(mic.size(), 16 + GetParam().checksum) << "of another encryption type";
        ASSERT_TRUE(succeeds(both->acceptor.context.verify_mic(as_bytes("m"), mic)));
        EXPECT_TRUE(
            succeeds(self_test(std::move(both->initiator), std::move(both->acceptor.context))));
    });
}

TEST_P(WeakEnctypes, sec_A3_02_StillVerifyWhatIsGenuineOnly) {
    // CVE-2022-45142: Heimdal 7.8.0 took wrong MICs for right ones.
    in_realm_of(realm_of(GetParam().enctype).value(), [](Result<ContextPair> both) {
        ASSERT_TRUE(succeeds(both));
        for (const bool forth : {true, false}) {
            SecurityContext& from = forth ? both->initiator : both->acceptor.context;
            SecurityContext& to = forth ? both->acceptor.context : both->initiator;
            const Buffer wrong = from.get_mic(as_bytes("m")).value();
            EXPECT_FALSE(to.verify_mic(as_bytes("n"), wrong).has_value());
            const Buffer right = from.get_mic(as_bytes("m")).value();
            const Result<VerifiedMic> verified = to.verify_mic(as_bytes("m"), right);
            EXPECT_TRUE(verified || verified.error().is(ErrorClass::supplementary));
        }
    });
}

TEST_P(WeakEnctypes, sec_A3_02_OfRc4FailTheSelfTest) {
    if (GetParam().enctype != "arcfour-hmac") {
        return;
    }
    in_realm_of(realm_of(GetParam().enctype).value(), [](Result<ContextPair> both) {
        ASSERT_TRUE(succeeds(both));
        // RFC 4757 s7.3: nothing protects the sequence number, so that an altered one shifts the
        // window and genuine tokens are refused.
        EXPECT_TRUE(
            fails_with(self_test(std::move(both->initiator), std::move(both->acceptor.context)),
                       ErrorCode::bad_mic));
    });
}

TEST(DefaultEnctypes, sec_A3_02_OfAServiceWithRc4OnlyHaveAStrongSessionKey) {
    // Neither library refuses the ticket by default; what protects the messages is not RC4.
    const std::string keytab = fresh_path("rc4_keytab");
    shared_realm().add_service("rc4/localhost", keytab, {"arcfour-hmac"}).value();
    const ScopedEnvironment environment("KRB5_KTNAME", "FILE:" + keytab);
    for (const Pair& names : all_pairs()) {
        in_fresh_thread([&] {
            EstablishOptions options;
            options.target = "rc4@localhost";
            ContextPair both =
                establish(backend(names.initiator), backend(names.acceptor), options).value();
            const Buffer mic = both.initiator.get_mic(as_bytes("m")).value();
            ASSERT_GT(mic.size(), 16U);
            EXPECT_EQ(text(mic.view().first(2)), "\x04\x04") << "not a token of RFC 4121";
        });
    }
}

} // namespace

} // namespace gss::test
