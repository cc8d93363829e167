// SPDX-License-Identifier: Apache-2.0
#include "descriptor.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace example {

namespace {

[[noreturn]] void fail(const char* operation, std::string message,
                       gss::ErrorCode code = gss::ErrorCode::failure) {
    gss::throw_exception(gss::Error(code, operation, std::move(message)));
}

[[noreturn]] void fail_with_errno(const char* operation) {
    fail(operation, std::generic_category().message(errno));
}

/// True when the call is worth repeating once the socket is ready.
bool not_ready() {
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ECONNABORTED;
}

void wait_until_ready(const char* operation, const Descriptor& socket, short events,
                      const gss::Deadline& deadline) {
    using std::chrono::milliseconds;
    for (;;) {
        int wait = -1;
        if (deadline.when()) {
            const auto left =
                std::chrono::ceil<milliseconds>(*deadline.when() - gss::Deadline::Clock::now());
            if (left.count() <= 0) {
                fail(operation, "the time is over", gss::ErrorCode::timed_out);
            }
            wait = static_cast<int>(
                std::min<milliseconds::rep>(left.count(), std::numeric_limits<int>::max()));
        }
        pollfd entry{.fd = socket.number(), .events = events, .revents = 0};
        const int ready = poll(&entry, 1, wait);
        if (ready > 0) {
            return;
        }
        if (ready < 0 && errno != EINTR) {
            fail_with_errno(operation);
        }
    }
}

} // namespace

Descriptor::~Descriptor() {
    if (number_ >= 0) {
        close(number_);
    }
}

Listener listen_on_loopback(std::uint16_t port) {
    // Not blocking: of several processes that see a connection only one gets it.
    Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int yes = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (socket.number() < 0 ||
        setsockopt(socket.number(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(socket.number(), generic, size) != 0 || listen(socket.number(), SOMAXCONN) != 0 ||
        getsockname(socket.number(), generic, &size) != 0) {
        fail_with_errno("listen");
    }
    return {std::move(socket), ntohs(address.sin_port)};
}

Descriptor accept_connection(const Listener& listener, gss::Deadline deadline) {
    for (;;) {
        wait_until_ready("accept", listener.socket, POLLIN, deadline);
        Descriptor connection(accept4(listener.socket.number(), nullptr, nullptr, SOCK_CLOEXEC));
        if (connection.number() >= 0) {
            return connection;
        }
        if (!not_ready()) {
            fail_with_errno("accept");
        }
    }
}

Descriptor connect_to(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* list = nullptr;
    const int failed = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
    if (failed != 0) {
        fail("connect", host + ": " + gai_strerror(failed));
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(list, &freeaddrinfo);
    int why = 0;
    for (const addrinfo* address = list; address != nullptr; address = address->ai_next) {
        Descriptor socket(::socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
        if (socket.number() >= 0 &&
            connect(socket.number(), address->ai_addr, address->ai_addrlen) == 0) {
            return socket;
        }
        why = errno;
    }
    fail("connect",
         host + " port " + std::to_string(port) + ": " + std::generic_category().message(why));
}

std::pair<Descriptor, Descriptor> socket_pair() {
    int ends[2] = {-1, -1};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        fail_with_errno("socketpair");
    }
    return {Descriptor(ends[0]), Descriptor(ends[1])};
}

void send_all(const Descriptor& socket, gss::BytesView octets, gss::Deadline deadline) {
    while (!octets.empty()) {
        wait_until_ready("send", socket, POLLOUT, deadline);
        // A peer that has gone must not end us with SIGPIPE.
        const ssize_t sent =
            send(socket.number(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            octets = octets.subspan(static_cast<std::size_t>(sent));
        } else if (!not_ready()) {
            fail_with_errno("send");
        }
    }
}

void receive_all(const Descriptor& socket, gss::MutableBytes octets, gss::Deadline deadline) {
    while (!octets.empty()) {
        wait_until_ready("receive", socket, POLLIN, deadline);
        const ssize_t got = recv(socket.number(), octets.data(), octets.size(), MSG_DONTWAIT);
        if (got == 0) {
            fail("receive", "the peer closed the connection with " + std::to_string(octets.size()) +
                                " octets to come");
        }
        if (got > 0) {
            octets = octets.subspan(static_cast<std::size_t>(got));
        } else if (!not_ready()) {
            fail_with_errno("receive");
        }
    }
}

} // namespace example
