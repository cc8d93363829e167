// SPDX-License-Identifier: Apache-2.0
// The state machine of establishment, on a fake.
#include "counting.h"
#include "fake_library.h"
#include "pair.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

namespace gss::test {
namespace {

/// A counted fake; every test ends with nothing left over.
class Establishment : public testing::Test {
protected:
    FakeLibrary fake;
    CountingLibrary counted{fake.library()};
    Backend backend = counted.backend();

    [[nodiscard]] Initiator initiator(const InitiateOptions& options = {}) {
        return Initiator::create(service(backend), options).value();
    }
    [[nodiscard]] Acceptor acceptor(const AcceptOptions& options = {}) {
        return Acceptor::create(backend, options).value();
    }
    void TearDown() override { EXPECT_EQ(counted.report(), ""); }
};

void expect_failed(const Step& step, ErrorCode code) {
    ASSERT_TRUE(step.failed());
    ASSERT_TRUE(step.error.has_value());
    EXPECT_EQ(to_string(step.error->code()), to_string(code)) << step.error->text();
}

ErrorCode code_of(const auto& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? ErrorCode::failure : result.error().code();
}

TEST_F(Establishment, two_tokens_make_two_contexts) {
    Initiator left = initiator();
    Acceptor right = acceptor();
    EXPECT_FALSE(left.established());
    const Step first = left.step();
    ASSERT_TRUE(first.more());
    EXPECT_FALSE(first.error.has_value());
    const Step second = right.step(first.token);
    ASSERT_TRUE(second.done());
    EXPECT_TRUE(right.established());
    const Step third = left.step(second.token);
    ASSERT_TRUE(third.done());
    EXPECT_TRUE(third.token.empty());
    EXPECT_TRUE(left.established());

    SecurityContext ours = left.finish().value();
    const AcceptedContext theirs = right.finish().value();
    EXPECT_EQ(theirs.initiator.value().display().value().text, "user@FAKE.REALM");
    EXPECT_EQ(theirs.lifetime, Lifetime(std::chrono::seconds(3600)));
    EXPECT_FALSE(theirs.delegated.has_value());
    EXPECT_EQ(ours.mechanism(), mechanism::krb5());
    EXPECT_TRUE(ours.flags().contains_all(require_mutual_and_integrity));
    EXPECT_EQ(ours.flags(), theirs.context.flags());
}

TEST_F(Establishment, any_number_of_tokens_will_do) {
    for (unsigned legs = 1; legs <= 7; ++legs) {
        fake.behaviour.legs = legs;
        Pair pair = make_pair(backend);
        const Buffer mic = pair.initiator.get_mic(as_bytes("m")).value();
        EXPECT_TRUE(pair.acceptor.context.verify_mic(as_bytes("m"), mic)) << legs;
    }
}

TEST_F(Establishment, the_first_token_is_framed_with_the_mechanism) {
    InitiateOptions options;
    options.mechanism = mechanism::spnego();
    Initiator left = initiator(options);
    const Step first = left.step();
    const Bytes der = mechanism::spnego().to_der();
    EXPECT_EQ(first.token.data()[0], std::byte{0x60}); // RFC 2743 s3.1
    EXPECT_NE(first.token.text().find(as_text(der)), std::string_view::npos);
}

TEST_F(Establishment, a_step_after_done_is_misuse_and_harms_nothing) {
    Initiator left = initiator();
    Acceptor right = acceptor();
    ASSERT_EQ(exchange(left, right), std::nullopt);
    expect_failed(left.step(as_bytes("more")), ErrorCode::misuse);
    expect_failed(right.step(as_bytes("more")), ErrorCode::misuse);
    EXPECT_TRUE(left.established());
    EXPECT_TRUE(left.finish().has_value());
    EXPECT_TRUE(right.finish().has_value());
}

TEST_F(Establishment, a_step_after_failed_is_misuse_and_calls_nobody) {
    Initiator left = initiator();
    ASSERT_TRUE(left.step().more());
    expect_failed(left.step(as_bytes("garbage")), ErrorCode::invalid_token);
    const std::size_t calls = fake.table().count(Call::init_sec_context);
    expect_failed(left.step(as_bytes("garbage")), ErrorCode::misuse);
    expect_failed(left.step(), ErrorCode::misuse);
    EXPECT_EQ(fake.table().count(Call::init_sec_context), calls);
    EXPECT_EQ(code_of(left.finish()), ErrorCode::misuse);
}

TEST_F(Establishment, sec_A3_05_empty_tokens_never_reach_the_library) {
    Acceptor right = acceptor();
    expect_failed(right.step({}), ErrorCode::invalid_token);
    EXPECT_EQ(fake.table().count(Call::accept_sec_context), 0U);

    fake.behaviour.legs = 4;
    Initiator left = initiator();
    Acceptor other = acceptor();
    const Step first = left.step();
    ASSERT_TRUE(other.step(first.token).more());
    const std::size_t initiated = fake.table().count(Call::init_sec_context);
    const std::size_t accepted = fake.table().count(Call::accept_sec_context);
    expect_failed(left.step({}), ErrorCode::invalid_token);
    expect_failed(other.step({}), ErrorCode::invalid_token);
    EXPECT_EQ(fake.table().count(Call::init_sec_context), initiated);
    EXPECT_EQ(fake.table().count(Call::accept_sec_context), accepted);
}

TEST_F(Establishment, a_token_before_the_first_step_is_refused) {
    Initiator left = initiator();
    expect_failed(left.step(as_bytes("early")), ErrorCode::invalid_token);
    EXPECT_EQ(fake.table().count(Call::init_sec_context), 0U);
}

TEST_F(Establishment, sec_A3_22_an_empty_continuation_is_visible_and_leads_nowhere) {
    fake.behaviour.legs = 4;
    Initiator left = initiator();
    Acceptor right = acceptor();
    const Step first = left.step();
    fake.behaviour.empty_continuations = true;
    const Step second = right.step(first.token);
    // More is wanted and there is nothing to send: RFC 7546 s3.2 calls that an error, and hosts
    // that go on regardless end here.
    EXPECT_FALSE(second.done());
    EXPECT_TRUE(second.token.empty());
    expect_failed(left.step(second.token), ErrorCode::invalid_token);
    EXPECT_EQ(code_of(right.finish()), ErrorCode::misuse);
}

TEST_F(Establishment, missing_protection_is_refused_and_no_token_is_handed_out) {
    for (const ContextFlag missing : {ContextFlag::mutual, ContextFlag::integrity}) {
        fake.behaviour.withheld = missing;
        fake.behaviour.legs = 2;
        Initiator left = initiator();
        Acceptor right = acceptor();
        const Step first = left.step();
        const Step second = right.step(first.token);
        expect_failed(second, ErrorCode::insufficient_protection);
        EXPECT_TRUE(second.token.empty());
        EXPECT_EQ(code_of(right.finish()), ErrorCode::misuse);
        const std::string text = second.error->text();
        EXPECT_NE(text.find(missing == ContextFlag::mutual ? "mutual" : "integrity"),
                  std::string::npos)
            << text;
    }
}

TEST_F(Establishment, missing_protection_is_refused_by_an_initiator_that_is_done_at_once) {
    fake.behaviour.legs = 1;
    fake.behaviour.withheld = ContextFlag::mutual;
    Initiator left = initiator();
    const Step only = left.step();
    expect_failed(only, ErrorCode::insufficient_protection);
    EXPECT_TRUE(only.token.empty());
    EXPECT_EQ(only.error->subject(), "target host@server");
}

TEST_F(Establishment, less_protection_has_a_name) {
    fake.behaviour.withheld = ContextFlag::mutual;
    InitiateOptions initiate;
    initiate.required = require_integrity_only;
    AcceptOptions accept;
    accept.required = require_integrity_only;
    EXPECT_TRUE(try_pair(backend, backend, initiate, accept).has_value());
    fake.behaviour.withheld |= ContextFlag::integrity;
    EXPECT_EQ(code_of(try_pair(backend, backend, initiate, accept)),
              ErrorCode::insufficient_protection);
    initiate.required = require_nothing;
    accept.required = require_nothing;
    EXPECT_TRUE(try_pair(backend, backend, initiate, accept).has_value());
}

TEST_F(Establishment, any_flag_may_be_required_even_an_unknown_one) {
    const auto unknown = ContextFlags::from_bits(0x00100000U);
    InitiateOptions initiate;
    initiate.required = require_mutual_and_integrity | unknown;
    EXPECT_EQ(code_of(try_pair(backend, backend, initiate)), ErrorCode::insufficient_protection);
    fake.behaviour.added = unknown;
    Result<Pair> pair = try_pair(backend, backend, initiate);
    ASSERT_TRUE(pair.has_value());
    EXPECT_TRUE(pair->initiator.flags().contains_all(unknown));
}

TEST_F(Establishment, a_failed_step_hands_out_its_error_token) {
    Initiator left = initiator();
    Acceptor right = acceptor();
    ASSERT_TRUE(left.step().more());
    const Step refused = right.step(as_bytes("no token at all"));
    expect_failed(refused, ErrorCode::invalid_token);
    ASSERT_FALSE(refused.token.empty());
    // The peer learns of it.
    expect_failed(left.step(refused.token), ErrorCode::failure);
}

TEST_F(Establishment, a_token_cut_or_altered_anywhere_is_refused) {
    const Bytes token = [this] {
        Initiator left = initiator();
        const Step first = left.step();
        return Bytes(first.token.view().begin(), first.token.view().end());
    }();
    for (std::size_t index = 0; index < token.size(); ++index) {
        Bytes altered = token;
        altered[index] ^= std::byte{0x10};
        Acceptor right = acceptor();
        EXPECT_TRUE(right.step(altered).failed()) << index;
        Acceptor other = acceptor();
        EXPECT_TRUE(other.step(BytesView(token).first(index)).failed()) << index;
    }
    Bytes extended = token;
    extended.push_back(std::byte{0});
    Acceptor right = acceptor();
    EXPECT_TRUE(right.step(extended).failed());
    Acceptor unaltered = acceptor();
    EXPECT_TRUE(unaltered.step(token).done());
}

TEST_F(Establishment, a_claimed_other_mechanism_is_visible) {
    fake.behaviour.claimed_mechanism = mechanism::ntlm();
    Pair pair = make_pair(backend);
    EXPECT_EQ(pair.initiator.mechanism(), mechanism::ntlm());
    EXPECT_EQ(pair.acceptor.context.mechanism(), mechanism::ntlm());
    EXPECT_EQ(pair.initiator.inquire().value().mechanism, mechanism::ntlm());
}

TEST_F(Establishment, a_library_that_names_no_mechanism_is_not_trusted) {
    fake.table().replace(&CallTable::accept_sec_context,
                         [this](auto* minor, auto* context, auto credential, auto* input,
                                auto* bindings, auto* source, auto** actual, auto* output,
                                auto* flags, auto* left, auto* delegated) {
                             const auto major = fake.honest().accept_sec_context(
                                 minor, context, credential, input, bindings, source, actual,
                                 output, flags, left, delegated);
                             *actual = nullptr;
                             return major;
                         });
    Initiator left = initiator();
    Acceptor right = acceptor();
    ASSERT_TRUE(right.step(left.step().token).done());
    EXPECT_EQ(code_of(right.finish()), ErrorCode::bad_mechanism);
    EXPECT_EQ(code_of(right.finish()), ErrorCode::misuse);
}

TEST_F(Establishment, finish_works_once) {
    Initiator left = initiator();
    Acceptor right = acceptor();
    EXPECT_EQ(code_of(left.finish()), ErrorCode::misuse);
    EXPECT_EQ(code_of(right.finish()), ErrorCode::misuse);
    ASSERT_EQ(exchange(left, right), std::nullopt);
    EXPECT_TRUE(left.finish().has_value());
    EXPECT_TRUE(right.finish().has_value());
    EXPECT_EQ(code_of(left.finish()), ErrorCode::misuse);
    EXPECT_EQ(code_of(right.finish()), ErrorCode::misuse);
    expect_failed(left.step(as_bytes("x")), ErrorCode::misuse);
    EXPECT_FALSE(left.established());
}

TEST_F(Establishment, sec_A3_08_a_library_may_delete_the_context_on_error) {
    fake.behaviour.legs = 4;
    fake.behaviour.on_error = OnError::clear;
    Initiator left = initiator();
    ASSERT_TRUE(left.step().more());
    expect_failed(left.step(as_bytes("garbage")), ErrorCode::invalid_token);
    Acceptor right = acceptor();
    expect_failed(right.step(as_bytes("garbage")), ErrorCode::invalid_token);
    // What was made was given back, once, by the library itself.
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::context), 0U);
    EXPECT_EQ(fake.table().count(Call::delete_sec_context), 0U);
}

