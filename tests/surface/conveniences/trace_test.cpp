// SPDX-License-Identifier: Apache-2.0
// What libkrb5 says while it works: for what we do with it ourselves, and not for the GSSAPI.
#include "conformance.h"

#include "access.h"
#include "library_backend.h"
#include "sources.h"

#include <gssxx/krb5/renewer.h>

#include <dlfcn.h>

#include <algorithm>

namespace gss::test {

namespace {

namespace abi = rfc2744::abi;

class Tracing : public OnBackend {
protected:
    [[nodiscard]] static const rfc2744::LoadedLibrary& loaded() {
        return static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(library()))
            .native()
            .loaded;
    }
};

INSTANTIATE_TEST_SUITE_P(All, Tracing, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Tracing, TellsWhatARenewalDoes) {
    const std::string name = "FILE:" + fresh_path("traced");
    const std::string keytab = fresh_path("bob.keytab");
    ASSERT_TRUE(succeeds(shared_realm().extract_keytab("bob", keytab)));
    std::vector<std::string> lines;
    krb5::RenewerOptions options{
        .ccache = name, .keytab = "FILE:" + keytab, .principal = in_realm("bob")};
    options.trace = [&](std::string_view line) { lines.emplace_back(line); };
    Result<krb5::Renewer> renewer = krb5::Renewer::create(library(), std::move(options));
    if (!library().supports(Capability::renewal_trace, mechanism::krb5())) {
        ASSERT_TRUE(fails_with(renewer, ErrorCode::unavailable));
        EXPECT_NE(renewer.error().text().find("krb5_set_trace_callback"), std::string::npos);
        return;
    }
    ASSERT_TRUE(succeeds(renewer));
    ASSERT_TRUE(succeeds(renewer->renew()));
    EXPECT_GT(lines.size(), 5U);
    EXPECT_TRUE(std::any_of(lines.begin(), lines.end(), [](const std::string& line) {
        return line.find(in_realm("bob")) != std::string::npos;
    }));
    for (const std::string& line : lines) {
        EXPECT_FALSE(line.empty() || line.ends_with('\n'));
    }
}

TEST_P(Tracing, ThatThrowsLosesALineAndNothingElse) {
    if (!library().supports(Capability::renewal_trace, mechanism::krb5())) {
        EXPECT_EQ(loaded().krb5.set_trace_callback, nullptr);
        return;
    }
    const std::string keytab = fresh_path("bob.keytab");
    ASSERT_TRUE(succeeds(shared_realm().extract_keytab("bob", keytab)));
    krb5::RenewerOptions options{.ccache = "FILE:" + fresh_path("thrown"),
                                 .keytab = "FILE:" + keytab,
                                 .principal = in_realm("bob")};
    int called = 0;
    options.trace = [&](std::string_view) {
        ++called;
        throw std::runtime_error("not my day");
    };
    krb5::Renewer renewer = krb5::Renewer::create(library(), std::move(options)).value();
    EXPECT_TRUE(succeeds(renewer.renew()));
    EXPECT_GT(called, 5);
}

int traced_calls = 0;

void count(abi::Krb5ContextHandle /*context*/, const abi::TraceInfoStruct* info, void* /*data*/) {
    traced_calls += info == nullptr ? 0 : 1;
}

// The GSSAPI makes its own krb5_context for each call and hands none out: a callback on another
// one hears nothing of what it does, and there is no call that would take one. Only KRB5_TRACE,
// the environment, reaches it.
TEST_P(Tracing, OfTheGssapiItselfIsOutOfReach) {
    const rfc2744::Krb5Functions& call = loaded().krb5;
    if (call.set_trace_callback == nullptr) {
        EXPECT_FALSE(is_mit());
        return;
    }
    const rfc2744::Krb5Context context(loaded().krb5);
    ASSERT_NE(context.get(), nullptr);
    ASSERT_EQ(call.set_trace_callback(context.get(), &count, nullptr), 0);
    traced_calls = 0;
    ASSERT_TRUE(succeeds(establish(library(), library())));
    EXPECT_EQ(traced_calls, 0);
    // The callback itself works: this library's own calls on that context are heard.
    abi::PrincipalHandle principal = nullptr;
    std::string name = in_realm("alice");
    ASSERT_EQ(loaded().krb5.parse_name(context.get(), name.c_str(), &principal), 0);
    abi::CacheHandle cache = nullptr;
    ASSERT_EQ(loaded().krb5.cc_resolve(context.get(), shared_realm().ccache_name().c_str(), &cache),
              0);
    abi::TicketStruct ticket;
    if (call.get_renewed_creds(context.get(), &ticket, principal, cache, nullptr) == 0) {
        call.free_cred_contents(context.get(), &ticket);
    }
    EXPECT_GT(traced_calls, 0);
    loaded().krb5.cc_close(context.get(), cache);
    loaded().krb5.free_principal(context.get(), principal);
    call.set_trace_callback(context.get(), nullptr, nullptr);
}

} // namespace

} // namespace gss::test
