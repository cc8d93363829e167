// SPDX-License-Identifier: Apache-2.0
// The folder that a realm lives in, and its files.
#pragma once

#include <gssxx/result.h>

#include <filesystem>
#include <string>
#include <string_view>

namespace gss::inline v0::realm {

/// A folder of mode 0700 with a name nobody else has, removed on destruction unless kept.
class TemporaryFolder {
public:
    TemporaryFolder() noexcept = default;
    [[nodiscard]] static Result<TemporaryFolder> make(const std::filesystem::path& parent);
    TemporaryFolder(TemporaryFolder&& other) noexcept;
    TemporaryFolder& operator=(TemporaryFolder&& other) noexcept;
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    /// Leaves the folder where it is.
    void keep() noexcept { path_.clear(); }

private:
    std::filesystem::path path_;
};

/// Writes a file of mode 0600, over what was there.
[[nodiscard]] Result<void> write_file(const std::filesystem::path& path, std::string_view content);
/// The content; empty when it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

} // namespace gss::inline v0::realm
