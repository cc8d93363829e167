// SPDX-License-Identifier: Apache-2.0
// TCP: names of hosts, connecting, listening.
#include "addresses.h"
#include "descriptor.h"
#include "escape.h"
#include "waiting.h"

#include <gssxx/transport/stream.h>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

namespace gss::inline v0::transport {

namespace {

using Clock = std::chrono::steady_clock;

Error bad_address(std::string_view text, std::string_view why) {
    ErrorDetails details;
    details.code = ErrorCode::malformed_parameter;
    details.operation = "read a host and a port";
    details.subject = escape_control_characters(text);
    details.messages.emplace_back(why);
    return Error(std::move(details));
}

Error network_error(std::string_view operation, const HostAndPort& where, std::string message,
                    ErrorCode code = ErrorCode::unavailable) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.subject = escape_control_characters(where.host) + " port " + std::to_string(where.port);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

struct FreeAddresses {
    void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(std::string_view operation, const HostAndPort& where, int flags) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = flags;
    const std::string port = std::to_string(where.port);
    addrinfo* list = nullptr;
    // AI_ADDRCONFIG asks the system for all its addresses, which an address need not wait for.
    hints.ai_flags = (flags & ~AI_ADDRCONFIG) | AI_NUMERICHOST | AI_NUMERICSERV;
    int refused = ::getaddrinfo(where.host.c_str(), port.c_str(), &hints, &list);
    if (refused == EAI_NONAME) {
        hints.ai_flags = flags | AI_NUMERICSERV;
        refused = ::getaddrinfo(where.host.c_str(), port.c_str(), &hints, &list);
    }
    Addresses addresses(list);
    if (refused != 0) {
        return network_error(operation, where, ::gai_strerror(refused));
    }
    return addresses;
}

/// What every connection has: no waiting for more to send, and an end when the peer's machine is
/// gone for hours.
void set_options(int fd) noexcept {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
}

/// Returns 0 or an errno.
int connect_within(int fd, const addrinfo& to, Clock::time_point end, bool for_ever) {
    if (::connect(fd, to.ai_addr, to.ai_addrlen) == 0) {
        return 0;
    }
    if (errno != EINPROGRESS && errno != EINTR) {
        return errno;
    }
    for (;;) {
        const auto left =
            std::max(std::chrono::milliseconds(0),
                     std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()));
        const int found =
            detail::wait_for(fd, POLLOUT, for_ever ? std::chrono::milliseconds(-1) : left);
        if (found > 0) {
            break;
        }
        if (found < 0) {
            return errno;
        }
        if (!for_ever && Clock::now() >= end) {
            return ETIMEDOUT;
        }
    }
    int error = 0;
    socklen_t size = sizeof error;
    return ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) == 0 ? error : errno;
}

std::optional<std::pair<std::string, std::uint16_t>> numeric(const sockaddr_storage& address,
                                                             socklen_t size) {
    if (address.ss_family != AF_INET && address.ss_family != AF_INET6) {
        return std::nullopt;
    }
    std::array<char, NI_MAXHOST> host{};
    std::array<char, NI_MAXSERV> port{};
    // The socket interface's own type punning.
    const auto* plain = reinterpret_cast<const sockaddr*>(&address);
    if (::getnameinfo(plain, size, host.data(), host.size(), port.data(), port.size(),
                      NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        return std::nullopt;
    }
    const std::string_view digits(port.data());
    std::uint16_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return std::pair{std::string(host.data()), number};
}

std::optional<std::pair<std::string, std::uint16_t>> name_of(int fd, int (*ask)(int, sockaddr*,
                                                                                socklen_t*)) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (ask(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return std::nullopt;
    }
    return numeric(address, size);
}

} // namespace

std::optional<Endpoints> detail::endpoints_of(int fd) {
    const auto peer = name_of(fd, [](int which, sockaddr* to, socklen_t* size) {
        return ::getpeername(which, to, size);
    });
    const auto local = name_of(fd, [](int which, sockaddr* to, socklen_t* size) {
        return ::getsockname(which, to, size);
    });
    if (!peer || !local) {
        return std::nullopt;
    }
    return Endpoints{peer->first, peer->second, local->first, local->second};
}

