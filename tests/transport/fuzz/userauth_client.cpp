// SPDX-License-Identifier: Apache-2.0
// User authentication of a client.
//
//   Nobody is logged in but by a SUCCESS that answers a request which was sent, and for the GSS
//   methods only after our own proof; an attempt ends once; nothing goes out that nobody has asked
//   for, and the password with its own method only.
//
// Octets: options (bit 0: a GSS key exchange went before; 1: explains; 2: the peer is an OpenSSH),
// then steps:
//   0 message     payload (string)
//   1 log in      user, method
//   2 service     which
//   3 success
//   4 failure     methods (string), partial
//   5 banner      text (string)
//   6 response    which of the GSS mechanism, another one, a new password, a key
//   7 token       or error token, octets (string)
//   8 error       text (string)
//   9 unknown     packet number
//  10 answer      which question, answer
//  11 signature algorithms  which
#include "auth_messages.h"
#include "client_auth.h"
#include "messages.h"
#include "userauth_parts.h"
#include "writer.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <array>
#include <string>
#include <type_traits>

namespace gss::test::fuzz {

namespace {

namespace message = transport::detail::message;
using ssh::wire::Writer;
using transport::Event;
using transport::RequestId;

constexpr std::string_view password = "correct horse battery";
constexpr std::array<std::string_view, 5> methods{"none", "password", "publickey",
                                                  "gssapi-with-mic", "gssapi-keyex"};

transport::AuthMethod method_of(unsigned number) {
    switch (number) {
    case 1:
        return transport::WithPassword{SecretBytes(as_bytes(password))};
    case 2:
        return transport::WithPublicKey{fuzz_key()};
    case 3:
        return transport::WithGssapiMic{true};
    case 4:
        return transport::WithGssapiKeyex{};
    default:
        return transport::WithNone{};
    }
}

bool has_password(BytesView octets) {
    return as_text(octets).find(password) != std::string_view::npos;
}

/// What the host has asked for.
struct Attempt {
    std::string user;
    std::string_view method;
    bool sent = false; ///< the request
    bool mic = false;  ///< ours was made
};

class ClientRun {
public:
    explicit ClientRun(Cursor& cursor)
        : cursor_(cursor), knows_password_(has_password(cursor.rest())) {
        const unsigned bits = cursor.byte();
        options_.explain = (bits & 2U) != 0;
        const ssh::KexDone done = finished_exchange();
        part_.ready({fuzz_session_id(), (bits & 4U) != 0 ? "SSH-2.0-OpenSSH_9.2" : "SSH-2.0-x",
                     (bits & 1U) != 0 ? &done : nullptr});
        look({});
    }

    void all() {
        while (!cursor_.empty() && !ended_) {
            step();
        }
    }

private:
    template <typename Call>
    void guarded(Call&& call) {
        try {
            call();
        } catch (const SessionFault& fault) {
            ended_ = true;
            fault_ = fault.fault();
            hold(fault.disconnect_reason() != 0, "whoever is disconnected learns why");
        }
    }

    void step();
    void log_in();
    void feed(BytesView payload);
    [[nodiscard]] Bytes response();
    void answer();

    /// Everything that came out of the step, which has fed that.
    void look(BytesView payload);
    void look_at(const Event& event, BytesView payload);
    void look_at_message(const Bytes& sent);
    void end_attempt(std::string_view method);