TEST_F(Establishment, sec_A3_08_a_library_may_keep_the_context_on_error) {
    fake.behaviour.legs = 4;
    fake.behaviour.on_error = OnError::keep;
    Initiator left = initiator();
    ASSERT_TRUE(left.step().more());
    expect_failed(left.step(as_bytes("garbage")), ErrorCode::invalid_token);
    Acceptor right = acceptor();
    expect_failed(right.step(as_bytes("garbage")), ErrorCode::invalid_token);
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::context), 0U);
    EXPECT_EQ(fake.table().count(Call::delete_sec_context), 2U);
}

TEST_F(Establishment, sec_A3_08_handle_is_read_back_after_every_call) {
    fake.behaviour.legs = 5;
    fake.behaviour.new_handle_each_step = true;
    Pair pair = make_pair(backend);
    EXPECT_GE(counted.handed_out(CountingLibrary::Kind::context), 4U);
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::context), 2U);
    const Buffer mic = pair.initiator.get_mic(as_bytes("m")).value();
    EXPECT_TRUE(pair.acceptor.context.verify_mic(as_bytes("m"), mic));
}

TEST_F(Establishment, sec_A3_24_lifetimes_of_every_size_arrive) {
    for (const std::uint32_t count : {0U, 1U, 0x80000000U, 0xfffffffeU, 0xffffffffU}) {
        fake.behaviour.context_lifetime = count;
        Pair pair = make_pair(backend);
        const Lifetime expected =
            count == 0xffffffffU ? Lifetime::indefinite() : Lifetime(std::chrono::seconds(count));
        EXPECT_EQ(pair.acceptor.lifetime, expected);
        EXPECT_EQ(pair.initiator.remaining_lifetime().value(), expected);
        EXPECT_EQ(pair.initiator.inquire().value().lifetime, expected);
    }
}

