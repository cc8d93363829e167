// SPDX-License-Identifier: Apache-2.0
// Channel bindings of initiators that say they know of them: MIT's t_bindings looks at the same
// four times, with Kerberos and SPNEGO, with the setting of krb5.conf and the flag.
#include "conformance.h"

#include <tuple>

namespace gss::test {

namespace {

using Case = std::tuple<const char*, const char*>; // data of the initiator, of the acceptor

class AwareBindings : public OnPair {
protected:
    [[nodiscard]] static std::optional<ChannelBindings> of(const char* data) {
        return *data == '\0' ? std::nullopt
                             : std::optional(ChannelBindings::of_application_data(as_bytes(data)));
    }
    [[nodiscard]] static Result<ContextPair> bound(const Case& data, const Oid& mechanism,
                                                   ContextFlags flags) {
        EstablishOptions options = with_flags(flags);
        options.initiate.mechanism = mechanism;
        options.initiate.channel_bindings = of(std::get<0>(data));
        options.accept.channel_bindings = of(std::get<1>(data));
        return try_establish(options);
    }
    /// All cases of MIT's; @p aware where the initiator says that it would have sent bindings.
    static void look(bool aware, ContextFlags flags) {
        for (const Oid& oid : {mechanism::krb5(), mechanism::spnego()}) {
            for (const Case& data : {Case{"", ""}, Case{"a", ""}, Case{"a", "a"}}) {
                const auto both = bound(data, oid, flags);
                ASSERT_TRUE(succeeds(both));
                EXPECT_EQ(both->acceptor.context.flags().contains(ContextFlag::channel_bound),
                          mit_accepts() && *std::get<1>(data) != '\0');
            }
            EXPECT_TRUE(fails_with(bound({"a", "x"}, oid, flags), ErrorCode::bad_channel_bindings));
            const auto one_sided = bound({"", "a"}, oid, flags);
            if (aware && mit_accepts()) {
                EXPECT_TRUE(fails_with(one_sided, ErrorCode::bad_channel_bindings));
            } else {
                ASSERT_TRUE(succeeds(one_sided));
                EXPECT_FALSE(
                    one_sided->acceptor.context.flags().contains(ContextFlag::channel_bound));
            }
        }
    }
};

INSTANTIATE_TEST_SUITE_P(All, AwareBindings, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(AwareBindings, OfOneSideAloneAreIgnoredWithoutTheWord) {
    look(false, default_context_flags);
}

TEST_P(AwareBindings, AreNotMissedForTheFlagAlone) {
    // Newer MIT than 1.20 takes the requested flag for that word.
    look(false, default_context_flags | ContextFlag::channel_bound);
}

TEST_P(AwareBindings, AreMissedWhereKrb5ConfOfTheInitiatorSaysSo) {
    const auto config =
        shared_realm()
            .write_krb5_conf("aware.conf", {.extra_krb5_conf = "[libdefaults]\n  "
                                                               "client_aware_channel_bindings = "
                                                               "true\n"})
            .value();
    in_fresh_thread([&] {
        const ScopedEnvironment path("KRB5_CONFIG", config.string());
        look(GetParam().initiator == "mit", default_context_flags);
    });
}

} // namespace

} // namespace gss::test
