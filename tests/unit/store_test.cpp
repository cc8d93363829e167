// SPDX-License-Identifier: Apache-2.0
// Credential stores: what may be in them, and what becomes of them on both kinds of library.
#include "access.h"
#include "counting.h"
#include "fake_krb5.h"
#include "fake_library.h"
#include "fake_objects.h"
#include "library_backend.h"
#include "native_credential.h"
#include "new_cache_file.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include <sys/stat.h>

namespace gss::test {
namespace {

using namespace std::string_view_literals;

template <typename T>
ErrorCode code_of(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? ErrorCode::failure : result.error().code();
}

template <typename T>
void expect_named(const Result<T>& result, std::string_view thing) {
    ASSERT_FALSE(result.has_value());
    EXPECT_NE(result.error().text().find(thing), std::string::npos) << result.error().text();
}

CredentialStore store_of(std::initializer_list<CredentialStore::Element> elements) {
    return CredentialStore::of(elements).value();
}

TEST(Store, keeps_what_it_is_given_in_order) {
    CredentialStore store;
    EXPECT_TRUE(store.empty());
    for (const std::string_view key :
         {"verify"sv, "password"sv, "rcache"sv, "keytab"sv, "client_keytab"sv, "ccache"sv}) {
        EXPECT_TRUE(store.set(key, "value of " + std::string(key)).has_value());
    }
    EXPECT_FALSE(store.empty());
    EXPECT_EQ(store.find("keytab"), "value of keytab");
    EXPECT_EQ(store.find("nothing"), std::nullopt);
    const std::vector<CredentialStore::Element> elements = store.elements();
    ASSERT_EQ(elements.size(), 6U);
    EXPECT_EQ(elements[0].first, "verify");
    EXPECT_EQ(elements[5], CredentialStore::Element("ccache", "value of ccache"));
    EXPECT_EQ(elements[5].second.data()[elements[5].second.size()], '\0') << "for native libraries";
}

TEST(Store, refuses_keys_that_a_library_would_silently_ignore) {
    CredentialStore store;
    for (const std::string_view key : {""sv, "Ccache"sv, "ccache "sv, "cache"sv, "keytab\0"sv}) {
        EXPECT_EQ(code_of(store.set(key, "x")), ErrorCode::misuse);
    }
    expect_named(store.set("kcache", "x"), "kcache");
    expect_named(store.set("kcache", "x"), "client_keytab"); // what there is
    expect_named(store.set("\x1b[2J", "x"), "\\x1b");
    EXPECT_TRUE(store.empty());
    EXPECT_EQ(code_of(CredentialStore::of({{"ccache", "a"}, {"nonsense", "b"}})),
              ErrorCode::misuse);
}

TEST(Store, refuses_values_that_would_be_cut_or_mean_nothing) {
    CredentialStore store;
    EXPECT_EQ(code_of(store.set("ccache", "")), ErrorCode::malformed_parameter);
    EXPECT_TRUE(store.set("verify", "").has_value()); // any key of the keytab
    EXPECT_EQ(code_of(store.set("ccache", "a\0b"sv)), ErrorCode::malformed_parameter);
    ASSERT_TRUE(store.set("password", "secret").has_value());
    const Result<void> again = store.set("password", "other");
    EXPECT_EQ(code_of(again), ErrorCode::duplicate_element);
    EXPECT_EQ(again.error().text().find("other"), std::string::npos) << "shows a password";
    EXPECT_EQ(store.find("password"), "secret");
}

TEST(Store, outlives_the_copy_it_was_made_from) {
    CredentialStore copy;
    {
        const CredentialStore store = store_of({{"ccache", "MEMORY:alice"}});
        copy = store;
    }
    EXPECT_EQ(copy.find("ccache"), "MEMORY:alice");
}

/// A library with credential stores of its own ("fake") and one without ("importing").
class Stores : public testing::TestWithParam<std::string> {
protected:
    FakeLibrary fake{GetParam()};
    CountingKrb5 krb5{fake_krb5()};
    CountingLibrary counted{with_counted_krb5()};
    Backend backend = counted.backend();
    std::filesystem::path folder = make_folder();

    void TearDown() override {
        EXPECT_EQ(counted.report(), "");
        EXPECT_EQ(krb5.report(), "");
        EXPECT_EQ(leftovers(), std::vector<std::string>()) << "half-written";
        std::filesystem::remove_all(folder);
    }

