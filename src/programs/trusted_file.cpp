// SPDX-License-Identifier: Apache-2.0
#include "trusted_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

namespace gss::inline v0::transport {

namespace {

constexpr std::size_t most_octets = std::size_t{16} << 20U;

TrustedText refuse(std::string sentence) {
    return {std::nullopt, std::move(sentence)};
}

TrustedText cannot_read(const std::string& path) {
    return refuse(path + " cannot be read: " + std::generic_category().message(errno));
}

/// What is wrong with the owner or the mode; nothing when all is well.
std::optional<std::string> fault_of(const struct stat& about, const std::string& path) {
    if (about.st_uid != ::geteuid() && about.st_uid != 0) {
        return path + " belongs to the user " + std::to_string(about.st_uid) +
               ", and neither to us nor to root";
    }
    if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return path + " can be written by others: take away their right (chmod go-w)";
    }
    return std::nullopt;
}

std::optional<std::string> without_links(const std::string& path) {
    const std::unique_ptr<char, decltype(&std::free)> found(::realpath(path.c_str(), nullptr),
                                                            &std::free);
    return found ? std::optional<std::string>(found.get()) : std::nullopt;
}

std::string folder_of(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 ? "/" : path.substr(0, slash);
}

/// The folders above @p folder: who may write there could put another in its place.
std::optional<std::string> fault_above(std::string folder, const std::string& home) {
    while (folder != home && folder != "/") {
        folder = folder_of(folder);
        struct stat about {};
        if (::lstat(folder.c_str(), &about) != 0) {
            return folder + " cannot be looked at: " + std::generic_category().message(errno);
        }
        if (!S_ISDIR(about.st_mode)) {
            return folder + " is a folder no more";
        }
        if ((about.st_mode & S_ISVTX) != 0) {
            about.st_mode &= ~static_cast<mode_t>(S_IWGRP | S_IWOTH);
        }
        if (std::optional<std::string> fault = fault_of(about, folder)) {
            return fault;
        }
    }
    return std::nullopt;
}

/// Closed when it goes.
class OpenFile {
public:
    explicit OpenFile(int fd) noexcept : fd_(fd) {}
    OpenFile(const OpenFile&) = delete;
    OpenFile& operator=(const OpenFile&) = delete;
    ~OpenFile() {
        if (fd_ >= 0) {
            ::close(fd_);
        }
    }
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

TrustedText read_all(int fd, const std::string& path) {
    std::string text;
    constexpr std::size_t piece = 65536;
    std::array<char, piece> room{};
    for (;;) {
        const ssize_t octets = ::read(fd, room.data(), room.size());
        if (octets < 0 && errno == EINTR) {
            continue;
        }
        if (octets < 0) {
            return cannot_read(path);
        }
        if (octets == 0) {
            return {std::move(text), {}};
        }
        if (text.size() + static_cast<std::size_t>(octets) > most_octets) {
            return refuse(path + " has more than " + std::to_string(most_octets) + " octets");
        }
        text.append(room.data(), static_cast<std::size_t>(octets));
    }
}

} // namespace

TrustedText read_trusted_text(const std::string& path, const std::string& home) {
    const std::optional<std::string> found = without_links(path);
    if (!found) {
        return cannot_read(path);
    }
    const std::string& real = *found;
    const std::string folder = folder_of(real);
    // What is looked at is what is read: both are open, and no link can come in between.
    const OpenFile within(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat about {};
    if (within.get() < 0 || ::fstat(within.get(), &about) != 0) {
        return cannot_read(folder);
    }
    if (std::optional<std::string> fault = fault_of(about, folder)) {
        return refuse(*std::move(fault));
    }
    const OpenFile file(::openat(within.get(), real.substr(real.rfind('/') + 1).c_str(),
                                 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (file.get() < 0 || ::fstat(file.get(), &about) != 0) {
        return cannot_read(real);
    }
    if (!S_ISREG(about.st_mode)) {
        return refuse(real + " is no file");
    }
    if (std::optional<std::string> fault = fault_of(about, real)) {
        return refuse(*std::move(fault));
    }
    if (std::optional<std::string> fault =
            fault_above(folder, without_links(home).value_or(home))) {
        return refuse(*std::move(fault));
    }
    return read_all(file.get(), real);
}

} // namespace gss::inline v0::transport
