// SPDX-License-Identifier: Apache-2.0
// Channel bindings: the groups of MIT's t_bindings, on both libraries and between them.
#include "conformance.h"

namespace gss::test {

namespace {

/// Whose bindings: none, one set, or another one.
enum class Side : std::uint8_t { none, same, other };

struct Case {
    Side initiator;
    Side acceptor;
    bool passes;
    bool bound; ///< the acceptor is told that both had the same
};

constexpr std::array cases{
    Case{Side::none, Side::none, true, false},
    Case{Side::none, Side::same, true, false}, // RFC 4121 s4.1.1: an acceptor may let it through
    Case{Side::same, Side::none, true, false}, // and may ignore what it is sent
    Case{Side::same, Side::same, true, true},
    Case{Side::same, Side::other, false, false},
};

std::optional<ChannelBindings> bindings_of(Side side) {
    switch (side) {
    case Side::none:
        return std::nullopt;
    case Side::same:
        return ChannelBindings::of_application_data(as_bytes("tls-exporter:one"));
    default:
        return ChannelBindings::of_application_data(as_bytes("tls-exporter:two"));
    }
}

class SurfaceBindings : public OnPair {
protected:
    static void check(const Oid& mechanism, ContextFlags more) {
        for (const Case& one : cases) {
            EstablishOptions options = with_flags(default_context_flags | more);
            options.initiate.mechanism = mechanism;
            options.initiate.channel_bindings = bindings_of(one.initiator);
            options.accept.channel_bindings = bindings_of(one.acceptor);
            const Result<ContextPair> both = try_establish(options);
            const int index = static_cast<int>(&one - cases.data());
            if (!one.passes) {
                EXPECT_TRUE(fails_with(both, ErrorCode::bad_channel_bindings)) << index;
                continue;
            }
            ASSERT_TRUE(succeeds(both)) << index;
            const bool told = acceptor().supports(Capability::channel_bound_flag, mechanism);
            EXPECT_EQ(both->acceptor.context.flags().contains(ContextFlag::channel_bound),
                      one.bound && told)
                << index;
        }
    }
    /// An acceptor that insists (GSS_C_CHANNEL_BOUND_FLAG) among @p initiators.
    static void check_insisting(const Oid& mechanism) {
        for (const Side side : {Side::none, Side::same}) {
            EstablishOptions options = with_mechanism(mechanism);
            options.initiate.channel_bindings = bindings_of(side);
            options.accept.channel_bindings = bindings_of(Side::same);
            options.accept.required |= ContextFlag::channel_bound;
            const bool told = acceptor().supports(Capability::channel_bound_flag, mechanism);
            const Result<ContextPair> both = try_establish(options);
            if (side == Side::same && told) {
                EXPECT_TRUE(succeeds(both));
            } else {
                // Nothing is let through that the library has not said to be bound.
                EXPECT_TRUE(fails_with(both, ErrorCode::insufficient_protection));
            }
        }
    }
};

INSTANTIATE_TEST_SUITE_P(All, SurfaceBindings, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(SurfaceBindings, OfKerberos) {
    check(mechanism::krb5(), {});
}

TEST_P(SurfaceBindings, OfSpnego) {
    check(mechanism::spnego(), {});
}

TEST_P(SurfaceBindings, OfKerberosInDceStyle) {
    check(mechanism::krb5(), ContextFlag::dce_style);
}

TEST_P(SurfaceBindings, OfSpnegoInDceStyle) {
    check(mechanism::spnego(), ContextFlag::dce_style);
}

TEST_P(SurfaceBindings, ThatAnAcceptorInsistsOnWithKerberos) {
    check_insisting(mechanism::krb5());
}

TEST_P(SurfaceBindings, ThatAnAcceptorInsistsOnWithSpnego) {
    check_insisting(mechanism::spnego());
}

// An initiator that says that it knows bindings (KERB_AP_OPTIONS_CBT, client_aware_channel_bindings
// of krb5.conf) and has none: an acceptor with bindings must not take that for an old client.
TEST_P(SurfaceBindings, OfAClientThatIsAwareAreNotLeftOut) {
    const Result<std::filesystem::path> config = shared_realm().write_krb5_conf(
        "aware.conf",
        {.extra_krb5_conf = "[libdefaults]\n client_aware_channel_bindings = true\n"});
    ASSERT_TRUE(succeeds(config));
    const ScopedEnvironment with_config("KRB5_CONFIG", config->string());
    in_fresh_thread([&] {
        for (const Oid* mechanism : {&mechanism::krb5(), &mechanism::spnego()}) {
            EstablishOptions options = with_mechanism(*mechanism);
            options.accept.channel_bindings = bindings_of(Side::same);
            const Result<ContextPair> without = try_establish(options);
            const bool says_so = initiator().name() == "mit";
            const bool listens = acceptor().name() == "mit";
            if (says_so && listens) {
                EXPECT_TRUE(fails_with(without, ErrorCode::bad_channel_bindings));
            } else {
                EXPECT_TRUE(succeeds(without)) << "Heimdal 7.8 neither says nor hears it";
            }
            options.initiate.channel_bindings = bindings_of(Side::same);
            EXPECT_TRUE(succeeds(try_establish(options)));
            options.initiate.channel_bindings = bindings_of(Side::other);
            EXPECT_TRUE(fails_with(try_establish(options), ErrorCode::bad_channel_bindings));
            options.accept.channel_bindings.reset();
            EXPECT_TRUE(succeeds(try_establish(options))) << "an acceptor that does not care";
        }
    });
}

} // namespace

} // namespace gss::test
