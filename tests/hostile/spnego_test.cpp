// SPDX-License-Identifier: Apache-2.0
// Failures of Kerberos inside SPNEGO have the code that they have without. MIT replaces minor
// codes that two mechanisms share by numbers of its own, so each case fails in Kerberos first.
#include "hostile.h"

namespace gss::test {
namespace {

class Spnego : public OnBackend {
protected:
    static InitiateOptions negotiating() {
        InitiateOptions options;
        options.mechanism = mechanism::spnego();
        return options;
    }
    /// Fails with the same code by Kerberos, by SPNEGO, and by either again.
    void expect_failures(const std::string& service, ErrorCode code) const {
        for (int round = 0; round < 2; ++round) {
            expect_failure(initiate_error(library(), service), code, {service});
            // Heimdal's SPNEGO keeps the reason to itself (see docs/native-differences.md).
            expect_failure(initiate_error(library(), service, negotiating()),
                           GetParam() == "heimdal" ? ErrorCode::bad_mechanism : code, {service});
        }
    }
};

TEST_P(Spnego, unknown_service) {
    in_fresh_thread([&] { expect_failures("nosuch@localhost", ErrorCode::service_unknown); });
}

TEST_P(Spnego, missing_cache) {
    const std::string cache = "FILE:" + (scratch_folder("spnego") / "nowhere").string();
    with_environment({{"KRB5CCNAME", cache}},
                     [&] { expect_failures("host@localhost", ErrorCode::ccache_not_found); });
}

TEST_P(Spnego, expired_cache) {
    const std::string cache = (scratch_folder("spnego") / "expired").string();
    ASSERT_TRUE(shared_realm().kinit_expired("alice", cache));
    with_environment({{"KRB5CCNAME", "FILE:" + cache}},
                     [&] { expect_failures("host@localhost", ErrorCode::credentials_expired); });
}

TEST_P(Spnego, kdc_down) {
    const auto config = shared_realm().config_with_kdc_port(1, "krb5-spnego-down.conf");
    with_environment({{"KRB5_CONFIG", config.value().string()}},
                     [&] { expect_failures("HTTP@localhost", ErrorCode::kdc_unreachable); });
}

TEST_P(Spnego, acceptor_without_the_key) {
    const Bytes kerberos = first_token(library(), "host@localhost").value();
    const Bytes negotiated = first_token(library(), "host@localhost", negotiating()).value();
    const std::string keytab = "FILE:" + (scratch_folder("spnego") / "nowhere").string();
    with_environment({{"KRB5_KTNAME", keytab}}, [&] {
        for (const Bytes& token : {kerberos, negotiated, kerberos, negotiated}) {
            expect_failure(accept_error(library(), token), ErrorCode::keytab_not_found, {keytab});
        }
    });
}

INSTANTIATE_TEST_SUITE_P(, Spnego, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
