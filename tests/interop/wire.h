// SPDX-License-Identifier: Apache-2.0
// The sample programs' protocol as octets, written independently of the examples.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gss::test::interop {

/// A TCP connection to or from a program under test.
class Connection {
public:
    /// Connects to 127.0.0.1.
    explicit Connection(const std::string& port);
    /// Takes a connected socket over.
    explicit Connection(int socket) noexcept : socket_(socket) {}
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    [[nodiscard]] int socket() const noexcept { return socket_; }
    void send(std::string_view octets) const;
    /// Says that no more will come from us.
    void end_sending() const;
    /// Whatever comes until the peer closes; a reset counts as closing.
    [[nodiscard]] std::string receive_rest() const;
    /// One whole token with its header; what there was when the peer closes before.
    [[nodiscard]] std::string receive_token() const;

private:
    [[nodiscard]] std::string receive(std::size_t size) const;

    int socket_ = -1;
};

/// A listening socket on 127.0.0.1.
class LoopbackListener {
public:
    LoopbackListener();
    LoopbackListener(const LoopbackListener&) = delete;
    LoopbackListener& operator=(const LoopbackListener&) = delete;
    ~LoopbackListener();

    [[nodiscard]] const std::string& port() const noexcept { return port_; }
    /// The socket of the next connection; -1 when none comes.
    [[nodiscard]] int accept() const;

private:
    int socket_ = -1;
    std::string port_;
};

/// One octet of flags, four of length, the content.
[[nodiscard]] std::string token(unsigned flags, std::string_view content = {});

constexpr unsigned flag_noop = 1;
constexpr unsigned flag_context = 2;
constexpr unsigned flag_data = 4;
constexpr unsigned flag_mic = 8;
constexpr unsigned flag_context_next = 16;
constexpr unsigned flag_wrapped = 32;
constexpr unsigned flag_encrypted = 64;
constexpr unsigned flag_send_mic = 128;

} // namespace gss::test::interop
