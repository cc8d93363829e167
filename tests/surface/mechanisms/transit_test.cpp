// SPDX-License-Identifier: Apache-2.0
// A user of an MIT realm reaches a service of another one through a Heimdal realm, where the path
// is known, and nobody where it is not (RFC 4120 s2.7).
#include "service_ticket.h"
#include "two_places.h"

namespace gss::test {

namespace {

constexpr std::string_view users_name = "USERS.TEST";
constexpr std::string_view between_name = "BETWEEN.TEST";

/// Users of USERS.TEST (MIT) to services of SERVICES.TEST or LAX.TEST (MIT), through BETWEEN.TEST
/// (Heimdal). The KDC of LAX.TEST leaves it to the acceptor to look at the path.
class Transit : public OnPair {
protected:
    static void SetUpTestSuite() {
        realms().push_back(start(realm::KdcKind::mit, users_name));
        realms().push_back(start(realm::KdcKind::heimdal, between_name));
        realms().push_back(start(realm::KdcKind::mit, "SERVICES.TEST"));
        realms().push_back(
            start(realm::KdcKind::mit, "LAX.TEST",
                  "[realms]\n\tLAX.TEST = {\n\t\treject_bad_transit = false\n\t}\n"));
        between().trust(users()).value();
        services().trust(between()).value();
        lax().trust(between()).value();
        users().set_neighbours(neighbours_of(users()), paths()).value();
        between().set_neighbours(neighbours_of(between())).value();
        services().set_neighbours(neighbours_of(services()), paths()).value();
        lax().set_neighbours(neighbours_of(lax())).value(); // knows no path
    }
    static void TearDownTestSuite() { realms().clear(); }

    static std::unique_ptr<realm::Realm> start(realm::KdcKind kind, std::string_view name,
                                               const std::string& extra = {}) {
        realm::RealmOptions options;
        options.kdc = kind;
        options.heimdal_prefix = heimdal_prefix();
        options.name = name;
        options.client_keytab = false;
        options.services = {"host/" + host_of(name)};
        options.extra_krb5_conf = extra;
        return std::make_unique<realm::Realm>(realm::Realm::start(options).value());
    }
    /// "services.host" of "SERVICES.TEST".
    static std::string host_of(std::string_view realm) {
        std::string host;
        for (const char c : realm.substr(0, realm.find('.'))) {
            host += static_cast<char>(c + ('a' - 'A'));
        }
        return host + ".host";
    }
    static std::vector<realm::Neighbour> neighbours_of(const realm::Realm& one) {
        std::vector<realm::Neighbour> others;
        for (const auto& other : realms()) {
            if (other->name() != one.name()) {
                others.push_back(other->as_neighbour());
            }
        }
        return others;
    }
    static std::vector<realm::TrustPath> paths() {
        return {{std::string(users_name), "SERVICES.TEST", {std::string(between_name)}},
                {std::string(users_name), "LAX.TEST", {std::string(between_name)}}};
    }
    static std::vector<std::unique_ptr<realm::Realm>>& realms() {
        static std::vector<std::unique_ptr<realm::Realm>> all;
        return all;
    }
    static realm::Realm& users() { return *realms().at(0); }
    static realm::Realm& between() { return *realms().at(1); }
    static realm::Realm& services() { return *realms().at(2); }
    static realm::Realm& lax() { return *realms().at(3); }