    [[nodiscard]] bool imports() const { return GetParam() == "importing"; }
    [[nodiscard]] rfc2744::Library with_counted_krb5() {
        rfc2744::Library library = fake.library();
        library.loaded.krb5 = CountingKrb5::functions();
        return library;
    }
    static std::filesystem::path make_folder() {
        std::string name = std::filesystem::temp_directory_path() / "gssxx-store-XXXXXX";
        EXPECT_NE(mkdtemp(name.data()), nullptr);
        return name;
    }
    /// Folders of ours that were not removed.
    [[nodiscard]] std::vector<std::string> leftovers() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.is_directory()) {
                names.push_back(entry.path());
            }
        }
        return names;
    }
    [[nodiscard]] Result<AcquiredCredentials>
    acquire(CredentialUsage usage, const CredentialStore& store, const Name* name = nullptr) const {
        AcquireOptions options;
        options.store = store;
        options.name = name;
        options.mechanisms = {mechanism::krb5()};
        return Credentials::acquire(backend, usage, options);
    }
    /// What the fake was told.
    [[nodiscard]] static const FakeCredential& native(const Credentials& credentials) {
        return *object(rfc2744::handle_of(detail::Access::of(credentials)));
    }
    [[nodiscard]] std::string path(std::string_view name) const { return folder / name; }
    static std::string content(const std::string& path) {
        std::ifstream file(path);
        return {std::istreambuf_iterator<char>(file), {}};
    }
};

INSTANTIATE_TEST_SUITE_P(, Stores, testing::Values("fake", "importing"),
                         [](const auto& kind) { return kind.param; });

TEST_P(Stores, name_the_cache_and_the_keytab) {
    const CredentialStore store = store_of({{"ccache", "MEMORY:alice"}, {"keytab", "MEMORY:host"}});
    const auto initiating = acquire(CredentialUsage::initiate, store);
    ASSERT_TRUE(initiating.has_value()) << initiating.error().text();
    EXPECT_EQ(native(initiating->credentials).cache, "MEMORY:alice");
    EXPECT_EQ(initiating->mechanisms, OidSet{mechanism::krb5()});
    EXPECT_EQ(initiating->lifetime, Lifetime(std::chrono::seconds(7200)));
    const auto accepting = acquire(CredentialUsage::accept, store);
    ASSERT_TRUE(accepting.has_value()) << accepting.error().text();
    EXPECT_EQ(native(accepting->credentials).keytab, "MEMORY:host");
    EXPECT_EQ(fake.table().count(Call::acquire_cred), 0U) << "the defaults were asked for";
}

TEST_P(Stores, of_two_credentials_do_not_mix) {
    const auto alice = acquire(CredentialUsage::initiate, store_of({{"ccache", "MEMORY:alice"}}));
    const auto bob = acquire(CredentialUsage::initiate, store_of({{"ccache", "MEMORY:bob"}}));
    ASSERT_TRUE(alice.has_value() && bob.has_value());
    EXPECT_EQ(native(alice->credentials).cache, "MEMORY:alice");
    EXPECT_EQ(native(bob->credentials).cache, "MEMORY:bob");
}

TEST_P(Stores, reach_the_library_through_a_deadline) {
    AcquireOptions options;
    options.store = store_of({{"ccache", "MEMORY:alice"}});
    options.deadline = Deadline::after(std::chrono::hours(1));
    const auto acquired = Credentials::acquire(backend, CredentialUsage::initiate, options);
    ASSERT_TRUE(acquired.has_value()) << acquired.error().text();
    EXPECT_EQ(native(acquired->credentials).cache, "MEMORY:alice");
    options.deadline = Deadline(Deadline::Clock::now());
    EXPECT_EQ(code_of(Credentials::acquire(backend, CredentialUsage::initiate, options)),
              ErrorCode::timed_out);
}

TEST_P(Stores, without_what_the_usage_needs_leave_the_default) {
    const auto acquired = acquire(CredentialUsage::initiate, store_of({{"keytab", "MEMORY:x"}}));
    ASSERT_TRUE(acquired.has_value()) << acquired.error().text();
    if (imports()) {
        EXPECT_EQ(native(acquired->credentials).cache, "MEMORY:user"); // fake_krb5()'s default
    }
}

