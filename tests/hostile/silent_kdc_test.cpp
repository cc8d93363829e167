// SPDX-License-Identifier: Apache-2.0
// A KDC that accepts and never answers, without a deadline: the library's own limit ends the
// call. Slow by nature (half a minute and more), so alone in its program.
#include "false_kdc.h"
#include "hostile.h"

namespace gss::test {
namespace {

class SilentKdc : public OnBackend {};

TEST_P(SilentKdc, ends_at_the_librarys_own_limit) {
    const FalseKdc kdc;
    const auto config = shared_realm().config_with_kdc_port(kdc.port(), "krb5-silent.conf");
    with_environment({{"KRB5_CONFIG", config.value().string()}}, [&] {
        expect_failure(initiate_error(library(), "HTTP@localhost"), ErrorCode::kdc_unreachable,
                       {"HTTP", "gss_init_sec_context"});
    });
    EXPECT_GT(kdc.requests(), 0);
}

INSTANTIATE_TEST_SUITE_P(, SilentKdc, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
