// SPDX-License-Identifier: Apache-2.0
#include "enctype_realm.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <utility>

namespace gss::test {

namespace {

constexpr std::array enctypes{"aes256-cts-hmac-sha1-96",
                              "aes128-cts-hmac-sha1-96",
                              "aes256-cts-hmac-sha384-192",
                              "aes128-cts-hmac-sha256-128",
                              "camellia256-cts-cmac",
                              "camellia128-cts-cmac",
                              "arcfour-hmac",
                              "des3-cbc-sha1"};

bool is_camellia(const std::string& enctype) {
    return enctype.rfind("camellia", 0) == 0;
}

using Realms = std::map<std::string, Result<realm::Realm>>;
Realms& realms();

/// Stops the realms before main() ends.
class EndOfTests : public testing::Environment {
public:
    void TearDown() override { realms().clear(); }
};
// GoogleTest owns it.
[[maybe_unused]] testing::Environment* const end_of_tests =
    testing::AddGlobalTestEnvironment(new EndOfTests);

Realms& realms() {
    static Realms all;
    return all;
}

const Result<realm::Realm>& realm_of(const std::string& enctype) {
    const auto known = realms().find(enctype);
    if (known != realms().end()) {
        return known->second;
    }
    realm::RealmOptions options;
    options.kdc = shared_realm().kdc_kind();
    options.heimdal_prefix = heimdal_prefix();
    options.client_keytab = false;
    options.enctypes = {enctype};
    return realms().emplace(enctype, realm::Realm::start(std::move(options))).first->second;
}

} // namespace

bool is_modern(const std::string& enctype) {
    return enctype != "arcfour-hmac" && enctype != "des3-cbc-sha1";
}

bool have_enctype(const Pair& pair, const std::string& enctype) {
    return !is_camellia(enctype) || (pair.initiator == "mit" && pair.acceptor == "mit");
}

void PrintTo(const EnctypeCase& given, std::ostream* out) {
    *out << given.enctype << ", ";
    PrintTo(given.pair, out);
}

std::vector<EnctypeCase> all_enctype_cases() {
    std::vector<EnctypeCase> cases;
    for (const char* enctype : enctypes) {
        for (const Pair& pair : all_pairs()) {
            if (have_enctype(pair, enctype)) {
                cases.push_back({enctype, pair});
            }
        }
    }
    return cases;
}

std::vector<EnctypeCase> single_library_cases() {
    std::vector<EnctypeCase> cases;
    for (const EnctypeCase& given : all_enctype_cases()) {
        if (given.pair.initiator == given.pair.acceptor) {
            cases.push_back(given);
        }
    }
    return cases;
}

std::string name_of_enctype_case(const testing::TestParamInfo<EnctypeCase>& info) {
    std::string name = info.param.enctype + "_" + name_of_pair({info.param.pair, 0});
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

void OnEnctype::with_context(const std::function<void(ContextPair&)>& test,
                             const EstablishOptions& options) {
    const Result<realm::Realm>& realm = realm_of(GetParam().enctype);
    if (is_camellia(GetParam().enctype) && shared_realm().kdc_kind() == realm::KdcKind::heimdal) {
        EXPECT_TRUE(fails_with(realm, ErrorCode::malformed_parameter)) << "Heimdal has it now";
        return;
    }
    std::vector<std::unique_ptr<ScopedEnvironment>> environment;
    for (const std::string& pair : realm.value().environment()) {
        const std::size_t equals = pair.find('=');
        environment.push_back(
            std::make_unique<ScopedEnvironment>(pair.substr(0, equals), pair.substr(equals + 1)));
    }
    in_fresh_thread([&] {
        ContextPair both = establish(backend(GetParam().pair.initiator),
                                     backend(GetParam().pair.acceptor), options)
                               .value();
        test(both);
    });
}

} // namespace gss::test
