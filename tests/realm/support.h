// SPDX-License-Identifier: Apache-2.0
// What the realm tests have in common.
#pragma once

#include <gssxx/realm/realm.h>

#include <gtest/gtest.h>

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace realm_test {

/// Options for a KDC of this kind on the machine of the test.
[[nodiscard]] gss::realm::RealmOptions options_for(gss::realm::KdcKind kind);

/// A realm, or a fatal test failure with the reason.
[[nodiscard]] gss::realm::Realm started(gss::realm::RealmOptions options);

/// The text of a failure, empty for success: EXPECT_EQ(text_of(r), "") tells what went wrong.
template <typename T>
[[nodiscard]] std::string text_of(const gss::Result<T>& result) {
    return result ? std::string() : result.error().text();
}

/// Processes whose environment names @p folder: a realm's KDC, its workers and its commands.
[[nodiscard]] std::vector<pid_t> processes_of(const std::filesystem::path& folder);

/// True when somebody listens on the loopback port.
[[nodiscard]] bool port_answers(std::uint16_t port);

/// Waits until @p condition holds; false when it does not within a generous limit.
[[nodiscard]] bool eventually(const std::function<bool()>& condition);

/// A folder that is gone with the object; anybody may write into it.
class ScratchFolder {
public:
    ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    ~ScratchFolder();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// "mit" and "heimdal" as names of parametrised tests.
[[nodiscard]] std::string kind_name(const testing::TestParamInfo<gss::realm::KdcKind>& info);

} // namespace realm_test
