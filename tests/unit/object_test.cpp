// SPDX-License-Identifier: Apache-2.0
// Names, credentials and inquiries on a fake.
#include "counting.h"
#include "fake_library.h"
#include "pair.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

namespace gss::test {
namespace {

using std::chrono::seconds;

ErrorCode code_of(const auto& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? ErrorCode::failure : result.error().code();
}

class Objects : public testing::Test {
protected:
    FakeLibrary fake;
    CountingLibrary counted{fake.library()};
    Backend backend = counted.backend();
    void TearDown() override { EXPECT_EQ(counted.report(), ""); }

    [[nodiscard]] Credentials acquire(CredentialUsage usage, const AcquireOptions& options = {}) {
        return Credentials::acquire(backend, usage, options).value().credentials;
    }
};

TEST_F(Objects, names_go_in_and_come_out) {
    const Name name = service(backend);
    EXPECT_EQ(name.display().value().text, "host@server");
    EXPECT_EQ(name.display().value().type, name_type::hostbased_service());
    const Name canonical = name.canonicalize(mechanism::krb5()).value();
    EXPECT_EQ(canonical.display().value().text, "host/server@FAKE.REALM");
    EXPECT_TRUE(canonical.equals(name).value());
    EXPECT_TRUE(name.duplicate().value().equals(name).value());
    EXPECT_FALSE(name.equals(service(backend, "ldap@server")).value());
    EXPECT_EQ(code_of(name.export_name()), ErrorCode::name_not_mechanism_name);
    const Name imported = Name::import_exported(backend, canonical.export_name().value()).value();
    EXPECT_TRUE(imported.equals(name).value());
    EXPECT_EQ(name.mechanisms().value(), (OidSet{mechanism::krb5(), mechanism::spnego()}));
    EXPECT_EQ(canonical.mechanisms().value(), OidSet{mechanism::krb5()});
    EXPECT_TRUE(name.backend() == backend);
}

TEST_F(Objects, names_with_a_nul_inside_never_reach_the_library) {
    using namespace std::string_view_literals;
    for (const std::string_view text : {"al\0ice"sv, "\0"sv, "alice\0"sv}) {
        EXPECT_EQ(code_of(Name::import_name(backend, text)), ErrorCode::bad_name);
        EXPECT_EQ(code_of(Name::import_name(backend, text, name_type::user())),
                  ErrorCode::bad_name);
    }
    EXPECT_EQ(fake.table().count(Call::import_name), 0U);
    // Where a NUL is data it goes through.
    EXPECT_TRUE(Name::import_name(backend, "\0\0\0\1"sv, name_type::machine_uid()).has_value());
}

TEST_F(Objects, an_empty_name_reaches_the_library_with_an_address) {
    bool had_address = false;
    fake.table().replace(&CallTable::import_name,
                         [&](auto* minor, auto* text, auto* type, auto* name) {
                             had_address = text->value != nullptr && text->length == 0;
                             return fake.honest().import_name(minor, text, type, name);
                         });
    EXPECT_EQ(code_of(Name::import_name(backend, {})), ErrorCode::bad_name);
    EXPECT_TRUE(had_address);
}

TEST_F(Objects, a_library_that_gives_no_object_is_not_believed) {
    fake.table().fail(Call::import_name, {abi::status_complete, 0});
    EXPECT_EQ(code_of(Name::import_name(backend, "alice")), ErrorCode::bad_name);
    fake.table().fail(Call::acquire_cred, {abi::status_complete, 0});
    EXPECT_FALSE(Credentials::acquire(backend, CredentialUsage::both).has_value());
    fake.table().fail(Call::add_cred, {abi::status_complete, 0});
    EXPECT_FALSE(Credentials::add_to_default(backend, mechanism::krb5()).has_value());
}

TEST_F(Objects, names_that_a_library_fails_to_give_are_errors) {
    const Name name = service(backend);
    for (const Call call : {Call::canonicalize_name, Call::duplicate_name}) {
        fake.table().fail(call, {abi::status_complete, 0});
    }
    const Result<Name> canonical = name.canonicalize(mechanism::krb5());
    EXPECT_FALSE(canonical.has_value());
    const Result<Name> duplicate = name.duplicate();
    EXPECT_FALSE(duplicate.has_value());
}

TEST_F(Objects, names_set_by_a_failing_call_are_released) {
    const auto import_and_fail = [this](auto* minor, auto* text, auto* type, auto* name) {
        fake.honest().import_name(minor, text, type, name);
        return abi::Uint32{13U << 16};
    };
    fake.table().replace(&CallTable::import_name, import_and_fail);
    EXPECT_EQ(code_of(Name::import_name(backend, "alice")), ErrorCode::failure);
    EXPECT_EQ(counted.handed_out(CountingLibrary::Kind::name), 1U);
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::name), 0U);
}

