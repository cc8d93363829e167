// SPDX-License-Identifier: Apache-2.0
// What MIT's own tests of names and identifiers ask, asked here of both libraries: t_export_name,
// t_imp_name, t_inq_mechs_name, t_saslname, t_oid.
#include "conformance.h"

namespace gss::test {

namespace {

class MitCounterparts : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, MitCounterparts, testing::ValuesIn(backend_names()), name_of_backend);

std::string hex(BytesView octets) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const std::byte octet : octets) {
        text += digits[std::to_integer<std::size_t>(octet) >> 4U];
        text += digits[std::to_integer<std::size_t>(octet) & 15U];
    }
    return text;
}

/// The octets of RFC 2743 s3.2 for a mechanism and a name.
std::string frame(const Oid& mechanism, std::string_view name) {
    const Bytes der = mechanism.to_der();
    Bytes octets{std::byte{4}, std::byte{1}, std::byte{0}, static_cast<std::byte>(der.size())};
    octets.insert(octets.end(), der.begin(), der.end());
    octets.insert(octets.end(),
                  {std::byte{0}, std::byte{0}, std::byte{0}, static_cast<std::byte>(name.size())});
    octets.insert(octets.end(), as_bytes(name).begin(), as_bytes(name).end());
    return hex(octets);
}

std::string exported(const Name& name, const Oid& mechanism) {
    return hex(name.canonicalize(mechanism).value().export_name().value());
}

TEST_P(MitCounterparts, ExportNameYieldsTheOctetsOfTheRfc) {
    const Name user = Name::import_name(library(), "x", name_type::user()).value();
    EXPECT_EQ(exported(user, mechanism::krb5()), frame(mechanism::krb5(), in_realm("x")));
    const Name principal = Name::import_name(library(), "a@b", name_type::krb5_principal()).value();
    EXPECT_EQ(exported(principal, mechanism::krb5()),
              "0401000B06092A864886F71201020200000003614062");
}

TEST_P(MitCounterparts, ExportNameOfSpnegoIsNobodysToRead) {
    // MIT frames the text with SPNEGO's identifier. In Heimdal such a name is
    // memory of another kind, and the process ends with it: it is refused.
    const Name user = Name::import_name(library(), "xyz", name_type::user()).value();
    const Result<Name> negotiated = user.canonicalize(mechanism::spnego());
    const Bytes octets = [] {
        const std::string_view hex = "\x04\x01\x00\x08\x06\x06\x2B\x06\x01\x05\x05\x02"
                                     "\x00\x00\x00\x03xyz";
        const BytesView view = as_bytes({hex.data(), 19});
        return Bytes(view.begin(), view.end());
    }();
    const Result<Name> read = Name::import_exported(library(), octets);
    if (is_mit()) {
        EXPECT_EQ(hex(negotiated.value().export_name().value()), hex(octets));
        EXPECT_EQ(read.value().inquire().value(), (NameInfo{true, mechanism::spnego()}));
    } else {
        ASSERT_TRUE(fails_with(negotiated, ErrorCode::unavailable));
        EXPECT_NE(negotiated.error().text().find("xyz"), std::string::npos);
        ASSERT_TRUE(fails_with(read, ErrorCode::unavailable));
        EXPECT_FALSE(read.error().native().has_value()) << "the native library saw it";
    }
}

TEST_P(MitCounterparts, ImpNameShowsServiceAndType) {
    const DisplayedName shown =
        Name::import_name(library(), "host@dcl.mit.edu", name_type::hostbased_service())
            .value()
            .display()
            .value();
    EXPECT_EQ(shown, (DisplayedName{"host@dcl.mit.edu", name_type::hostbased_service()}));
    // The C program counts the terminating NUL into the name, which is refused here.
    EXPECT_TRUE(fails_with(Name::import_name(library(), std::string_view("host@dcl.mit.edu\0", 17),
                                             name_type::hostbased_service()),
                           ErrorCode::bad_name));
}

TEST_P(MitCounterparts, InqMechsNameKnowsWhoReadsWhat) {
    const auto readers = [](std::string_view text, const Oid& type) {
        return Name::import_name(library(), text, type).value().mechanisms().value();
    };
    EXPECT_TRUE(readers("a", name_type::user()).contains(mechanism::krb5()));
    EXPECT_TRUE(readers("h@localhost", name_type::hostbased_service()).contains(mechanism::krb5()));
    const OidSet kerberos = readers("a@b", name_type::krb5_principal());
    EXPECT_TRUE(kerberos.contains(mechanism::krb5()));
    EXPECT_FALSE(kerberos.contains(mechanism::spnego()));
    EXPECT_FALSE(kerberos.contains(mechanism::ntlm()));
}

