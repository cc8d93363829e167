// SPDX-License-Identifier: Apache-2.0
// Inputs and orders that have crashed a native library, or had it protect less than it was asked.
#include "conformance.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace gss::test {

namespace {

// `if (a.equals(b))` would be true for different names, too.
static_assert(!std::is_constructible_v<bool, Result<bool>>);
static_assert(!std::is_constructible_v<Result<bool>, const char*>);
static_assert(std::is_constructible_v<bool, Result<std::string>>);
// Nobody moves the context out of a half-open object.
static_assert(!std::is_move_constructible_v<MessageProtection>);
static_assert(std::is_move_constructible_v<SecurityContext>);

class Robustness : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, Robustness, testing::ValuesIn(backend_names()), name_of_backend);

class RobustPairs : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, RobustPairs, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Robustness, GarbageForANamelessAcceptorIsAnError) {
    const auto acquired = Credentials::acquire(library(), CredentialUsage::accept).value();
    AcceptOptions options;
    options.credentials = &acquired.credentials;
    for (const std::string_view garbage : {"`", "garbage", "`\x82\xff\xff\x06\x09"}) {
        Acceptor acceptor = Acceptor::create(library(), options).value();
        const Step step = acceptor.step(as_bytes(garbage));
        ASSERT_TRUE(step.failed());
        EXPECT_FALSE(step.error->text().empty());
    }
}

TEST_P(Robustness, ANamelessCredentialHasNoNameOrAGoodOne) {
    for (const CredentialUsage usage : {CredentialUsage::accept, CredentialUsage::both}) {
        const auto acquired = Credentials::acquire(library(), usage);
        if (!acquired) { // Heimdal wants alice's key for both
            EXPECT_TRUE(usage == CredentialUsage::both && !is_mit()) << acquired.error().text();
            continue;
        }
        const CredentialInfo all = acquired->credentials.inquire().value();
        const MechanismCredentialInfo one =
            acquired->credentials.inquire_by_mechanism(mechanism::krb5()).value();
        for (const auto* name : {&all.name, &one.name}) {
            if (*name) {
                EXPECT_TRUE(succeeds((*name)->display()));
                EXPECT_TRUE(succeeds((*name)->duplicate()));
            }
        }
    }
}

TEST_P(Robustness, NamesThatCallsYieldCanBeDuplicated) {
    const Name alice = principal(library(), "alice");
    AcquireOptions options;
    options.name = &alice;
    const auto acquired =
        Credentials::acquire(library(), CredentialUsage::initiate, options).value();
    const CredentialInfo info = acquired.credentials.inquire().value();
    ASSERT_TRUE(info.name);
    const Name copy = info.name->duplicate().value();
    EXPECT_EQ(copy.display().value().text, in_realm("alice"));
    EXPECT_TRUE(copy.equals(*info.name).value());
}

TEST_P(Robustness, AnElementIsAddedInPlaceOrTheCredentialStaysAsItWas) {
    AcquireOptions options;
    options.mechanisms = {mechanism::spnego()};
    auto acquired = Credentials::acquire(library(), CredentialUsage::initiate, options);
    ASSERT_TRUE(succeeds(acquired));
    const Result<AddedElement> added = acquired->credentials.add_in_place(mechanism::krb5());
    if (added) {
        EXPECT_TRUE(added->mechanisms.contains(mechanism::krb5()));
    }
    EXPECT_TRUE(succeeds(acquired->credentials.inquire(CredentialField::mechanisms)));
}

TEST_P(Robustness, AMachineUidHasTheSizeOfOne) {
    for (const std::size_t size : {0U, 1U, 3U, 5U}) {
        EXPECT_TRUE(fails_with(
            Name::import_name(library(), std::string(size, '\1'), name_type::machine_uid()),
            ErrorCode::bad_name))
            << size;
    }
}

// MIT counts octets in 32 bits: its MIC of 4 GiB and 5 octets was that of the last 5.
TEST_P(RobustPairs, MoreOctetsThanLibrariesCountAreRefusedUnread) {
    ContextPair contexts = pair();
    std::byte place{};
    // Nothing there may be read: only the first octet exists.
    const BytesView huge(&place, (std::size_t{1} << 32U) + 5);
    const MutableBytes huge_token(&place, huge.size());
    Bytes out(100);
    SecurityContext& context = contexts.initiator;
    constexpr ErrorCode refused = ErrorCode::malformed_parameter;
    EXPECT_TRUE(fails_with(context.get_mic(huge), refused));
    EXPECT_TRUE(fails_with(context.get_mic_into(huge, out), refused));
    EXPECT_TRUE(fails_with(context.verify_mic(huge, out), refused));
    EXPECT_TRUE(fails_with(context.verify_mic(out, huge), refused));
    EXPECT_TRUE(fails_with(context.wrap(huge), refused));
    EXPECT_TRUE(fails_with(context.wrap_into(huge, out), refused));
    EXPECT_TRUE(fails_with(context.unwrap(huge), refused));
    EXPECT_TRUE(fails_with(context.unwrap(huge_token), refused));
    EXPECT_TRUE(fails_with(context.unwrap_in_place(huge_token), refused));
    Acceptor acceptor = Acceptor::create(contexts.acceptor.context.backend()).value();
    EXPECT_TRUE(fails_with(acceptor.step(huge), ErrorCode::invalid_token));
    // No sequence number was spent on any of them.
    const Buffer mic = context.get_mic(as_bytes("after")).value();
    EXPECT_TRUE(succeeds(contexts.acceptor.context.verify_mic(as_bytes("after"), mic)));
}

TEST_P(RobustPairs, AMicMayBePutOverItsMessage) {
    ContextPair contexts = pair();
    Bytes memory = pattern(64);
    const Bytes message(memory.begin(), memory.end());
    const std::size_t size = contexts.initiator.get_mic_into(memory, memory).value();
    EXPECT_TRUE(
        succeeds(contexts.acceptor.context.verify_mic(message, BytesView(memory).first(size))));
}

TEST_P(RobustPairs, AMessageMayLieWhereItsTokenGoes) {
    ContextPair contexts = pair();
    for (const std::size_t at : {std::size_t{0}, std::size_t{5}, std::size_t{60}}) {
        Bytes memory(400);
        const Bytes message = pattern(100);
        std::copy(message.begin(), message.end(), memory.begin() + static_cast<long>(at));
        const WrappedInto wrapped =
            contexts.initiator.wrap_into(BytesView(memory).subspan(at, 100), memory).value();
        const Unwrapped opened =
            contexts.acceptor.context.unwrap(BytesView(memory).first(wrapped.size)).value();
        EXPECT_EQ(text(opened.message), text(message)) << at;
    }
}

TEST_P(Robustness, DceStyleContextsProtectInTheCallersMemory) {
    ContextPair contexts =
        establish(library(), library(), with_flags(default_context_flags | ContextFlag::dce_style))
            .value();
    const Bytes message = pattern(77);
    Bytes memory(300);
    const WrappedInto wrapped = contexts.initiator.wrap_into(message, memory).value();
    const UnwrappedInPlace opened =
        contexts.acceptor.context.unwrap_in_place(MutableBytes(memory).first(wrapped.size)).value();
    EXPECT_EQ(text(opened.message), text(message));
}

} // namespace

} // namespace gss::test