TEST_F(Objects, credentials_tell_what_they_are) {
    const Name alice = Name::import_name(backend, "alice").value();
    AcquireOptions options;
    options.name = &alice;
    options.mechanisms = {mechanism::krb5()};
    options.lifetime = seconds(100);
    const AcquiredCredentials acquired =
        Credentials::acquire(backend, CredentialUsage::initiate, options).value();
    EXPECT_EQ(acquired.lifetime, Lifetime(seconds(100)));
    EXPECT_EQ(acquired.mechanisms, OidSet{mechanism::krb5()});
    const CredentialInfo info = acquired.credentials.inquire().value();
    EXPECT_EQ(info.name.value().display().value().text, "alice@FAKE.REALM");
    EXPECT_EQ(info.lifetime, Lifetime(seconds(100)));
    EXPECT_EQ(info.usage, CredentialUsage::initiate);
    EXPECT_EQ(info.mechanisms, OidSet{mechanism::krb5()});
    const MechanismCredentialInfo by_mechanism =
        acquired.credentials.inquire_by_mechanism(mechanism::krb5()).value();
    EXPECT_EQ(by_mechanism.initiator_lifetime, Lifetime(seconds(100)));
    EXPECT_EQ(by_mechanism.usage, CredentialUsage::initiate);
    EXPECT_EQ(code_of(acquired.credentials.inquire_by_mechanism(mechanism::spnego())),
              ErrorCode::no_credentials);
}

TEST_F(Objects, only_what_is_asked_for_is_told) {
    const Credentials credentials = acquire(CredentialUsage::both);
    const CredentialInfo info = credentials.inquire(CredentialField::usage).value();
    EXPECT_FALSE(info.name.has_value());
    EXPECT_FALSE(info.lifetime.has_value());
    EXPECT_FALSE(info.mechanisms.has_value());
    EXPECT_EQ(info.usage, CredentialUsage::both);
    EXPECT_EQ(counted.handed_out(CountingLibrary::Kind::name), 0U);
    const MechanismCredentialInfo none =
        credentials.inquire_by_mechanism(mechanism::krb5(), {}).value();
    EXPECT_FALSE(none.name || none.initiator_lifetime || none.acceptor_lifetime || none.usage);
}

TEST_F(Objects, default_acceptor_credentials_have_no_name) {
    EXPECT_FALSE(acquire(CredentialUsage::accept).inquire().value().name.has_value());
    EXPECT_TRUE(Credentials::inquire_default(backend).value().name.has_value());
}

TEST_F(Objects, sec_A3_24_credential_lifetimes_of_every_size_arrive) {
    for (const std::uint32_t count : {0U, 1U, 0x80000000U, 0xfffffffeU, 0xffffffffU}) {
        fake.behaviour.credential_lifetime = count;
        const Lifetime expected =
            count == 0xffffffffU ? Lifetime::indefinite() : Lifetime(seconds(count));
        const AcquiredCredentials acquired =
            Credentials::acquire(backend, CredentialUsage::both).value();
        EXPECT_EQ(acquired.lifetime, expected);
        EXPECT_EQ(acquired.credentials.inquire().value().lifetime, expected);
        const MechanismCredentialInfo info =
            acquired.credentials.inquire_by_mechanism(mechanism::krb5()).value();
        EXPECT_EQ(info.initiator_lifetime, expected);
        EXPECT_EQ(info.acceptor_lifetime, expected);
    }
}

