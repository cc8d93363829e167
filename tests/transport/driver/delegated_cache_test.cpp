// SPDX-License-Identifier: Apache-2.0
// The file of delegated credentials, from its making to its end. Runs in a realm, with a ticket.
#include <gssxx/transport/delegated_cache.h>

#include "no_room.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

namespace gss::transport {
namespace {

class DelegatedCacheTest : public testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        std::string pattern = testing::TempDir() + "/gssxx-cache-XXXXXX";
        ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
        folder_ = pattern;
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    [[nodiscard]] static Credentials ticket() {
        const Backend backend = Backend::open(GetParam()).value();
        AcquireOptions wanted;
        wanted.mechanisms = {mechanism::krb5()};
        return Credentials::acquire(backend, CredentialUsage::initiate, wanted).value().credentials;
    }
    [[nodiscard]] std::size_t files() const {
        std::size_t count = 0;
        for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
            static_cast<void>(entry);
            ++count;
        }
        return count;
    }

    std::string folder_;
};

std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

TEST_P(DelegatedCacheTest, is_a_file_of_its_own_that_only_we_may_read_and_goes_with_the_object) {
    const Credentials credentials = ticket();
    {
        const DelegatedCache first = DelegatedCache::create(credentials, folder_).value();
        const DelegatedCache second = DelegatedCache::create(credentials, folder_).value();
        EXPECT_NE(first.path(), second.path());
        EXPECT_EQ(first.name(), "FILE:" + first.path());
        struct stat about {};
        ASSERT_EQ(::stat(first.path().c_str(), &about), 0);
        EXPECT_EQ(about.st_mode & 0777U, 0600U);
        EXPECT_EQ(about.st_uid, ::geteuid());
        EXPECT_GT(about.st_size, 100);
        EXPECT_EQ(files(), 2U) << "nothing else is left beside them";
    }
    EXPECT_EQ(files(), 0U);
}

TEST_P(DelegatedCacheTest, can_be_used_by_its_name) {
    const Credentials credentials = ticket();
    const DelegatedCache cache = DelegatedCache::create(credentials, folder_).value();
    AcquireOptions wanted;
    wanted.mechanisms = {mechanism::krb5()};
    wanted.store = CredentialStore::of({{"ccache", cache.name()}}).value();
    const auto again =
        Credentials::acquire(credentials.backend(), CredentialUsage::initiate, wanted);
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_FALSE(again->lifetime.is_expired());
}

TEST_P(DelegatedCacheTest, is_renewed_in_place) {
    const Credentials credentials = ticket();
    DelegatedCache cache = DelegatedCache::create(credentials, folder_).value();
    struct stat before {};
    ASSERT_EQ(::stat(cache.path().c_str(), &before), 0);
    ASSERT_TRUE(cache.renew(credentials));
    struct stat after {};
    ASSERT_EQ(::stat(cache.path().c_str(), &after), 0);
    EXPECT_EQ(after.st_mode & 0777U, 0600U);
    EXPECT_NE(before.st_ino, after.st_ino) << "a reader could see half of it";
    EXPECT_EQ(files(), 1U);
}

TEST_P(DelegatedCacheTest, leaves_nothing_behind_when_it_cannot_be_made) {
    const Credentials credentials = ticket();
    const auto nowhere = DelegatedCache::create(credentials, folder_ + "/no-such-folder");
    ASSERT_FALSE(nowhere);
    EXPECT_EQ(nowhere.error().code(), ErrorCode::ccache_unreadable);
    DelegatedCache cache = DelegatedCache::create(credentials, folder_).value();
    cache.remove();
    EXPECT_EQ(files(), 0U);
    EXPECT_FALSE(cache.renew(credentials)) << "a file that is gone does not come back";
    EXPECT_EQ(files(), 0U);
}

TEST_P(DelegatedCacheTest, is_ours_as_long_as_nobody_else_has_a_hand_in_it) {
    const Credentials credentials = ticket();
    DelegatedCache cache = DelegatedCache::create(credentials, folder_).value();
    EXPECT_TRUE(cache.is_ours());
    ASSERT_EQ(::chmod(cache.path().c_str(), 0640), 0);
    EXPECT_FALSE(cache.is_ours()) << "others can read it";
    ASSERT_TRUE(cache.renew(credentials));
    EXPECT_TRUE(cache.is_ours());
    const std::string other = folder_ + "/other";
    std::filesystem::rename(cache.path(), other);
    EXPECT_FALSE(cache.is_ours()) << "it is not there";
    std::filesystem::create_symlink(other, cache.path());
    EXPECT_FALSE(cache.is_ours()) << "a link is another's choice";
    cache.remove();
    EXPECT_FALSE(cache.is_ours());
    EXPECT_TRUE(std::filesystem::exists(other));
}

TEST_P(DelegatedCacheTest, what_belongs_to_somebody_else_is_not_removed) {
    if (::geteuid() != 0) {
        // Nobody else's file can be made: but a folder is nothing to remove either.
        DelegatedCache cache = DelegatedCache::create(ticket(), folder_).value();
        const std::string path = cache.path();
        std::filesystem::remove(path);
        std::filesystem::create_directory(path);
        cache.remove();
        EXPECT_TRUE(std::filesystem::is_directory(path));
        return;
    }
    DelegatedCache cache = DelegatedCache::create(ticket(), folder_).value();
    const std::string path = cache.path();
    constexpr uid_t somebody = 65534;
    ASSERT_EQ(::chown(path.c_str(), somebody, 0), 0);
    EXPECT_FALSE(cache.is_ours());
    cache.remove();
    EXPECT_EQ(files(), 1U);
}

TEST_P(DelegatedCacheTest, a_renewal_that_fails_leaves_the_old_credentials_whole) {
    const Credentials credentials = ticket();
    DelegatedCache cache = DelegatedCache::create(credentials, folder_).value();
    const std::string before = content(cache.path());
    {
        const NoRoom none;
        EXPECT_FALSE(cache.renew(credentials));
    }
    EXPECT_EQ(content(cache.path()), before);
    EXPECT_TRUE(cache.is_ours());
    EXPECT_EQ(files(), 1U) << "something half written is left";
    EXPECT_TRUE(cache.renew(credentials));
}

TEST_P(DelegatedCacheTest, moves_with_its_owner) {
    const Credentials credentials = ticket();
    DelegatedCache first = DelegatedCache::create(credentials, folder_).value();
    DelegatedCache second = std::move(first);
    EXPECT_EQ(files(), 1U);
    second = DelegatedCache::create(credentials, folder_).value();
    EXPECT_EQ(files(), 1U);
}

INSTANTIATE_TEST_SUITE_P(Backends, DelegatedCacheTest, testing::Values("mit", "heimdal"),
                         [](const auto& which) { return std::string(which.param); });

} // namespace
} // namespace gss::transport
