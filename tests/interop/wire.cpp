// SPDX-License-Identifier: Apache-2.0
#include "wire.h"

#include <gtest/gtest.h>

#include <array>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace gss::test::interop {

namespace {

constexpr int patience_ms = 30000;

bool readable(int socket) {
    pollfd entry{.fd = socket, .events = POLLIN, .revents = 0};
    return poll(&entry, 1, patience_ms) > 0;
}

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

} // namespace

Connection::Connection(const std::string& port)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_in address = loopback(static_cast<std::uint16_t>(std::stoi(port)));
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

Connection::~Connection() {
    close(socket_);
}

void Connection::send(std::string_view octets) const {
    while (!octets.empty()) {
        const ssize_t sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            return; // A peer that has closed already shows in what the test reads next.
        }
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void Connection::end_sending() const {
    shutdown(socket_, SHUT_WR);
}

std::string Connection::receive(std::size_t size) const {
    std::string octets;
    std::array<char, 4096> piece{};
    while (octets.size() < size && readable(socket_)) {
        const ssize_t got =
            recv(socket_, piece.data(), std::min(piece.size(), size - octets.size()), 0);
        if (got <= 0) {
            break;
        }
        octets.append(piece.data(), static_cast<std::size_t>(got));
    }
    return octets;
}

std::string Connection::receive_rest() const {
    return receive(std::string().max_size());
}

std::string Connection::receive_token() const {
    std::string octets = receive(5);
    if (octets.size() < 5) {
        return octets;
    }
    std::size_t size = 0;
    for (std::size_t place = 1; place < 5; ++place) {
        size = size << 8U | static_cast<unsigned char>(octets[place]);
    }
    return octets + receive(size);
}

LoopbackListener::LoopbackListener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(bind(socket_, generic, size), 0);
    EXPECT_EQ(listen(socket_, 4), 0);
    EXPECT_EQ(getsockname(socket_, generic, &size), 0);
    port_ = std::to_string(ntohs(address.sin_port));
}

LoopbackListener::~LoopbackListener() {
    close(socket_);
}

int LoopbackListener::accept() const {
    return readable(socket_) ? accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC) : -1;
}

std::string token(unsigned flags, std::string_view content) {
    std::string octets(1, static_cast<char>(flags));
    for (unsigned shift = 24; shift <= 24; shift -= 8) {
        octets += static_cast<char>(content.size() >> shift & 0xffU);
    }
    return octets.append(content);
}

} // namespace gss::test::interop
