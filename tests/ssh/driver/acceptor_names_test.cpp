// SPDX-License-Identifier: Apache-2.0
// A server's credentials are for one service: tickets for another are refused, on every library.
#include "real.h"

#include "test_realm.h"

#include <gssxx/ssh/token.h>

#include <utility>

namespace gss::test {
namespace {

/// Adds services whose keys are in the realm's keytab, once.
void add_services() {
    static const bool added = [] {
        for (const std::string service : {"host/other", "cifs/localhost"}) {
            shared_realm().add_service(service, shared_realm().keytab()).value();
        }
        return true;
    }();
    static_cast<void>(added);
}

class AcceptorNames : public OnLibraries {
protected:
    static void SetUpTestSuite() { add_services(); }

    /// A client's first token for "host/other" and the like.
    [[nodiscard]] static Bytes token_for(const std::string& service) {
        const Name target =
            Name::import_name(client(), in_realm(service), name_type::krb5_principal()).value();
        ssh::TokenInitiator initiator = ssh::TokenInitiator::create(target).value();
        const Step step = initiator.step();
        EXPECT_TRUE(step.more());
        return {step.token.view().begin(), step.token.view().end()};
    }
    [[nodiscard]] static Credentials credentials_for(std::string_view service) {
        const Name name =
            Name::import_name(server(), service, name_type::hostbased_service()).value();
        AcquireOptions options;
        options.name = &name;
        options.mechanisms = {mechanism::krb5()};
        return Credentials::acquire(server(), CredentialUsage::accept, options).value().credentials;
    }
    [[nodiscard]] static ssh::StepAnswer accept(const Credentials& credentials,
                                                const std::string& service) {
        ssh::DriverOptions options;
        options.credentials = &credentials;
        ssh::Driver driver = ssh::Driver::create(server(), std::move(options)).value();
        return driver.step({1, {}, false, true, mechanism::krb5(), {}, token_for(service)});
    }
};

INSTANTIATE_TEST_SUITE_P(All, AcceptorNames, testing::ValuesIn(all_libraries()), label);

TEST_P(AcceptorNames, sec_A1_31_a_ticket_for_another_host_or_service_is_refused) {
    const Credentials ours = credentials_for("host@localhost");
    EXPECT_EQ(accept(ours, "host/localhost").status, ssh::StepAnswer::Status::done);
    for (const std::string service : {"host/other", "HTTP/localhost", "cifs/localhost"}) {
        const ssh::StepAnswer answer = accept(ours, service);
        EXPECT_EQ(answer.status, ssh::StepAnswer::Status::failed) << service;
        // A stranger is not told what other keys there are.
        EXPECT_EQ(answer.text.find("keytab"), std::string::npos) << answer.text;
        EXPECT_EQ(answer.text.find("localhost"), std::string::npos) << answer.text;
    }
    // The keys are there: each of them is good for its own service.
    for (const std::string service : {"HTTP", "cifs"}) {
        EXPECT_EQ(accept(credentials_for(service + "@localhost"), service + "/localhost").status,
                  ssh::StepAnswer::Status::done);
    }
}

} // namespace
} // namespace gss::test
