// SPDX-License-Identifier: Apache-2.0
#include "false_kdc.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace gss::test {

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

bool bind_to(int socket, sockaddr_in& address) {
    socklen_t size = sizeof(address);
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    return bind(socket, generic, size) == 0 && getsockname(socket, generic, &size) == 0;
}

} // namespace

FalseKdc::FalseKdc(std::string answer) : answer_(std::move(answer)) {
    // The port that UDP got may be taken on TCP: try again then.
    for (int attempt = 0; attempt < 20 && port_ == 0; ++attempt) {
        udp_ = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
        tcp_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = loopback(0);
        if (bind_to(udp_, address) && bind_to(tcp_, address) && listen(tcp_, 16) == 0) {
            port_ = ntohs(address.sin_port);
        } else {
            close(udp_);
            close(tcp_);
        }
    }
    if (port_ == 0 || pipe(wake_.data()) != 0) {
        throw std::runtime_error("no loopback port");
    }
    thread_ = std::thread([this] { serve(); });
}

FalseKdc::~FalseKdc() {
    close(wake_[1]);
    thread_.join();
    close(wake_[0]);
    close(udp_);
    close(tcp_);
}

void FalseKdc::answer_datagram() {
    std::array<char, 65536> request{};
    sockaddr_in peer{};
    socklen_t size = sizeof(peer);
    auto* generic = reinterpret_cast<sockaddr*>(&peer);
    const ssize_t got = recvfrom(udp_, request.data(), request.size(), 0, generic, &size);
    if (got >= 0) {
        ++requests_;
    }
    if (got >= 0 && !answer_.empty()) {
        static_cast<void>(
            sendto(udp_, answer_.data(), answer_.size(), MSG_NOSIGNAL, generic, size));
    }
}

void FalseKdc::answer_connection() {
    const int peer = accept4(tcp_, nullptr, nullptr, SOCK_CLOEXEC);
    if (peer < 0) {
        return;
    }
    ++requests_;
    if (answer_.empty()) {
        held_.push_back(peer);
        return;
    }
    const std::uint32_t length = htonl(static_cast<std::uint32_t>(answer_.size()));
    std::string framed(reinterpret_cast<const char*>(&length), sizeof(length));
    framed += answer_;
    static_cast<void>(send(peer, framed.data(), framed.size(), MSG_NOSIGNAL));
    close(peer);
}

void FalseKdc::serve() {
    std::array<pollfd, 3> sources{{{wake_[0], POLLIN, 0}, {udp_, POLLIN, 0}, {tcp_, POLLIN, 0}}};
    while (poll(sources.data(), sources.size(), -1) > 0 && sources[0].revents == 0) {
        if ((sources[1].revents & POLLIN) != 0) {
            answer_datagram();
        }
        if ((sources[2].revents & POLLIN) != 0) {
            answer_connection();
        }
    }
    for (const int peer : held_) {
        close(peer);
    }
}

} // namespace gss::test
