// SPDX-License-Identifier: Apache-2.0
// Files of keys that somebody else could have written are not believed.
#include "trusted_file.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace gss::transport {
namespace {

namespace fs = std::filesystem;

class TrustedFile : public testing::Test {
protected:
    void SetUp() override {
        std::string name = fs::canonical(testing::TempDir()) / "gssxx-trusted-XXXXXX";
        ASSERT_NE(::mkdtemp(name.data()), nullptr);
        top_ = name;
        folder_ = top_ / "inner";
        file_ = folder_ / "keys";
        fs::create_directory(folder_);
        std::ofstream(file_) << "a key\n";
        set(folder_, 0755);
        set(file_, 0644);
    }
    void TearDown() override { fs::remove_all(top_); }

    static void set(const fs::path& path, mode_t mode) {
        ASSERT_EQ(::chmod(path.c_str(), mode), 0);
    }
    [[nodiscard]] TrustedText read() const { return read_trusted_text(file_, "/nowhere"); }
    void expect_refused(const fs::path& named, const std::string& why) const {
        const TrustedText refused = read();
        EXPECT_FALSE(refused.text);
        EXPECT_TRUE(refused.refusal.starts_with(named.string() + " ")) << refused.refusal;
        EXPECT_NE(refused.refusal.find(why), std::string::npos) << refused.refusal;
    }

    fs::path top_;
    fs::path folder_;
    fs::path file_;
};

TEST_F(TrustedFile, what_nobody_else_can_write_is_read) {
    for (const mode_t mode : {0600U, 0400U, 0644U, 0444U}) {
        set(file_, mode);
        EXPECT_EQ(read().text, "a key\n") << mode << ' ' << read().refusal;
        EXPECT_EQ(read().refusal, "");
    }
    set(folder_, 0700);
    EXPECT_TRUE(read().text);
}

TEST_F(TrustedFile, what_others_can_write_is_not) {
    for (const mode_t mode : {0664U, 0646U, 0666U, 0620U, 0602U}) {
        set(file_, mode);
        expect_refused(file_, "can be written by others");
    }
    set(file_, 0600);
    for (const mode_t mode : {0775U, 0757U, 0777U, 01777U}) {
        set(folder_, mode);
        expect_refused(folder_, "can be written by others");
    }
    set(folder_, 0755);
    EXPECT_TRUE(read().text);
}

TEST_F(TrustedFile, folders_above_count_up_to_the_home) {
    set(top_, 0777);
    expect_refused(top_, "can be written by others");
    EXPECT_TRUE(read_trusted_text(file_, folder_).text) << "what is above a home is the system's";
    // As /tmp: nobody can put another folder in the place of ours.
    set(top_, 01777);
    EXPECT_TRUE(read().text) << read().refusal;
    set(top_, 0700);
    EXPECT_TRUE(read().text) << read().refusal;
}

TEST_F(TrustedFile, a_link_is_as_good_as_what_it_leads_to) {
    const fs::path link = top_ / "link";
    fs::create_symlink(file_, link);
    EXPECT_EQ(read_trusted_text(link, "/nowhere").text, "a key\n");
    set(folder_, 0777);
    const TrustedText refused = read_trusted_text(link, "/nowhere");
    EXPECT_FALSE(refused.text);
    EXPECT_TRUE(refused.refusal.starts_with(folder_.string() + " ")) << refused.refusal;
}

TEST_F(TrustedFile, what_belongs_to_somebody_else_is_not_read) {
    if (::geteuid() == 0) {
        constexpr uid_t somebody = 65534;
        ASSERT_EQ(::chown(file_.c_str(), somebody, 0), 0);
        expect_refused(file_, "belongs to the user 65534, and neither to us nor to root");
        ASSERT_EQ(::chown(file_.c_str(), 0, 0), 0);
        ASSERT_EQ(::chown(folder_.c_str(), somebody, 0), 0);
        expect_refused(folder_, "belongs to the user 65534");
    } else {
        // Root's own is believed, whoever we are.
        EXPECT_TRUE(read_trusted_text("/etc/passwd", "/nowhere").text);
    }
}

TEST_F(TrustedFile, what_is_no_file_or_is_not_there) {
    fs::remove(file_);
    expect_refused(file_, "cannot be read: No such file");
    fs::create_directory(file_);
    expect_refused(file_, "is no file");
    fs::remove(file_);
    ASSERT_EQ(::mkfifo(file_.c_str(), 0600), 0);
    expect_refused(file_, "is no file"); // and nobody waits for a writer
    fs::remove(file_);
    std::ofstream(file_) << "";
    fs::resize_file(file_, (16U << 20U) + 1);
    set(file_, 0600);
    expect_refused(file_, "has more than");
}

} // namespace
} // namespace gss::transport
