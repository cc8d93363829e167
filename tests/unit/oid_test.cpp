// SPDX-License-Identifier: Apache-2.0
#include <gssxx/mechanism.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <unordered_set>

namespace gss::test {
namespace {

Bytes octets(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

const Bytes krb5_content = octets({0x2a, 0x86, 0x48, 0x86, 0xf7, 0x12, 0x01, 0x02, 0x02});

template <typename T>
void expect_malformed(const Result<T>& result, std::string_view what) {
    ASSERT_FALSE(result.has_value()) << what << " was accepted";
    EXPECT_EQ(result.error().code(), ErrorCode::malformed_parameter) << what;
    EXPECT_FALSE(result.error().messages().front().empty());
}

TEST(Oid, every_form_of_the_kerberos_mechanism_is_the_same_value) {
    const Oid dotted = Oid::from_string("1.2.840.113554.1.2.2").value();
    constexpr std::array<std::uint64_t, 7> numbers{1, 2, 840, 113554, 1, 2, 2};
    Bytes der = octets({0x06, 0x09});
    der.insert(der.end(), krb5_content.begin(), krb5_content.end());
    EXPECT_EQ(Oid::from_content(krb5_content).value(), dotted);
    EXPECT_EQ(Oid::from_der(der).value(), dotted);
    EXPECT_EQ(Oid::from_integers(numbers).value(), dotted);
    EXPECT_EQ(Oid::from_string("{1 2 840 113554 1 2 2}").value(), dotted);
    EXPECT_EQ(Oid::from_string("{ 1 2 840 113554 1 2 2 }").value(), dotted);
    EXPECT_EQ(dotted.to_der(), der);
    EXPECT_EQ(dotted.to_string(), "1.2.840.113554.1.2.2");
    EXPECT_EQ(dotted, mechanism::krb5());
}

TEST(Oid, malformed_content_is_refused) {
    expect_malformed(Oid::from_content({}), "no octets");
    expect_malformed(Oid::from_content(octets({0x80})), "a number that does not end");
    expect_malformed(Oid::from_content(octets({0x2a, 0x86})), "a last number that does not end");
    expect_malformed(Oid::from_content(octets({0x2a, 0x80, 0x01})), "a leading zero digit");
    expect_malformed(Oid::from_content(octets({0x80, 0x01})), "a leading zero digit at first");
    expect_malformed(Oid::from_content(Bytes(Oid::max_size + 1, std::byte{1})), "129 octets");
}

TEST(Oid, malformed_der_is_refused) {
    expect_malformed(Oid::from_der({}), "nothing");
    expect_malformed(Oid::from_der(octets({0x06})), "no length");
    expect_malformed(Oid::from_der(octets({0x06, 0x00})), "no content");
    expect_malformed(Oid::from_der(octets({0x05, 0x01, 0x2a})), "another tag");
    expect_malformed(Oid::from_der(octets({0x06, 0x02, 0x2a})), "cut content");
    expect_malformed(Oid::from_der(octets({0x06, 0x01, 0x2a, 0x03})), "an octet too many");
    expect_malformed(Oid::from_der(octets({0x06, 0x80, 0x2a, 0x00, 0x00})), "indefinite length");
    expect_malformed(Oid::from_der(octets({0x06, 0x81, 0x01, 0x2a})), "a long form of one");
    expect_malformed(Oid::from_der(octets({0x06, 0x82, 0x00, 0x01, 0x2a})), "a longer form of one");
    expect_malformed(Oid::from_der(octets({0x06, 0x81})), "a long form without its octet");
    expect_malformed(Oid::from_der(octets({0x06, 0xff, 0x2a})), "a reserved length");
    expect_malformed(Oid::from_der(octets({0x06, 0x84, 0xff, 0xff, 0xff, 0xff, 0x2a})), "4 GiB");
}

TEST(Oid, der_of_an_identifier_is_refused_at_every_cut) {
    const Bytes der = mechanism::krb5().to_der();
    for (std::size_t size = 0; size < der.size(); ++size) {
        expect_malformed(Oid::from_der(BytesView(der).first(size)), "cut DER");
    }
}

TEST(Oid, malformed_text_is_refused) {
    for (const std::string_view text : {"",
                                        "1",
                                        "1.",
                                        ".1.2",
                                        "1..2",
                                        "1.2.",
                                        "3.1",
                                        "0.40",
                                        "1.40",
                                        "a.b",
                                        "1.2.x",
                                        "1.-2",
                                        "+1.2",
                                        "1 2 840",
                                        " 1.2",
                                        "1.2 ",
                                        "0x1.2",
                                        "{",
                                        "}",
                                        "{}",
                                        "{ }",
                                        "{1 2",
                                        "1 2}",
                                        "{1  2}",
                                        "1.2.18446744073709551616",
                                        "1,2",
                                        "2.18446744073709551615"}) {
        expect_malformed(Oid::from_string(text), text);
    }
    expect_malformed(Oid::from_string(std::string_view("1.2\0.3", 6)), "a NUL");
}

TEST(Oid, malformed_numbers_are_refused) {
    constexpr auto max = std::numeric_limits<std::uint64_t>::max();
    using Numbers = std::vector<std::uint64_t>;
    for (const Numbers& numbers : {Numbers{}, Numbers{1}, Numbers{3, 0}, Numbers{0, 40},
                                   Numbers{1, 40}, Numbers{max, 0}, Numbers{2, max}}) {
        expect_malformed(Oid::from_integers(numbers), "numbers");
    }
    expect_malformed(Oid::from_integers(Numbers(200, 1)), "more than 128 octets of numbers");
}

TEST(Oid, exactly_128_octets_are_accepted_in_every_form) {
    const Bytes content(Oid::max_size, std::byte{1});
    const Oid longest = Oid::from_content(content).value();
    const Bytes der = longest.to_der();
    ASSERT_EQ(der.size(), Oid::max_size + 3);
    EXPECT_EQ(der[1], std::byte{0x81});
    EXPECT_EQ(Oid::from_der(der).value(), longest);
    EXPECT_EQ(Oid::from_string(longest.to_string()).value(), longest);

    const Oid shorter = Oid::from_content(BytesView(content).first(127)).value();
    EXPECT_EQ(shorter.to_der().size(), 129U);
    EXPECT_EQ(Oid::from_der(shorter.to_der()).value(), shorter);
}

TEST(Oid, numbers_past_64_bits_are_written_in_full) {
    // 2^70 as the third number: 128^10 is a one and ten zero digits.
    Bytes content = octets({0x2a, 0x81});
    content.insert(content.end(), 9, std::byte{0x80});
    content.push_back(std::byte{0x00});
    EXPECT_EQ(Oid::from_content(content).value().to_string(), "1.2.1180591620717411303424");
    // The same in the first subidentifier, where 80 is taken off.
    EXPECT_EQ(Oid::from_content(BytesView(content).subspan(1)).value().to_string(),
              "2.1180591620717411303344");
}

TEST(Oid, numbers_at_the_edges_survive_a_round_trip) {
    constexpr auto max = std::numeric_limits<std::uint64_t>::max();
    using Numbers = std::vector<std::uint64_t>;
    for (const Numbers& numbers :
         {Numbers{0, 0}, Numbers{0, 39}, Numbers{1, 0}, Numbers{1, 39}, Numbers{2, 0},
          Numbers{2, 39}, Numbers{2, 40}, Numbers{2, 47}, Numbers{2, 48}, Numbers{2, 999},
          Numbers{2, max - 80}, Numbers{1, 2, 0}, Numbers{1, 2, 127}, Numbers{1, 2, 128},
          Numbers{1, 2, 16383}, Numbers{1, 2, 16384}, Numbers{1, 2, max}}) {
        const Oid oid = Oid::from_integers(numbers).value();
        std::string dotted;
        for (const std::uint64_t number : numbers) {
            dotted += (dotted.empty() ? "" : ".") + std::to_string(number);
        }
        EXPECT_EQ(oid.to_string(), dotted);
        EXPECT_EQ(Oid::from_string(dotted).value(), oid);
        EXPECT_EQ(Oid::from_der(oid.to_der()).value(), oid);
        EXPECT_EQ(Oid::from_content(oid.content()).value(), oid);
    }
}

TEST(Oid, order_is_that_of_the_octets) {
    const Oid low = Oid::from_string("1.2.3").value();
    const Oid lower = Oid::from_string("1.2").value();
    const Oid high = Oid::from_string("2.5").value();
    EXPECT_LT(lower, low);
    EXPECT_LT(low, high);
    EXPECT_GT(high, lower);
    // An octet over 0x7f counts as large, not as negative.
    EXPECT_LT(Oid::from_string("1.2.127").value(), Oid::from_string("1.2.128").value());
}

TEST(Oid, equal_identifiers_hash_alike_and_others_do_not_meet) {
    std::unordered_set<Oid> set{mechanism::krb5(), mechanism::spnego()};
    EXPECT_EQ(set.count(Oid::from_string("1.3.6.1.5.5.2").value()), 1U);
    EXPECT_EQ(set.count(mechanism::iakerb()), 0U);
    EXPECT_EQ(std::hash<Oid>{}(mechanism::krb5()),
              std::hash<Oid>{}(Oid::from_content(krb5_content).value()));
}

TEST(Oid, well_known_identifiers_are_what_the_rfcs_say) {
    EXPECT_EQ(mechanism::krb5().to_string(), "1.2.840.113554.1.2.2");
    EXPECT_EQ(mechanism::spnego().to_string(), "1.3.6.1.5.5.2");
    EXPECT_EQ(mechanism::iakerb().to_string(), "1.3.6.1.5.2.5");
    EXPECT_EQ(mechanism::ntlm().to_string(), "1.3.6.1.4.1.311.2.2.10");
    EXPECT_EQ(name_type::user().to_string(), "1.2.840.113554.1.2.1.1");
    EXPECT_EQ(name_type::machine_uid().to_string(), "1.2.840.113554.1.2.1.2");
    EXPECT_EQ(name_type::string_uid().to_string(), "1.2.840.113554.1.2.1.3");
    EXPECT_EQ(name_type::hostbased_service().to_string(), "1.2.840.113554.1.2.1.4");
    EXPECT_EQ(name_type::anonymous().to_string(), "1.3.6.1.5.6.3");
    EXPECT_EQ(name_type::exported().to_string(), "1.3.6.1.5.6.4");
    EXPECT_EQ(name_type::composite_export().to_string(), "1.3.6.1.5.6.6");
    EXPECT_EQ(name_type::krb5_principal().to_string(), "1.2.840.113554.1.2.2.1");
}

TEST(OidSet, keeps_the_order_of_insertion_and_no_duplicates) {
    OidSet set{mechanism::spnego(), mechanism::krb5(), mechanism::spnego()};
    ASSERT_EQ(set.size(), 2U);
    EXPECT_EQ(set[0], mechanism::spnego());
    EXPECT_EQ(set[1], mechanism::krb5());
    EXPECT_FALSE(set.insert(mechanism::krb5()));
    EXPECT_TRUE(set.insert(mechanism::iakerb()));
    EXPECT_EQ(*(set.end() - 1), mechanism::iakerb());
}

TEST(OidSet, members_come_and_go) {
    OidSet set;
    EXPECT_TRUE(set.empty());
    EXPECT_FALSE(set.contains(mechanism::krb5()));
    EXPECT_FALSE(set.erase(mechanism::krb5()));
    EXPECT_TRUE(set.insert(mechanism::krb5()));
    EXPECT_TRUE(set.contains(mechanism::krb5()));
    EXPECT_TRUE(set.erase(mechanism::krb5()));
    EXPECT_TRUE(set.empty());
}

TEST(OidSet, equality_does_not_look_at_the_order) {
    const OidSet set{mechanism::krb5(), mechanism::spnego()};
    EXPECT_EQ(set, (OidSet{mechanism::spnego(), mechanism::krb5()}));
    EXPECT_NE(set, (OidSet{mechanism::krb5()}));
    EXPECT_NE((OidSet{mechanism::krb5()}), set);
    EXPECT_NE(set, (OidSet{mechanism::krb5(), mechanism::iakerb()}));
}

} // namespace
} // namespace gss::test
