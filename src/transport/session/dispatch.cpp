// SPDX-License-Identifier: Apache-2.0
#include "dispatch.h"

#include "messages.h"

namespace gss::inline v0::transport::detail {

namespace {

/// RFC 4253 s7.1: after KEXINIT a side may send transport messages 1 to 4 (5 and 6 not), NEWKEYS
/// and the method's own until its NEWKEYS. OpenSSH PROTOCOL s1.9, strict: in the initial exchange
/// not even 2 to 4, "terminate the connection if unexpected or unnecessary messages are received".
Place while_exchanging(std::uint8_t number, const Situation& now) noexcept {
    if (number == message::disconnect) {
        return Place::transport;
    }
    if (number == message::kexinit || number == message::newkeys ||
        (number >= message::kex_first && number <= message::kex_last)) {
        return Place::key_exchange; // which judges their order
    }
    if (now.initial && now.strict) {
        return Place::fault;
    }
    if (number >= message::ignore && number <= message::debug) {
        return Place::transport;
    }
    return Place::fault;
}

Place of_authentication(std::uint8_t number, const Situation& now) noexcept {
    if (!now.service || now.initial) {
        return Place::fault;
    }
    const bool server = now.role == Role::server;
    if (number == message::userauth_request) {
        // After SUCCESS a server must ignore them (RFC 4252 s5.1), which is its room's to do.
        return server ? Place::authentication : Place::fault;
    }
    if (now.authenticated) {
        return Place::fault;
    }
    if (number >= message::userauth_first) {
        return Place::authentication;
    }
    return server ? Place::fault : Place::authentication;
}

bool is_authentication(std::uint8_t number) noexcept {
    return (number >= message::userauth_request && number <= message::userauth_banner) ||
           (number >= message::userauth_first && number <= message::userauth_last);
}

/// RFC 4250 s4.1.2: 80 to 127 belong to the connection protocol.
bool is_connection(std::uint8_t number) noexcept {
    return number >= message::global_request && number <= 127;
}

bool is_known_connection(std::uint8_t number) noexcept {
    return (number >= message::global_request && number <= message::request_failure) ||
           (number >= message::channel_open && number <= message::channel_failure);
}

/// RFC 8308 s2.4: EXT_INFO comes "as the next packet following the server's first
/// SSH_MSG_NEWKEYS" (a client's likewise), or, from servers, right before USERAUTH_SUCCESS.
Place of_ext_info(const Situation& now) noexcept {
    if (now.initial) {
        return Place::fault;
    }
    if (now.after_newkeys || (now.role == Role::client && now.service && !now.authenticated)) {
        return Place::transport;
    }
    return Place::fault;
}

} // namespace

Place place_of(std::uint8_t number, const Situation& now) noexcept {
    if (number == 0) {
        return Place::fault; // RFC 4250 s4.1: numbers begin with 1
    }
    if (now.exchanging) {
        return while_exchanging(number, now);
    }
    switch (number) {
    case message::disconnect:
    case message::ignore:
    case message::unimplemented:
    case message::debug:
        return Place::transport;
    case message::ext_info:
        return of_ext_info(now);
    case message::kexinit:
    case message::newkeys:
        return Place::key_exchange;
    case message::service_request:
        return now.role == Role::server && !now.initial ? Place::authentication : Place::fault;
    case message::service_accept:
        return now.role == Role::client && !now.initial && !now.authenticated
                   ? Place::authentication
                   : Place::fault;
    default:
        break;
    }
    if (number >= message::kex_first && number <= message::kex_last) {
        return Place::key_exchange;
    }
    if (is_authentication(number)) {
        return of_authentication(number, now);
    }
    if (!now.authenticated) {
        // Nothing of the connection protocol or of private extensions exists before.
        return is_connection(number) || number >= 192 || now.initial ? Place::fault
                                                                     : Place::unimplemented;
    }
    return is_known_connection(number) ? Place::connection : Place::unimplemented;
}

} // namespace gss::inline v0::transport::detail
