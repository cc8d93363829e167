// SPDX-License-Identifier: Apache-2.0
// The SSH transport against AsyncSSH and OpenSSH: transport.py starts them all and measures; the
// rows are ours.
#include "suite.h"

#include <array>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

namespace gss::bench {

namespace {

struct Wanted {
    const char* row;
    const char* unit;
    double bound;
    Better better;
};

constexpr double most_of_a_process = 1.25;
constexpr double least_of_asyncssh = 8;
constexpr double least_of_openssh = 1;
constexpr double most_half_open_octets = 64 * 1024;
constexpr double most_beside_half_open = 1.5;

constexpr std::array wanted{
    Wanted{"logins_1", "logins/s", least_of_asyncssh, Better::higher},
    Wanted{"logins_8", "logins/s", least_of_asyncssh, Better::higher},
    Wanted{"process", "ns", most_of_a_process, Better::lower},
    Wanted{"aes256_gcm_down", "MiB/s", least_of_openssh, Better::higher},
    Wanted{"aes256_gcm_up", "MiB/s", least_of_openssh, Better::higher},
    Wanted{"chacha20_poly1305_down", "MiB/s", least_of_openssh, Better::higher},
    Wanted{"chacha20_poly1305_up", "MiB/s", least_of_openssh, Better::higher},
    Wanted{"half_open", "bytes", most_half_open_octets, Better::lower},
    Wanted{"login_beside_half_open", "ns", most_beside_half_open, Better::lower},
};

std::string output_of(const std::string& command) {
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    if (pipe == nullptr) {
        throw std::runtime_error("cannot run " + command);
    }
    std::string output;
    constexpr std::size_t most = 256;
    std::array<char, most> room{};
    while (std::fgets(room.data(), static_cast<int>(room.size()), pipe) != nullptr) {
        output += room.data();
    }
    if (::pclose(pipe) != 0) {
        throw std::runtime_error("this has failed: " + command);
    }
    return output;
}

Row measure(const Wanted& one, bool quick) {
    // Paths of the build: meson has no quotes in them.
    const std::string command =
        std::string("/usr/bin/python3 '" GSSXX_BENCH_TRANSPORT "' ") + one.row +
        " '" GSSXX_BENCH_PEER "' '" GSSXX_BENCH_SSH "' '" GSSXX_BENCH_SSHD "'" +
        (quick ? " --quick" : "");
    std::istringstream numbers(output_of(command));
    Row row;
    if (!(numbers >> row.ours >> row.direct)) {
        throw std::runtime_error("no numbers from " + command);
    }
    row.name = std::string("transport/") + one.row;
    row.unit = one.unit;
    row.ratio = row.direct == 0 ? row.ours : row.ours / row.direct;
    row.bound = one.bound;
    row.better = one.better;
    return row;
}

} // namespace

void add_transport(Suite& suite, bool quick) {
    for (const Wanted& one : wanted) {
        suite.add_row(std::string("transport/") + one.row,
                      [&one, quick] { return measure(one, quick); });
    }
}

} // namespace gss::bench
