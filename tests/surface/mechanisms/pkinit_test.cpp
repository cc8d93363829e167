// SPDX-License-Identifier: Apache-2.0
// Tickets that a certificate got (PKINIT, RFC 4556) do what others do, with KDCs of both kinds.
#include "two_places.h"

namespace gss::test {

namespace {

class Pkinit : public OnPair {
protected:
    static void SetUpTestSuite() {
        for (const realm::KdcKind kind : {realm::KdcKind::mit, realm::KdcKind::heimdal}) {
            realm::RealmOptions options;
            options.kdc = kind;
            options.heimdal_prefix = heimdal_prefix();
            options.ticket = false;
            options.client_keytab = false;
            options.pkinit = true;
            realms().push_back(
                std::make_unique<realm::Realm>(realm::Realm::start(options).value()));
            realm::Realm& made = *realms().back();
            made.kinit(made.login(), made.ccache_name(), {.certificate = made.certificate()})
                .value();
        }
    }
    static void TearDownTestSuite() { realms().clear(); }
    static std::vector<std::unique_ptr<realm::Realm>>& realms() {
        static std::vector<std::unique_ptr<realm::Realm>> all;
        return all;
    }
};

INSTANTIATE_TEST_SUITE_P(All, Pkinit, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Pkinit, TicketsEstablishContextsThatDelegate) {
    for (const auto& made : realms()) {
        NegotiationOptions options;
        options.initiating = options.accepting = at_place(made->environment());
        options.establish = with_flags(default_context_flags | ContextFlag::delegate_to_peer |
                                       ContextFlag::confidentiality);
        options.establish.accept.accept_delegation = true;
        options.initiating([&] {
            ContextPair both = established(negotiate(initiator(), acceptor(), options));
            expect_working(both, mechanism::krb5());
            EXPECT_EQ(both.acceptor.initiator.value().display().value().text,
                      "alice@" + made->name());
            EXPECT_TRUE(both.acceptor.delegated.has_value());
        });
    }
}

TEST_P(Pkinit, TicketsGoThroughSpnego) {
    for (const auto& made : realms()) {
        NegotiationOptions options;
        options.initiating = options.accepting = at_place(made->environment());
        options.establish = with_mechanism(mechanism::spnego());
        options.initiating([&] {
            ContextPair both = established(negotiate(initiator(), acceptor(), options));
            expect_working(both, mechanism::krb5());
        });
    }
}

} // namespace

} // namespace gss::test
