// SPDX-License-Identifier: Apache-2.0
// The end of a session, thrown from wherever a check fails.
#pragma once

#include <gssxx/ssh/actions.h>

#include <cstdint>
#include <exception>
#include <string>
#include <utility>

namespace gss::inline v0::transport::detail {

/// RFC 4253 s11.1.
namespace reason {
inline constexpr std::uint32_t protocol_error = 2;
inline constexpr std::uint32_t key_exchange_failed = 3;
inline constexpr std::uint32_t mac_error = 5;
inline constexpr std::uint32_t service_not_available = 7;
inline constexpr std::uint32_t version_not_supported = 8;
inline constexpr std::uint32_t host_key_not_verifiable = 9;
inline constexpr std::uint32_t connection_lost = 10;
inline constexpr std::uint32_t by_application = 11;
inline constexpr std::uint32_t too_many_connections = 12;
inline constexpr std::uint32_t no_more_auth_methods = 14;
} // namespace reason

/// Ends the session: a failed check leaves every function on the way, so that nothing goes on past
/// it. Thrown by the parts of a session, caught in one place: Session::State. Never leaves the
/// library.
class SessionFault : public std::exception {
public:
    SessionFault(std::uint32_t disconnect_reason, std::string text,
                 ssh::Fault fault = ssh::Fault::peer)
        : reason_(disconnect_reason), text_(std::move(text)), fault_(fault) {}
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] std::uint32_t disconnect_reason() const noexcept { return reason_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }
    [[nodiscard]] ssh::Fault fault() const noexcept { return fault_; }

private:
    std::uint32_t reason_;
    std::string text_; // control characters are escaped where it is shown
    ssh::Fault fault_;
};

/// The peer broke the protocol.
[[noreturn]] inline void protocol_fault(std::string text) {
    throw SessionFault(reason::protocol_error, std::move(text));
}

} // namespace gss::inline v0::transport::detail
