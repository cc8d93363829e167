// SPDX-License-Identifier: Apache-2.0
// Initiators that get their tickets from a client keytab: MIT's t_client_keytab looks at the same.
// Heimdal has no such thing, which is looked at, too.
#include "conformance.h"

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace gss::test {

namespace {

const std::string alice = "alice@KEYTAB.EXAMPLE";
const std::string bob = "bob@KEYTAB.EXAMPLE";

void append(std::string& octets, std::uint32_t number) {
    for (const unsigned shift : {24U, 16U, 8U, 0U}) {
        octets.push_back(static_cast<char>((number >> shift) & 0xffU));
    }
}

/// A cache file of that user of the realm, with no ticket in it (version 4, no header).
void make_empty_cache(const std::string& path, const std::string& user) {
    std::string octets("\x05\x04\0\0", 4);
    append(octets, 1); // KRB5_NT_PRINCIPAL
    append(octets, 1);
    for (const std::string& part : {std::string("KEYTAB.EXAMPLE"), user}) {
        append(octets, static_cast<std::uint32_t>(part.size()));
        octets += part;
    }
    std::ofstream(path, std::ios::binary) << octets;
}

/// The time at which MIT will replace the tickets of a cache, which it keeps in the file as text.
std::string refresh_time(const std::string& path, const std::string& replacement = "") {
    std::ifstream in(path, std::ios::binary);
    std::string octets{std::istreambuf_iterator<char>(in), {}};
    const std::size_t entry = octets.find("refresh_time");
    const std::size_t digits =
        entry == std::string::npos ? entry : octets.find_first_of("0123456789", entry + 12 + 30);
    if (digits == std::string::npos) {
        return "none";
    }
    const std::string before = octets.substr(digits, 10);
    if (!replacement.empty()) {
        octets.replace(digits, 10, replacement);
        std::ofstream(path, std::ios::binary) << octets;
    }
    return before;
}

class ClientKeytabs : public OnBackend {
protected:
    static void SetUpTestSuite() {
        realm::RealmOptions options;
        options.name = "KEYTAB.EXAMPLE";
        options.principals = {{.name = "alice"}, {.name = "bob"}};
        options.heimdal_prefix = heimdal_prefix();
        realm_.emplace(realm::Realm::start(options).value());
        for (const char* principal : {"alice", "bob", "host/localhost"}) {
            realm_->extract_keytab(principal, "clients.keytab").value();
        }
    }
    static void TearDownTestSuite() { realm_.reset(); }

    void SetUp() override {
        folder_ = realm_->folder() / ("case_" + GetParam() + std::to_string(count_++));
        std::filesystem::create_directory(folder_);
    }
    [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

    /// Runs @p task where these are the default cache and client keytab, and the folder is HOME.
    void with(const std::string& cache, const std::function<void()>& task,
              const std::string& keytab = "") const {
        const ScopedEnvironment config("KRB5_CONFIG", realm_->krb5_conf().string());
        const ScopedEnvironment keys("KRB5_KTNAME", realm_->keytab().string());
        const ScopedEnvironment own("HOME", folder_.string());
        const ScopedEnvironment caches("KRB5CCNAME", cache);
        const ScopedEnvironment clients(
            "KRB5_CLIENT_KTNAME",
            keytab.empty() ? (realm_->folder() / "clients.keytab").string() : keytab);
        in_fresh_thread(task);
    }
    /// Whom the acceptor sees when that principal (empty: none) initiates; or why nobody.
    static std::string seen(const std::string& name, const Oid& type = name_type::krb5_principal(),
                            const CredentialStore& store = {}) {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        options.store = store;
        options.tell_lifetime = false;
        std::optional<Name> wanted;
        if (!name.empty()) {
            wanted = Name::import_name(library(), name, type).value();
            options.name = &*wanted;
        }
        const auto acquired = Credentials::acquire(library(), CredentialUsage::initiate, options);
        if (!acquired) {
            return std::string(to_string(acquired.error().code()));
        }
        EstablishOptions establishing;
        establishing.initiate.credentials = &acquired->credentials;
        const auto both = establish(library(), library(), establishing);
        return both ? both->acceptor.initiator.value().display().value().text
                    : std::string(to_string(both.error().code()));
    }

    static std::optional<realm::Realm> realm_;
    static int count_;
    std::filesystem::path folder_;
};

std::optional<realm::Realm> ClientKeytabs::realm_;
int ClientKeytabs::count_ = 0;

INSTANTIATE_TEST_SUITE_P(All, ClientKeytabs, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(ClientKeytabs, DoNothingOnHeimdal) {
    with("FILE:" + path("cache"),
         [] { EXPECT_EQ(seen(alice), is_mit() ? alice : "ccache_not_found"); });
}

#define ONLY_MIT_HAS_CLIENT_KEYTABS                                                                \
    if (!is_mit()) {                                                                               \
        return;                                                                                    \
    }

TEST_P(ClientKeytabs, GiveTheFirstPrincipalOrTheNamedOne) {
    ONLY_MIT_HAS_CLIENT_KEYTABS
    with("FILE:" + path("first"), [] { EXPECT_EQ(seen(""), alice); });
    with("FILE:" + path("named"), [] { EXPECT_EQ(seen(bob), bob); });
    with("FILE:" + path("host"), [] {
        EXPECT_EQ(seen("host@localhost", name_type::hostbased_service()),
                  "host/localhost@KEYTAB.EXAMPLE");
    });
    with("FILE:" + path("nobody"),
         [] { EXPECT_EQ(seen("nobody@KEYTAB.EXAMPLE"), "ccache_not_found"); });
}

TEST_P(ClientKeytabs, GoByTheUsersRules) {
    ONLY_MIT_HAS_CLIENT_KEYTABS
    std::ofstream(path(".k5identity")) << bob << " service=host host=localhost\n";
    with("FILE:" + path("cache"), [] { EXPECT_EQ(seen(""), bob); });
}

TEST_P(ClientKeytabs, FillACacheThatHasANameAndNoTickets) {
    ONLY_MIT_HAS_CLIENT_KEYTABS
    make_empty_cache(path("of_bob"), "bob");
    with("FILE:" + path("of_bob"), [] { EXPECT_EQ(seen(""), bob); });
    make_empty_cache(path("of_carol"), "carol");
    with("FILE:" + path("of_carol"), [] { EXPECT_EQ(seen(""), "no_credentials"); });
}

TEST_P(ClientKeytabs, DoNotTakeACacheFromItsOwner) {
    ONLY_MIT_HAS_CLIENT_KEYTABS
    make_empty_cache(path("of_bob"), "bob");
    with("FILE:" + path("of_bob"), [] { EXPECT_EQ(seen(alice), "ccache_not_found"); });
    with("FILE:" + path("of_bob"), [] { EXPECT_EQ(seen(""), bob); });
}

TEST_P(ClientKeytabs, RenewTicketsThatAreOldEnough) {
    ONLY_MIT_HAS_CLIENT_KEYTABS
    with("FILE:" + path("cache"), [] { EXPECT_EQ(seen(bob), bob); });
    const std::string first = refresh_time(path("cache"), "0000000001");
    ASSERT_NE(first, "none");
    ASSERT_EQ(refresh_time(path("cache")), "0000000001");
    with("FILE:" + path("cache"), [] { EXPECT_EQ(seen(bob), bob); });
    EXPECT_GE(refresh_time(path("cache")), first);
}

TEST_P(ClientKeytabs, FillTheCacheOfAStore) {
    ONLY_MIT_HAS_CLIENT_KEYTABS
    with("FILE:" + path("default"), [this] {
        const std::string cache = path("chosen");
        const CredentialStore store = CredentialStore::of({{"ccache", "FILE:" + cache}}).value();
        EXPECT_EQ(seen("", name_type::user(), store), alice);
        EXPECT_FALSE(std::filesystem::exists(path("default")));
        make_empty_cache(path("of_bob"), "bob");
        EXPECT_EQ(seen("", name_type::user(),
                       CredentialStore::of({{"ccache", "FILE:" + path("of_bob")}}).value()),
                  bob);
        make_empty_cache(path("of_carol"), "carol");
        EXPECT_EQ(seen("", name_type::user(),
                       CredentialStore::of({{"ccache", "FILE:" + path("of_carol")}}).value()),
                  "ccache_not_found");
        // Old enough, here too.
        const std::string first = refresh_time(cache, "0000000001");
        EXPECT_EQ(seen("", name_type::user(), store), alice);
        EXPECT_GE(refresh_time(cache), first);
    });
}

TEST_P(ClientKeytabs, FindTheirCacheInACollection) {
    ONLY_MIT_HAS_CLIENT_KEYTABS
    std::filesystem::create_directory(path("caches"));
    make_empty_cache(path("caches/tktbob"), "bob");
    with("DIR:" + path("caches"), [] { EXPECT_EQ(seen(bob), bob); });
    const std::string first = refresh_time(path("caches/tktbob"), "0000000001");
    EXPECT_NE(first, "none") << "the cache was not the one";
    with("DIR:" + path("caches"), [] { EXPECT_EQ(seen(bob), bob); });
    EXPECT_GE(refresh_time(path("caches/tktbob")), first);
}

TEST_P(ClientKeytabs, LeaveTheDefaultOfACollectionAlone) {
    ONLY_MIT_HAS_CLIENT_KEYTABS
    std::filesystem::create_directory(path("caches"));
    realm_->kinit("alice", "DIR:" + path("caches")).value();
    for (const bool has_default : {true, false}) {
        if (!has_default) {
            std::filesystem::remove_all(path("caches"));
            std::filesystem::create_directory(path("caches"));
        }
        with("DIR:" + path("caches"), [] { EXPECT_EQ(seen(bob), bob); });
        const auto shown =
            realm_->run({"klist"}, {.environment = {"KRB5CCNAME=DIR:" + path("caches")}}).value();
        EXPECT_EQ(shown.status == 0, has_default);
        EXPECT_EQ(shown.output.find("Default principal: " + alice) != std::string::npos,
                  has_default);
    }
}

TEST_P(ClientKeytabs, ThatCannotBeFoundDoNotMatterWhereThereAreTickets) {
    realm_->kinit("alice", path("cache")).value();
    for (const char* keytab : {"FILE:/nowhere/keytab", "NOSUCHTYPE:x"}) {
        with(
            "FILE:" + path("cache"), [] { EXPECT_EQ(seen(""), alice); }, keytab);
        with(
            "FILE:" + path("cache"), [] { EXPECT_EQ(seen(alice), alice); }, keytab);
        with(
            "FILE:" + path("missing"), [] { EXPECT_EQ(seen(""), "ccache_not_found"); }, keytab);
    }
}

} // namespace

} // namespace gss::test