TEST_F(Establishment, sec_A3_24_an_expired_context_has_nothing_left) {
    Pair pair = make_pair(backend);
    fake.behaviour.context_expired = true;
    EXPECT_EQ(pair.initiator.remaining_lifetime().value(), Lifetime(std::chrono::seconds(0)));
    EXPECT_TRUE(pair.initiator.inquire().value().lifetime.is_expired());
    EXPECT_EQ(code_of(pair.initiator.get_mic(as_bytes("x"))), ErrorCode::context_expired);
    EXPECT_EQ(code_of(pair.initiator.wrap(as_bytes("x"))), ErrorCode::context_expired);
}

TEST_F(Establishment, sec_A3_24_messages_of_an_expired_context_never_reach_the_library) {
    fake.behaviour.context_lifetime = 0;
    Pair pair = make_pair(backend);
    const std::size_t calls = fake.table().count(Call::get_mic) + fake.table().count(Call::wrap);
    for (MessageProtection* side : {static_cast<MessageProtection*>(&pair.initiator),
                                    static_cast<MessageProtection*>(&pair.acceptor.context)}) {
        const auto mic = side->get_mic(as_bytes("x"));
        EXPECT_EQ(code_of(mic), ErrorCode::context_expired);
        EXPECT_EQ(mic.error().operation(), "gss_get_mic");
        EXPECT_EQ(code_of(side->wrap(as_bytes("x"))), ErrorCode::context_expired);
    }
    EXPECT_EQ(fake.table().count(Call::get_mic) + fake.table().count(Call::wrap), calls);
}

