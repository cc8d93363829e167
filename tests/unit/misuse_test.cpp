// SPDX-License-Identifier: Apache-2.0
// What a caller may get wrong: moved-from and released objects, objects of two backends.
#include "counting.h"
#include "fake_library.h"
#include "pair.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <array>

// Moved-from objects are what is tested here, and deprecated calls too.
// NOLINTBEGIN(bugprone-use-after-move)
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace gss::test {
namespace {

void expect_misuse(const auto& result) {
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(to_string(result.error().code()), "misuse") << result.error().text();
}

void expect_misuse(const Step& step) {
    ASSERT_TRUE(step.failed());
    EXPECT_EQ(to_string(step.error.value().code()), "misuse");
}

class Misuse : public testing::Test {
protected:
    FakeLibrary fake;
    CountingLibrary counted{fake.library()};
    Backend backend = counted.backend();
    void TearDown() override { EXPECT_EQ(counted.report(), ""); }
};

TEST_F(Misuse, every_call_on_a_moved_from_name) {
    Name name = service(backend);
    const Name moved = std::move(name);
    expect_misuse(name.display());
    expect_misuse(name.equals(moved));
    expect_misuse(moved.equals(name));
    expect_misuse(name.canonicalize(mechanism::krb5()));
    expect_misuse(name.export_name());
    expect_misuse(name.duplicate());
    expect_misuse(name.mechanisms());
    expect_misuse(name.backend().mechanisms());
    expect_misuse(Initiator::create(name));
    AcquireOptions acquire;
    acquire.name = &name;
    expect_misuse(Credentials::acquire(backend, CredentialUsage::initiate, acquire));
    AddOptions add;
    add.name = &name;
    expect_misuse(Credentials::add_to_default(backend, mechanism::krb5(), add));
    name.release();
    name.release();
}

TEST_F(Misuse, every_call_on_moved_from_credentials) {
    Credentials credentials =
        Credentials::acquire(backend, CredentialUsage::initiate).value().credentials;
    const Credentials moved = std::move(credentials);
    expect_misuse(credentials.inquire());
    expect_misuse(credentials.inquire_by_mechanism(mechanism::krb5()));
    expect_misuse(credentials.add(mechanism::krb5()));
    expect_misuse(credentials.add_in_place(mechanism::krb5()));
    expect_misuse(credentials.backend().mechanisms());
    InitiateOptions initiate;
    initiate.credentials = &credentials;
    expect_misuse(Initiator::create(service(backend), initiate));
    AcceptOptions accept;
    accept.credentials = &credentials;
    expect_misuse(Acceptor::create(backend, accept));
    credentials.release();
    credentials.release();
}

TEST_F(Misuse, every_call_on_a_moved_from_backend) {
    Backend other = backend;
    const Backend moved = std::move(other);
    EXPECT_EQ(other.name(), "");
    EXPECT_EQ(other.library(), "");
    EXPECT_FALSE(other.supports(Capability::contexts));
    EXPECT_FALSE(other == moved);
    expect_misuse(other.mechanisms());
    expect_misuse(other.name_types(mechanism::krb5()));
    expect_misuse(other.status_text(StatusKind::major, 0));
    expect_misuse(other.preload());
    expect_misuse(Name::import_name(other, "x"));
    expect_misuse(Name::import_exported(other, as_bytes("x")));
    expect_misuse(Name::import_trusted(other, as_bytes("x"), name_type::user()));
    expect_misuse(Credentials::acquire(other, CredentialUsage::both));
    expect_misuse(Credentials::add_to_default(other, mechanism::krb5()));
    expect_misuse(Credentials::inquire_default(other));
    expect_misuse(Acceptor::create(other));
    expect_misuse(SecurityContext::import_trusted(other, as_bytes("x")));
    expect_misuse(SecurityContext::import_context(
        other, ExportedContext::frame("fake", as_bytes("x")).value()));
}

TEST_F(Misuse, every_call_on_a_moved_from_half_open_context) {
    Initiator left = Initiator::create(service(backend)).value();
    Acceptor right = Acceptor::create(backend).value();
    const Initiator moved_left = std::move(left);
    const Acceptor moved_right = std::move(right);
    expect_misuse(left.step());
    expect_misuse(left.step(as_bytes("x")));
    expect_misuse(left.finish());
    expect_misuse(left.inquire());
    expect_misuse(left.early_protection());
    EXPECT_FALSE(left.established());
    EXPECT_TRUE(left.flags().empty());
    expect_misuse(right.step(as_bytes("x")));
    expect_misuse(right.step({}));
    expect_misuse(right.finish());
    expect_misuse(right.inquire());
    expect_misuse(right.early_protection());
    EXPECT_FALSE(right.established());
}

TEST_F(Misuse, every_call_on_a_moved_from_context) {
    Pair pair = make_pair(backend);
    SecurityContext& context = pair.initiator;
    const SecurityContext moved = std::move(context);
    std::array<std::byte, 64> memory{};
    expect_misuse(context.get_mic(as_bytes("x")));
    expect_misuse(context.get_mic_into(as_bytes("x"), memory));
    expect_misuse(context.verify_mic(as_bytes("x"), as_bytes("y")));
    expect_misuse(context.verify_mic({}, {}));
    expect_misuse(context.wrap(as_bytes("x")));
    expect_misuse(context.wrap_into(as_bytes("x"), memory));
    expect_misuse(context.unwrap(as_bytes("x")));
    expect_misuse(context.unwrap(BytesView{}));
    expect_misuse(context.unwrap(MutableBytes(memory)));
    expect_misuse(context.unwrap_in_place(memory));
    expect_misuse(context.wrap_size_limit(100));
    expect_misuse(context.accept_out_of_order());
    expect_misuse(context.sign(as_bytes("x")));
    expect_misuse(context.verify(as_bytes("x"), as_bytes("y")));
    expect_misuse(context.seal(as_bytes("x")));
    expect_misuse(context.unseal(as_bytes("x")));
    expect_misuse(context.export_context());
    expect_misuse(context.inquire());
    expect_misuse(context.remaining_lifetime());
    expect_misuse(context.process_context_token(as_bytes("x")));
    expect_misuse(context.delete_context());
    expect_misuse(context.backend().mechanisms());
}

TEST_F(Misuse, a_self_test_of_nothing_is_an_error) {
    Pair pair = make_pair(backend);
    const SecurityContext moved = std::move(pair.initiator);
    const auto tested = self_test(std::move(pair.initiator), std::move(pair.acceptor.context));
    expect_misuse(tested);
}

TEST_F(Misuse, released_objects_are_given_back_at_once_and_only_once) {
    Name name = service(backend);
    Credentials credentials =
        Credentials::acquire(backend, CredentialUsage::initiate).value().credentials;
    name.release();
    credentials.release();
    EXPECT_EQ(counted.outstanding(), 0U);
    expect_misuse(name.display());
    expect_misuse(credentials.inquire());
}

TEST_F(Misuse, self_moves_harm_nothing) {
    Pair pair = make_pair(backend);
    SecurityContext& same = pair.initiator;
    pair.initiator = std::move(same);
    EXPECT_TRUE(pair.initiator.get_mic(as_bytes("x")).has_value());
}

/// Two libraries at once.
class TwoBackends : public Misuse {
protected:
    FakeLibrary other_fake{"other"};
    CountingLibrary other_counted{other_fake.library()};
    Backend other = other_counted.backend();
    void TearDown() override {
        Misuse::TearDown();
        EXPECT_EQ(other_counted.report(), "");
    }
};

TEST_F(TwoBackends, their_objects_do_not_mix) {
    const Name name = service(backend);
    const Name foreign_name = service(other);
    const Credentials foreign =
        Credentials::acquire(other, CredentialUsage::both).value().credentials;
    const std::size_t calls = fake.table().count();
    expect_misuse(name.equals(foreign_name));
    AcquireOptions acquire;
    acquire.name = &foreign_name;
    expect_misuse(Credentials::acquire(backend, CredentialUsage::initiate, acquire));
    AddOptions add;
    add.name = &foreign_name;
    expect_misuse(Credentials::add_to_default(backend, mechanism::krb5(), add));
    InitiateOptions initiate;
    initiate.credentials = &foreign;
    expect_misuse(Initiator::create(name, initiate));
    AcceptOptions accept;
    accept.credentials = &foreign;
    expect_misuse(Acceptor::create(backend, accept));
    EXPECT_EQ(fake.table().count(), calls) << "the native library was bothered";

    const Result<bool> equal = name.equals(foreign_name);
    EXPECT_NE(equal.error().text().find("fake and other"), std::string::npos);
}

TEST_F(TwoBackends, add_of_a_foreign_name_is_misuse) {
    AcquireOptions acquire;
    acquire.mechanisms = {mechanism::krb5()};
    const Credentials credentials =
        Credentials::acquire(backend, CredentialUsage::both, acquire).value().credentials;
    const Name foreign = service(other);
    AddOptions add;
    add.name = &foreign;
    expect_misuse(credentials.add(mechanism::spnego(), add));
}

TEST_F(TwoBackends, work_side_by_side) {
    Pair pair = make_pair(backend);
    Pair foreign = make_pair(other);
    const Buffer mic = pair.initiator.get_mic(as_bytes("m")).value();
    EXPECT_TRUE(pair.acceptor.context.verify_mic(as_bytes("m"), mic));
    const Buffer foreign_mic = foreign.initiator.get_mic(as_bytes("m")).value();
    EXPECT_TRUE(foreign.acceptor.context.verify_mic(as_bytes("m"), foreign_mic));
    EXPECT_FALSE(backend == other);
}

TEST_F(TwoBackends, establish_with_each_other_over_tokens) {
    EXPECT_TRUE(try_pair(backend, other).has_value());
}

TEST_F(Misuse, one_library_opened_twice_is_one_library) {
    const Backend again = counted.backend();
    EXPECT_TRUE(backend == again);
    EXPECT_TRUE(service(backend).equals(service(again)).value());
    // The same name is not enough.
    FakeLibrary impostor("fake");
    EXPECT_FALSE(backend == impostor.backend());
    expect_misuse(service(backend).equals(service(impostor.backend())));
}

} // namespace
} // namespace gss::test
// NOLINTEND(bugprone-use-after-move)
