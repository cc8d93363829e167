// SPDX-License-Identifier: Apache-2.0
// Contexts bound to the TLS connection that carries them; a man in the middle has two of those.
#include "conformance.h"
#include "handshake.h"

#include <gssxx/tls/channel_bindings.h>

namespace gss::test {

namespace {

using Take = Result<ChannelBindings> (*)(SSL* connection);

class OverTls : public OnPair {
protected:
    [[nodiscard]] static Result<ContextPair> bound(const Result<ChannelBindings>& client,
                                                   const Result<ChannelBindings>& server,
                                                   const Oid& mechanism) {
        EstablishOptions options = with_mechanism(mechanism);
        options.initiate.channel_bindings = client.value();
        options.accept.channel_bindings = server.value();
        if (acceptor().supports(Capability::channel_bound_flag, mechanism)) {
            options.accept.required |= ContextFlag::channel_bound;
        }
        return try_establish(options);
    }
    static void check(int version, Take take, bool same_certificate_matters) {
        const Certified genuine = certify();
        const Certified false_one = certify();
        const Connection direct = connect(genuine, {.version = version});
        // The initiator speaks to the man in the middle, who speaks to the acceptor.
        const Connection to_middle =
            connect(same_certificate_matters ? false_one : genuine, {.version = version});
        for (const Oid* mechanism : {&mechanism::krb5(), &mechanism::spnego()}) {
            EXPECT_TRUE(
                succeeds(bound(take(direct.client.get()), take(direct.server.get()), *mechanism)));
            EXPECT_TRUE(fails_with(
                bound(take(to_middle.client.get()), take(direct.server.get()), *mechanism),
                ErrorCode::bad_channel_bindings));
        }
    }
};

INSTANTIATE_TEST_SUITE_P(All, OverTls, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(OverTls, EndPointBindsToTheServersCertificate) {
    check(TLS1_2_VERSION, &tls::server_end_point, true);
    check(TLS1_3_VERSION, &tls::server_end_point, true);
}

TEST_P(OverTls, ExporterBindsToTheConnectionItself) {
    check(TLS1_2_VERSION, &tls::exporter, false);
    check(TLS1_3_VERSION, &tls::exporter, false);
}

TEST_P(OverTls, UniqueBindsToTheConnectionItself) {
    check(TLS1_2_VERSION, &tls::unique, false);
}

TEST_P(OverTls, BindingsOfAnotherTypeAreRefused) {
    const Certified server = certify();
    const Connection one = connect(server, {.version = TLS1_2_VERSION});
    EXPECT_TRUE(fails_with(
        bound(tls::exporter(one.client.get()), tls::unique(one.server.get()), mechanism::krb5()),
        ErrorCode::bad_channel_bindings));
    EXPECT_TRUE(fails_with(bound(tls::exporter(one.client.get()),
                                 tls::server_end_point(one.server.get()), mechanism::krb5()),
                           ErrorCode::bad_channel_bindings));
}

} // namespace

} // namespace gss::test
