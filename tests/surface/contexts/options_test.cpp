// SPDX-License-Identifier: Apache-2.0
// Options of contexts (gss_set_sec_context_option).
#include "conformance.h"

namespace gss::test {

namespace {

class ContextOptions : public OnBackend {
protected:
    [[nodiscard]] static Oid oid(std::string_view text) { return Oid::from_string(text).value(); }
};

INSTANTIATE_TEST_SUITE_P(All, ContextOptions, testing::ValuesIn(backend_names()), name_of_backend);

// GSS_KRB5_COMPAT_DES3_MIC_X: Heimdal's option of a Kerberos context, one octet, true or false.
constexpr std::string_view compatible_mic = "1.2.752.43.13.4";
// GSS_NTLMSSP_RESET_CRYPTO_OID of gss-ntlmssp, an int of 32 bits.
constexpr std::string_view ntlm_reset = "1.3.6.1.4.1.7165.655.1.3";

TEST_P(ContextOptions, OfKerberosAreSetWhereTheyExist) {
    ContextPair both = establish(library(), library()).value();
    const Bytes on{std::byte{1}};
    for (SecurityContext* side : {&both.initiator, &both.acceptor.context}) {
        const Result<void> set = side->set_option(oid(compatible_mic), on);
        if (library().supports(Capability::context_options, mechanism::krb5())) {
            EXPECT_TRUE(succeeds(set));
        } else {
            ASSERT_TRUE(fails_with(set, ErrorCode::unavailable));
            EXPECT_NE(set.error().text().find(compatible_mic), std::string::npos);
        }
    }
    // The context is the same as before, whatever came of it.
    const Bytes message = pattern(30);
    const Buffer mic = both.initiator.get_mic(message).value();
    EXPECT_TRUE(succeeds(both.acceptor.context.verify_mic(message, mic)));
}

TEST_P(ContextOptions, WithAWrongValueAreRefusedAndNameTheOption) {
    ContextPair both = establish(library(), library()).value();
    const Bytes two{std::byte{1}, std::byte{1}};
    for (const std::optional<BytesView> value :
         {std::optional<BytesView>(), std::optional<BytesView>(BytesView()),
          std::optional<BytesView>(two)}) {
        const Result<void> set = both.initiator.set_option(oid(compatible_mic), value);
        ASSERT_FALSE(set.has_value());
        EXPECT_EQ(set.error().operation(), "gss_set_sec_context_option");
        EXPECT_EQ(set.error().subject(), "option " + std::string(compatible_mic));
    }
    EXPECT_TRUE(succeeds(both.initiator.get_mic(two)));
}

TEST_P(ContextOptions, ThatNobodyKnowsAreRefused) {
    ContextPair both = establish(library(), library()).value();
    const Bytes value(4);
    EXPECT_FALSE(succeeds(both.initiator.set_option(oid("1.2.3.4.5"), value)));
    EXPECT_TRUE(succeeds(both.initiator.get_mic(value)));
}

TEST_P(ContextOptions, MayWriteIntoTheirValueWithoutHarm) {
    // GSS_KRB5_GET_TIME_OFFSET_X of Heimdal writes there; what we were given stays as it is.
    ContextPair both = establish(library(), library()).value();
    const Bytes value(4, std::byte{0x55});
    const Result<void> set = both.initiator.set_option(oid("1.2.752.43.13.18"), value);
    EXPECT_EQ(set.has_value(), !is_mit());
    EXPECT_EQ(value, Bytes(4, std::byte{0x55}));
}

TEST_P(ContextOptions, WhoseValueIsAnAddressAreMisuse) {
    // Heimdal would register a plugin, or call a function, at the address that the octets make.
    ContextPair both = establish(library(), library()).value();
    for (const std::string_view option : {"1.2.752.43.13.11", "1.2.752.43.13.19"}) {
        for (const std::size_t size : {0U, 8U, 16U, 24U, 32U}) {
            const Result<void> set =
                both.initiator.set_option(oid(option), Bytes(size, std::byte{0x41}));
            ASSERT_TRUE(fails_with(set, ErrorCode::misuse)) << size;
            EXPECT_EQ(set.error().subject(), option);
        }
    }
}

TEST_P(ContextOptions, BeforeTheFirstStepAreRefusedByTheLibraryItself) {
    const Name target = service(library(), "host@localhost");
    for (const std::string_view option : {compatible_mic, ntlm_reset}) {
        InitiateOptions options;
        options.context_options = {{oid(option), Bytes{std::byte{1}}}};
        Initiator from = Initiator::create(target, options).value();
        const Step refused = from.step();
        ASSERT_FALSE(library().supports(Capability::early_context_options, mechanism::krb5()));
        ASSERT_TRUE(fails_with(refused, ErrorCode::unavailable));
        EXPECT_TRUE(refused.token.empty());
        EXPECT_NE(refused.error->text().find(option), std::string::npos) << refused.error->text();
        EXPECT_TRUE(refused.error->native().has_value()) << "the native call was made";
        EXPECT_TRUE(fails_with(from.step(), ErrorCode::misuse));
    }
}

} // namespace

} // namespace gss::test
