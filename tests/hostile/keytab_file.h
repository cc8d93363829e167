// SPDX-License-Identifier: Apache-2.0
// Reads and writes keytab files (format 05 02), so that tests can take keys away or change them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace gss::test {

struct KeytabEntry {
    std::vector<std::string> principal; ///< realm first, then the components
    std::uint32_t name_type = 1;
    std::uint32_t timestamp = 0;
    std::uint32_t version = 1;
    std::uint16_t enctype = 0;
    std::string key;
};

[[nodiscard]] std::vector<KeytabEntry> read_keytab(const std::filesystem::path& path);
void write_keytab(const std::filesystem::path& path, const std::vector<KeytabEntry>& entries);

} // namespace gss::test
