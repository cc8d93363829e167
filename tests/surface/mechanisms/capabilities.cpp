// SPDX-License-Identifier: Apache-2.0
#include "capabilities.h"

#include "access.h"
#include "library_backend.h"

#include <utility>

namespace gss::test {

namespace {

/// No default: the compiler tells which enumerator has no test.
std::string_view test_of(Capability capability) {
    switch (capability) {
    case Capability::contexts:
        return "Contexts";
    case Capability::wrap_in_caller_memory:
    case Capability::mic_in_caller_memory:
    case Capability::unwrap_in_caller_memory:
        return "MemoryOfTheCaller";
    case Capability::input_never_written:
        return "InputNeverWritten";
    case Capability::out_of_order_delivery:
        return "OutOfOrderDelivery";
    case Capability::context_export:
        return "ContextExport";
    case Capability::channel_bindings:
    case Capability::channel_bound_flag:
        return "ChannelBindings";
    case Capability::delegation:
        return "Delegation";
    case Capability::replay_cache:
    case Capability::replay_cache_choice:
        return "ReplayCache";
    case Capability::credential_elements:
        return "CredentialElements";
    case Capability::credential_store:
        return "CredentialStores";
    case Capability::credential_store_extras:
        return "CredentialStoreExtras";
    case Capability::credential_storing:
        return "CredentialStoring";
    case Capability::local_names:
        return "LocalNames";
    case Capability::name_attributes:
        return "NameAttributes";
    case Capability::name_attribute_setting:
    case Capability::name_attribute_deletion:
    case Capability::composite_names:
        return "AttributesOfNamesThatAreSetAndTravel";
    case Capability::mechanism_attributes:
        return "AttributesOfTheMechanism";
    case Capability::sasl_names:
        return "SaslNames";
    case Capability::iov:
    case Capability::iov_stream:
    case Capability::iov_mic:
        return "Pieces";
    case Capability::aead:
    case Capability::pseudo_random:
        return "AssociatedDataAndPseudoRandomOctets";
    case Capability::context_inquiry:
        return "ContextInquiry";
    case Capability::context_options:
    case Capability::early_context_options:
        return "ContextOptions";
    case Capability::dce_style:
        return "DceStyle";
    case Capability::session_key:
    case Capability::lucid_export:
        return "Keys";
    case Capability::authentication_time:
    case Capability::ticket_flags:
    case Capability::initiator_ticket_facts:
    case Capability::authorization_data:
        return "FactsOfTheTicket";
    case Capability::renewal:
    case Capability::renewal_trace:
        return "Renewal";
    case Capability::credential_passwords:
        return "CredentialPasswords";
    case Capability::adding_from_store:
        return "AddingFromStore";
    case Capability::credential_export:
        return "CredentialExport";
    case Capability::acceptor_credential_export:
        return "AcceptorCredentialExport";
    case Capability::impersonation:
    case Capability::constrained_delegation:
        return "Impersonation";
    case Capability::constrained_delegation_of_accepted:
        return "ConstrainedDelegationOfAccepted";
    case Capability::negotiable_mechanisms:
        return "NegotiableMechanisms";
    case Capability::credential_options:
        return "CredentialOptions";
    case Capability::native_krb5:
        return "CallsOfKerberos";
    }
    return {};
}

std::vector<Capability> all_capabilities() {
    std::vector<Capability> all;
    for (unsigned number = 0; number <= 0xff; ++number) {
        const auto capability = static_cast<Capability>(number);
        if (!test_of(capability).empty()) {
            all.push_back(capability);
        }
    }
    return all;
}

std::vector<CapabilityCase> all_cases() {
    std::vector<CapabilityCase> cases;
    for (const std::string& name : backend_names()) {
        cases.push_back({name, "krb5", mechanism::krb5()});
        cases.push_back({name, "spnego", mechanism::spnego()});
        cases.push_back({name, "iakerb", mechanism::iakerb()});
        cases.push_back({name, "ntlm", mechanism::ntlm()});
    }
    return cases;
}

std::string name_of(const CapabilityCase& tested) {
    return tested.backend + "_" + tested.name;
}

/// Adding elements ends the process where it is denied (native-differences.md).
bool everything(Capability capability, const Oid& oid) {
    return capability != Capability::credential_elements || oid == mechanism::krb5();
}

} // namespace

void PrintTo(const CapabilityCase& tested, std::ostream* out) {
    *out << tested.backend << " " << tested.name;
}

INSTANTIATE_TEST_SUITE_P(All, Capabilities, testing::ValuesIn(all_cases()),
                         [](const testing::TestParamInfo<CapabilityCase>& tested) {
                             return name_of(tested.param);
                         });

TEST(CapabilityTable, HasARunningTestForEachCapabilityOfEachMechanism) {
    std::set<std::string> running;
    const testing::UnitTest& all = *testing::UnitTest::GetInstance();
    for (int suite = 0; suite < all.total_test_suite_count(); ++suite) {
        const testing::TestSuite& tests = *all.GetTestSuite(suite);
        for (int index = 0; index < tests.total_test_count(); ++index) {
            running.insert(std::string(tests.name()) + "." + tests.GetTestInfo(index)->name());
        }
    }
    for (const Capability capability : all_capabilities()) {
        const std::string test(test_of(capability));
        EXPECT_NE(to_string(capability), "unknown") << test;
        for (const CapabilityCase& tested : all_cases()) {
            const std::string name = "All/Capabilities." + test + "/" + name_of(tested);
            EXPECT_EQ(running.count(name), 1U) << name << " of " << to_string(capability);
        }
    }
    EXPECT_GE(all_capabilities().size(), 50U);
}

void Capabilities::SetUp() {
    // Default credentials accept no IAKERB.
    if (mechanism() == mechanism::iakerb()) {
        if (auto acquired = Credentials::acquire(library(), CredentialUsage::accept, acquiring())) {
            accepting_ = std::move(acquired->credentials);
        }
    }
}

void Capabilities::TearDown() {
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    const std::string_view test = std::string_view(name).substr(0, name.find('/'));
    for (const Capability capability : all_capabilities()) {
        EXPECT_EQ(told_.count(capability) == 1, test_of(capability) == test)
            << to_string(capability);
    }
}

Backend Capabilities::library() {
    rfc2744::Library own = static_cast<const rfc2744::LibraryBackend&>(
                               *detail::Access::of(backend(GetParam().backend)))
                               .native();
    own.traits.supports = &everything;
    own.traits.iov_in_caller_memory = true;
    return detail::Access::backend(rfc2744::make_backend(std::move(own)));
}

const rfc2744::Functions& Capabilities::calls() {
    return static_cast<const rfc2744::LibraryBackend&>(
               *detail::Access::of(backend(GetParam().backend)))
        .native()
        .call();
}

bool Capabilities::has(Capability capability) {
    return backend(GetParam().backend).supports(capability, mechanism());
}

void Capabilities::told(Capability capability, bool works, bool possible) {
    told_.insert(capability);
    EXPECT_EQ(works, has(capability) && possible) << to_string(capability);
}

NegotiationOptions Capabilities::options() {
    NegotiationOptions options;
    options.establish = with_flags(default_context_flags, ContextFlag::integrity);
    options.establish.initiate.mechanism = mechanism();
    options.establish.accept.credentials = accepting_ ? &*accepting_ : nullptr;
    if (accepting_) {
        initiating_ = by_password().value().credentials;
        options.establish.initiate.credentials = &*initiating_;
    }
    return options;
}

Negotiation Capabilities::run(const NegotiationOptions& options) {
    Negotiation negotiation = negotiate(library(), library(), options);
    if (negotiation.error) {
        std::cout << "    " << negotiation.error->text() << std::endl;
    }
    return negotiation;
}

bool Capabilities::on_contexts(const std::function<bool(ContextPair&)>& probe) {
    Negotiation negotiation = run(options());
    return negotiation.contexts && probe(*negotiation.contexts);
}

bool Capabilities::logs_in(const Credentials& credentials, const std::string& who,
                           const std::string& target) {
    NegotiationOptions choosing = options();
    choosing.establish.target = target;
    choosing.establish.initiate.credentials = &credentials;
    Negotiation negotiation = run(choosing);
    if (!negotiation.contexts) {
        return false;
    }
    const std::string seen =
        negotiation.contexts->acceptor.initiator.value().display().value().text;
    if (seen != who) {
        std::cout << "    logs in as " << seen << std::endl;
    }
    return seen == who;
}

bool Capabilities::accepts(const Credentials& credentials) {
    NegotiationOptions choosing = options();
    choosing.establish.accept.credentials = &credentials;
    return run(choosing).contexts.has_value();
}

bool Capabilities::refuses_replay(const Credentials* accepting) {
    NegotiationOptions anonymous_acceptor = options();
    anonymous_acceptor.establish.initiate.flags = ContextFlag::integrity;
    anonymous_acceptor.establish.accept.required = require_nothing;
    if (accepting != nullptr) {
        anonymous_acceptor.establish.accept.credentials = accepting;
    }
    const Negotiation first = run(anonymous_acceptor);
    EXPECT_EQ(first.contexts.has_value(), has(Capability::contexts));
    Acceptor acceptor = Acceptor::create(library(), anonymous_acceptor.establish.accept).value();
    // Everything that the initiator has said, once more.
    for (std::size_t leg = 0; leg < first.legs.size() && !acceptor.established(); leg += 2) {
        const Step step = acceptor.step(first.legs[leg]);
        if (step.failed()) {
            std::cout << "    " << step.error->text() << std::endl;
            return first.contexts.has_value();
        }
    }
    return false;
}

ChannelBindings Capabilities::bindings(std::string_view data) {
    return ChannelBindings::of_application_data(as_bytes(data));
}

AcquireOptions Capabilities::acquiring() {
    AcquireOptions options;
    options.mechanisms = {mechanism()};
    return options;
}

Result<AcquiredCredentials> Capabilities::by_password() {
    AcquireOptions options = acquiring();
    const Name alice = principal(library(), "alice");
    options.name = &alice;
    options.store =
        CredentialStore::of({{"password", shared_realm().password_of("alice").value()}}).value();
    return Credentials::acquire(library(), CredentialUsage::initiate, options);
}

CredentialStore Capabilities::store() {
    return CredentialStore::of({{"ccache", shared_realm().ccache_name()},
                                {"keytab", "FILE:" + shared_realm().keytab().string()}})
        .value();
}

std::string Capabilities::other_user() {
    return is_ntlm() ? std::string(other_ntlm_user) : in_realm("bob");
}

Name Capabilities::other_name() {
    return is_ntlm() ? Name::import_name(library(), std::string(other_ntlm_user), name_type::user())
                           .value()
                     : principal(library(), "bob");
}

std::string Capabilities::other_password() {
    return is_ntlm() ? std::string(other_ntlm_password) : shared_realm().password_of("bob").value();
}

CredentialStore Capabilities::other_store() {
    const std::string cache = fresh_path("bob_cache");
    shared_realm().kinit("bob", cache).value();
    return CredentialStore::of({{"ccache", "FILE:" + cache}}).value();
}

Result<AcquiredCredentials> Capabilities::others() {
    AcquireOptions options = acquiring();
    const Name name = other_name();
    if (is_ntlm()) {
        options.name = &name;
    } else {
        options.store = other_store();
    }
    return Credentials::acquire(library(), CredentialUsage::initiate, options);
}

Result<AcquiredCredentials> Capabilities::services(CredentialUsage usage) {
    static const bool allowed = [] {
        shared_realm()
            .allow_impersonation("host/localhost", has_heimdal_kdc()
                                                       ? std::vector<std::string>{"HTTP/localhost"}
                                                       : std::vector<std::string>{})
            .value();
        return true;
    }();
    EXPECT_TRUE(allowed);
    const std::string cache = fresh_path("host_cache");
    realm::TicketOptions ticket;
    ticket.keytab = shared_realm().keytab();
    shared_realm().kinit("host/localhost", cache, ticket).value();
    AcquireOptions options = acquiring();
    options.store = CredentialStore::of({{"ccache", "FILE:" + cache},
                                         {"keytab", "FILE:" + shared_realm().keytab().string()}})
                        .value();
    return Credentials::acquire(library(), usage, options);
}

} // namespace gss::test
