// SPDX-License-Identifier: Apache-2.0
#include "states_model.h"

#include "writer.h"

#include <string_view>

namespace gss::test {

namespace {

using ssh::wire::Writer;

bool in(unsigned number, unsigned first, unsigned last) {
    return number >= first && number <= last;
}

unsigned number_of(BytesView payload) {
    return std::to_integer<unsigned>(payload[0]);
}

bool has(BytesView payload, std::string_view text) {
    return as_text(payload).find(text) != std::string_view::npos;
}

} // namespace

void StateModel::sent(BytesView payload) {
    const unsigned number = number_of(payload);
    if (number == 20 && initial_) {
        strict_wished_ = has(payload, "kex-strict-");
    } else if (number == 20) {
        exchange_begun_ = true;
    } else if (number == 21) {
        newkeys_sent_ = true;
    } else if (number == 5) {
        service_asked_ = true;
    } else if (number == 6) {
        service_ = true;
    } else if (number == 52) {
        authenticated_ = true;
    } else if (number == 50) {
        request_open_ = true;
        for (const char* name :
             {"none", "password", "publickey", "gssapi-with-mic", "gssapi-keyex"}) {
            method_ = has(payload, name) ? name : method_;
        }
    } else if (number == 51) {
        request_open_ = false;
    }
    last_sent_ = in(number, 50, 79) ? number : last_sent_;
}

void StateModel::received(BytesView payload) {
    if (payload.empty()) {
        return;
    }
    const unsigned number = number_of(payload);
    right_after_keys_ = false;
    if (number == 20) {
        exchanging_ = true;
        if (initial_) {
            strict_ = strict_wished_ && has(payload, "kex-strict-");
        }
    } else if (number == 21) {
        right_after_keys_ = initial_;
        initial_ = false;
        exchanging_ = false;
        newkeys_sent_ = false;
        exchange_begun_ = false;
    } else if (number == 6) {
        service_ = true;
    } else if (number == 50) {
        request_open_ = true;
        method_ = has(payload, "gssapi-with-mic") ? "gssapi-with-mic" : "another";
    } else if (number == 51 || number == 52) {
        request_open_ = false;
        authenticated_ = authenticated_ || number == 52;
    }
}

std::string StateModel::while_exchanging(unsigned number) const {
    // RFC 4253 s7.1 and s11.1: whatever happens, the peer may go.
    if (number == 1) {
        return "P";
    }
    // RFC 4253 s7.3: NEWKEYS ends an exchange, and has its place behind the keys.
    if (number == 21) {
        return newkeys_sent_ ? "H" : "F";
    }
    // A strict initial exchange knows nothing else, and another one these besides.
    if (in(number, 2, 4) && !(initial_ && strict_)) {
        return number == 4 ? "T" : ".";
    }
    return "F";
}

/// A client has sent all that its attempt needs, and a server may say yes.
bool StateModel::waits_for_result() const {
    if (method_ != "gssapi-with-mic") {
        return true;
    }
    // RFC 4462 s3.4, s3.5: the exchange ends with a MIC or EXCHANGE_COMPLETE.
    return last_sent_ == 66 || last_sent_ == 63;
}

std::string StateModel::of_authentication(unsigned number) const {
    if (which_ == End::server) {
        if (!service_ || in(number, 51, 53)) {
            return "F";
        }
        // RFC 4252 s5.1: what comes after SUCCESS is ignored; requests only.
        if (number == 50) {
            return authenticated_ ? "." : "H";
        }
        const bool open = request_open_ && method_ == "gssapi-with-mic" && !authenticated_;
        return open ? "FH." : "F";
    }
    if (!service_ || authenticated_ || number == 50) {
        return "F";
    }
    if (number == 53) {
        return "T";
    }
    if (!request_open_) {
        return "F";
    }
    if (number == 51) {
        return "H";
    }
    if (number == 52) {
        return waits_for_result() ? "S" : "F";
    }
    // 60 to 79 mean something with these two only, and octets mean nothing with the first.
    return method_ == "gssapi-with-mic" ? "FH." : "F";
}

std::string StateModel::of_connection(unsigned number) const {
    if (!authenticated_) {
        return "F";
    }
    if (number == 80 || number == 90) {
        // Asked, or refused: at once, unless our KEXINIT is out (RFC 4253 s7.1).
        return exchange_begun_ ? "H." : "H";
    }
    // Nothing was asked for, and there is no channel.
    return in(number, 81, 82) || in(number, 91, 100) ? "F" : "U";
}

std::string StateModel::expected(unsigned number) const {
    if (number == 0) {
        return "F";
    }
    if (exchanging_) {
        return while_exchanging(number);
    }
    switch (number) {
    case 1:
        return "P";
    case 2:
        return ".";
    case 3:
        if (which_ == End::client && service_asked_ && !service_) {
            return "F"; // the server knows no services
        }
        // RFC 4253 s11.4: an answer to what was sent last: the method is not there.
        return which_ == End::client && request_open_ && !authenticated_ ? "H" : ".";
    case 4:
        return "T";
    case 5:
        return which_ == End::server && !initial_ && !service_ ? "H" : "F";
    case 6:
        if (which_ == End::server || !service_asked_ || service_) {
            return "F";
        }
        return request_open_ ? "." : "H"; // a request that depends on nothing has gone with it
    case 7:
        // RFC 8308 s2.4: right after the first NEWKEYS; from servers once more before SUCCESS.
        if (initial_ || authenticated_) {
            return "F";
        }
        return right_after_keys_ || which_ == End::client ? "." : "F";
    default:
        break;
    }
    if (in(number, 20, 21) || in(number, 30, 49)) {
        return "F"; // no exchange, and octets are no KEXINIT
    }
    if (initial_) {
        return "F";
    }
    if (in(number, 50, 53) || in(number, 60, 79)) {
        return of_authentication(number);
    }
    if (in(number, 80, 127)) {
        return of_connection(number);
    }
    // RFC 4253 s11.4: "An implementation MUST respond to all unrecognized messages with an
    // SSH_MSG_UNIMPLEMENTED message"; private ones only for who is logged in.
    return number >= 192 && !authenticated_ ? "F" : "U";
}

std::string StateModel::text() const {
    std::string text = initial_ ? "(initial" : "(later";
    text += exchanging_ ? " exchange" : "";
    text += newkeys_sent_ ? ", NEWKEYS sent" : "";
    text += service_asked_ ? ", service asked" : "";
    text += service_ ? ", service" : "";
    text += request_open_ ? ", request open" : "";
    return text + (authenticated_ ? ", logged in)" : ")");
}

Bytes sample(unsigned number) {
    const auto octet = static_cast<std::uint8_t>(number);
    switch (number) {
    case 1:
        return Writer(1).uint32(11).text("bye").text("").take();
    case 2:
        return Writer(2).text("ignored").take();
    case 3:
        return Writer(3).uint32(3).take();
    case 4:
        return Writer(4).boolean(true).text("a word").text("en").take();
    case 5:
    case 6:
        return Writer(octet).text("ssh-userauth").take();
    case 7:
        return Writer(7).uint32(0).take();
    case 21:
    case 52:
    case 81:
    case 82:
        return Writer(octet).take();
    case 50:
        return Writer(50).text("alice").text("ssh-connection").text("x@example.org").take();
    case 51:
        return Writer(51).text("publickey").boolean(false).take();
    case 53:
        return Writer(53).text("welcome").text("").take();
    case 61:
    case 65:
    case 66:
        return Writer(octet).text("a token or a MIC").take();
    case 80:
        return Writer(80).text("question@example.org").boolean(true).take();
    case 90:
        return Writer(90).text("session").uint32(7).uint32(100'000).uint32(30'000).take();
    case 91:
        return Writer(91).uint32(0).uint32(0).uint32(100'000).uint32(30'000).take();
    case 92:
        return Writer(92).uint32(0).uint32(1).text("no").text("").take();
    case 93:
        return Writer(93).uint32(0).uint32(1000).take();
    case 94:
        return Writer(94).uint32(0).text("data").take();
    case 95:
        return Writer(95).uint32(0).uint32(1).text("data").take();
    case 96:
    case 97:
    case 99:
    case 100:
        return Writer(octet).uint32(0).take();
    case 98:
        return Writer(98).uint32(0).text("exec").boolean(true).text("id").take();
    default:
        return Writer(octet).raw(some_octets(40, number + 1)).take();
    }
}

char outcome_of(const SessionEnd& end, std::size_t events, bool was_authenticated, std::size_t sent,
                BytesView last) {
    bool text = false;
    bool logged_in = false;
    bool handled = false;
    bool for_channels = false;
    const transport::Disconnected* gone = nullptr;
    for (std::size_t i = events; i < end.events.size(); ++i) {
        const transport::Event& event = end.events[i];
        if (const auto* one = std::get_if<transport::Disconnected>(&event)) {
            gone = one;
        } else if (std::holds_alternative<transport::PeerText>(event)) {
            text = true;
        } else if (std::holds_alternative<transport::LoggedIn>(event)) {
            logged_in = true;
        } else if (!std::holds_alternative<ssh::Release>(event) &&
                   !std::holds_alternative<ssh::AttemptFailed>(event)) {
            handled = true;
            for_channels =
                for_channels || (event.index() > transport::Event(transport::AuthFailed{}).index());
        }
    }
    if (for_channels && !was_authenticated) {
        return 'X';
    }
    if (gone != nullptr) {
        // Nothing of a message that ends a session is told the host, or believed.
        if (handled || logged_in || end.session.is_authenticated() != was_authenticated ||
            end.session.is_active()) {
            return 'Y';
        }
        if (gone->by == transport::Disconnected::By::peer) {
            return sent == 0 ? 'P' : 'Z';
        }
        const bool told = !last.empty() && number_of(last) == 1 && gone->reason != 0;
        return gone->by == transport::Disconnected::By::us && told ? 'F' : 'Z';
    }
    if (logged_in) {
        return 'S';
    }
    if (sent == 1 && number_of(last) == 3 && !handled && !text) {
        return 'U';
    }
    if (handled || sent != 0) {
        return 'H';
    }
    return text ? 'T' : '.';
}

} // namespace gss::test
