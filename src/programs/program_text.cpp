// SPDX-License-Identifier: Apache-2.0
#include "program_text.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <utility>

namespace gss::inline v0::transport {

void fill_standard_descriptors() noexcept {
    int fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    while (fd >= 0 && fd <= STDERR_FILENO) {
        fd = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    }
    if (fd >= 0) {
        ::close(fd);
    }
}

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> names;
    for (;;) {
        const std::size_t comma = text.find(',');
        names.emplace_back(text.substr(0, comma));
        if (comma == std::string_view::npos) {
            return names;
        }
        text.remove_prefix(comma + 1);
    }
}

std::string join_list(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

Result<Backend> open_backend(const std::string& name) {
    return name.empty() ? Backend::open_default() : Backend::open(name);
}

std::optional<std::string> read_text(const std::string& path) {
    constexpr std::size_t most = std::size_t{16} << 20U;
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        return std::nullopt;
    }
    std::string text;
    constexpr std::size_t piece = 65536;
    std::vector<char> room(piece);
    while (file.read(room.data(), static_cast<std::streamsize>(room.size())), file.gcount() > 0) {
        text.append(room.data(), static_cast<std::size_t>(file.gcount()));
        if (text.size() > most) {
            return std::nullopt;
        }
    }
    return file.bad() ? std::nullopt : std::optional(std::move(text));
}

} // namespace gss::inline v0::transport