TEST_F(Establishment, sec_A3_24_an_imported_context_expires_too) {
    Pair pair = make_pair(backend);
    const ExportedContext exported = pair.initiator.export_context().value();
    fake.behaviour.context_lifetime = 0;
    SecurityContext imported = SecurityContext::import_context(backend, exported).value();
    EXPECT_EQ(code_of(imported.get_mic(as_bytes("x"))), ErrorCode::context_expired);
}

TEST_F(Establishment, a_mechanism_that_tells_no_lifetime_in_the_step_is_asked_afterwards) {
    fake.behaviour.step_lifetime = 0;
    Pair pair = make_pair(backend);
    EXPECT_TRUE(pair.initiator.get_mic(as_bytes("x")));
}

TEST_F(Establishment, sec_A3_24_a_context_that_expires_between_steps_fails) {
    Initiator left = initiator();
    const Step first = left.step();
    fake.table().fail(Call::accept_sec_context, {12U << 16, 0});
    Acceptor right = acceptor();
    expect_failed(right.step(first.token), ErrorCode::context_expired);
}

TEST_F(Establishment, delegation_needs_both_sides) {
    InitiateOptions initiate;
    initiate.flags = default_context_flags | ContextFlag::delegate_to_peer;
    AcceptOptions accept;
    EXPECT_FALSE(make_pair(backend, initiate, accept).acceptor.delegated.has_value());
    accept.accept_delegation = true;
    Pair pair = make_pair(backend, initiate, accept);
    ASSERT_TRUE(pair.acceptor.delegated.has_value());
    EXPECT_EQ(pair.acceptor.delegated->inquire().value().name->display().value().text,
              "user@FAKE.REALM");
    EXPECT_FALSE(make_pair(backend, {}, accept).acceptor.delegated.has_value());
}

