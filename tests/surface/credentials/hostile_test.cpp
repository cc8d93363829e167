// SPDX-License-Identifier: Apache-2.0
// Credentials among hostile files and names: what must neither be used, nor replaced, nor end the
// process.
#include "support.h"

#include "credential_files.h"

#include <gssxx/krb5/renewer.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <vector>

namespace gss::test {

namespace {

void write_file(const std::string& path, std::string_view octets) {
    std::ofstream(path, std::ios::binary) << octets;
    std::filesystem::permissions(path, std::filesystem::perms(0600));
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Ways to damage a cache file: at its beginning, where Heimdal ends the process, and by cutting.
std::vector<std::string> damaged(const std::string& good) {
    std::vector<std::string> all{"", "a letter, and no cache\n", good.substr(0, good.size() - 3)};
    for (std::size_t index = 0; index < 2; ++index) {
        for (const char octet : {'\0', '\x7f', '\xff'}) {
            all.push_back(good);
            all.back()[index] = octet;
        }
    }
    return all;
}

/// The working directory for a while.
class InFolder {
public:
    explicit InFolder(const std::string& path) : before_(std::filesystem::current_path()) {
        std::filesystem::create_directory(path);
        std::filesystem::current_path(path);
    }
    ~InFolder() { std::filesystem::current_path(before_); }
    InFolder(const InFolder&) = delete;
    InFolder& operator=(const InFolder&) = delete;

private:
    std::filesystem::path before_;
};

class Hostile : public OnBackend {
protected:
    [[nodiscard]] static Result<AcquiredCredentials>
    initiate(std::initializer_list<CredentialStore::Element> elements, const Name* name = nullptr) {
        return acquire_from(library(), CredentialUsage::initiate, elements, name);
    }
    [[nodiscard]] static std::string password() {
        return shared_realm().password_of("alice").value();
    }
};

INSTANTIATE_TEST_SUITE_P(All, Hostile, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Hostile, StoresThatVerifyNothingAreRefused) {
    const std::string keytab = keytab_of("alice");
    const std::string cache = cache_of("alice");
    // Heimdal's way would leave the key out, and whoever answers like a KDC would be believed.
    EXPECT_TRUE(fails_with(initiate({{"ccache", cache}, {"verify", in_realm("host/nowhere")}}),
                           ErrorCode::malformed_parameter));
    const std::string fresh = fresh_path("cache");
    const auto unverified = initiate({{"ccache", "FILE:" + fresh},
                                      {"client_keytab", keytab},
                                      {"verify", in_realm("host/nowhere")}});
    EXPECT_TRUE(fails_with(unverified, ErrorCode::malformed_parameter));
    EXPECT_NE(unverified.error().text().find("verify"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(fresh));
    AddOptions options;
    options.store = CredentialStore::of({{"ccache", cache}, {"verify", ""}}).value();
    EXPECT_TRUE(fails_with(Credentials::add_to_default(library(), mechanism::krb5(), options),
                           ErrorCode::malformed_parameter));
}

TEST_P(Hostile, StoresWithAPasswordForNothingAreRefused) {
    const Backend backend = library();
    const Name alice = principal(backend, "alice");
    const std::string keytab = shared_realm().keytab().string();
    EXPECT_TRUE(fails_with(initiate({{"password", password()}}), ErrorCode::bad_name));
    EXPECT_TRUE(
        fails_with(initiate({{"password", password()}, {"ccache", cache_of("alice")}}, &alice),
                   ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(initiate({{"password", password()}, {"client_keytab", keytab}}, &alice),
                           ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(acquire_from(backend, CredentialUsage::accept,
                                        {{"password", password()}, {"keytab", keytab}}, &alice),
                           ErrorCode::malformed_parameter));
}

TEST_P(Hostile, AnyKeyOfTheKeytabVerifies) {
    const Backend backend = library();
    const Name alice = principal(backend, "alice");
    EXPECT_TRUE(succeeds(initiate(
        {{"password", password()}, {"keytab", shared_realm().keytab().string()}, {"verify", ""}},
        &alice)));
}

TEST_P(Hostile, WhatIsNoCacheIsNotReplacedByAClientKeytab) {
    const std::string keytab = keytab_of("alice");
    const std::string good = read_file(cache_of("bob").substr(5));
    const std::string path = fresh_path("document");
    for (const std::string& octets : damaged(good)) {
        write_file(path, octets);
        const auto acquired = initiate({{"ccache", "FILE:" + path}, {"client_keytab", keytab}});
        if (!is_mit()) { // which does not mind a cut that comes late
            EXPECT_TRUE(fails_with(acquired, ErrorCode::ccache_corrupt));
        }
        EXPECT_EQ(read_file(path), octets) << "somebody's file was replaced";
    }
}

TEST_P(Hostile, DamagedCachesWithoutATypeAndInFoldersFail) {
    const std::string good = read_file(cache_of("alice").substr(5));
    const std::string folder = fresh_path("folder");
    const InFolder here(folder);
    const std::array names{std::string("tkt"), "DIR::" + folder + "/tkt", "DIR:" + folder};
    write_file("tkt", good);
    for (const std::string& name : names) {
        EXPECT_TRUE(succeeds(initiate({{"ccache", name}}))) << name;
    }
    for (const std::string& octets : damaged(good)) {
        write_file("tkt", octets);
        for (const std::string& name : names) {
            const auto refused = initiate({{"ccache", name}});
            if (!is_mit()) {
                EXPECT_TRUE(fails_with(refused, ErrorCode::ccache_corrupt)) << name;
            }
        }
    }
}

TEST_P(Hostile, CachesWithoutATypeAreFiledWholeOrNotAtAll) {
    const InFolder here(fresh_path("relative"));
    const std::string keytab = keytab_of("alice");
    ASSERT_TRUE(succeeds(initiate({{"ccache", "cache"}, {"client_keytab", keytab}})));
    EXPECT_EQ(std::filesystem::status("cache").permissions(), std::filesystem::perms(0600));
    const Credentials alice = std::move(initiate({{"ccache", "cache"}}).value().credentials);
    EXPECT_EQ(login(library(), alice).value(), in_realm("alice"));
    EXPECT_TRUE(succeeds(alice.store_into(CredentialStore::of({{"ccache", "copy"}}).value())));
    EXPECT_EQ(owner_of(initiate({{"ccache", "copy"}}).value().credentials), in_realm("alice"));
}

TEST_P(Hostile, CachesThatBreakLaterAreNeitherStoredNorExchangedNorUsedToImpersonate) {
    const std::string cache = cache_of("alice");
    const std::string path = cache.substr(5);
    const std::string good = read_file(path);
    const Backend backend = library();
    const Name bob = principal(backend, "bob");
    const Credentials alice = std::move(initiate({{"ccache", cache}}).value().credentials);
    const ExportedCredentials exported = alice.export_credentials().value();
    const CredentialStore store =
        CredentialStore::of({{"ccache", "FILE:" + fresh_path("copy")}}).value();
    for (const std::string& octets : damaged(good)) {
        write_file(path, octets);
        const auto impersonated = alice.impersonate(bob);
        if (!is_mit()) { // which does not mind a cut that comes late
            EXPECT_TRUE(fails_with(impersonated, ErrorCode::ccache_corrupt));
            EXPECT_TRUE(fails_with(alice.store_into(store), ErrorCode::ccache_corrupt));
            EXPECT_TRUE(fails_with(Credentials::import_credentials(backend, exported),
                                   ErrorCode::ccache_corrupt));
        }
    }
}

TEST_P(Hostile, QuotedNamesAreNobodyElses) {
    const Backend backend = library();
    const std::string keytab = shared_realm().keytab().string();
    // One component with a slash in it: not the service host of localhost.
    const Name quoted =
        Name::import_name(backend, "host\\/localhost", name_type::krb5_principal()).value();
    const Name host =
        Name::import_name(backend, "host/localhost", name_type::krb5_principal()).value();
    EXPECT_TRUE(
        succeeds(acquire_from(backend, CredentialUsage::accept, {{"keytab", keytab}}, &host)));
    if (!is_mit()) { // which leaks the name of an acceptor without a key
        EXPECT_TRUE(fails_with(
            acquire_from(backend, CredentialUsage::accept, {{"keytab", keytab}}, &quoted),
            ErrorCode::key_not_found));
    }
    const std::string cache = "FILE:" + fresh_path("cache");
    EXPECT_FALSE(initiate({{"ccache", cache}, {"client_keytab", keytab}}, &quoted).has_value());
    EXPECT_FALSE(std::filesystem::exists(cache.substr(5)));
}

TEST_P(Hostile, QuotedNulsEndNoName) {
    const Backend backend = library();
    const Name alice = principal(backend, "alice").canonicalize(mechanism::krb5()).value();
    for (const std::optional<Oid>& type :
         {std::optional(name_type::krb5_principal()), std::optional(name_type::user()),
          std::optional<Oid>()}) {
        const auto longer = Name::import_name(backend, "alice\\0evil", type);
        if (!is_mit()) {
            EXPECT_TRUE(fails_with(longer, ErrorCode::bad_name));
            continue;
        }
        const Name canonical = longer.value().canonicalize(mechanism::krb5()).value();
        EXPECT_NE(canonical.export_name().value().text(), alice.export_name().value().text());
    }
    // A quoted backslash in front of a zero is no NUL.
    EXPECT_TRUE(succeeds(Name::import_name(backend, "a\\\\0b", name_type::krb5_principal())));
}

TEST_P(Hostile, LongLifetimesAreAsLongAsTheKdcLets) {
    const Backend backend = library();
    const Name alice = principal(backend, "alice");
    for (const std::int64_t seconds :
         {std::int64_t{1} << 31, std::int64_t{1} << 40, std::numeric_limits<std::int64_t>::max()}) {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        options.name = &alice;
        options.lifetime = Lifetime(std::chrono::seconds(seconds));
        options.store = CredentialStore::of({{"password", password()}}).value();
        EXPECT_TRUE(succeeds(Credentials::acquire(backend, CredentialUsage::initiate, options)));
    }
}

TEST_P(Hostile, RenewersLeaveCachesOfOthersAlone) {
    krb5::RenewerOptions options;
    options.ccache = cache_of("alice");
    options.keytab = keytab_of("bob");
    options.principal = in_realm("bob");
    krb5::Renewer renewer = krb5::Renewer::create(library(), options).value();
    EXPECT_TRUE(fails_with(renewer.renew(), ErrorCode::ccache_not_found));
    EXPECT_EQ(owner_of(initiate({{"ccache", options.ccache}}).value().credentials),
              in_realm("alice"));
}

/// Whether the octets are in the memory of this process that can be written. They are told with
/// each one inverted, so that this does not count.
bool is_in_memory(std::string_view inverted) {
    std::ifstream maps("/proc/self/maps");
    std::ifstream memory("/proc/self/mem", std::ios::binary);
    std::vector<char> part;
    for (std::string line; std::getline(maps, line);) {
        std::istringstream fields(line);
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        char dash = 0;
        std::string rights;
        fields >> std::hex >> begin >> dash >> end >> rights;
        constexpr std::uintptr_t most = std::uintptr_t{256} << 20U; // sanitizers have larger ones
        if (!rights.starts_with("rw") || end - begin > most) {
            continue;
        }
        part.resize(end - begin);
        memory.clear();
        memory.seekg(static_cast<std::streamoff>(begin));
        memory.read(part.data(), static_cast<std::streamsize>(part.size()));
        const auto found = std::search(
            part.begin(), part.end(), inverted.begin(), inverted.end(),
            [](char octet, char wanted) { return octet == static_cast<char>(~wanted); });
        if (memory.good() && found != part.end()) {
            return true;
        }
    }
    return false;
}

TEST(Hostile, KeysOfExaminedFilesAreNotLeftInMemory) {
    const std::string path = fresh_path("examined");
    std::string inverted; // the key
    for (int octet = 0; octet < 32; ++octet) {
        inverted.push_back(static_cast<char>(~(octet * 7 + 100)));
    }
    {
        std::ofstream file;
        file.rdbuf()->pubsetbuf(nullptr, 0); // no copy there
        file.open(path, std::ios::binary);
        file.write("\x05\x02\xff\xff\x9c\x40", 6); // a hole of 25536 octets
        file << std::string(12000, 'x');
        for (const char octet : inverted) {
            file.put(static_cast<char>(~octet));
        }
        file << std::string(25536 - 12000 - 32, 'x');
    }
    EXPECT_EQ(rfc2744::examine_keytab(path)->code, ErrorCode::key_not_found);
    EXPECT_FALSE(is_in_memory(inverted));
    std::string key = inverted;
    std::transform(key.begin(), key.end(), key.begin(),
                   [](char octet) { return static_cast<char>(~octet); });
    EXPECT_TRUE(is_in_memory(inverted)) << "nothing is found, whatever there is";
    EXPECT_EQ(key.size(), inverted.size());
}

} // namespace

} // namespace gss::test
