// SPDX-License-Identifier: Apache-2.0
// Which names a cache of a service answers to, and passwords in a store: MIT's t_credstore looks at
// the same.
#include "conformance.h"

#include <sys/wait.h>
#include <unistd.h>

#include <initializer_list>
#include <string>
#include <tuple>

namespace gss::test {

namespace {

/// Kerberos credentials of that name and type (empty: no name) from a store.
Result<AcquiredCredentials> acquire(const Backend& library, CredentialUsage usage,
                                    const std::string& text, const Oid& type,
                                    std::initializer_list<CredentialStore::Element> elements) {
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    options.store = CredentialStore::of(elements).value();
    std::optional<Name> name;
    if (!text.empty()) {
        name = Name::import_name(library, text, type).value();
        options.name = &*name;
    }
    return Credentials::acquire(library, usage, options);
}

class StoreMatching : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, StoreMatching, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(StoreMatching, OfAServicesCacheGoesByItsNames) {
    const std::string path = fresh_path("service_cache");
    realm::TicketOptions by_keytab;
    by_keytab.keytab = shared_realm().keytab();
    shared_realm().kinit("host/localhost", path, by_keytab).value();
    const std::string cache = "FILE:" + path;
    const auto found = [&](const std::string& name, const Oid& type) {
        const auto acquired =
            acquire(library(), CredentialUsage::initiate, name, type, {{"ccache", cache}});
        if (!acquired) {
            EXPECT_TRUE(acquired.error().is(ErrorClass::missing_credentials))
                << acquired.error().text();
            EXPECT_NE(acquired.error().text().find(cache), std::string::npos);
            return std::string();
        }
        return acquired->credentials.inquire().value().name.value().display().value().text;
    };
    const std::string owner = in_realm("host/localhost");
    EXPECT_EQ(found(owner, name_type::krb5_principal()), owner);
    EXPECT_EQ(found("host@localhost", name_type::hostbased_service()), owner);
    // An initiator's service without a host is that of this machine, by its own name.
    EXPECT_EQ(found("host", name_type::hostbased_service()), "");
    EXPECT_EQ(found(in_realm("wrong"), name_type::krb5_principal()), "");
    EXPECT_EQ(found("host@elsewhere", name_type::hostbased_service()), "");
    EXPECT_EQ(found("svc@localhost", name_type::hostbased_service()), "");
}

class StorePasswords : public OnBackend {
protected:
    [[nodiscard]] static bool there() {
        return library().supports(Capability::credential_store_extras);
    }
    [[nodiscard]] static std::string password() {
        return shared_realm().password_of("alice").value();
    }
};

INSTANTIATE_TEST_SUITE_P(All, StorePasswords, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(StorePasswords, NeedANameAndNothingElse) {
    const std::string secret = password();
    const std::string cache = "FILE:" + fresh_path("password_cache");
    const std::string keytab = "FILE:" + fresh_path("password_keytab");
    const auto refused = [&](const Result<AcquiredCredentials>& result) {
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().text().find(secret), std::string::npos) << "it was shown";
        if (!there()) {
            EXPECT_EQ(result.error().code(), ErrorCode::unavailable);
        }
    };
    const Oid& user = name_type::user();
    refused(acquire(library(), CredentialUsage::initiate, "", user, {{"password", secret}}));
    refused(acquire(library(), CredentialUsage::initiate, "alice", user,
                    {{"password", secret}, {"client_keytab", keytab}}));
    refused(acquire(library(), CredentialUsage::initiate, "alice", user,
                    {{"password", secret}, {"ccache", cache}}));
    refused(acquire(library(), CredentialUsage::accept, "alice", user, {{"password", secret}}));
    refused(acquire(library(), CredentialUsage::initiate, "alice", user, {{"password", "not it"}}));
    const auto good =
        acquire(library(), CredentialUsage::initiate, "alice", user, {{"password", secret}});
    if (there()) {
        EXPECT_TRUE(succeeds(good));
    } else {
        refused(good);
    }
}

TEST_P(StorePasswords, AreVerifiedWithAKey) {
    const std::string secret = password();
    const std::string keytab = fresh_path("verify_keytab");
    const std::string service = "verify/" + GetParam();
    shared_realm().add_service(service, keytab).value();
    const std::string principal = in_realm(service);
    const auto verified = [&] {
        return acquire(library(), CredentialUsage::initiate, "alice", name_type::user(),
                       {{"password", secret}, {"keytab", "FILE:" + keytab}, {"verify", principal}});
    };
    const auto good = verified();
    shared_realm().change_key(service).value();
    // In a process of its own, because MIT 1.20 leaks the tickets that do not fit.
    const pid_t child = fork();
    if (child == 0) {
        const auto bad = verified();
        const std::string why = bad ? secret : bad.error().text();
        const bool told = there() ? why.find(service) != std::string::npos
                                  : !bad && bad.error().code() == ErrorCode::unavailable;
        _exit(told && why.find(secret) == std::string::npos ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0) << "somebody who answers like a KDC would be believed, or is not named";
    if (there()) {
        EXPECT_TRUE(succeeds(good));
    } else {
        EXPECT_TRUE(fails_with(good, ErrorCode::unavailable));
    }
}

} // namespace

} // namespace gss::test
