// SPDX-License-Identifier: Apache-2.0
// Exported names octet by octet, and lifetimes: MIT's t_export_name, t_inq_cred and t_lifetime look
// at the same.
#include "conformance.h"

namespace gss::test {

namespace {

std::string hex(BytesView octets) {
    std::string text;
    for (const std::byte octet : octets) {
        constexpr std::string_view digits = "0123456789ABCDEF";
        text += digits[std::to_integer<unsigned>(octet) >> 4U];
        text += digits[std::to_integer<unsigned>(octet) & 15U];
    }
    return text;
}

class ExportedNames : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, ExportedNames, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(ExportedNames, HaveTheseOctets) {
    // RFC 2743 s3.2: 04 01, the length and DER of the mechanism, the length and octets of the name.
    const Name user = Name::import_name(library(), "x", name_type::user()).value();
    const std::string realm = hex(as_bytes(in_realm("x")));
    EXPECT_EQ(hex(user.canonicalize(mechanism::krb5()).value().export_name().value()),
              "0401000B06092A864886F712010202000000" +
                  hex(Bytes{static_cast<std::byte>(in_realm("x").size())}) + realm);
    const Name principal = Name::import_name(library(), "a@b", name_type::krb5_principal()).value();
    EXPECT_EQ(hex(principal.canonicalize(mechanism::krb5()).value().export_name().value()),
              "0401000B06092A864886F71201020200000003614062");
}

TEST_P(ExportedNames, OfSpnegoAreThoseOfMitAndNoneOnHeimdal) {
    for (const auto& [text, type, octets] :
         {std::tuple{"xyz", name_type::user(), "0401000806062B06010505020000000378797A"},
          std::tuple{"a@b", name_type::krb5_principal(),
                     "0401000806062B060105050200000003614062"}}) {
        const Name name = Name::import_name(library(), text, type).value();
        const auto canonical = name.canonicalize(mechanism::spnego());
        if (is_mit()) {
            ASSERT_TRUE(succeeds(canonical));
            EXPECT_EQ(hex(canonical->export_name().value()), octets);
        } else {
            // Releasing such a name of Heimdal 7.8 would end the process.
            EXPECT_TRUE(fails_with(canonical, ErrorCode::unavailable));
        }
    }
}

class Lifetimes : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, Lifetimes, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Lifetimes, OfAContextAreThoseOfTheTicketWhateverIsAskedFor) {
    using std::chrono::hours;
    for (const Lifetime& wanted : {Lifetime(std::chrono::seconds(0)), Lifetime::indefinite(),
                                   Lifetime(hours(1)), Lifetime(hours(24 * 365 * 60))}) {
        EstablishOptions options;
        options.initiate.lifetime = wanted;
        const ContextPair both = pair(options);
        for (const Lifetime& left : {both.initiator.remaining_lifetime().value(),
                                     both.acceptor.context.remaining_lifetime().value(),
                                     both.initiator.inquire().value().lifetime,
                                     both.acceptor.context.inquire().value().lifetime}) {
            ASSERT_TRUE(left.duration().has_value());
            EXPECT_GT(*left.duration(), std::chrono::seconds(0));
            EXPECT_LE(*left.duration(), hours(10) + std::chrono::minutes(5));
        }
    }
}

TEST_P(Lifetimes, PastTheYear2038ArriveAtTheAcceptor) {
    // Thirty-two bits of seconds with a sign end in January 2038. The KDC gives no such tickets.
    const std::string cache = fresh_path("late");
    shared_realm()
        .forge_ticket({.client = "alice",
                       .service = "host/localhost",
                       .keytab = {},
                       .lifetime = std::chrono::hours(24 * 365 * 15)},
                      cache)
        .value();
    in_fresh_thread([&] {
        const ScopedEnvironment tickets("KRB5CCNAME", "FILE:" + cache);
        const auto both = try_establish();
        ASSERT_TRUE(succeeds(both));
        const std::chrono::seconds late = std::chrono::hours(24 * 365 * 14);
        EXPECT_GT(both->acceptor.lifetime.duration().value(), late);
        EXPECT_GT(both->acceptor.context.remaining_lifetime().value().duration().value(), late);
        EXPECT_GT(both->acceptor.context.inquire().value().lifetime.duration().value(), late);
    });
}

} // namespace

} // namespace gss::test
