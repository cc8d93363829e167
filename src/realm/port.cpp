// SPDX-License-Identifier: Apache-2.0
#include "port.h"

#include "fault.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>

namespace gss::inline v0::realm {

namespace {

/// Binds to the port of 127.0.0.1 (0: any) and returns it, or 0.
std::uint16_t bind_loopback(const Descriptor& socket, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket.get(), generic, size) != 0 ||
        ::getsockname(socket.get(), generic, &size) != 0) {
        return 0;
    }
    return ntohs(address.sin_port);
}

} // namespace

Result<PortReservation> PortReservation::make() {
    constexpr int attempts = 50;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        PortReservation reservation;
        reservation.socket_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        // Bound before reuse is allowed: so it is a port that nobody else has, reuse or not.
        reservation.port_ = bind_loopback(reservation.socket_, 0);
        const Descriptor datagram(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
        if (reservation.port_ == 0 || bind_loopback(datagram, reservation.port_) == 0) {
            continue;
        }
        const int on = 1;
        if (::setsockopt(reservation.socket_.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ==
            0) {
            return reservation;
        }
    }
    return system_fault("reserve a port", "127.0.0.1", errno);
}

} // namespace gss::inline v0::realm