TEST_F(Establishment, a_delegated_handle_without_the_flag_is_not_handed_on) {
    fake.table().replace(&CallTable::accept_sec_context,
                         [this](auto* minor, auto* context, auto credential, auto* input,
                                auto* bindings, auto* source, auto** actual, auto* output,
                                auto* flags, auto* left, auto* delegated) {
                             const auto major = fake.honest().accept_sec_context(
                                 minor, context, credential, input, bindings, source, actual,
                                 output, flags, left, delegated);
                             *flags &= ~abi::Uint32{1};
                             return major;
                         });
    InitiateOptions initiate;
    initiate.flags = default_context_flags | ContextFlag::delegate_to_peer;
    AcceptOptions accept;
    accept.accept_delegation = true;
    EXPECT_FALSE(make_pair(backend, initiate, accept).acceptor.delegated.has_value());
}

TEST_F(Establishment, channel_bindings_must_be_the_same) {
    ChannelBindings bindings = ChannelBindings::of_application_data(as_bytes("tls-exporter:abc"));
    InitiateOptions initiate;
    initiate.channel_bindings = bindings;
    AcceptOptions accept;
    accept.channel_bindings = bindings;
    EXPECT_TRUE(try_pair(backend, backend, initiate, accept).has_value());

    const auto refused = [&](ChannelBindings other) {
        accept.channel_bindings = std::move(other);
        const Result<Pair> pair = try_pair(backend, backend, initiate, accept);
        return !pair && pair.error().code() == ErrorCode::bad_channel_bindings;
    };
    EXPECT_TRUE(refused(ChannelBindings::of_application_data(as_bytes("tls-exporter:abd"))));
    EXPECT_TRUE(refused({}));
    ChannelBindings other = bindings;
    other.initiator_address_type = AddressType::inet;
    EXPECT_TRUE(refused(other));
    other = bindings;
    other.acceptor_address_type = AddressType::null;
    EXPECT_TRUE(refused(other));
    other = bindings;
    other.initiator_address = Bytes(4, std::byte{127});
    EXPECT_TRUE(refused(other));
    other = bindings;
    other.acceptor_address = Bytes(4, std::byte{127});
    EXPECT_TRUE(refused(other));
    EXPECT_FALSE(refused(bindings)) << "the same bindings";
}

TEST_F(Establishment, channel_bindings_reach_the_library_whole) {
    ChannelBindings bindings;
    bindings.initiator_address_type = AddressType::inet;
    bindings.initiator_address = Bytes{std::byte{127}, std::byte{0}, std::byte{0}, std::byte{1}};
    bindings.acceptor_address_type = AddressType::x25;
    bindings.acceptor_address = Bytes{std::byte{9}};
    bindings.application_data = Bytes(300, std::byte{7});
    bool looked = false;
    fake.table().replace(&CallTable::init_sec_context, [&](auto* minor, auto, auto*, auto, auto*,
                                                           auto, auto,
                                                           abi::ChannelBindingsStruct* native,
                                                           auto*, auto**, auto*, auto*, auto*) {
        *minor = 0;
        looked = native != nullptr && native->initiator_addrtype == 2 &&
                 native->initiator_address.length == 4 && native->acceptor_addrtype == 21 &&
                 native->acceptor_address.length == 1 && native->application_data.length == 300;
        return abi::Uint32{13U << 16};
    });
    InitiateOptions options;
    options.channel_bindings = bindings;
    Initiator left = initiator(options);
    EXPECT_TRUE(left.step().failed());
    EXPECT_TRUE(looked);
}

