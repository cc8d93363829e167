// SPDX-License-Identifier: Apache-2.0
// Ticket caches that are missing, unreadable, broken or expired: one code on every backend and
// for every call that needs the cache, and a text that names the cache.
#include "hostile.h"

#include <cstdlib>

namespace gss::test {
namespace {

class Caches : public OnBackend {
protected:
    /// Every way to need the default cache fails with @p code and names @p cache.
    void expect_everywhere(const std::string& cache, ErrorCode code, Environment more = {}) {
        more.emplace_back("KRB5CCNAME", cache);
        with_environment(more, [&] { expect_here(cache, code); });
    }

    void expect_here(const std::string& cache, ErrorCode code) const {
        expect_failure(acquire_error(library(), CredentialUsage::initiate), code,
                       {cache, "gss_acquire_cred"});
        expect_failure(acquire_error(library(), CredentialUsage::initiate, alice()), code,
                       {cache, "gss_acquire_cred", alice()});
        expect_failure(initiate_error(library()), code,
                       {cache, "gss_init_sec_context", "localhost"});
        const auto added = Credentials::add_to_default(library(), mechanism::krb5());
        expect_failure(added ? std::nullopt : std::optional(added.error()), code,
                       {cache, "gss_add_cred"});
    }

    [[nodiscard]] static std::string alice() { return "alice@" + shared_realm().name(); }
    [[nodiscard]] static std::filesystem::path file(std::string_view name) {
        return scratch_folder("caches") / name;
    }
    [[nodiscard]] static std::string good_octets() {
        return read_octets(shared_realm().ccache_name().substr(5));
    }
};

TEST_P(Caches, missing) {
    expect_everywhere("FILE:" + file("nowhere").string(), ErrorCode::ccache_not_found);
}

TEST_P(Caches, missing_folder) {
    expect_everywhere("FILE:" + file("no-folder/cache").string(), ErrorCode::ccache_not_found);
}

TEST_P(Caches, folder_in_place_of_file) {
    std::filesystem::create_directories(file("folder"));
    expect_everywhere("FILE:" + file("folder").string(), ErrorCode::ccache_unreadable);
}

TEST_P(Caches, unreadable) {
    const OpenFolder folder;
    const std::filesystem::path cache = folder.path() / "cache";
    write_octets(cache, good_octets());
    std::filesystem::permissions(cache, std::filesystem::perms::none);
    const std::string name = "FILE:" + cache.string();
    with_environment({{"KRB5CCNAME", name}, {"KRB5_CONFIG", folder.krb5_conf()}}, [&] {
        const OrdinaryUser user;
        expect_here(name, ErrorCode::ccache_unreadable);
    });
}

TEST_P(Caches, garbage) {
    write_octets(file("garbage"), "this is no ticket cache, whatever its name says\n");
    expect_everywhere("FILE:" + file("garbage").string(), ErrorCode::ccache_corrupt);
}

TEST_P(Caches, empty) {
    write_octets(file("empty"), "");
    expect_everywhere("FILE:" + file("empty").string(), ErrorCode::ccache_corrupt);
}

TEST_P(Caches, wrong_version) {
    for (const char version : {'\x00', '\x05', '\x7f'}) {
        std::string octets = good_octets();
        octets[1] = version;
        write_octets(file("version"), octets);
        expect_everywhere("FILE:" + file("version").string(), ErrorCode::ccache_corrupt);
    }
}

TEST_P(Caches, truncated_anywhere) {
    const std::string octets = good_octets();
    for (std::size_t length : {1U, 2U, 3U, 5U, 9U, 20U, 40U, 100U, 200U, 400U}) {
        ASSERT_LT(length, octets.size());
        write_octets(file("truncated"), octets.substr(0, length));
        SCOPED_TRACE(length);
        expect_everywhere("FILE:" + file("truncated").string(), ErrorCode::ccache_corrupt);
    }
}

TEST_P(Caches, altered_in_every_octet) {
    // Some octets matter to nobody before the KDC sees them; none may crash or hang.
    const std::string octets = good_octets();
    const std::filesystem::path cache = file("altered");
    const Survival survival = in_subprocess([&] {
        setenv("KRB5CCNAME", ("FILE:" + cache.string()).c_str(), 1);
        const auto config = shared_realm().config_with_kdc_port(1, "krb5-no-kdc.conf").value();
        setenv("KRB5_CONFIG", config.c_str(), 1);
        for (std::size_t at = 0; at < octets.size(); ++at) {
            for (const char mask : {'\x01', '\xff'}) {
                std::string altered = octets;
                altered[at] = static_cast<char>(altered[at] ^ mask);
                write_octets(cache, altered);
                const auto acquired = acquire_error(library(), CredentialUsage::initiate);
                const auto initiated = initiate_error(library());
                if ((acquired && acquired->messages().empty()) || !initiated) {
                    return 2; // there is no KDC that could have given a ticket
                }
            }
        }
        return 0;
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
    EXPECT_EQ(survival.status, 0);
}

TEST_P(Caches, without_a_ticket) {
    // Header and principal alone, as "kinit" leaves behind when it is stopped in time.
    const std::string octets = good_octets();
    const std::size_t header = 4U + static_cast<unsigned char>(octets[3]);
    const std::string& realm = shared_realm().name();
    const std::size_t principal = 4 + 4 + 4 + realm.size() + 4 + std::string("alice").size();
    write_octets(file("no-ticket"), octets.substr(0, header + principal));
    expect_everywhere("FILE:" + file("no-ticket").string(), ErrorCode::ccache_not_found);
}

TEST_P(Caches, expired) {
    ASSERT_TRUE(shared_realm().kinit_expired("alice", file("expired").string()));
    const std::string cache = "FILE:" + file("expired").string();
    with_environment({{"KRB5CCNAME", cache}}, [&] {
        expect_failure(initiate_error(library()), ErrorCode::credentials_expired,
                       {cache, "localhost"});
        if (GetParam() == "mit") {
            // MIT hands expired credentials out (see docs/native-differences.md).
            const auto acquired = Credentials::acquire(library(), CredentialUsage::initiate);
            ASSERT_TRUE(acquired);
            EXPECT_TRUE(acquired->lifetime.is_expired());
            InitiateOptions options;
            options.credentials = &acquired->credentials;
            expect_failure(initiate_error(library(), "host@localhost", options),
                           ErrorCode::credentials_expired, {"localhost"});
        } else {
            expect_here(cache, ErrorCode::credentials_expired);
            const auto refused = Credentials::acquire(library(), CredentialUsage::initiate);
            ASSERT_FALSE(refused);
            // GSS_S_FAILURE with KRB5_KT_NOTFOUND: it looked for a key, too.
            EXPECT_EQ(refused.error().native().value(),
                      (NativeStatus{13U << 16U, static_cast<std::uint32_t>(-1765328203)}));
        }
    });
}

// Heimdal goes on to the keytab when the tickets have ended, and crashes on a damaged one: what was
// seen of the cache while they were good is no reason to let it.
TEST_P(Caches, whose_tickets_end_meanwhile) {
    const std::filesystem::path cache = file("ending");
    const std::filesystem::path keytab = file("damaged.keytab");
    // An entry whose lengths are far past its end.
    write_octets(keytab, std::string("\x05\x02\x00\x00\x00\x14\x00\x01\x7f\xff", 10) +
                             std::string(20, 'A'));
    realm::TicketOptions ticket;
    ticket.lifetime = std::chrono::seconds(7);
    ASSERT_TRUE(shared_realm().kinit("alice", cache.string(), ticket));
    const Survival survival = in_subprocess([&] {
        setenv("KRB5CCNAME", ("FILE:" + cache.string()).c_str(), 1);
        setenv("KRB5_KTNAME", ("FILE:" + keytab.string()).c_str(), 1);
        std::this_thread::sleep_for(std::chrono::seconds(3)); // the file counts as settled
        const Backend opened = library();
        if (acquire_error(opened, CredentialUsage::initiate)) {
            return 2; // they are good
        }
        std::this_thread::sleep_for(std::chrono::seconds(6));
        const auto acquired = acquire_error(opened, CredentialUsage::initiate);
        return acquired || GetParam() == "mit" ? 0 : 3; // MIT hands expired credentials out
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
    EXPECT_EQ(survival.status, 0);
}

TEST_P(Caches, of_another_principal) {
    // The cache is alice's; no KDC is asked about the other name.
    for (const std::string name : {"bob", "nobody-at-all"}) {
        const std::string principal = name + "@" + shared_realm().name();
        in_fresh_thread([&] {
            expect_failure(acquire_error(library(), CredentialUsage::initiate, principal),
                           ErrorCode::ccache_not_found, {principal, shared_realm().ccache_name()});
        });
    }
}

TEST_P(Caches, unknown_type) {
    expect_everywhere("NOSUCHTYPE:/nowhere", ErrorCode::ccache_unreadable);
}

INSTANTIATE_TEST_SUITE_P(, Caches, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
