// SPDX-License-Identifier: Apache-2.0
// The token level on a library that can be told to misbehave.
#include "fake_ssh.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <iterator>
#include <utility>

namespace gss::test {
namespace {

using ssh::TokenAcceptor;
using ssh::TokenAcceptorOptions;
using ssh::TokenInitiator;
using ssh::TokenInitiatorOptions;

/// What the library was told by gss_init_sec_context and gss_accept_sec_context.
struct Seen {
    ContextFlags flags;
    bool bindings = false;
    std::string target;
    std::string target_type;
};

/// Notes what the library is told, and lets it go on.
void watch(FakeLibrary& fake, Seen& seen) {
    fake.table().replace(
        &CallTable::init_sec_context,
        [&fake, &seen](auto* minor, auto credential, auto* context, auto target, auto* mechanism,
                       auto flags, auto lifetime, auto* bindings, auto* input, auto** actual,
                       auto* output, auto* granted, auto* left) {
            seen.flags = ContextFlags::from_bits(flags);
            seen.bindings |= bindings != nullptr;
            abi::BufferDesc text;
            abi::OidDesc* type = nullptr;
            abi::Uint32 ignored = 0;
            fake.honest().display_name(&ignored, target, &text, &type);
            seen.target.assign(static_cast<const char*>(text.value), text.length);
            seen.target_type =
                Oid::from_content({static_cast<const std::byte*>(type->elements), type->length})
                    .value()
                    .to_string();
            fake.honest().release_buffer(&ignored, &text);
            return fake.honest().init_sec_context(minor, credential, context, target, mechanism,
                                                  flags, lifetime, bindings, input, actual, output,
                                                  granted, left);
        });
    fake.table().replace(&CallTable::accept_sec_context,
                         [&fake, &seen](auto* minor, auto* context, auto credential, auto* input,
                                        auto* bindings, auto... rest) {
                             seen.bindings |= bindings != nullptr;
                             return fake.honest().accept_sec_context(minor, context, credential,
                                                                     input, bindings, rest...);
                         });
}

class Token : public testing::Test {
protected:
    [[nodiscard]] TokenInitiator initiator(const TokenInitiatorOptions& options = {},
                                           std::string_view host = "server") {
        return TokenInitiator::create(ssh::target_name(library_.backend, host).value(), options)
            .value();
    }
    [[nodiscard]] TokenAcceptor acceptor(const TokenAcceptorOptions& options = {}) {
        return TokenAcceptor::create(library_.backend, options).value();
    }

