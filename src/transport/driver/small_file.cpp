// SPDX-License-Identifier: Apache-2.0
#include "small_file.h"

#include "descriptor.h"
#include "waiting.h"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <utility>

namespace gss::inline v0::transport::detail {

Result<std::optional<std::string>> read_small_file(const std::string& path, std::size_t most,
                                                   const std::string& operation) {
    const auto failed = [&](std::string message) {
        ErrorDetails details;
        details.code = ErrorCode::unavailable;
        details.operation = operation;
        details.subject = path;
        details.messages.push_back(std::move(message));
        return Error(std::move(details));
    };
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
    if (!file.valid()) {
        if (errno == ENOENT || errno == ENOTDIR) {
            return std::optional<std::string>();
        }
        return failed(system_text(errno));
    }
    std::string text;
    constexpr std::size_t piece = 65536;
    std::array<char, piece> room{};
    for (;;) {
        const ssize_t octets = ::read(file.get(), room.data(), room.size());
        if (octets < 0 && errno == EINTR) {
            continue;
        }
        if (octets < 0) {
            return failed(system_text(errno));
        }
        if (octets == 0) {
            return std::optional(std::move(text));
        }
        if (text.size() + static_cast<std::size_t>(octets) > most) {
            return failed("it has more than " + std::to_string(most) + " octets");
        }
        text.append(room.data(), static_cast<std::size_t>(octets));
    }
}

} // namespace gss::inline v0::transport::detail
