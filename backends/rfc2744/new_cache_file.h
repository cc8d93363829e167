// SPDX-License-Identifier: Apache-2.0
// A cache file that appears under its name when it is complete, or never.
#pragma once

#include "finding.h"

#include <optional>
#include <string>

namespace gss::inline v0::rfc2744 {

/// A place to write a new cache file, in a folder of our own beside where it shall be. What was not
/// published is removed.
class NewCacheFile {
public:
    explicit NewCacheFile(std::string path);
    NewCacheFile(const NewCacheFile&) = delete;
    NewCacheFile& operator=(const NewCacheFile&) = delete;
    ~NewCacheFile();

    /// Makes the folder; a Finding when that cannot be: ccache_not_found, ccache_unreadable, or
    /// duplicate_element for a path that exists and is not to be replaced.
    [[nodiscard]] std::optional<Finding> begin(bool overwrite);
    /// Where a library writes it, with its type: "FILE:...".
    [[nodiscard]] std::string name() const { return "FILE:" + file(); }
    /// Puts the file in its place, with mode 0600.
    [[nodiscard]] std::optional<Finding> publish(bool overwrite);

private:
    [[nodiscard]] std::string file() const { return folder_ + "/cache"; }

    std::string path_;
    std::string folder_; // empty: none
};

} // namespace gss::inline v0::rfc2744
