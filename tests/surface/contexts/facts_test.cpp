// SPDX-License-Identifier: Apache-2.0
// What a Kerberos context tells: its key, and what the ticket says.
#include "conformance.h"
#include "lying_client.h"

#include <gssxx/krb5/context.h>
#include <gssxx/realm/ccache_file.h>

#include <chrono>

namespace gss::test {

namespace {

using std::chrono::system_clock;

class Facts : public OnPair {
protected:
    [[nodiscard]] static bool initiator_knows_ticket() {
        return initiator().supports(Capability::initiator_ticket_facts, mechanism::krb5());
    }
};

INSTANTIATE_TEST_SUITE_P(All, Facts, testing::ValuesIn(all_pairs()), name_of_pair);

constexpr std::int32_t signed_path = 512;

void expect_same_key(const krb5::Key& left, const krb5::Key& right) {
    EXPECT_EQ(left.enctype, right.enctype);
    EXPECT_FALSE(left.octets.empty());
    EXPECT_TRUE(text(left.octets.view()) == text(right.octets.view()));
}

TEST_P(Facts, SessionKeyIsTheSameOnBothSides) {
    const ContextPair first = pair();
    const krb5::Key key = krb5::session_key(first.initiator).value();
    expect_same_key(key, krb5::session_key(first.acceptor.context).value());
    EXPECT_NE(krb5::to_string(key.enctype), "unknown");
    const ContextPair second = pair();
    EXPECT_FALSE(text(key.octets.view()) ==
                 text(krb5::session_key(second.initiator).value().octets.view()))
        << "every context has a key of its own";
}

TEST_P(Facts, SessionKeyIsWhatTheInquiryByOidTells) {
    const Oid question = Oid::from_string("1.2.840.113554.1.2.2.5.5").value();
    ContextPair both = pair();
    for (const SecurityContext* side : {&both.initiator, &both.acceptor.context}) {
        const std::vector<Buffer> pieces = side->inquire_by_oid(question).value();
        ASSERT_FALSE(pieces.empty());
        EXPECT_TRUE(text(pieces[0]) == text(krb5::session_key(*side).value().octets.view()));
    }
    // The context goes on: asking has not spent or broken anything.
    const Bytes message = pattern(50);
    const Buffer mic = both.initiator.get_mic(message).value();
    EXPECT_TRUE(succeeds(both.acceptor.context.verify_mic(message, mic)));
}

TEST_P(Facts, SessionKeyComesThroughSpnegoAndExport) {
    ContextPair both = pair(with_mechanism(mechanism::spnego()));
    const krb5::Key key = krb5::session_key(both.initiator).value();
    expect_same_key(key, krb5::session_key(both.acceptor.context).value());
    const ExportedContext exported = both.acceptor.context.export_context().value();
    const SecurityContext imported = SecurityContext::import_context(acceptor(), exported).value();
    expect_same_key(key, krb5::session_key(imported).value());
    EXPECT_TRUE(fails_with(krb5::session_key(both.acceptor.context), ErrorCode::misuse));
}

TEST_P(Facts, AuthenticationTimeIsWhenTheClientLoggedIn) {
    const ContextPair both = pair();
    const auto on_acceptor = krb5::authentication_time(both.acceptor.context).value();
    EXPECT_LE(on_acceptor, system_clock::now());
    EXPECT_GT(on_acceptor, system_clock::now() - std::chrono::minutes(10));
    const auto on_initiator = krb5::authentication_time(both.initiator);
    if (initiator_knows_ticket()) {
        EXPECT_EQ(on_initiator.value(), on_acceptor);
    } else {
        EXPECT_TRUE(fails_with(on_initiator, ErrorCode::unavailable));
    }
}

TEST_P(Facts, AuthenticationTimeStaysThatOfTheLoginForALaterTicket) {
    const std::string cache = fresh_path("authtime");
    ASSERT_TRUE(succeeds(shared_realm().kinit("alice", cache)));
    AcquireOptions acquire;
    ASSERT_TRUE(succeeds(acquire.store.set("ccache", "FILE:" + cache)));
    const AcquiredCredentials own =
        Credentials::acquire(initiator(), CredentialUsage::initiate, acquire).value();
    EstablishOptions options;
    options.initiate.credentials = &own.credentials;
    const ContextPair first = pair(options);
    options.target = "HTTP@localhost";
    const ContextPair second = pair(options);
    EXPECT_EQ(krb5::authentication_time(first.acceptor.context).value(),
              krb5::authentication_time(second.acceptor.context).value());
}

TEST_P(Facts, TicketFlagsAreNumberedTheSameWay) {
    const ContextPair both = pair();
    const krb5::TicketFlags flags = krb5::ticket_flags(both.acceptor.context).value();
    // The realm's tickets are forwardable, renewable, and never what the client got by logging in.
    EXPECT_TRUE(flags.contains(krb5::TicketFlag::forwardable)) << flags.bits();
    for (const krb5::TicketFlag never :
         {krb5::TicketFlag::initial, krb5::TicketFlag::invalid, krb5::TicketFlag::postdated,
          krb5::TicketFlag::proxy, krb5::TicketFlag::anonymous, krb5::TicketFlag::forwarded}) {
        EXPECT_FALSE(flags.contains(never)) << flags.bits();
    }
    const auto on_initiator = krb5::ticket_flags(both.initiator);
    if (initiator_knows_ticket()) {
        EXPECT_EQ(on_initiator.value(), flags);
    } else {
        EXPECT_TRUE(fails_with(on_initiator, ErrorCode::unavailable));
        EXPECT_NE(on_initiator.error().text().find("heimdal"), std::string::npos);
    }
}

TEST_P(Facts, TicketFlagsTellATicketThatMayNotBeForwarded) {
    const std::string cache = fresh_path("fixed");
    realm::TicketOptions ticket;
    ticket.forwardable = false;
    ASSERT_TRUE(succeeds(shared_realm().kinit("alice", cache, ticket)));
    AcquireOptions acquire;
    ASSERT_TRUE(succeeds(acquire.store.set("ccache", "FILE:" + cache)));
    const AcquiredCredentials own =
        Credentials::acquire(initiator(), CredentialUsage::initiate, acquire).value();
    EstablishOptions options;
    options.initiate.credentials = &own.credentials;
    const ContextPair both = pair(options);
    EXPECT_FALSE(
        krb5::ticket_flags(both.acceptor.context).value().contains(krb5::TicketFlag::forwardable));
}

TEST_P(Facts, AuthorizationDataIsTheAcceptorsAlone) {
    const ContextPair both = pair();
    EXPECT_TRUE(fails_with(krb5::authorization_data(both.initiator, krb5::ad_win2k_pac),
                           ErrorCode::unavailable));
    const auto pac = krb5::authorization_data(both.acceptor.context, krb5::ad_win2k_pac).value();
    if (shared_realm().kdc_kind() == realm::KdcKind::mit) {
        // MIT's KDC puts a PAC, inside AD-IF-RELEVANT, into every ticket: version 0 at octet 4.
        ASSERT_TRUE(pac.has_value());
        EXPECT_GT(pac->size(), 8U);
        EXPECT_EQ(text(*pac).substr(4, 4), std::string(4, '\0'));
    } else {
        EXPECT_FALSE(pac.has_value());
    }
    const auto wrapped = krb5::authorization_data(both.acceptor.context, krb5::ad_if_relevant);
    if (mit_accepts()) {
        EXPECT_TRUE(fails_with(wrapped, ErrorCode::unavailable));
        return;
    }
    ASSERT_TRUE(wrapped.value().has_value());
    if (pac) {
        EXPECT_NE(text(**wrapped).find(text(*pac)), std::string::npos)
            << "what is inside lies in what is around it";
    } else {
        // Heimdal's KDC signs the ticket (KRB5SignedPath, 512) there, and has no PAC.
        EXPECT_TRUE(
            krb5::authorization_data(both.acceptor.context, signed_path).value().has_value());
    }
}

TEST_P(Facts, AuthorizationDataOfSpnegoIsThatOfKerberos) {
    const ContextPair both = pair(with_mechanism(mechanism::spnego()));
    EXPECT_EQ(
        krb5::authorization_data(both.acceptor.context, krb5::ad_win2k_pac).value().has_value(),
        shared_realm().kdc_kind() == realm::KdcKind::mit);
}

TEST_P(Facts, AuthorizationDataIsNeverWhatTheClientClaims) {
    // Whoever takes a PAC for the KDC's word would let the client choose its own groups.
    const std::string cache = "FILE:" + fresh_path("claim");
    ASSERT_TRUE(succeeds(shared_realm().kinit("alice", cache.substr(5))));
    AcquireOptions acquire;
    ASSERT_TRUE(succeeds(acquire.store.set("ccache", cache)));
    const AcquiredCredentials own =
        Credentials::acquire(backend("mit"), CredentialUsage::initiate, acquire).value();
    EstablishOptions options;
    options.initiate.credentials = &own.credentials;
    ASSERT_TRUE(succeeds(establish(backend("mit"), acceptor(), options))); // gets the ticket
    for (const std::int32_t type : {krb5::ad_win2k_pac, std::int32_t{77}}) {
        AcceptOptions accept;
        accept.required = {};
        Acceptor to = Acceptor::create(acceptor(), accept).value();
        const Step step =
            to.step(token_with_claim(cache, in_realm("host/localhost"), type, "all groups"));
        ASSERT_FALSE(step.failed()) << step.error->text();
        const AcceptedContext accepted = to.finish().value();
        const auto data = krb5::authorization_data(accepted.context, type);
        if (!data) {
            EXPECT_EQ(data.error().code(), ErrorCode::unavailable);
            EXPECT_TRUE(mit_accepts());
        } else if (*data) {
            EXPECT_EQ(text(**data).find("all groups"), std::string::npos);
            EXPECT_EQ(type, krb5::ad_win2k_pac);
        }
    }
}

TEST_P(Facts, AuthorizationDataThatTheTicketLacksIsNoError) {
    const ContextPair both = pair();
    for (const std::int32_t type : {2, 97, 513, 0x7fffffff}) {
        const auto data = krb5::authorization_data(both.acceptor.context, type);
        if (mit_accepts()) {
            EXPECT_TRUE(fails_with(data, ErrorCode::unavailable)) << type;
            continue;
        }
        ASSERT_TRUE(succeeds(data)) << type;
        EXPECT_FALSE(data->has_value()) << type;
    }
    for (const std::int32_t type : {0, -1, -128, std::numeric_limits<std::int32_t>::min()}) {
        EXPECT_TRUE(fails_with(krb5::authorization_data(both.acceptor.context, type),
                               ErrorCode::malformed_parameter))
            << type << ": MIT would never return";
    }
}

TEST_P(Facts, SurviveTheExportOfTheContext) {
    ContextPair both = pair();
    const auto time = krb5::authentication_time(both.acceptor.context).value();
    const auto flags = krb5::ticket_flags(both.acceptor.context).value();
    const ExportedContext exported = both.acceptor.context.export_context().value();
    const SecurityContext imported = SecurityContext::import_context(acceptor(), exported).value();
    // An interprocess token carries no ticket on Heimdal, and on MIT its flags and time.
    const auto later = krb5::authentication_time(imported);
    if (later) {
        EXPECT_EQ(*later, time);
        EXPECT_EQ(krb5::ticket_flags(imported).value(), flags);
    } else {
        EXPECT_FALSE(mit_accepts()) << later.error().text();
        EXPECT_FALSE(succeeds(krb5::ticket_flags(imported)));
    }
}

// MIT alone has IAKERB: the acceptor speaks to the KDC for the initiator.
TEST(IakerbFacts, AreThoseOfTheKerberosContextInside) {
    const Backend library = backend("mit");
    AcquireOptions acquire;
    acquire.mechanisms = {mechanism::iakerb()};
    const AcquiredCredentials initiating =
        Credentials::acquire(library, CredentialUsage::initiate, acquire).value();
    const AcquiredCredentials accepting =
        Credentials::acquire(library, CredentialUsage::accept, acquire).value();
    EstablishOptions options = with_mechanism(mechanism::iakerb());
    options.initiate.credentials = &initiating.credentials;
    options.accept.credentials = &accepting.credentials;
    Result<ContextPair> both = establish(library, library, options);
    ASSERT_TRUE(succeeds(both));
    ASSERT_TRUE(library.supports(Capability::session_key, mechanism::iakerb()));
    expect_same_key(krb5::session_key(both->initiator).value(),
                    krb5::session_key(both->acceptor.context).value());
    EXPECT_EQ(krb5::ticket_flags(both->initiator).value(),
              krb5::ticket_flags(both->acceptor.context).value());
    EXPECT_EQ(krb5::authentication_time(both->initiator).value(),
              krb5::authentication_time(both->acceptor.context).value());
    EXPECT_TRUE(succeeds(krb5::authorization_data(both->acceptor.context, krb5::ad_win2k_pac)));
    EXPECT_TRUE(succeeds(krb5::export_lucid(std::move(both->initiator))));
}

TEST(EnctypeNames, KnowThoseOfRfcsAndNoOther) {
    EXPECT_EQ(krb5::to_string(krb5::Enctype::aes256_cts_hmac_sha1_96), "aes256-cts-hmac-sha1-96");
    EXPECT_EQ(krb5::to_string(static_cast<krb5::Enctype>(18)), "aes256-cts-hmac-sha1-96");
    EXPECT_EQ(krb5::to_string(static_cast<krb5::Enctype>(-7)), "unknown");
}

} // namespace

} // namespace gss::test
