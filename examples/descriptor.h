// SPDX-License-Identifier: Apache-2.0
// Sockets for the examples. Every failure is thrown as gss::Exception.
#pragma once

#include <gssxx/gssxx.h>

#include <cstdint>
#include <string>
#include <utility>

namespace example {

/// A file descriptor that is closed with its owner.
class Descriptor {
public:
    Descriptor() noexcept = default;
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor();

    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_ = -1;
};

/// A listening socket, and the port that it got.
struct Listener {
    Descriptor socket;
    std::uint16_t port = 0;
};

/// Listens on 127.0.0.1; port 0 takes a free one.
[[nodiscard]] Listener listen_on_loopback(std::uint16_t port);

/// The next connection. Several processes may share the listener.
[[nodiscard]] Descriptor accept_connection(const Listener& listener, gss::Deadline deadline);

/// Connects to the first address of @p host that answers.
[[nodiscard]] Descriptor connect_to(const std::string& host, std::uint16_t port);

/// Two ends that only this process and its children have.
[[nodiscard]] std::pair<Descriptor, Descriptor> socket_pair();

void send_all(const Descriptor& socket, gss::BytesView octets, gss::Deadline deadline);
/// Fills @p octets; an end of file before that is an error.
void receive_all(const Descriptor& socket, gss::MutableBytes octets, gss::Deadline deadline);

} // namespace example