Result<HostAndPort> parse_host_and_port(std::string_view text, std::uint16_t default_port) {
    std::string_view host = text;
    std::string_view port;
    bool has_port = false;
    if (text.starts_with('[')) {
        const std::size_t close = text.find(']');
        if (close == std::string_view::npos) {
            return bad_address(text, "a bracket is not closed");
        }
        host = text.substr(1, close - 1);
        const std::string_view rest = text.substr(close + 1);
        if (!rest.empty() && !rest.starts_with(':')) {
            return bad_address(text, "something other than a port follows the bracket");
        }
        has_port = !rest.empty();
        port = has_port ? rest.substr(1) : rest;
    } else if (std::ranges::count(text, ':') == 1) {
        host = text.substr(0, text.find(':'));
        port = text.substr(text.find(':') + 1);
        has_port = true;
    }
    const bool odd = std::ranges::any_of(host, [](char letter) {
        return static_cast<unsigned char>(letter) <= ' ' || letter == '\x7f' || letter == '[' ||
               letter == ']';
    });
    if (host.empty() || odd) {
        return bad_address(text, "there is no name of a host");
    }
    HostAndPort where{std::string(host), default_port};
    if (has_port) {
        const auto [end, fault] =
            std::from_chars(port.data(), port.data() + port.size(), where.port);
        if (port.empty() || fault != std::errc() || end != port.data() + port.size()) {
            return bad_address(text, "the port is no number from 0 to 65535");
        }
    }
    return where;
}

Result<std::unique_ptr<Stream>> connect_tcp(std::string_view destination, Stream::Limit limit,
                                            std::uint16_t default_port) {
    constexpr std::string_view operation = "connect";
    const Result<HostAndPort> where = parse_host_and_port(destination, default_port);
    if (!where) {
        return where.error();
    }
    const Result<Addresses> addresses = resolve(operation, *where, AI_ADDRCONFIG);
    if (!addresses) {
        return addresses.error();
    }
    const bool for_ever = limit.count() < 0;
    const Clock::time_point end = for_ever ? Clock::time_point() : Clock::now() + limit;
    int error = 0;
    for (const addrinfo* to = addresses->get(); to != nullptr; to = to->ai_next) {
        Descriptor socket(::socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        error = socket.valid() ? connect_within(socket.get(), *to, end, for_ever) : errno;
        if (error == 0) {
            set_options(socket.get());
            const int fd = socket.release();
            return descriptor_stream(fd, fd, Ownership::owned);
        }
        if (!for_ever && Clock::now() >= end) {
            break;
        }
    }
    return network_error(operation, *where, detail::system_text(error),
                         error == ETIMEDOUT ? ErrorCode::timed_out : ErrorCode::unavailable);
}

Result<Listener> Listener::open(std::string_view address) {
    constexpr std::string_view operation = "listen";
    const Result<HostAndPort> where = parse_host_and_port(address, 0);
    if (!where) {
        return where.error();
    }
    const Result<Addresses> addresses = resolve(operation, *where, AI_PASSIVE);
    if (!addresses) {
        return addresses.error();
    }
    const addrinfo& at = **addresses;
    Descriptor socket(::socket(at.ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int on = 1;
    constexpr int backlog = 4096;
    if (!socket.valid() ||
        ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        ::bind(socket.get(), at.ai_addr, at.ai_addrlen) != 0 ||
        ::listen(socket.get(), backlog) != 0) {
        return network_error(operation, *where, detail::system_text(errno));
    }
    const auto name = name_of(socket.get(), [](int which, sockaddr* to, socklen_t* size) {
        return ::getsockname(which, to, size);
    });
    if (!name) {
        return network_error(operation, *where, "the socket has no port");
    }
    return Listener(socket.release(), name->second);
}

Listener::Listener(Listener&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), port_(other.port_) {}

Listener& Listener::operator=(Listener&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    std::swap(port_, other.port_);
    return *this;
}

Listener::~Listener() {
    const Descriptor gone(descriptor_);
}

Result<std::unique_ptr<Stream>> Listener::accept(Stream::Limit limit) const {
    if (limit.count() != 0 && detail::wait_for(descriptor_, POLLIN, limit) == 0) {
        return std::unique_ptr<Stream>();
    }
    const int fd = ::accept4(descriptor_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM ||
            errno == EBADF || errno == EINVAL) {
            return Error(ErrorCode::unavailable, "accept a connection", detail::system_text(errno));
        }
        return std::unique_ptr<Stream>();
    }
    set_options(fd);
    return descriptor_stream(fd, fd, Ownership::owned);
}

} // namespace gss::inline v0::transport
