// SPDX-License-Identifier: Apache-2.0
// Servers on a loopback port that are no KDC: one never answers, one answers with garbage.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace gss::test {

/// Takes UDP datagrams and TCP connections on 127.0.0.1 until destroyed.
class FalseKdc {
public:
    /// @p answer is sent to whoever asks (on TCP behind its length); empty: nothing ever is.
    explicit FalseKdc(std::string answer = {});
    ~FalseKdc();
    FalseKdc(const FalseKdc&) = delete;
    FalseKdc& operator=(const FalseKdc&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// How often it was asked.
    [[nodiscard]] int requests() const noexcept { return requests_; }

private:
    void serve();
    void answer_datagram();
    void answer_connection();

    std::string answer_;
    int udp_ = -1;
    int tcp_ = -1;
    std::array<int, 2> wake_{-1, -1};
    std::vector<int> held_; // connections that wait for an answer
    std::uint16_t port_ = 0;
    std::atomic<int> requests_ = 0;
    std::thread thread_;
};

} // namespace gss::test