TEST_P(Stores, with_keys_that_the_library_cannot_serve_are_refused_by_name) {
    // There is no replay cache behind an import, for whatever usage. What is built from the
    // library's libkrb5 for the other keys is tested with the real one.
    const CredentialStore store =
        store_of({{"ccache", "MEMORY:a"}, {"keytab", "MEMORY:a"}, {"rcache", "dfl:"}});
    for (const CredentialUsage usage :
         {CredentialUsage::initiate, CredentialUsage::accept, CredentialUsage::both}) {
        const auto result = acquire(usage, store);
        if (imports()) {
            EXPECT_EQ(code_of(result), ErrorCode::unavailable);
            expect_named(result, "key \"rcache\"");
            expect_named(result, "importing");
            EXPECT_EQ(fake.table().count(Call::krb5_import_cred), 0U);
        } else {
            ASSERT_TRUE(result.has_value()) << result.error().text();
            EXPECT_EQ(native(result->credentials).store,
                      "ccache=MEMORY:a keytab=MEMORY:a rcache=dfl:");
        }
    }
}

TEST_P(Stores, that_fail_natively_name_the_cache_and_never_the_password) {
    fake.table().fail(imports() ? Call::krb5_import_cred : Call::acquire_cred_from,
                      {13U << 16, 99});
    const auto result = acquire(CredentialUsage::initiate, store_of({{"ccache", "MEMORY:alice"}}));
    EXPECT_EQ(code_of(result), ErrorCode::failure);
    expect_named(result, "MEMORY:alice");
    if (imports()) {
        return;
    }
    fake.table().fail(Call::acquire_cred_from, {13U << 16, 99});
    const Name alice = Name::import_name(backend, "alice", name_type::user()).value();
    const auto wrong =
        acquire(CredentialUsage::initiate, store_of({{"password", "hunter2"}}), &alice);
    EXPECT_EQ(code_of(wrong), ErrorCode::failure);
    EXPECT_EQ(wrong.error().text().find("hunter2"), std::string::npos);
}

TEST_P(Stores, that_yield_no_credential_are_not_believed) {
    fake.table().fail(imports() ? Call::krb5_import_cred : Call::acquire_cred_from, {0, 0});
    EXPECT_EQ(code_of(acquire(CredentialUsage::initiate, store_of({{"ccache", "MEMORY:alice"}}))),
              ErrorCode::failure);
}

TEST_P(Stores, a_failing_call_of_libkrb5_is_an_error_that_leaks_nothing) {
    const CredentialStore store =
        store_of({{"ccache", "MEMORY:host/server"}, {"keytab", "MEMORY:host/server"}});
    const Name name =
        Name::import_name(backend, "host@server", name_type::hostbased_service()).value();
    std::size_t n = 1;
    for (bool hit = true; hit; ++n) {
        krb5.fail_nth(n, 5);
        const auto both = acquire(CredentialUsage::both, store, &name);
        hit = krb5.was_hit();
        EXPECT_EQ(both.has_value(), !hit) << n;
        EXPECT_EQ(krb5.report(), "");
    }
    krb5.fail_nth(0, 0);
    if (imports()) {
        EXPECT_GT(n, 7U);
        EXPECT_GT(krb5.handed_out(), 20U);
    }
}

TEST_P(Stores, without_a_cache_of_that_principal_find_none) {
    if (!imports()) {
        return; // the library's own business there
    }
    const Name bob = Name::import_name(backend, "bob", name_type::user()).value();
    const auto other =
        acquire(CredentialUsage::initiate, store_of({{"ccache", "MEMORY:alice"}}), &bob);
    EXPECT_EQ(code_of(other), ErrorCode::ccache_not_found);
    expect_named(other, "alice@FAKE.REALM");
    const auto missing = acquire(CredentialUsage::initiate, store_of({{"ccache", "MEMORY:"}}));
    EXPECT_EQ(code_of(missing), ErrorCode::ccache_not_found);
    const auto no_key =
        acquire(CredentialUsage::accept, store_of({{"keytab", "MEMORY:host"}}), &bob);
    EXPECT_EQ(code_of(no_key), ErrorCode::key_not_found);
    expect_named(no_key, "MEMORY:host");
    const auto no_keys = acquire(CredentialUsage::accept, store_of({{"keytab", "MEMORY:"}}));
    EXPECT_EQ(code_of(no_keys), ErrorCode::key_not_found);
    AcquireOptions options;
    options.store = store_of({{"ccache", "MEMORY:alice"}});
    options.mechanisms = {mechanism::ntlm()};
    EXPECT_EQ(code_of(Credentials::acquire(backend, CredentialUsage::initiate, options)),
              ErrorCode::bad_mechanism);
}