    CountedFake library_;
    FakeLibrary& fake_ = library_.fake;
};

TEST_F(Token, rfc_P01_the_target_is_host_at_the_name_that_the_user_typed) {
    Seen seen;
    watch(fake_, seen);
    TokenInitiator ours = initiator({}, "Box.Example");
    ASSERT_TRUE(ours.step().more());
    EXPECT_EQ(seen.target, "host@Box.Example");
    EXPECT_EQ(seen.target_type, name_type::hostbased_service().to_string());
}

TEST_F(Token, rfc_P02_sec_A1_30_no_name_is_resolved_or_made_canonical_on_the_way_to_the_library) {
    Seen seen;
    watch(fake_, seen);
    // What a resolver would turn into something else.
    for (const std::string host : {"localhost", "127.0.0.1", "LOCALHOST.", "alias", "fe80::1"}) {
        TokenInitiator ours = initiator({}, host);
        ASSERT_TRUE(ours.step().more());
        EXPECT_EQ(seen.target, "host@" + host);
    }
    EXPECT_EQ(fake_.table().count(Call::canonicalize_name), 0U);
}

void append(Bytes& whole, const Bytes& part) {
    std::ranges::copy(part, std::back_inserter(whole));
}

Bytes element(unsigned tag, std::initializer_list<Bytes> parts) {
    Bytes content;
    for (const Bytes& part : parts) {
        append(content, part);
    }
    Bytes whole;
    append(whole, {std::byte(tag), std::byte{0x82}, std::byte(content.size() >> 8U),
                   std::byte(content.size() & 0xffU)});
    append(whole, content);
    return whole;
}

Bytes octets(std::string_view text) {
    return {as_bytes(text).begin(), as_bytes(text).end()};
}

Bytes sname(std::initializer_list<std::string_view> components) {
    Bytes names;
    for (const std::string_view component : components) {
        append(names, element(0x1b, {octets(component)}));
    }
    return element(0x30, {element(0xa1, {element(0x30, {names})})});
}

/// A first token with a ticket for that service in it (RFC 4121 s4.1, RFC 4120 s5.3 and s5.5.1).
Bytes token_with_ticket(const Bytes& service) {
    const Bytes sealed = element(0x30, {element(0xa0, {element(0x02, {octets("\x12")})})});
    const Bytes ticket =
        element(0x61, {element(0x30, {element(0xa1, {element(0x1b, {octets("A.REALM")})}),
                                      element(0xa2, {service}), element(0xa3, {sealed})})});
    const Bytes request = element(0x6e, {element(0x30, {element(0xa3, {ticket})})});
    return element(0x60, {mechanism::krb5().to_der(), octets({"\x01\x00", 2}), request});
}

/// Has the library make that first token.
void hand_out(FakeLibrary& fake, const Bytes& token) {
    fake.table().replace(&CallTable::init_sec_context,
                         [&fake, token](auto* minor, auto credential, auto* context, auto target,
                                        auto* mechanism, auto flags, auto lifetime, auto* bindings,
                                        auto* input, auto** actual, auto* output, auto* granted,
                                        auto* left) {
                             const abi::Uint32 status = fake.honest().init_sec_context(
                                 minor, credential, context, target, mechanism, flags, lifetime,
                                 bindings, input, actual, output, granted, left);
                             abi::Uint32 ignored = 0;
                             fake.honest().release_buffer(&ignored, output);
                             fake.give(output, BytesView(token));
                             return status;
                         });
}

TEST_F(Token, sec_A1_30_tickets_are_delegated_to_the_host_that_was_named_and_to_no_other) {
    TokenInitiatorOptions delegating;
    delegating.delegate = true;
    const auto step = [&](const TokenInitiatorOptions& options, const Bytes& token) {
        hand_out(fake_, token);
        return initiator(options, "Box.Example").step();
    };
    for (const std::string_view same : {"box.example", "Box.Example", "BOX.EXAMPLE."}) {
        const Bytes token = token_with_ticket(sname({"host", same}));
        const Step fine = step(delegating, token);
        ASSERT_TRUE(fine.more()) << same;
        EXPECT_EQ(as_text(fine.token.view()), as_text(token));
    }
    for (const Bytes& service :
         {sname({"host", "evil.example"}), sname({"host", "box.example.evil"}),
          sname({"host", "box"}), sname({"HTTP", "box.example"}), sname({"host"}),
          sname({"host/box.example"}), sname({"host", "box.example", "more"}), sname({})}) {
        const Bytes token = token_with_ticket(service);
        const Step refused = step(delegating, token);
        ASSERT_TRUE(refused.failed());
        EXPECT_EQ(refused.error->code(), ErrorCode::insufficient_protection);
        EXPECT_TRUE(refused.token.view().empty()) << "it would leave us";
        EXPECT_NE(refused.error->text().find("out of host@Box.Example"), std::string::npos)
            << refused.error->text();
        EXPECT_TRUE(step({}, token).more()) << "nothing is delegated";
    }
    // A ticket that cannot be read is nobody's.
    const Step refused = step(
        delegating, element(0x60, {mechanism::krb5().to_der(), octets({"\x01\x00\x6e\x00", 4})}));
    ASSERT_TRUE(refused.failed());
    EXPECT_NE(refused.error->text().find("cannot be read"), std::string::npos);
}

TEST_F(Token, sec_A1_30_whoever_names_a_principal_has_named_it) {
    TokenInitiatorOptions delegating;
    delegating.delegate = true;
    hand_out(fake_, token_with_ticket(sname({"host", "other"})));
    const Name principal =
        Name::import_name(library_.backend, "host/other@A.REALM", name_type::krb5_principal())
            .value();
    EXPECT_TRUE(TokenInitiator::create(principal, delegating).value().step().more());
}

TEST_F(Token, a_host_that_is_none_gets_no_name) {
    for (const std::string_view host :
         {std::string_view(), std::string_view("a@b"), std::string_view("a/b"),
          std::string_view("a\\b"), std::string_view("a b"), std::string_view("a\0b", 3),
          std::string_view("a\n")}) {
        const auto name = ssh::target_name(library_.backend, host);
        ASSERT_FALSE(name);
        EXPECT_EQ(name.error().code(), ErrorCode::bad_name);
    }
    EXPECT_EQ(fake_.table().count(), 0U);
}

TEST_F(Token, rfc_P03_no_channel_bindings_are_given_on_either_side) {
    Seen seen;
    watch(fake_, seen);
    TokenInitiator ours = initiator();
    TokenAcceptor theirs = acceptor();
    const Step first = ours.step();
    const Step second = theirs.step(first.token);
    ASSERT_TRUE(second.done());
    ASSERT_TRUE(ours.step(second.token).done());
    EXPECT_FALSE(seen.bindings);
    EXPECT_EQ(fake_.table().count(Call::accept_sec_context), 1U);
}

TEST_F(Token, asks_for_what_SSH_needs_and_for_no_more) {
    Seen seen;
    watch(fake_, seen);
    fake_.behaviour.added = ContextFlag::anonymity;
    const auto asked = [&](const TokenInitiatorOptions& options) {
        TokenInitiator ours = initiator(options);
        EXPECT_TRUE(ours.step().more());
        return seen.flags;
    };
    EXPECT_EQ(asked({}), (ContextFlags{ContextFlag::mutual, ContextFlag::integrity}));
    TokenInitiatorOptions delegating;
    delegating.delegate = true;
    EXPECT_EQ(asked(delegating), ssh::ssh_required_flags | ContextFlag::delegate_to_peer);
    TokenInitiatorOptions hiding;
    hiding.anonymous = true;
    EXPECT_EQ(asked(hiding), ssh::ssh_required_flags | ContextFlag::anonymity);
}

TEST_F(Token, who_wants_to_stay_hidden_sends_nothing_that_tells) {
    TokenInitiatorOptions hiding;
    hiding.anonymous = true;
    TokenInitiator ours = initiator(hiding);
    const Step step = ours.step();
    ASSERT_TRUE(step.failed());
    EXPECT_EQ(step.error->code(), ErrorCode::insufficient_protection);
    EXPECT_TRUE(step.token.empty());
    EXPECT_EQ(library_.counted.outstanding(CountingLibrary::Kind::context), 0U);
    EXPECT_TRUE(ours.step().failed());
}

TEST_F(Token, rfc_P04_mechanisms_that_SSH_must_not_use_are_refused_on_both_sides) {
    const Oid negoex = Oid::from_string("1.3.6.1.4.1.311.2.2.30").value();
    const auto refused = [&](const Oid& mechanism, bool iakerb) {
        TokenInitiatorOptions initiate;
        initiate.mechanism = mechanism;
        initiate.iakerb = iakerb;
        TokenAcceptorOptions accept;
        accept.mechanism = mechanism;
        accept.iakerb = iakerb;
        const Name target = ssh::target_name(library_.backend, "server").value();
        const auto ours = TokenInitiator::create(target, initiate);
        const auto theirs = TokenAcceptor::create(library_.backend, accept);
        return !ours && ours.error().code() == ErrorCode::bad_mechanism && !theirs &&
               theirs.error().code() == ErrorCode::bad_mechanism;
    };
    for (const bool iakerb : {false, true}) {
        EXPECT_TRUE(refused(mechanism::spnego(), iakerb));
        EXPECT_TRUE(refused(mechanism::ntlm(), iakerb));
        EXPECT_TRUE(refused(negoex, iakerb));
        EXPECT_FALSE(refused(mechanism::krb5(), iakerb));
    }
    EXPECT_TRUE(refused(mechanism::iakerb(), false));
    TokenInitiatorOptions iakerb;
    iakerb.mechanism = mechanism::iakerb();
    iakerb.iakerb = true;
    EXPECT_TRUE(
        TokenInitiator::create(ssh::target_name(library_.backend, "server").value(), iakerb));
}

TEST_F(Token, offers_what_both_the_policy_and_the_library_have) {
    ssh::MechanismPolicy policy;
    EXPECT_EQ(ssh::offered_mechanisms(library_.backend, policy).value(), OidSet{mechanism::krb5()});
    policy.mechanisms = {mechanism::spnego(), mechanism::ms_krb5(), mechanism::krb5()};
    EXPECT_EQ(ssh::offered_mechanisms(library_.backend, policy).value(), OidSet{mechanism::krb5()});
    policy.mechanisms = {mechanism::spnego()};
    EXPECT_TRUE(ssh::offered_mechanisms(library_.backend, policy).value().empty());
}

TEST_F(Token, credentials_of_the_acceptor_are_for_that_mechanism_alone) {
    OidSet wanted;
    int usage = 0;
    fake_.table().replace(&CallTable::acquire_cred, [&](auto* minor, auto name, auto lifetime,
                                                        auto* mechanisms, auto how, auto... rest) {
        for (std::size_t index = 0; index < mechanisms->count; ++index) {
            const abi::OidDesc& oid = mechanisms->elements[index];
            wanted.insert(
                Oid::from_content({static_cast<const std::byte*>(oid.elements), oid.length})
                    .value());
        }
        usage = how;
        return fake_.honest().acquire_cred(minor, name, lifetime, mechanisms, how, rest...);
    });
    const TokenAcceptor theirs = acceptor();
    EXPECT_EQ(wanted, OidSet{mechanism::krb5()});
    EXPECT_EQ(usage, static_cast<int>(CredentialUsage::accept));
}

TEST_F(Token, sec_A1_15_a_first_token_of_another_mechanism_never_reaches_the_library) {
    TokenInitiator ours = initiator();
    const Step genuine = ours.step();
    const BytesView token = genuine.token;
    const auto reframed = [&](const Oid& mechanism) {
        // 60, length, OID, content: the genuine content behind another OID.
        const Bytes old_oid = mechanism::krb5().to_der();
        const Bytes new_oid = mechanism.to_der();
        const BytesView content =
            token.subspan(token.size() - std::to_integer<std::size_t>(token[1]) + old_oid.size());
        Bytes framed;
        framed.reserve(2 + new_oid.size() + content.size());
        framed.push_back(std::byte{0x60});
        framed.push_back(static_cast<std::byte>(new_oid.size() + content.size()));
        framed.insert(framed.end(), new_oid.begin(), new_oid.end());
        framed.insert(framed.end(), content.begin(), content.end());
        return framed;
    };
    ASSERT_LT(token.size(), 120U) << "short lengths were assumed here";
    ASSERT_EQ(reframed(mechanism::krb5()), octets_of(token));
    const std::array hostile{
        reframed(mechanism::spnego()),
        reframed(mechanism::iakerb()),
        reframed(mechanism::ms_krb5()),
        reframed(mechanism::ntlm()),
        octets_of(as_bytes(std::string_view("NTLMSSP\0\1\0\0\0", 12))),
        octets_of(as_bytes("no frame at all, just text")),
        octets_of(token.subspan(15)),
        Bytes{std::byte{0x60}},
        Bytes{std::byte{0x60}, std::byte{0x80}},
        Bytes{std::byte{0x60}, std::byte{0x84}, std::byte{0xff}, std::byte{0xff}, std::byte{0xff},
              std::byte{0xff}},
        Bytes{},
        Bytes(ssh::max_token_size + 1, std::byte{0x60}),
    };
    for (const Bytes& bad : hostile) {
        TokenAcceptor theirs = acceptor();
        const Step step = theirs.step(bad);
        EXPECT_TRUE(step.failed());
        EXPECT_TRUE(step.token.empty());
        // And nothing afterwards, even if it is genuine.
        EXPECT_TRUE(theirs.step(token).failed());
        EXPECT_FALSE(theirs.finish());
    }
    EXPECT_EQ(fake_.table().count(Call::accept_sec_context), 0U);
    EXPECT_TRUE(acceptor().step(token).done());
}

TEST_F(Token, sec_A1_15_a_library_that_accepts_with_another_mechanism_fails_and_says_nothing) {
    for (const unsigned legs : {2U, 4U}) { // at the end, and on the way
        fake_.behaviour.legs = legs;
        fake_.behaviour.claimed_mechanism.reset();
        TokenInitiator ours = initiator();
        const Step first = ours.step();
        TokenAcceptor theirs = acceptor();
        fake_.behaviour.claimed_mechanism = mechanism::spnego();
        const Step step = theirs.step(first.token);
        ASSERT_TRUE(step.failed());
        EXPECT_EQ(step.error->code(), ErrorCode::bad_mechanism);
        EXPECT_TRUE(step.token.empty());
        EXPECT_FALSE(theirs.finish());
        EXPECT_TRUE(theirs.flags().empty());
    }
}

TEST_F(Token, a_library_that_initiates_with_another_mechanism_fails_and_says_nothing) {
    fake_.behaviour.claimed_mechanism = mechanism::spnego();
    TokenInitiator at_once = initiator();
    const Step step = at_once.step();
    ASSERT_TRUE(step.failed());
    EXPECT_EQ(step.error->code(), ErrorCode::bad_mechanism);
    EXPECT_TRUE(step.token.empty());

    fake_.behaviour.claimed_mechanism.reset();
    TokenInitiator late = initiator();
    TokenAcceptor theirs = acceptor();
    const Step first = late.step();
    const Step second = theirs.step(first.token);
    fake_.behaviour.claimed_mechanism = mechanism::spnego();
    EXPECT_TRUE(late.step(second.token).failed());
    EXPECT_FALSE(late.finish());
}

TEST_F(Token, a_token_that_is_too_long_never_reaches_the_library) {
    fake_.behaviour.legs = 4;
    TokenInitiator ours = initiator();
    TokenAcceptor theirs = acceptor();
    const Step first = ours.step();
    const Step second = theirs.step(first.token);
    ASSERT_TRUE(second.more());
    const Bytes long_token(ssh::max_token_size + 1, std::byte{1});
    EXPECT_TRUE(ours.step(long_token).failed());
    EXPECT_TRUE(theirs.step(long_token).failed());
    EXPECT_EQ(fake_.table().count(Call::init_sec_context), 1U);
    EXPECT_EQ(fake_.table().count(Call::accept_sec_context), 1U);
    // The end of the allowed range is looked at.
    EXPECT_TRUE(acceptor().step(Bytes(ssh::max_token_size, std::byte{1})).failed());
}

TEST_F(Token, a_context_that_lacks_what_SSH_needs_fails_and_says_nothing) {
    for (const ContextFlag lacking : {ContextFlag::mutual, ContextFlag::integrity}) {
        fake_.behaviour = {};
        fake_.behaviour.legs = 2;
        TokenInitiator ours = initiator();
        const Step first = ours.step();
        fake_.behaviour.withheld = lacking;
        TokenAcceptor theirs = acceptor();
        const Step step = theirs.step(first.token);
        ASSERT_TRUE(step.failed());
        EXPECT_EQ(step.error->code(), ErrorCode::insufficient_protection);
        EXPECT_TRUE(step.token.empty());

        fake_.behaviour.withheld = {};
        TokenAcceptor honest = acceptor();
        const Step answer = honest.step(first.token);
        fake_.behaviour.withheld = lacking;
        EXPECT_TRUE(ours.step(answer.token).failed());

        // Who accepts for user authentication may do without, when told so.
        TokenAcceptorOptions lenient;
        lenient.require_mutual = lacking != ContextFlag::mutual;
        lenient.require_integrity = lacking != ContextFlag::integrity;
        EXPECT_TRUE(acceptor(lenient).step(first.token).done());
    }
}

TEST_F(Token, sec_A1_13_delegated_credentials_are_taken_only_where_both_sides_want_them) {
    const auto delegated = [&](bool ask, bool accept) {
        TokenInitiatorOptions initiate;
        initiate.delegate = ask;
        TokenAcceptorOptions taking;
        taking.accept_delegation = accept;
        TokenInitiator ours = initiator(initiate);
        TokenAcceptor theirs = acceptor(taking);
        const Step first = ours.step();
        EXPECT_TRUE(theirs.step(first.token).done());
        return theirs.finish().value().delegated.has_value();
    };
    const auto held = [&] {
        return library_.counted.handed_out(CountingLibrary::Kind::credential);
    };
    EXPECT_FALSE(delegated(false, false));
    EXPECT_FALSE(delegated(false, true));
    const std::size_t before = held();
    EXPECT_FALSE(delegated(true, false));
    EXPECT_EQ(held(), before + 1) << "more than the acceptor's own credential was asked for";
    EXPECT_TRUE(delegated(true, true));
}

TEST_F(Token, contexts_are_handed_out_once_and_only_when_established) {
    TokenInitiator ours = initiator();
    TokenAcceptor theirs = acceptor();
    EXPECT_FALSE(ours.finish());
    EXPECT_FALSE(theirs.finish());
    const Step first = ours.step();
    EXPECT_FALSE(ours.finish());
    const Step second = theirs.step(first.token);
    ASSERT_TRUE(ours.step(second.token).done());
    auto client = ours.finish();
    auto server = theirs.finish();
    ASSERT_TRUE(client && server);
    EXPECT_FALSE(ours.finish());
    EXPECT_FALSE(theirs.finish());
    EXPECT_EQ(server->initiator->display().value().text, "user@FAKE.REALM");
    const auto mic = ssh::make_mic(*client, {as_bytes("id"), "user"});
    EXPECT_TRUE(ssh::check_mic(server->context, {as_bytes("id"), "user"}, mic.value()));
}

/// Statuses that are neither GSS_S_COMPLETE nor GSS_S_CONTINUE_NEEDED.
std::vector<std::uint32_t> bad_statuses() {
    std::vector<std::uint32_t> all;
    for (std::uint32_t routine = 1; routine <= 18; ++routine) {
        all.push_back(routine << 16U);
    }
    for (std::uint32_t calling = 1; calling <= 3; ++calling) {
        all.push_back(calling << 24U);
    }
    // Supplementary bits, alone and beside GSS_S_CONTINUE_NEEDED (RFC 2744 s3.9.1), and one that
    // nobody has defined.
    for (const std::uint32_t bit : {2U, 4U, 8U, 16U, 32U, 0x8000U}) {
        all.push_back(bit);
        all.push_back(bit | 1U);
    }
    all.push_back(0x80000000U);
    all.push_back(0x80000001U);
    return all;
}

TEST_F(Token, rfc_K16_E13_a_leg_with_any_other_status_fails) {
    fake_.behaviour.legs = 4;
    for (const std::uint32_t status : bad_statuses()) {
        SCOPED_TRACE(status);
        for (const auto carried : {NativeTable::Carried::not_at_all, NativeTable::Carried::out}) {
            TokenInitiator ours = initiator();
            fake_.table().fail(Call::init_sec_context, {status, 3}, 1, carried);
            const Step initial = ours.step();
            ASSERT_TRUE(initial.failed());
            EXPECT_EQ(initial.error->native(), (NativeStatus{status, 3}));

            TokenInitiator good = initiator();
            const Step first = good.step();
            TokenAcceptor theirs = acceptor();
            fake_.table().fail(Call::accept_sec_context, {status, 3}, 1, carried);
            EXPECT_TRUE(theirs.step(first.token).failed());

            TokenAcceptor honest = acceptor();
            const Step second = honest.step(first.token);
            ASSERT_TRUE(second.more());
            fake_.table().fail(Call::init_sec_context, {status, 3}, 1, carried);
            EXPECT_TRUE(good.step(second.token).failed());
        }
    }
}

} // namespace
} // namespace gss::test
