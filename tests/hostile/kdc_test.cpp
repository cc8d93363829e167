// SPDX-License-Identifier: Apache-2.0
// A KDC that does not know a name, is down, answers garbage, or stays silent up to a deadline.
#include "false_kdc.h"
#include "hostile.h"
#include "keytab_file.h"

namespace gss::test {
namespace {

class Kdc : public OnBackend {
protected:
    /// Runs @p task with a krb5.conf whose KDC listens on @p port.
    static void with_kdc_port(std::uint16_t port, const std::function<void()>& task) {
        const auto config = shared_realm().config_with_kdc_port(port, "krb5-other-port.conf");
        with_environment({{"KRB5_CONFIG", config.value().string()}}, task);
    }
    [[nodiscard]] static std::string in_realm(const std::string& name) {
        return name + "@" + shared_realm().name();
    }
};

TEST_P(Kdc, does_not_know_the_service) {
    in_fresh_thread([&] {
        expect_failure(initiate_error(library(), "nosuch@localhost"), ErrorCode::service_unknown,
                       {"nosuch", "localhost"});
    });
}

TEST_P(Kdc, does_not_know_the_client) {
    // A client keytab makes the library ask the KDC for a ticket of that name.
    const std::filesystem::path keytab = scratch_folder("kdc") / "stranger.keytab";
    KeytabEntry entry = read_keytab(shared_realm().keytab()).at(0);
    entry.principal = {shared_realm().name(), "stranger"};
    write_keytab(keytab, {entry});
    const std::string cache = "FILE:" + (scratch_folder("kdc") / "stranger.cache").string();
    with_environment({{"KRB5_CLIENT_KTNAME", "FILE:" + keytab.string()},
                      {"KRB5_KTNAME", "FILE:" + keytab.string()},
                      {"KRB5CCNAME", cache}},
                     [&] {
                         expect_failure(acquire_error(library(), CredentialUsage::initiate,
                                                      in_realm("stranger")),
                                        ErrorCode::client_unknown, {in_realm("stranger")});
                     });
}

TEST_P(Kdc, does_not_know_the_way_to_a_realm) {
    in_fresh_thread([&] {
        expect_failure(initiate_error(library(), "svc/elsewhere@NOWHERE.INVALID"),
                       ErrorCode::service_unknown, {"svc/elsewhere@NOWHERE.INVALID"});
    });
}

TEST_P(Kdc, of_a_realm_that_is_not_configured) {
    const std::filesystem::path config = scratch_folder("kdc") / "no-realms.conf";
    write_octets(config, "[libdefaults]\n default_realm = " + shared_realm().name() +
                             "\n dns_lookup_kdc = false\n dns_lookup_realm = false\n"
                             " dns_canonicalize_hostname = false\n rdns = false\n");
    with_environment({{"KRB5_CONFIG", config.string()}}, [&] {
        // Heimdal does not tell this from a KDC that is down (see docs/native-differences.md).
        const bool heimdal = GetParam() == "heimdal";
        const std::optional<Error> error = initiate_error(library(), "HTTP@localhost");
        expect_failure(error, heimdal ? ErrorCode::kdc_unreachable : ErrorCode::realm_unknown,
                       {"HTTP", shared_realm().name()});
        // KRB5_KDC_UNREACH and KRB5_REALM_UNKNOWN.
        EXPECT_EQ(error->native().value().minor,
                  static_cast<std::uint32_t>(heimdal ? -1765328228 : -1765328230));
    });
}

TEST_P(Kdc, is_down) {
    std::uint16_t free_port = 0;
    {
        const FalseKdc nobody;
        free_port = nobody.port();
    }
    with_kdc_port(free_port, [&] {
        expect_failure(initiate_error(library(), "HTTP@localhost"), ErrorCode::kdc_unreachable,
                       {"HTTP"});
    });
}

TEST_P(Kdc, answers_garbage) {
    const std::string noise("\x6e\x82\x03\xe8 this is not Kerberos, whoever says so\0\xff", 44);
    const std::string text = "HTTP/1.0 400 Bad Request\r\n\r\n";
    for (const std::string& answer : {noise, text, std::string("\x7e\x02\x30\x00", 4)}) {
        const FalseKdc kdc(answer);
        with_kdc_port(kdc.port(), [&] {
            expect_failure(initiate_error(library(), "HTTP@localhost"),
                           ErrorCode::kdc_reply_invalid, {"HTTP"});
        });
        EXPECT_GT(kdc.requests(), 0);
    }
}

TEST_P(Kdc, is_silent_up_to_the_deadline) {
    const FalseKdc kdc;
    with_kdc_port(kdc.port(), [&] {
        using namespace std::chrono_literals;
        expect_failure(initiate_error(library(), "HTTP@localhost", {}, Deadline::after(300ms)),
                       ErrorCode::timed_out, {"HTTP", "gss_init_sec_context"});
    });
    EXPECT_GT(kdc.requests(), 0);
}

INSTANTIATE_TEST_SUITE_P(, Kdc, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
