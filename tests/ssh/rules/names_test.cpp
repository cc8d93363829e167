// SPDX-License-Identifier: Apache-2.0
// Names of gss-* key exchange methods, both ways.
#include "octets.h"

#include <gssxx/ssh/method_names.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <utility>

namespace gss::test {
namespace {

using namespace ssh;

const std::string krb5_suffix = "toWM5Slw5Ew8Mqkay+al2g==";
const Oid negoex = oid("1.3.6.1.4.1.311.2.2.30");

std::vector<KexFamily> every_family() {
    std::vector<KexFamily> families;
    for (const KexFamilyInfo& family : kex_families()) {
        families.push_back(family.family);
    }
    return families;
}

KexPolicy everything() {
    KexPolicy policy;
    policy.families = every_family();
    policy.legacy = true;
    policy.most_names = 1000;
    return policy;
}

TEST(Names, rfc_N01_N02_suffixes_of_known_mechanisms_come_out) {
    const std::array<std::pair<const char*, const char*>, 8> known{{
        {"1.2.840.113554.1.2.2", "toWM5Slw5Ew8Mqkay+al2g=="},      // Kerberos V5
        {"1.2.840.48018.1.2.2", "bontcUwnM6aGfWCP21alxQ=="},       // Microsoft's Kerberos V5
        {"1.3.6.1.4.1.3536.1.1", "dZuIebMjgUqaxvbF7hDbAw=="},      // GSI
        {"1.3.6.1.4.1.3536.1.1.1", "vz8J1E9PzLr8b1K+0remTg=="},    // GSI with MICv2
        {"1.3.6.1.5.5.2", "92scGTGZyysGniM+s/4xLA=="},             // SPNEGO
        {"1.3.6.1.5.2.5", "eipGX3TCiQSrx573bT1o1Q=="},             // IAKERB
        {"1.3.6.1.4.1.311.2.2.10", "4s+AAtlALj0s3Z3xGjNXPQ=="},    // NTLMSSP
        {"1.3.6.1.4.1.5322.26.1.110", "e02Pe6snyJFj+UnTkBN/xA=="}, // SAnon-X25519
    }};
    for (const auto& [dotted, suffix] : known) {
        EXPECT_EQ(mechanism_suffix(oid(dotted)), suffix) << dotted;
    }
}

// The length is part of what is hashed; beyond 127 octets it takes two. From Python's hashlib.
TEST(Names, rfc_N01_the_suffix_covers_tag_and_length_in_both_forms) {
    Bytes content(127, std::byte{1});
    content[0] = std::byte{0x2a};
    EXPECT_EQ(mechanism_suffix(Oid::from_content(content).value()), "/gkxjuiXy2/QpbIuRLL81g==");
    content.push_back(std::byte{1});
    EXPECT_EQ(mechanism_suffix(Oid::from_content(content).value()), "GB08QrHdGw0xlUlktIahtw==");
}

TEST(Names, rfc_N01_each_family_has_the_name_of_its_rfc) {
    const std::array<std::pair<KexFamily, const char*>, 13> names{{
        {KexFamily::group1_sha1, "gss-group1-sha1-"},
        {KexFamily::group14_sha1, "gss-group14-sha1-"},
        {KexFamily::gex_sha1, "gss-gex-sha1-"},
        {KexFamily::group14_sha256, "gss-group14-sha256-"},
        {KexFamily::group15_sha512, "gss-group15-sha512-"},
        {KexFamily::group16_sha512, "gss-group16-sha512-"},
        {KexFamily::group17_sha512, "gss-group17-sha512-"},
        {KexFamily::group18_sha512, "gss-group18-sha512-"},
        {KexFamily::nistp256_sha256, "gss-nistp256-sha256-"},
        {KexFamily::nistp384_sha384, "gss-nistp384-sha384-"},
        {KexFamily::nistp521_sha512, "gss-nistp521-sha512-"},
        {KexFamily::curve25519_sha256, "gss-curve25519-sha256-"},
        {KexFamily::curve448_sha512, "gss-curve448-sha512-"},
    }};
    ASSERT_EQ(kex_families().size(), names.size());
    for (const auto& [family, prefix] : names) {
        EXPECT_EQ(info(family).family, family) << prefix;
        EXPECT_EQ(info(family).prefix, prefix);
        EXPECT_EQ(to_string(KexMethod{family, mechanism::krb5()}), prefix + krb5_suffix);
    }
}

// RFC 8732 s4 and s5.2, RFC 4462 s2.3 to s2.5: a wrong row here is another protocol.
TEST(Names, rfc_E09_each_family_has_its_hash_curve_and_group) {
    struct Row {
        KexFamily family;
        HashAlgorithm hash;
        std::optional<EcdhCurve> curve;
        std::optional<unsigned> modulus;
    };
    const std::array<Row, 13> rows{{
        {KexFamily::nistp256_sha256, HashAlgorithm::sha256, EcdhCurve::nistp256, {}},
        {KexFamily::nistp384_sha384, HashAlgorithm::sha384, EcdhCurve::nistp384, {}},
        {KexFamily::nistp521_sha512, HashAlgorithm::sha512, EcdhCurve::nistp521, {}},
        {KexFamily::curve25519_sha256, HashAlgorithm::sha256, EcdhCurve::x25519, {}},
        {KexFamily::curve448_sha512, HashAlgorithm::sha512, EcdhCurve::x448, {}},
        {KexFamily::group14_sha256, HashAlgorithm::sha256, {}, 2048},
        {KexFamily::group15_sha512, HashAlgorithm::sha512, {}, 3072},
        {KexFamily::group16_sha512, HashAlgorithm::sha512, {}, 4096},
        {KexFamily::group17_sha512, HashAlgorithm::sha512, {}, 6144},
        {KexFamily::group18_sha512, HashAlgorithm::sha512, {}, 8192},
        {KexFamily::group1_sha1, HashAlgorithm::sha1, {}, 1024},
        {KexFamily::group14_sha1, HashAlgorithm::sha1, {}, 2048},
        {KexFamily::gex_sha1, HashAlgorithm::sha1, {}, {}},
    }};
    for (const Row& row : rows) {
        const KexFamilyInfo& family = info(row.family);
        EXPECT_EQ(family.hash, row.hash) << family.prefix;
        EXPECT_EQ(family.curve, row.curve) << family.prefix;
        EXPECT_EQ(family.modulus, row.modulus) << family.prefix;
        EXPECT_EQ(family.legacy, row.hash == HashAlgorithm::sha1) << family.prefix;
        const KexKind kind = row.curve     ? KexKind::ecdh
                             : row.modulus ? KexKind::dh_group
                                           : KexKind::dh_group_exchange;
        EXPECT_EQ(family.kind, kind) << family.prefix;
    }
}

TEST(Names, rfc_N03_every_name_is_read_back_as_what_it_was_made_of) {
    const OidSet mechanisms{oid("1.3.6.1.4.1.3536.1.1"), mechanism::krb5(), mechanism::iakerb()};
    std::set<std::string> seen;
    for (const Oid& mechanism : mechanisms) {
        for (const KexFamily family : every_family()) {
            const KexMethod method{family, mechanism};
            const std::string name = to_string(method);
            EXPECT_EQ(parse_kex_method(name, mechanisms), method) << name;
            EXPECT_TRUE(is_gss_kex_name(name)) << name;
            EXPECT_TRUE(seen.insert(name).second) << name << " is the name of two methods";
        }
    }
}

TEST(Names, rfc_N03_names_that_are_not_quite_ours_are_nobodys) {
    const OidSet krb5{mechanism::krb5()};
    const std::string good = "gss-group14-sha256-" + krb5_suffix;
    ASSERT_TRUE(parse_kex_method(good, krb5));
    for (std::size_t size = 0; size < good.size(); ++size) {
        EXPECT_FALSE(parse_kex_method(good.substr(0, size), krb5)) << size;
    }
    for (std::size_t at = 0; at < good.size(); ++at) {
        std::string other = good;
        other[at] = static_cast<char>(other[at] ^ 1);
        EXPECT_FALSE(parse_kex_method(other, krb5)) << other;
    }
    for (const std::string& name :
         {std::string("-"), std::string(), krb5_suffix, "-" + krb5_suffix, good + "=", good + "-",
          " " + good, good + std::string(1, '\0'), "GSS-group14-sha256-" + krb5_suffix,
          "gss-group14-sha256--" + krb5_suffix, "gss-group14-sha256-x-" + krb5_suffix,
          "gss-group19-sha256-" + krb5_suffix, "group14-sha256-" + krb5_suffix,
          std::string("gss-group14-sha256-") + "toWM5Slw5Ew8Mqkay+al2g",
          "gss-" + std::string(100000, '-') + krb5_suffix}) {
        EXPECT_FALSE(parse_kex_method(name, krb5)) << name.substr(0, 100);
    }
    // Only those who know a mechanism can recognise its suffix.
    EXPECT_FALSE(parse_kex_method(good, {}));
    EXPECT_FALSE(parse_kex_method(good, {mechanism::iakerb()}));
}

TEST(Names, rfc_N03_gss_is_reserved_whether_known_or_not) {
    for (const char* name : {"gss-", "gss-sntrup761x25519-sha512-toWM5Slw5Ew8Mqkay+al2g==",
                             "gss-group14-sha256-unknown", "gss-x@example.com"}) {
        EXPECT_TRUE(is_gss_kex_name(name)) << name;
    }
    for (const char* name : {"", "gss", "Gss-group14-sha256-x", "curve25519-sha256", "x-gss-y"}) {
        EXPECT_FALSE(is_gss_kex_name(name)) << name;
    }
}

TEST(Names, rfc_N03_unknown_names_in_the_peers_list_are_passed_over) {
    const std::vector<std::string> names{
        "gss-sntrup761x25519-sha512-" + krb5_suffix, // a family of the future
        "gss-group18-sha512-" + krb5_suffix,         // known, not in the policy
        "gss-group14-sha256-AAAAAAAAAAAAAAAAAAAAAA==",
        "",
        "gss-",
        "gss-group14-sha256-" + krb5_suffix,
        "curve25519-sha256",
        "gss-group1-sha1-" + krb5_suffix, // legacy
        "gss-curve25519-sha256-" + krb5_suffix,
        "ext-info-c",
        "kex-strict-c-v00@openssh.com",
    };
    const std::vector<KexMethod> expected{{KexFamily::group14_sha256, mechanism::krb5()},
                                          {KexFamily::curve25519_sha256, mechanism::krb5()}};
    EXPECT_EQ(known_kex_methods(names, {}, {mechanism::krb5()}), expected);
    EXPECT_TRUE(known_kex_methods(names, {}, {}).empty());
    EXPECT_TRUE(known_kex_methods({}, {}, {mechanism::krb5()}).empty());
}

TEST(Names, rfc_N04_methods_with_sha1_need_the_legacy_policy_and_the_list) {
    const OidSet krb5{mechanism::krb5()};
    for (const KexFamily family :
         {KexFamily::group1_sha1, KexFamily::group14_sha1, KexFamily::gex_sha1}) {
        const KexPolicy plain;
        EXPECT_FALSE(allows(plain, family)) << info(family).prefix;
        KexPolicy listed_only;
        listed_only.families.push_back(family);
        EXPECT_FALSE(allows(listed_only, family)) << info(family).prefix;
        KexPolicy legacy_only;
        legacy_only.legacy = true;
        EXPECT_FALSE(allows(legacy_only, family)) << info(family).prefix;
        KexPolicy both = listed_only;
        both.legacy = true;
        EXPECT_TRUE(allows(both, family)) << info(family).prefix;

        const std::string name = to_string({family, mechanism::krb5()});
        for (const KexPolicy& policy : {plain, listed_only, legacy_only}) {
            const std::vector<std::string> names = kex_method_names(policy, krb5);
            EXPECT_EQ(std::count(names.begin(), names.end(), name), 0) << name;
            EXPECT_FALSE(names.empty());
        }
        EXPECT_EQ(kex_method_names(both, krb5).back(), name);
    }
}

TEST(Names, rfc_N05_what_a_document_recommends_comes_first) {
    const std::vector<std::string> expected{
        "gss-curve25519-sha256-" + krb5_suffix, // SHOULD in RFC 8732 and RFC 9142
        "gss-nistp256-sha256-" + krb5_suffix,   // SHOULD in both
        "gss-nistp384-sha384-" + krb5_suffix,   // RFC 9142: SHOULD
        "gss-nistp521-sha512-" + krb5_suffix,   // RFC 9142: SHOULD
        "gss-group16-sha512-" + krb5_suffix,    // RFC 8732: SHOULD
        "gss-group14-sha256-" + krb5_suffix,    // SHOULD in both
        "gss-curve448-sha512-" + krb5_suffix,   // MAY
    };
    EXPECT_EQ(kex_method_names({}, {mechanism::krb5()}), expected);
}

TEST(Names, lists_are_short_and_the_first_mechanism_comes_first) {
    const OidSet two{mechanism::krb5(), oid("1.3.6.1.4.1.3536.1.1")};
    const std::vector<std::string> names = kex_method_names({}, two);
    ASSERT_EQ(names.size(), KexPolicy{}.most_names);
    for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_TRUE(names[i].ends_with(krb5_suffix)) << names[i];
    }
    EXPECT_EQ(names[7], "gss-curve25519-sha256-dZuIebMjgUqaxvbF7hDbAw==");
    for (const std::size_t most : {0U, 1U, 7U, 13U, 14U}) {
        KexPolicy policy;
        policy.most_names = most;
        EXPECT_EQ(kex_method_names(policy, two).size(), most);
    }
    KexPolicy repeated;
    repeated.families = {KexFamily::group14_sha256, KexFamily::group14_sha256};
    EXPECT_EQ(kex_method_names(repeated, {mechanism::krb5()}).size(), 1U);
}

TEST(Names, rfc_N06_P04_names_with_a_forbidden_mechanism_are_neither_offered_nor_read) {
    const OidSet forbidden{mechanism::spnego(), mechanism::ntlm(), negoex, mechanism::ms_krb5()};
    for (const Oid& mechanism : forbidden) {
        EXPECT_TRUE(kex_method_names(everything(), {mechanism}, true).empty())
            << mechanism.to_string();
        for (const KexFamily family : every_family()) {
            const std::string name = to_string(KexMethod{family, mechanism});
            EXPECT_FALSE(parse_kex_method(name, forbidden)) << name;
            const std::vector<std::string> names{name};
            EXPECT_TRUE(known_kex_methods(names, everything(), forbidden).empty()) << name;
        }
    }
    // What is good in such a list stays.
    const OidSet mixed{mechanism::spnego(), mechanism::krb5(), mechanism::ntlm()};
    EXPECT_EQ(kex_method_names(everything(), mixed),
              kex_method_names(everything(), {mechanism::krb5()}));
}

TEST(Names, rfc_N06_iakerb_is_offered_only_when_asked_for) {
    const OidSet both{mechanism::iakerb(), mechanism::krb5()};
    for (const std::string& name : kex_method_names(everything(), both)) {
        EXPECT_TRUE(name.ends_with(krb5_suffix)) << name;
    }
    EXPECT_EQ(kex_method_names(everything(), both, true).front(),
              "gss-curve25519-sha256-eipGX3TCiQSrx573bT1o1Q==");
}

} // namespace
} // namespace gss::test