TEST_F(Objects, adding_yields_a_new_credential_or_changes_the_old_one) {
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    Credentials credentials = acquire(CredentialUsage::initiate, options);
    AddOptions add;
    add.initiator_lifetime = seconds(50);
    const AddedCredentials added = credentials.add(mechanism::spnego(), add).value();
    EXPECT_EQ(added.mechanisms, (OidSet{mechanism::krb5(), mechanism::spnego()}));
    EXPECT_EQ(added.initiator_lifetime, Lifetime(seconds(50)));
    EXPECT_EQ(credentials.inquire().value().mechanisms, OidSet{mechanism::krb5()});

    const AddedElement element = credentials.add_in_place(mechanism::spnego()).value();
    EXPECT_EQ(element.mechanisms.size(), 2U);
    EXPECT_EQ(credentials.inquire().value().mechanisms->size(), 2U);
    EXPECT_EQ(code_of(credentials.add_in_place(mechanism::spnego())), ErrorCode::duplicate_element);
    EXPECT_EQ(credentials.inquire().value().mechanisms->size(), 2U);
    EXPECT_TRUE(Credentials::add_to_default(backend, mechanism::krb5()).has_value());
}

TEST_F(Objects, adding_in_place_takes_no_deadline) {
    Credentials credentials = acquire(CredentialUsage::initiate);
    AddOptions add;
    add.deadline = Deadline::after(seconds(10));
    const std::size_t calls = fake.table().count(Call::add_cred);
    EXPECT_EQ(code_of(credentials.add_in_place(mechanism::spnego(), add)), ErrorCode::misuse);
    EXPECT_EQ(fake.table().count(Call::add_cred), calls);
}

TEST_F(Objects, missing_credentials_name_the_principal) {
    const Name nobody = Name::import_name(backend, "nobody").value();
    AcquireOptions options;
    options.name = &nobody;
    const auto result = Credentials::acquire(backend, CredentialUsage::initiate, options);
    ASSERT_EQ(code_of(result), ErrorCode::no_credentials);
    EXPECT_NE(result.error().subject().find("nobody"), std::string::npos);
    EXPECT_TRUE(result.error().is(ErrorClass::missing_credentials));
    options.name = nullptr;
    options.mechanisms = {mechanism::ntlm()};
    EXPECT_EQ(code_of(Credentials::acquire(backend, CredentialUsage::initiate, options)),
              ErrorCode::bad_mechanism);
}

TEST_F(Objects, the_library_tells_its_mechanisms_and_name_types) {
    EXPECT_EQ(backend.mechanisms().value(), (OidSet{mechanism::krb5(), mechanism::spnego()}));
    EXPECT_EQ(backend.name_types(mechanism::krb5()).value().size(), 4U);
    EXPECT_EQ(code_of(backend.name_types(mechanism::ntlm())), ErrorCode::bad_mechanism);
    EXPECT_TRUE(backend.preload().has_value());
    for (const Call call : {Call::indicate_mechs, Call::import_name, Call::canonicalize_name}) {
        fake.table().fail(call, {13U << 16, 0});
        EXPECT_EQ(code_of(backend.preload()), ErrorCode::failure) << name_of(call);
    }
}

TEST_F(Objects, oid_sets_with_malformed_members_keep_the_others) {
    fake.table().replace(&CallTable::indicate_mechs, [this](auto* minor, auto** set) {
        const auto major = fake.honest().indicate_mechs(minor, set);
        (*set)->elements[0].length = 0;
        return major;
    });
    EXPECT_EQ(backend.mechanisms().value(), OidSet{mechanism::spnego()});
}

