// SPDX-License-Identifier: Apache-2.0
// The user of a process, his shell, and how many files may be open.
#include <gssxx/transport/process.h>

#include "waiting.h"

#include <pwd.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string_view>
#include <utility>

namespace gss::inline v0::transport {

namespace {

constexpr std::string_view usual_path = "/usr/local/bin:/usr/bin:/bin";
constexpr std::string_view superuser_path =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
constexpr std::string_view usual_shell = "/bin/sh";

bool is_set(const std::vector<std::string>& environment, std::string_view name) {
    return std::ranges::any_of(environment, [name](const std::string& pair) {
        return pair.size() > name.size() && pair.starts_with(name) && pair[name.size()] == '=';
    });
}

bool is_variable_name(std::string_view name) {
    return !name.empty() && name.find('=') == std::string_view::npos &&
           name.find('\0') == std::string_view::npos;
}

} // namespace

Result<LocalUser> process_user() {
    constexpr std::size_t first_size = 4096;
    constexpr std::size_t most = std::size_t{1} << 20U;
    std::vector<char> room(first_size);
    passwd entry{};
    passwd* found = nullptr;
    int error = ::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found);
    while (error == ERANGE && room.size() < most) {
        room.resize(room.size() * 2);
        error = ::getpwuid_r(::geteuid(), &entry, room.data(), room.size(), &found);
    }
    if (found == nullptr) {
        return Error(ErrorCode::unavailable, "look up our own account",
                     error != 0 ? detail::system_text(error)
                                : "there is none with the number " + std::to_string(::geteuid()));
    }
    LocalUser user;
    user.name = found->pw_name;
    user.home = found->pw_dir;
    user.shell = found->pw_shell;
    user.uid = found->pw_uid;
    if (user.shell.empty()) {
        user.shell = usual_shell; // passwd(5)
    }
    return user;
}

ProcessOptions shell_process(const LocalUser& user, const std::optional<std::string>& command,
                             const std::optional<Endpoints>& endpoints,
                             const std::vector<EnvironmentVariable>& more) {
    ProcessOptions process;
    process.program = user.shell;
    process.folder = user.home;
    const std::string name = user.shell.substr(user.shell.rfind('/') + 1);
    if (command) {
        process.arguments = {name, "-c", *command};
    } else {
        process.arguments = {"-" + name};
    }
    auto& environment = process.environment;
    environment = {"HOME=" + user.home, "USER=" + user.name, "LOGNAME=" + user.name,
                   "PATH=" + std::string(user.uid == 0 ? superuser_path : usual_path),
                   "SHELL=" + user.shell};
    if (endpoints) {
        const std::string peer =
            endpoints->peer_address + " " + std::to_string(endpoints->peer_port) + " ";
        const std::string port = std::to_string(endpoints->local_port);
        environment.push_back("SSH_CONNECTION=" + peer + endpoints->local_address + " " + port);
        environment.push_back("SSH_CLIENT=" + peer + port);
    }
    for (const EnvironmentVariable& variable : more) {
        // The dynamic loader's variables run code of whoever sets them.
        if (is_variable_name(variable.name) && !variable.name.starts_with("LD_") &&
            variable.value.find('\0') == std::string::npos && !is_set(environment, variable.name)) {
            environment.push_back(variable.name + "=" + variable.value);
        }
    }
    return process;
}

Result<std::uint64_t> raise_file_limit(std::uint64_t needed) {
    constexpr std::string_view operation = "raise the limit of open files";
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) {
        return Error(ErrorCode::unavailable, std::string(operation), detail::system_text(errno));
    }
    if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < needed) {
        return Error(ErrorCode::unavailable, std::string(operation),
                     "the system allows " + std::to_string(limit.rlim_max) + " open files, and " +
                         std::to_string(needed) + " are needed for so many connections");
    }
    const rlim_t wanted =
        limit.rlim_max == RLIM_INFINITY ? std::max<rlim_t>(limit.rlim_cur, needed) : limit.rlim_max;
    if (limit.rlim_cur < wanted) {
        limit.rlim_cur = wanted;
        if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) {
            return Error(ErrorCode::unavailable, std::string(operation),
                         detail::system_text(errno));
        }
    }
    return static_cast<std::uint64_t>(limit.rlim_cur);
}

} // namespace gss::inline v0::transport