TEST_P(MitCounterparts, SaslnameListsEveryAttributeOfEveryMechanism) {
    for (const Mechanism& each : Mechanism::all(library()).value()) {
        const SaslName sasl = each.sasl_name().value();
        EXPECT_FALSE(sasl.sasl_name.empty());
        EXPECT_FALSE(sasl.mechanism.empty());
        EXPECT_FALSE(sasl.description.empty());
        const MechanismAttributes attributes = each.attributes().value();
        for (const Oid& attribute : attributes.attributes) {
            EXPECT_TRUE(attributes.known.contains(attribute)) << attribute.to_string();
            EXPECT_TRUE(succeeds(Mechanism::describe_attribute(library(), attribute)));
        }
    }
}

struct OidText {
    std::string_view canonical; // as gss_oid_to_str writes it
    std::string_view dotted;
    std::string_view content;
};

TEST(MitOids, AreTheSameInEveryForm) {
    using namespace std::string_view_literals;
    const std::vector<OidText> all{
        {"{ 1 2 840 113554 1 2 1 1 }", "1.2.840.113554.1.2.1.1",
         "\x2A\x86\x48\x86\xF7\x12\x01\x02\x01\x01"sv},
        {"{ 1 3 6 1 5 6 3 }", "1.3.6.1.5.6.3", "\x2B\x06\x01\x05\x06\x03"sv},
        {"{ 1 2 840 48018 1 2 2 }", "1.2.840.48018.1.2.2",
         "\x2A\x86\x48\x82\xF7\x12\x01\x02\x02"sv},
        {"{ 1 3 5 1 5 2 }", "1.3.5.1.5.2", "\x2B\x05\x01\x05\x02"sv},
        {"{ 0 0 }", "0.0", "\0"sv},
        {"{ 0 39 }", "0.39", "\x27"sv},
        {"{ 1 0 }", "1.0", "\x28"sv},
        {"{ 1 39 }", "1.39", "\x4F"sv},
        {"{ 2 0 }", "2.0", "\x50"sv},
        {"{ 2 40 }", "2.40", "\x78"sv},
        {"{ 2 47 }", "2.47", "\x7F"sv},
        {"{ 2 48 }", "2.48", "\x81\x00"sv},
        {"{ 2 16304 }", "2.16304", "\x81\x80\x00"sv},
        {"{ 0 0 0 }", "0.0.0", "\0\0"sv},
        {"{ 0 0 1 0 }", "0.0.1.0", "\0\1\0"sv},
        {"{ 0 0 128 0 }", "0.0.128.0", "\0\x81\0\0"sv},
        {"{ 0 0 0 1 }", "0.0.0.1", "\0\0\1"sv},
        {"{ 0 0 128 0 1 0 128 }", "0.0.128.0.1.0.128", "\0\x81\0\0\1\0\x81\0"sv}};
    OidSet set;
    for (const OidText& each : all) {
        const Oid oid = Oid::from_content(as_bytes(each.content)).value();
        EXPECT_EQ(oid.to_string(), each.dotted);
        EXPECT_EQ(Oid::from_string(each.canonical).value(), oid) << each.canonical;
        EXPECT_EQ(Oid::from_string(each.dotted).value(), oid);
        EXPECT_EQ(Oid::from_der(oid.to_der()).value(), oid);
        EXPECT_TRUE(set.insert(oid));
    }
    ASSERT_EQ(set.size(), all.size());
    for (std::size_t index = 0; index < all.size(); ++index) {
        EXPECT_EQ(set[index].to_string(), all[index].dotted);
        EXPECT_TRUE(set.contains(set[index]));
    }
}

TEST(MitOids, ThatAreNoneAreRefused) {
    for (const std::string_view text :
         {"", "{}", "{", "}", "  ", " { } ", "x", "+1 1", "-1.1", "1.+0", "+0.1", "{ 1 garbage }",
          "{ 1 }", "{ 0 40 }", "{ 1 40 }", "{ 1 128 }", "{ 1 1", "{ 1 2 3 4 +5 }", "{ 1.2.-3.4.5 }",
          // What gss_str_to_oid reads on past, we do not.
          "1.2.840.48018.1.2.2 trailing garbage", "{ 1 3 6 1 5 2 5 } trailing garbage"}) {
        EXPECT_TRUE(fails_with(Oid::from_string(text), ErrorCode::malformed_parameter)) << text;
    }
}

} // namespace

} // namespace gss::test