TEST_F(Establishment, an_acceptor_of_another_name_is_refused) {
    const Name other = service(backend, "ldap@server");
    AcquireOptions acquire;
    acquire.name = &other;
    const AcquiredCredentials acquired =
        Credentials::acquire(backend, CredentialUsage::accept, acquire).value();
    AcceptOptions accept;
    accept.credentials = &acquired.credentials;
    const Result<Pair> pair = try_pair(backend, backend, {}, accept);
    ASSERT_FALSE(pair.has_value());
    EXPECT_EQ(pair.error().code(), ErrorCode::no_credentials);
    EXPECT_EQ(pair.error().subject(), "acceptor ldap@server");
    EXPECT_EQ(pair.error().messages().back(), "fake minor code 101");
}

TEST_F(Establishment, early_protection_is_there_when_the_mechanism_grants_it) {
    fake.behaviour.legs = 4;
    Initiator left = initiator();
    Acceptor right = acceptor();
    EXPECT_EQ(code_of(left.early_protection()), ErrorCode::no_context);
    const Step first = left.step();
    EXPECT_EQ(code_of(left.early_protection()), ErrorCode::no_context);
    const Step second = right.step(first.token);
    ASSERT_TRUE(second.more());
    MessageProtection* early = right.early_protection().value();
    const Buffer mic = early->get_mic(as_bytes("early")).value();
    const Step third = left.step(second.token);
    EXPECT_TRUE(left.early_protection().value()->verify_mic(as_bytes("early"), mic));
    ASSERT_TRUE(right.step(third.token).done());
}

TEST_F(Establishment, early_protection_waits_for_what_is_required) {
    fake.behaviour.legs = 4;
    fake.behaviour.withheld = ContextFlag::mutual;
    Initiator left = initiator();
    Acceptor right = acceptor();
    ASSERT_TRUE(right.step(left.step().token).more());
    EXPECT_EQ(code_of(right.early_protection()), ErrorCode::insufficient_protection);
}

TEST_F(Establishment, a_half_open_context_is_not_inquired_of_the_library) {
    fake.behaviour.legs = 4;
    Initiator left = initiator();
    ASSERT_TRUE(left.step().more());
    const ContextInfo info = left.inquire().value();
    EXPECT_EQ(fake.table().count(Call::inquire_context), 0U);
    EXPECT_EQ(info.mechanism, mechanism::krb5());
    EXPECT_EQ(info.flags, left.flags());
    EXPECT_EQ(info.target_name.value().display().value().text, "host@server");
}

TEST_F(Establishment, credentials_for_the_other_side_are_refused) {
    const Credentials accepting =
        Credentials::acquire(backend, CredentialUsage::accept).value().credentials;
    const Credentials initiating =
        Credentials::acquire(backend, CredentialUsage::initiate).value().credentials;
    const Credentials both =
        Credentials::acquire(backend, CredentialUsage::both).value().credentials;
    InitiateOptions initiate;
    AcceptOptions accept;
    initiate.credentials = &accepting;
    accept.credentials = &initiating;
    EXPECT_FALSE(Initiator::create(service(backend), initiate).has_value());
    EXPECT_FALSE(Acceptor::create(backend, accept).has_value());
    initiate.credentials = &both;
    EXPECT_TRUE(Initiator::create(service(backend), initiate).has_value());
    accept.credentials = &both;
    EXPECT_TRUE(Acceptor::create(backend, accept).has_value());
}

TEST_F(Establishment, inquiring_before_there_is_a_context_is_no_context) {
    Initiator left = initiator();
    EXPECT_EQ(code_of(left.inquire()), ErrorCode::no_context);
    fake.behaviour.legs = 4;
    ASSERT_TRUE(left.step().more());
    const ContextInfo info = left.inquire().value();
    EXPECT_FALSE(info.open);
    EXPECT_TRUE(info.locally_initiated);
    EXPECT_TRUE(left.step(as_bytes("garbage")).failed());
    EXPECT_EQ(code_of(left.inquire()), ErrorCode::no_context);
}

TEST_F(Establishment, replacing_a_half_open_context_releases_the_old_one) {
    Initiator left = initiator();
    ASSERT_TRUE(left.step().more());
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::context), 1U);
    left = initiator();
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::context), 0U);
}

} // namespace
} // namespace gss::test