    Cursor& cursor_;
    transport::ClientOptions options_;
    AuthOutlet outlet_;
    transport::detail::ClientAuth part_{options_, outlet_};
    std::optional<Attempt> attempt_;
    std::optional<RequestId> open_;
    std::optional<ssh::Fault> fault_;
    bool knows_password_;  ///< the fuzzer has guessed it and puts it elsewhere
    bool asked_ = false;   ///< for the service
    bool service_ = false; ///< it was accepted
    bool logged_in_ = false;
    bool ended_ = false;
};

void ClientRun::step() {
    switch (cursor_.byte() % 12) {
    case 0:
        return feed(cursor_.string());
    case 1:
        return log_in();
    case 2:
        return feed(Writer(message::service_accept)
                        .text(cursor_.byte() % 4 != 3 ? "ssh-userauth" : "ssh-connection")
                        .octets());
    case 3:
        return feed(Writer(message::userauth_success).octets());
    case 4: {
        const std::string_view names = cursor_.text();
        return feed(Writer(message::userauth_failure).text(names).boolean(cursor_.flag()).octets());
    }
    case 5:
        return feed(Writer(message::userauth_banner).text(cursor_.text()).text("en").octets());
    case 6:
        return feed(response());
    case 7: {
        const bool error = cursor_.flag();
        return feed(Writer(error ? ssh::wire::number::error_token : ssh::wire::number::token)
                        .string(cursor_.string())
                        .octets());
    }
    case 8:
        return feed(Writer(ssh::wire::number::error)
                        .uint32(0xd0000)
                        .uint32(7)
                        .text(cursor_.text())
                        .text("en")
                        .octets());
    case 9:
        // As a session does.
        return part_.expects_answer()
                   ? feed(Writer(message::unimplemented).uint32(cursor_.byte()).octets())
                   : static_cast<void>(cursor_.byte());
    case 10:
        return answer();
    default:
        return part_.signature_algorithms(
            cursor_.flag() ? std::vector<std::string>{"ssh-ed25519", "rsa-sha2-256"}
                           : std::vector<std::string>{"rsa-sha2-512"});
    }
}

Bytes ClientRun::response() {
    Writer response(ssh::wire::number::response);
    switch (cursor_.byte() % 4) {
    case 0:
        return response.string(mechanism::krb5().to_der()).take();
    case 1:
        return response.string(mechanism::spnego().to_der()).take();
    case 2:
        return response.text("change it \x1b[2J").text("en").take();
    default:
        return response.text("ssh-ed25519").string(fuzz_key().public_key().blob()).take();
    }
}

void ClientRun::log_in() {
    const std::string user(user_name(cursor_.byte()));
    const unsigned number = cursor_.byte() % methods.size();
    bool begun = false;
    const bool under_way = attempt_.has_value();
    if (!under_way) {
        attempt_.emplace(Attempt{user, methods[number]});
    }
    guarded([&] { begun = part_.authenticate(user, method_of(number)).has_value(); });
    hold(!begun || (!under_way && !logged_in_), "one attempt at a time, and none after success");
    if (!begun && !under_way) {
        attempt_.reset();
        hold(outlet_.sent.empty() && outlet_.events.empty(), "misuse does nothing");
    }
    look({});
}

void ClientRun::feed(BytesView payload) {
    const bool done = logged_in_;
    guarded([&] { part_.receive(payload); });
    hold(!fault_ || *fault_ == ssh::Fault::peer || *fault_ == ssh::Fault::refused,
         "what a peer sends is never our fault");
    hold(!done || ((ended_ || number_of(payload) == message::unimplemented) &&
                   outlet_.sent.empty() && outlet_.events.empty()),
         "after success there is nothing to say");
    if (!ended_ && number_of(payload) == message::service_accept) {
        hold(asked_ && !service_, "the service is accepted when it was asked for");
        service_ = true;
    }
    look(payload);
}

void ClientRun::answer() {
    const RequestId id = answered_id(cursor_, outlet_.last_id);
    transport::Answer given = any_answer(cursor_);
    const auto* const made = std::get_if<ssh::MicAnswer>(&given);
    const bool mic = made != nullptr && made->mic.has_value();
    const bool counts = open_ == id;
    if (counts) {
        open_.reset();
        if (attempt_) {
            attempt_->mic = attempt_->mic || mic;
        }
    }
    ssh::Fed fed = ssh::Fed::stale;
    guarded([&] { fed = part_.answer(id, std::move(given)); });
    if (!counts) {
        hold(fed != ssh::Fed::taken && !ended_ && outlet_.sent.empty() && outlet_.events.empty(),
             "an answer to no open question changes nothing");
    }
    look({});
}

void ClientRun::end_attempt(std::string_view method) {
    hold(attempt_.has_value() && attempt_->method == method, "an attempt ends that was begun");
    attempt_.reset();
    open_.reset();
}

void ClientRun::look_at(const Event& event, BytesView payload) {
    std::visit(
        [&](const auto& which) {
            using T = std::decay_t<decltype(which)>;
            if constexpr (std::is_same_v<T, transport::LoggedIn>) {
                const Bytes success{std::byte{message::userauth_success}};
                hold(std::ranges::equal(payload, success), "SUCCESS is what logs in");
                hold(service_, "who logs in has the service's word");
                hold(attempt_ && attempt_->sent && attempt_->user == which.user,
                     "who logs in has asked for it");
                hold(!which.method.starts_with("gssapi") || attempt_->mic,
                     "no success without a MIC of ours");
                end_attempt(which.method);
                hold(part_.authenticated() && part_.user() == which.user,
                     "who has logged in is known");
                logged_in_ = true;
            } else if constexpr (std::is_same_v<T, transport::AuthFailed>) {
                hold_shown(which.reason);
                hold(!which.partial || (number_of(payload) == message::userauth_failure &&
                                        payload.back() != std::byte{0} && attempt_->sent),
                     "partial success is the server's to give");
                end_attempt(which.method);
            } else if constexpr (std::is_same_v<T, transport::PeerText>) {
                hold(service_, "banners belong to the service");
                hold_shown(which.text, "\n\t");
            } else if constexpr (std::is_same_v<T, ssh::GssStep> ||
                                 std::is_same_v<T, ssh::GetMic>) {
                hold(attempt_ && attempt_->method.starts_with("gssapi"),
                     "questions belong to the GSS methods");
                open_ = which.id;
            } else {
                hold(std::is_same_v<T, ssh::Release>, "an event of another part");
            }
        },
        event);
}

void ClientRun::look_at_message(const Bytes& sent) {
    const std::uint8_t number = number_of(sent);
    if (number == message::service_request) {
        hold(!asked_ && attempt_, "the service is asked for once, when somebody wants it");
        asked_ = true;
        return;
    }
    const bool early = asked_ && attempt_ && attempt_->method == "gssapi-keyex" &&
                       number == message::userauth_request;
    hold(service_ || early, "nothing else is said before the service is there");
    const bool secret = has_password(sent);
    if (number != message::userauth_request) {
        hold((!secret || knows_password_) && number >= message::userauth_first &&
                 number <= message::userauth_last,
             "only messages of user authentication go out");
        return;
    }
    const auto request = ssh::wire::parse_request(sent);
    hold(request && attempt_ && !attempt_->sent, "one request for one attempt");
    hold(request->user == attempt_->user && request->method == attempt_->method,
         "what is asked for is what the host wants");
    hold(secret == (request->method == "password") || knows_password_,
         "the password goes with its method only");
    attempt_->sent = true;
}

void ClientRun::look(BytesView payload) {
    for (const Bytes& sent : outlet_.sent) {
        look_at_message(sent);
    }
    for (const Event& event : outlet_.events) {
        look_at(event, payload);
    }
    hold(part_.authenticated() == logged_in_, "nobody is logged in without an event");
    outlet_.sent.clear();
    outlet_.events.clear();
}

} // namespace

void fuzz_client_auth(Cursor& cursor) {
    ClientRun(cursor).all();
}

} // namespace gss::test::fuzz