TEST_F(Objects, contexts_tell_what_they_are) {
    Pair pair = make_pair(backend);
    const ContextInfo ours = pair.initiator.inquire().value();
    EXPECT_EQ(ours.initiator_name.value().display().value().text, "user@FAKE.REALM");
    EXPECT_EQ(ours.target_name.value().display().value().text, "host/server@FAKE.REALM");
    EXPECT_TRUE(ours.locally_initiated);
    EXPECT_TRUE(ours.open);
    EXPECT_FALSE(pair.acceptor.context.inquire().value().locally_initiated);
    EXPECT_TRUE(pair.initiator.backend() == backend);
}

TEST_F(Objects, texts_of_many_objects_leave_nothing_behind) {
    for (int round = 0; round < 100; ++round) {
        Pair pair = make_pair(backend);
        static_cast<void>(pair.initiator.inquire());
    }
    EXPECT_EQ(counted.outstanding(), 0U);
    EXPECT_GE(counted.handed_out(CountingLibrary::Kind::context), 200U);
}

/// What the counter itself is good for.
TEST(Counting, finds_leaks_double_releases_and_strangers) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    const rfc2744::Functions& call = counted.library().call();
    abi::Uint32 minor = 0;
    abi::BufferDesc text{5, const_cast<char*>("alice")};
    abi::NameHandle name = nullptr;
    ASSERT_EQ(call.import_name(&minor, &text, nullptr, &name), abi::status_complete);
    EXPECT_EQ(counted.report(), "a name of gss_import_name was never given back\n");
    abi::NameHandle copy = name;
    call.release_name(&minor, &name);
    EXPECT_EQ(counted.report(), "");
    call.release_name(&minor, &copy);
    EXPECT_EQ(counted.report(), "gss_release_name of a name that is not outstanding\n");

    std::array<char, 4> stranger{};
    abi::BufferDesc buffer{stranger.size(), stranger.data()};
    call.release_buffer(&minor, &buffer);
    EXPECT_EQ(counted.faults().size(), 2U);
    abi::OidSetDesc* set = nullptr;
    call.indicate_mechs(&minor, &set);
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::oid_set), 1U);
    call.release_oid_set(&minor, &set);
    EXPECT_EQ(counted.outstanding(), 0U);
}

TEST(Counting, iov_parts_that_the_library_allocated_count) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    const rfc2744::Functions& call = counted.library().call();
    abi::Uint32 minor = 0;
    abi::BufferDesc text{11, const_cast<char*>("host@server")};
    abi::NameHandle name = nullptr;
    call.import_name(&minor, &text, nullptr, &name);
    abi::ContextHandle context = nullptr;
    abi::BufferDesc token;
    abi::Uint32 flags = 0;
    fake.behaviour.legs = 1;
    ASSERT_EQ(call.init_sec_context(&minor, nullptr, &context, name, nullptr, 0, 0, nullptr,
                                    nullptr, nullptr, &token, &flags, nullptr),
              abi::status_complete);
    std::array<char, 3> message{'a', 'b', 'c'};
    std::array<abi::IovBufferDesc, 2> iov{
        abi::IovBufferDesc{abi::iov_header | abi::iov_flag_allocated, {}},
        abi::IovBufferDesc{abi::iov_data, {message.size(), message.data()}}};
    int sealed = 0;
    ASSERT_EQ(call.wrap_iov(&minor, context, 1, 0, &sealed, iov.data(), 2), abi::status_complete);
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::buffer), 2U);
    EXPECT_EQ(call.release_iov_buffer(&minor, iov.data(), 2), abi::status_complete);
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::buffer), 1U);
    call.release_buffer(&minor, &token);
    call.delete_sec_context(&minor, &context, nullptr);
    call.release_name(&minor, &name);
    EXPECT_EQ(counted.report(), "");
}

} // namespace
} // namespace gss::test
