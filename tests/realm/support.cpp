// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>

namespace realm_test {

namespace fs = std::filesystem;
using gss::realm::KdcKind;

gss::realm::RealmOptions options_for(KdcKind kind) {
    gss::realm::RealmOptions options;
    options.kdc = kind;
    options.heimdal_prefix = GSSXX_HEIMDAL_PREFIX;
    return options;
}

gss::realm::Realm started(gss::realm::RealmOptions options) {
    auto realm = gss::realm::Realm::start(std::move(options));
    if (!realm) {
        throw std::runtime_error(realm.error().text());
    }
    return *std::move(realm);
}

std::vector<pid_t> processes_of(const fs::path& folder) {
    std::vector<pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        const auto name = entry.path().filename().string();
        if (name.find_first_not_of("0123456789") != std::string::npos) {
            continue;
        }
        std::ifstream file(entry.path() / "environ", std::ios::binary);
        const std::string environment{std::istreambuf_iterator<char>(file), {}};
        if (environment.find("=" + folder.string()) != std::string::npos) {
            found.push_back(static_cast<pid_t>(std::stol(name)));
        }
    }
    return found;
}

bool port_answers(std::uint16_t port) {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool answers =
        ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(fd);
    return answers;
}

bool eventually(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return true;
}

ScratchFolder::ScratchFolder() {
    std::string name = "/tmp/gssxx-realm-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("mkdtemp failed");
    }
    path_ = name;
    fs::permissions(path_, fs::perms::all | fs::perms::sticky_bit);
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string kind_name(const testing::TestParamInfo<KdcKind>& info) {
    return info.param == KdcKind::mit ? "mit" : "heimdal";
}

} // namespace realm_test