TEST_P(Stores, whose_tickets_have_expired_are_not_imported) {
    if (!imports()) {
        return;
    }
    fake.behaviour.credential_lifetime = 0;
    EXPECT_EQ(code_of(acquire(CredentialUsage::initiate, store_of({{"ccache", "MEMORY:alice"}}))),
              ErrorCode::credentials_expired);
}

TEST_P(Stores, on_a_library_without_stores_are_unavailable) {
    rfc2744::Library library = counted.library();
    library.loaded.call.acquire_cred_from = nullptr;
    library.loaded.call.store_cred_into = nullptr;
    library.loaded.call.krb5_import_cred = nullptr;
    library.loaded.call.krb5_copy_ccache = nullptr;
    const Backend bare = detail::Access::backend(rfc2744::make_backend(library));
    AcquireOptions options;
    options.store = store_of({{"ccache", "MEMORY:alice"}});
    const auto acquired = Credentials::acquire(bare, CredentialUsage::initiate, options);
    EXPECT_EQ(code_of(acquired), ErrorCode::unavailable);
    const Credentials plain =
        Credentials::acquire(bare, CredentialUsage::initiate).value().credentials;
    EXPECT_EQ(code_of(plain.store_into(options.store)), ErrorCode::unavailable);
}

class Storing : public Stores {
protected:
    [[nodiscard]] Credentials alice() const {
        const Name name = Name::import_name(backend, "alice").value();
        AcquireOptions options;
        options.name = &name;
        options.mechanisms = {mechanism::krb5()};
        return Credentials::acquire(backend, CredentialUsage::initiate, options)
            .value()
            .credentials;
    }
    [[nodiscard]] Result<StoredCredentials> store(const std::string& cache,
                                                  bool overwrite = false) const {
        return alice().store_into(store_of({{"ccache", cache}}), {mechanism::krb5(), overwrite});
    }
};

INSTANTIATE_TEST_SUITE_P(, Storing, testing::Values("fake", "importing"),
                         [](const auto& kind) { return kind.param; });

TEST_P(Storing, makes_a_file_that_only_its_owner_reads) {
    const mode_t before = umask(0);
    const auto stored = store("FILE:" + path("new"));
    umask(before);
    ASSERT_TRUE(stored.has_value()) << stored.error().text();
    EXPECT_EQ(stored->mechanisms, OidSet{mechanism::krb5()});
    EXPECT_EQ(stored->usage, CredentialUsage::initiate);
    EXPECT_EQ(content(path("new")), "alice\n");
    EXPECT_EQ(std::filesystem::status(path("new")).permissions(), std::filesystem::perms(0600));
    EXPECT_TRUE(store(path("no_type")).has_value());
    EXPECT_EQ(content(path("no_type")), "alice\n");
}

TEST_P(Storing, replaces_a_file_only_when_asked) {
    std::ofstream(path("old")) << "precious\n";
    const auto refused = store("FILE:" + path("old"));
    EXPECT_EQ(code_of(refused), ErrorCode::duplicate_element);
    expect_named(refused, path("old"));
    EXPECT_EQ(content(path("old")), "precious\n");
    EXPECT_TRUE(store("FILE:" + path("old"), true).has_value());
    EXPECT_EQ(content(path("old")), "alice\n");
}

TEST_P(Storing, replaces_a_link_and_not_what_it_points_to) {
    std::ofstream(path("victim")) << "precious\n";
    std::filesystem::create_symlink(path("victim"), path("link"));
    std::filesystem::create_symlink(path("nowhere"), path("dangling"));
    EXPECT_EQ(code_of(store("FILE:" + path("dangling"))), ErrorCode::duplicate_element);
    EXPECT_EQ(code_of(store("FILE:" + path("link"))), ErrorCode::duplicate_element);
    EXPECT_TRUE(store("FILE:" + path("link"), true).has_value());
    EXPECT_EQ(content(path("victim")), "precious\n");
    EXPECT_EQ(content(path("link")), "alice\n");
    EXPECT_FALSE(std::filesystem::exists(path("nowhere")));
}

