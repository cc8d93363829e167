// SPDX-License-Identifier: Apache-2.0
#include "folder.h"

#include "descriptor.h"
#include "fault.h"

#include <fcntl.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>
#include <utility>

namespace gss::inline v0::realm {

Result<TemporaryFolder> TemporaryFolder::make(const std::filesystem::path& parent) {
    std::string name = (parent / "gssxx-realm-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
        return system_fault("make the realm's folder", name, errno);
    }
    TemporaryFolder folder;
    folder.path_ = name;
    return folder;
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder& TemporaryFolder::operator=(TemporaryFolder&& other) noexcept {
    std::swap(path_, other.path_);
    return *this;
}

TemporaryFolder::~TemporaryFolder() {
    if (!path_.empty()) {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
}

Result<void> write_file(const std::filesystem::path& path, std::string_view content) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): open is what it is.
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file.valid()) {
        return system_fault("write file", path.string(), errno);
    }
    while (!content.empty()) {
        const ssize_t written = ::write(file.get(), content.data(), content.size());
        if (written < 0 && errno != EINTR) {
            return system_fault("write file", path.string(), errno);
        }
        content.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return {};
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

} // namespace gss::inline v0::realm
