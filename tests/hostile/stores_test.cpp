// SPDX-License-Identifier: Apache-2.0
// Caches and keytabs that are named in a store and are missing, unreadable, broken or expired: the
// codes are those that the defaults have, on every backend, and the text names the file.
#include "hostile.h"
#include "keytab_file.h"

#include <cstdlib>

namespace gss::test {
namespace {

class Stores : public OnBackend {
protected:
    /// The Error of acquiring from a store; the defaults are good ones.
    [[nodiscard]] std::optional<Error> error_of(CredentialUsage usage, std::string_view key,
                                                const std::string& value,
                                                const std::string& who = {}) const {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        options.store = CredentialStore::of({{key, value}}).value();
        std::optional<Name> name;
        if (!who.empty()) {
            name =
                Name::import_name(library(), who,
                                  usage == CredentialUsage::accept ? name_type::hostbased_service()
                                                                   : name_type::krb5_principal())
                    .value();
            options.name = &*name;
        }
        const auto acquired = Credentials::acquire(library(), usage, options);
        return acquired ? std::nullopt : std::optional(acquired.error());
    }
    void expect_of_cache(const std::string& cache, ErrorCode code) const {
        in_fresh_thread([&] {
            expect_failure(error_of(CredentialUsage::initiate, "ccache", cache), code, {cache});
            expect_failure(error_of(CredentialUsage::initiate, "ccache", cache, alice()), code,
                           {cache, alice()});
        });
    }
    void expect_of_keytab(const std::string& keytab, ErrorCode code) const {
        // MIT 1.20 leaks the name of an acceptor without a key, and entries of cut keytabs.
        expect_in_subprocess([&] {
            expect_failure(error_of(CredentialUsage::accept, "keytab", keytab), code, {keytab});
            expect_failure(error_of(CredentialUsage::accept, "keytab", keytab, "host@localhost"),
                           code, {keytab, "localhost"});
        });
    }
    [[nodiscard]] static std::string alice() { return "alice@" + shared_realm().name(); }
    [[nodiscard]] static std::filesystem::path file(std::string_view name) {
        return scratch_folder("stores") / name;
    }
    [[nodiscard]] static std::string name_of(std::string_view name) {
        return "FILE:" + file(name).string();
    }
    [[nodiscard]] static std::string good_cache() {
        return read_octets(shared_realm().ccache_name().substr(5));
    }
    [[nodiscard]] static std::string good_keytab() { return read_octets(shared_realm().keytab()); }
};

TEST_P(Stores, of_what_is_missing) {
    expect_of_cache(name_of("nowhere"), ErrorCode::ccache_not_found);
    expect_of_cache(name_of("no-folder/cache"), ErrorCode::ccache_not_found);
    expect_of_keytab(name_of("nowhere"), ErrorCode::keytab_not_found);
}

TEST_P(Stores, of_a_folder) {
    std::filesystem::create_directories(file("folder"));
    expect_of_cache(name_of("folder"), ErrorCode::ccache_unreadable);
    expect_of_keytab(name_of("folder"), ErrorCode::keytab_unreadable);
}

TEST_P(Stores, of_what_may_not_be_read) {
    const OpenFolder folder;
    for (const auto& [name, octets] :
         {std::pair("cache", good_cache()), std::pair("keytab", good_keytab())}) {
        write_octets(folder.path() / name, octets);
        std::filesystem::permissions(folder.path() / name, std::filesystem::perms::none);
    }
    with_environment({{"KRB5_CONFIG", folder.krb5_conf()}}, [&] {
        const OrdinaryUser user;
        expect_failure(error_of(CredentialUsage::initiate, "ccache",
                                "FILE:" + (folder.path() / "cache").string()),
                       ErrorCode::ccache_unreadable, {folder.path() / "cache"});
        expect_in_subprocess([&] {
            expect_failure(error_of(CredentialUsage::accept, "keytab",
                                    "FILE:" + (folder.path() / "keytab").string()),
                           ErrorCode::keytab_unreadable, {folder.path() / "keytab"});
        });
    });
}

TEST_P(Stores, of_garbage_and_of_nothing) {
    for (const std::string_view octets :
         {"", "\x05", "this is neither, whatever its name says\n"}) {
        SCOPED_TRACE(octets);
        write_octets(file("garbage"), octets);
        expect_of_cache(name_of("garbage"), ErrorCode::ccache_corrupt);
        expect_of_keytab(name_of("garbage"), ErrorCode::keytab_corrupt);
    }
}

TEST_P(Stores, of_what_was_cut) {
    for (const std::size_t length : {3U, 9U, 20U, 40U}) {
        SCOPED_TRACE(length);
        write_octets(file("cut"), good_cache().substr(0, length));
        expect_of_cache(name_of("cut"), ErrorCode::ccache_corrupt);
        write_octets(file("cut"), good_keytab().substr(0, length));
        expect_of_keytab(name_of("cut"), ErrorCode::keytab_corrupt);
    }
}

TEST_P(Stores, of_unknown_types) {
    expect_of_cache("NOSUCHTYPE:/nowhere", ErrorCode::ccache_unreadable);
    expect_of_keytab("NOSUCHTYPE:/nowhere", ErrorCode::keytab_unreadable);
}

TEST_P(Stores, of_a_cache_of_somebody_else) {
    const std::string cache = shared_realm().ccache_name();
    const std::string bob = "bob@" + shared_realm().name();
    expect_failure(error_of(CredentialUsage::initiate, "ccache", cache, bob),
                   ErrorCode::ccache_not_found, {cache, bob});
}

TEST_P(Stores, of_an_expired_cache) {
    ASSERT_TRUE(shared_realm().kinit_expired("alice", file("expired").string()));
    const auto error = error_of(CredentialUsage::initiate, "ccache", name_of("expired"));
    if (GetParam() == "mit") {
        // MIT hands expired credentials out (see docs/native-differences.md).
        AcquireOptions options;
        options.store = CredentialStore::of({{"ccache", name_of("expired")}}).value();
        const auto acquired = Credentials::acquire(library(), CredentialUsage::initiate, options);
        ASSERT_TRUE(acquired);
        EXPECT_TRUE(acquired->lifetime.is_expired());
        InitiateOptions initiate;
        initiate.credentials = &acquired->credentials;
        expect_failure(initiate_error(library(), "host@localhost", initiate),
                       ErrorCode::credentials_expired, {"localhost"});
    } else {
        expect_failure(error, ErrorCode::credentials_expired, {name_of("expired")});
    }
}

TEST_P(Stores, of_a_keytab_without_the_key) {
    write_keytab(file("no-entries"), {});
    expect_of_keytab(name_of("no-entries"), ErrorCode::key_not_found);
    std::vector<KeytabEntry> others = read_keytab(shared_realm().keytab());
    std::erase_if(others, [](const KeytabEntry& entry) { return entry.principal[1] == "host"; });
    ASSERT_FALSE(others.empty());
    write_keytab(file("others"), others);
    expect_in_subprocess([&] {
        expect_failure(
            error_of(CredentialUsage::accept, "keytab", name_of("others"), "host@localhost"),
            ErrorCode::key_not_found, {name_of("others"), "localhost"});
    });
}

TEST_P(Stores, that_break_after_they_were_acquired) {
    write_octets(file("cache"), good_cache());
    write_octets(file("keytab"), good_keytab());
    const Bytes token = first_token(library(), "host@localhost").value();
    expect_in_subprocess([&] {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        options.store =
            CredentialStore::of({{"ccache", name_of("cache")}, {"keytab", name_of("keytab")}})
                .value();
        const auto initiating =
            Credentials::acquire(library(), CredentialUsage::initiate, options).value();
        const auto accepting =
            Credentials::acquire(library(), CredentialUsage::accept, options).value();
        InitiateOptions initiate;
        initiate.credentials = &initiating.credentials;
        AcceptOptions accept;
        accept.credentials = &accepting.credentials;
        for (const std::size_t length : {0U, 3U, 20U, 60U}) {
            write_octets(file("cache"), good_cache().substr(0, length));
            write_octets(file("keytab"), good_keytab().substr(0, length));
            expect_failure(initiate_error(library(), "HTTP@localhost", initiate),
                           ErrorCode::ccache_corrupt, {name_of("cache")});
            expect_failure(accept_error(library(), token, accept), ErrorCode::keytab_corrupt,
                           {name_of("keytab")});
        }
    });
}

TEST_P(Stores, altered_in_every_octet_crash_nothing) {
    const std::string cache = good_cache();
    const std::string keytab = good_keytab();
    const Survival survival = in_subprocess([&] {
        const auto config = shared_realm().config_with_kdc_port(1, "krb5-no-kdc.conf").value();
        setenv("KRB5_CONFIG", config.c_str(), 1);
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        options.store =
            CredentialStore::of({{"ccache", name_of("altered")}, {"keytab", name_of("altered2")}})
                .value();
        for (std::size_t at = 0; at < std::max(cache.size(), keytab.size()); ++at) {
            for (const char mask : {'\x01', '\xff'}) {
                std::string one = cache;
                std::string two = keytab;
                one[at % one.size()] = static_cast<char>(one[at % one.size()] ^ mask);
                two[at % two.size()] = static_cast<char>(two[at % two.size()] ^ mask);
                write_octets(file("altered"), one);
                write_octets(file("altered2"), two);
                for (const auto usage : {CredentialUsage::initiate, CredentialUsage::accept}) {
                    const auto acquired = Credentials::acquire(library(), usage, options);
                    if (!acquired && acquired.error().messages().empty()) {
                        return 2;
                    }
                    if (acquired && usage == CredentialUsage::initiate) {
                        const std::string copy = file("copy").string();
                        static_cast<void>(acquired->credentials.store_into(
                            CredentialStore::of({{"ccache", copy}}).value(),
                            {mechanism::krb5(), true}));
                    }
                }
            }
        }
        return 0;
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
    EXPECT_EQ(survival.status, 0);
}

TEST_P(Stores, that_cannot_be_written_say_which) {
    const OpenFolder folder;
    AcquireOptions options;
    options.store = CredentialStore::of({{"ccache", shared_realm().ccache_name()}}).value();
    options.mechanisms = {mechanism::krb5()};
    const Credentials alice =
        Credentials::acquire(library(), CredentialUsage::initiate, options).value().credentials;
    const std::string cache = "FILE:" + (folder.path() / "cache").string();
    with_environment({{"KRB5_CONFIG", folder.krb5_conf()}}, [&] {
        const OrdinaryUser user;
        const auto stored = alice.store_into(CredentialStore::of({{"ccache", cache}}).value());
        expect_failure(stored ? std::nullopt : std::optional(stored.error()),
                       ErrorCode::ccache_unreadable, {cache});
    });
    EXPECT_FALSE(std::filesystem::exists(folder.path() / "cache"));
}

INSTANTIATE_TEST_SUITE_P(, Stores, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