TEST_P(Storing, that_fails_leaves_the_old_cache_as_it_was) {
    std::ofstream(path("old")) << "precious\n";
    const Call call = imports() ? Call::krb5_copy_ccache : Call::store_cred_into;
    for (const auto carried : {NativeTable::Carried::not_at_all, NativeTable::Carried::out}) {
        fake.table().fail(call, {13U << 16, 99}, 1, carried);
        const auto failed = store("FILE:" + path("old"), true);
        EXPECT_EQ(code_of(failed), ErrorCode::failure);
        expect_named(failed, path("old"));
        EXPECT_EQ(content(path("old")), "precious\n");
        fake.table().fail(call, {13U << 16, 99}, 1, carried);
        EXPECT_EQ(code_of(store("FILE:" + path("new"))), ErrorCode::failure);
        EXPECT_FALSE(std::filesystem::exists(path("new")));
    }
}

TEST_P(Storing, loses_to_a_cache_that_appears_meanwhile) {
    rfc2744::NewCacheFile file(path("raced"));
    ASSERT_FALSE(file.begin(false).has_value());
    std::ofstream(file.name().substr(5)) << "ours\n";
    std::ofstream(path("raced")) << "precious\n";
    const std::optional<rfc2744::Finding> finding = file.publish(false);
    ASSERT_TRUE(finding.has_value());
    EXPECT_EQ(finding->code, ErrorCode::duplicate_element);
    EXPECT_EQ(content(path("raced")), "precious\n");
}

TEST_P(Storing, that_stored_nothing_is_not_believed) {
    fake.behaviour.stores_nothing = true;
    EXPECT_EQ(code_of(store("FILE:" + path("new"))), ErrorCode::failure);
    EXPECT_FALSE(std::filesystem::exists(path("new")));
}

TEST_P(Storing, into_a_place_that_cannot_be_written_says_which) {
    const auto no_folder = store("FILE:" + path("no/such/folder"));
    EXPECT_EQ(code_of(no_folder), ErrorCode::ccache_not_found);
    expect_named(no_folder, "no/such/folder");
    std::ofstream(path("file")) << "x";
    EXPECT_EQ(code_of(store("FILE:" + path("file/below"))), ErrorCode::ccache_not_found);
    for (const bool overwrite : {false, true}) {
        EXPECT_EQ(code_of(store("FILE:" + folder.string(), overwrite)),
                  overwrite ? ErrorCode::ccache_unreadable : ErrorCode::duplicate_element);
        EXPECT_EQ(code_of(store("FILE:" + path("slash/"), overwrite)),
                  ErrorCode::ccache_unreadable);
    }
    EXPECT_EQ(code_of(store("NOSUCHTYPE:x")), ErrorCode::ccache_unreadable);
    // Where nobody may make anything, not even root.
    EXPECT_EQ(code_of(store("FILE:/sys/gssxx-cache")), ErrorCode::ccache_unreadable);
}

TEST_P(Storing, into_memory_is_refused_when_it_is_taken) {
    EXPECT_TRUE(store("MEMORY:").has_value());
    const auto taken = store("MEMORY:bob");
    EXPECT_EQ(code_of(taken), ErrorCode::duplicate_element);
    expect_named(taken, "MEMORY:bob");
    EXPECT_TRUE(store("MEMORY:bob", true).has_value());
    fake.table().fail(imports() ? Call::krb5_copy_ccache : Call::store_cred_into, {13U << 16, 99});
    EXPECT_EQ(code_of(store("MEMORY:")), ErrorCode::failure);
}

TEST_P(Storing, with_a_failing_libkrb5_is_an_error_that_leaks_nothing) {
    for (const std::string& cache : {"FILE:" + path("new"), std::string("MEMORY:bob")}) {
        std::size_t n = 1;
        for (bool hit = true; hit; ++n) {
            const Credentials credentials = alice();
            krb5.fail_nth(n, 5);
            const auto stored =
                credentials.store_into(store_of({{"ccache", cache}}), {mechanism::krb5(), true});
            hit = krb5.was_hit();
            EXPECT_EQ(stored.has_value(), !hit) << cache << " " << n;
            EXPECT_EQ(krb5.report(), "");
        }
        krb5.fail_nth(0, 0);
    }
}