    /// The environment of a realm with another cache or krb5.conf.
    static std::vector<std::string> changed(const realm::Realm& place, const std::string& pair) {
        std::vector<std::string> environment = place.environment();
        environment.push_back(pair);
        return environment;
    }
    /// A context to the service of @p to, each side in its own realm's environment; the user's
    /// cache is new. With an empty @p acceptor_config the acceptor has its realm's krb5.conf.
    static Negotiation reach(const realm::Realm& to, const std::string& acceptor_config = {},
                             const std::string& initiator_config = {}) {
        cache() = "FILE:" + (users().folder() / ("cache" + std::to_string(++count()))).string();
        users().kinit("alice", cache()).value();
        std::vector<std::string> here = changed(users(), "KRB5CCNAME=" + cache());
        if (!initiator_config.empty()) {
            here.push_back("KRB5_CONFIG=" + initiator_config);
        }
        std::vector<std::string> there = to.environment();
        if (!acceptor_config.empty()) {
            there.push_back("KRB5_CONFIG=" + acceptor_config);
        }
        NegotiationOptions options;
        options.establish.target = "host@" + host_of(to.name());
        options.initiating = at_place(std::move(here));
        options.accepting = at_place(std::move(there));
        Negotiation negotiation;
        options.initiating([&] { negotiation = negotiate(initiator(), acceptor(), options); });
        return negotiation;
    }
    static std::string& cache() {
        static std::string name;
        return name;
    }
    static int& count() {
        static int number = 0;
        return number;
    }
    static SealedTicket ticket_for(const realm::Realm& to) {
        // libkrb5 looks at the path, too.
        const ScopedEnvironment informed("KRB5_CONFIG", users().krb5_conf().string());
        return open_ticket(cache(), "FILE:" + to.keytab().string(),
                           "host/" + host_of(to.name()) + "@" + to.name());
    }
};

INSTANTIATE_TEST_SUITE_P(All, Transit, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Transit, ThroughAKnownPathReachesTheService) {
    ContextPair both = established(reach(services()));
    expect_working(both, mechanism::krb5());
    EXPECT_EQ(both.acceptor.initiator.value().display().value().text,
              "alice@" + std::string(users_name));
    EXPECT_EQ(both.initiator.inquire().value().target_name.value().display().value().text,
              "host/services.host@SERVICES.TEST");
    const SealedTicket ticket = ticket_for(services());
    EXPECT_EQ(ticket.client, "alice@" + std::string(users_name));
    EXPECT_EQ(ticket.transited, between_name);
    EXPECT_TRUE(ticket.transited_checked);
}

TEST_P(Transit, APathThatTheKdcDoesNotKnowIsRefused) {
    services().set_neighbours(neighbours_of(services())).value();
    const Negotiation negotiation = reach(services());
    services().set_neighbours(neighbours_of(services()), paths()).value();
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_TRUE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->code(), ErrorCode::unauthorized) << negotiation.error->text();
}

TEST_P(Transit, APathThroughAnotherRealmIsRefused) {
    std::vector<realm::TrustPath> wrong = paths();
    wrong[0].through = {"ELSEWHERE.TEST"};
    services().set_neighbours(neighbours_of(services()), wrong).value();
    const Negotiation negotiation = reach(services());
    services().set_neighbours(neighbours_of(services()), paths()).value();
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_TRUE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->code(), ErrorCode::unauthorized) << negotiation.error->text();
}

// The KDC has not looked, so the acceptor has to.
TEST_P(Transit, APathThatTheAcceptorDoesNotKnowIsRefused) {
    const Negotiation negotiation = reach(lax());
    EXPECT_FALSE(ticket_for(lax()).transited_checked);
    EXPECT_EQ(ticket_for(lax()).transited, between_name);
    ASSERT_TRUE(negotiation.error.has_value());
    EXPECT_FALSE(negotiation.initiator_failed);
    EXPECT_EQ(negotiation.error->code(), ErrorCode::unauthorized) << negotiation.error->text();
    const std::string informed =
        lax().write_krb5_conf("informed.conf", {.trust_paths = paths()}).value().string();
    ContextPair both = established(reach(lax(), informed));
    expect_working(both, mechanism::krb5());
}

TEST_P(Transit, AnInitiatorThatKnowsNoPathIsToldByItsKdc) {
    const std::string ignorant =
        users()
            .write_krb5_conf("ignorant.conf", {.trust_paths = std::vector<realm::TrustPath>()})
            .value()
            .string();
    ContextPair both = established(reach(services(), {}, ignorant));
    expect_working(both, mechanism::krb5());
}

} // namespace

} // namespace gss::test
