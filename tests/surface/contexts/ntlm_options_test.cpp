// SPDX-License-Identifier: Apache-2.0
// Options and inquiries of NTLM contexts, with MIT and Debian's gss-ntlmssp. A program of its own:
// the library reads its list of mechanisms once.
#include "conformance.h"

#include <gssxx/krb5/context.h>

#include <filesystem>
#include <fstream>

namespace gss::test {

namespace {

// GSS_NTLMSSP_RESET_CRYPTO_OID: an int of 32 bits.
const Oid& reset_crypto() {
    static const Oid oid = Oid::from_string("1.3.6.1.4.1.7165.655.1.3").value();
    return oid;
}

TEST(NtlmContexts, TakeOptionsAndTellTheirKeyButAreNotKerberos) {
    ASSERT_TRUE(std::filesystem::exists(GSSXX_NTLM_CONFIG))
        << GSSXX_NTLM_CONFIG << " (install the Debian package gss-ntlmssp)";
    const ScopedEnvironment mechanisms("GSS_MECH_CONFIG", GSSXX_NTLM_CONFIG);
    const std::string file = fresh_path("ntlm_users");
    std::ofstream(file) << "DOMAIN:carol:secret\n";
    const ScopedEnvironment users("NTLM_USER_FILE", file);
    const Backend library = backend("mit");
    EstablishOptions options = with_flags(default_context_flags, require_integrity_only);
    options.initiate.mechanism = mechanism::ntlm();
    Result<ContextPair> both = establish(library, library, options);
    ASSERT_TRUE(succeeds(both));
    ASSERT_TRUE(library.supports(Capability::context_options, mechanism::ntlm()));
    ASSERT_TRUE(library.supports(Capability::context_inquiry, mechanism::ntlm()));

    const Bytes both_directions(4);
    EXPECT_TRUE(succeeds(both->initiator.set_option(reset_crypto(), both_directions)));
    EXPECT_FALSE(succeeds(both->initiator.set_option(reset_crypto(), Bytes(3))));
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    EXPECT_FALSE(succeeds(both->initiator.set_option(unknown, both_directions)));

    const Oid session_key = Oid::from_string("1.2.840.113554.1.2.2.5.5").value();
    const std::vector<Buffer> key = both->initiator.inquire_by_oid(session_key).value();
    ASSERT_FALSE(key.empty());
    EXPECT_EQ(key[0].size(), 16U);
    EXPECT_TRUE(text(key[0]) ==
                text(both->acceptor.context.inquire_by_oid(session_key).value().at(0)));
    EXPECT_FALSE(succeeds(both->initiator.inquire_by_oid(unknown)));

    // What is Kerberos's is not asked of another mechanism.
    EXPECT_TRUE(fails_with(krb5::session_key(both->initiator), ErrorCode::unavailable));
    EXPECT_TRUE(fails_with(krb5::ticket_flags(both->initiator), ErrorCode::unavailable));
    EXPECT_TRUE(
        fails_with(krb5::authentication_time(both->acceptor.context), ErrorCode::unavailable));
    EXPECT_TRUE(
        fails_with(krb5::authorization_data(both->acceptor.context, 1), ErrorCode::unavailable));
    EXPECT_TRUE(fails_with(krb5::export_lucid(std::move(both->initiator)), ErrorCode::unavailable));
    // NOLINTNEXTLINE(bugprone-use-after-move): refused, it stays the caller's
    EXPECT_TRUE(succeeds(both->initiator.get_mic(both_directions)));
}

} // namespace

} // namespace gss::test