/// The third call of libkrb5, after the context and the cache, asks whose cache it is.
constexpr std::size_t nth_get_principal = 3;

TEST_P(Storing, into_a_cache_that_cannot_be_read_neither_replaces_nor_destroys_it) {
    const Call call = imports() ? Call::krb5_copy_ccache : Call::store_cred_into;
    const std::int32_t cc_end = -1765328242; // a cache without a row, but of Heimdal's SCC only
    for (const std::int32_t code : {-1765328191 /* KRB5_CC_IO */, -1765328190 /* KRB5_FCC_PERM */,
                                    EACCES, EIO, ECONNREFUSED, cc_end}) {
        for (const bool overwrite : {false, true}) {
            const Credentials credentials = alice();
            // Were the store tried, it would fail, and the cache be destroyed as one of ours.
            fake.table().fail(call, {13U << 16, 99});
            krb5.fail_nth(nth_get_principal, code);
            const auto stored = credentials.store_into(store_of({{"ccache", "MEMORY:bob"}}),
                                                       {mechanism::krb5(), overwrite});
            EXPECT_TRUE(krb5.was_hit());
            expect_named(stored, "MEMORY:bob");
            expect_named(stored, "krb5_cc_get_principal");
            EXPECT_EQ(fake.table().count(call), 0U) << code;
            EXPECT_EQ(krb5.destroyed(), 0U) << code;
        }
    }
}

TEST_P(Storing, into_a_cache_that_does_not_exist_makes_it_and_takes_a_half_one_away) {
    const Call call = imports() ? Call::krb5_copy_ccache : Call::store_cred_into;
    std::size_t destroyed = 0;
    for (const auto& [code, cache] : std::vector<std::pair<std::int32_t, std::string>>{
             {-1765328189, "MEMORY:new"}, // KRB5_FCC_NOFILE
             {-1765328243, "MEMORY:new"}, // KRB5_CC_NOTFOUND
             {ENOENT, "MEMORY:new"},
             {-1765328242, "SCC:" + path("new")}, // KRB5_CC_END
         }) {
        const Credentials credentials = alice();
        const CredentialStore store = store_of({{"ccache", cache}});
        krb5.fail_nth(nth_get_principal, code);
        const auto stored = credentials.store_into(store);
        EXPECT_TRUE(stored.has_value()) << code << " " << stored.error().text();
        EXPECT_EQ(krb5.destroyed(), destroyed);
        fake.table().fail(call, {13U << 16, 99});
        krb5.fail_nth(nth_get_principal, code);
        EXPECT_EQ(code_of(credentials.store_into(store)), ErrorCode::failure);
        EXPECT_EQ(krb5.destroyed(), ++destroyed) << code;
    }
}

TEST_P(Storing, wants_a_cache_and_credentials_that_initiate) {
    EXPECT_EQ(code_of(alice().store_into(CredentialStore())), ErrorCode::misuse);
    const auto keytab =
        alice().store_into(store_of({{"ccache", "MEMORY:"}, {"keytab", "FILE:/nowhere"}}));
    EXPECT_EQ(code_of(keytab), ErrorCode::unavailable);
    expect_named(keytab, "keytab");
    expect_named(keytab, GetParam());
    const Credentials accepting =
        Credentials::acquire(backend, CredentialUsage::accept).value().credentials;
    EXPECT_EQ(code_of(accepting.store_into(store_of({{"ccache", "MEMORY:"}}))),
              ErrorCode::no_credentials);
    StoreOptions ntlm;
    ntlm.mechanism = mechanism::ntlm();
    EXPECT_EQ(code_of(alice().store_into(store_of({{"ccache", "MEMORY:"}}), ntlm)),
              ErrorCode::unavailable);
    Credentials moved = alice();
    const Credentials taken = std::move(moved);
    EXPECT_EQ(code_of(moved.store_into(store_of({{"ccache", "MEMORY:"}}))), ErrorCode::misuse);
}

} // namespace
} // namespace gss::test
