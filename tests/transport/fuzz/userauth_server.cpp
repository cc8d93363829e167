// SPDX-License-Identifier: Apache-2.0
// User authentication of a server.
//
//   Nobody logs in but by a yes of the host to the question that is open, about that user; a yes to
//   a key that was only named, an answer that is late or of no question, a MIC that was not
//   verified and a method that is not offered log nobody in. One question at a time; after success,
//   silence.
//
// Octets: options (bit 0: a GSS key exchange went before; 1: gssapi-with-mic; 2: gssapi-keyex; 3:
// password; 4: publickey; 5: banner; 6: explains), then steps:
//   0 message    payload (string)
//   1 service    which
//   2 request    user, service, method, rest (string)
//   3 key        user, variant: named, signed, signed for another session, signed otherwise
//   4 method's   number - 60, payload (string)
//   5 answer     which question, answer
//   6 the MIC or token of RFC 4462 as a string
#include "auth_messages.h"
#include "messages.h"
#include "public_key_data.h"
#include "server_auth.h"
#include "userauth_parts.h"
#include "writer.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace gss::test::fuzz {

namespace {

namespace message = transport::detail::message;
using ssh::wire::Writer;
using transport::Event;
using transport::RequestId;
using Decision = ssh::AuthorizeAnswer::Decision;

constexpr std::string_view service_name = "ssh-connection";
constexpr unsigned most_failures = 4;

/// The question that is open.
struct Question {
    RequestId id = 0;
    std::string user;
    std::string service;
    std::string method;  ///< of those that ask for a decision; else empty
    bool proves = false; ///< a yes logs in
    bool verifies = false;
};

class ServerRun {
public:
    explicit ServerRun(Cursor& cursor) : cursor_(cursor) {
        const unsigned bits = cursor.byte();
        const auto add = [&](unsigned bit, std::string_view method) {
            if ((bits & bit) != 0) {
                offered_.emplace(method);
            }
        };
        add(8, "password");
        add(16, "publickey");
        options_.other_methods.assign(offered_.begin(), offered_.end());
        options_.with_mic = (bits & 2U) != 0;
        options_.keyex = (bits & 4U) != 0;
        add(2, ssh::with_mic_method);
        if ((bits & 1U) != 0) {
            add(4, ssh::keyex_method);
        }
        options_.most_failures = most_failures;
        options_.banner = (bits & 32U) != 0 ? "Welcome\n" : "";
        options_.explain = (bits & 64U) != 0;
        const ssh::KexDone done = finished_exchange();
        guarded([&] {
            part_.ready({fuzz_session_id(), "SSH-2.0-client", (bits & 1U) != 0 ? &done : nullptr});
        });
        look();
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
    void feed(BytesView payload);
    void feed_key();
    void answer();

    /// Everything that came out of the step.
    void look();
    void ask(Question question);
    void look_at(const Event& event);
    void look_at_message(const Bytes& payload);

    Cursor& cursor_;
    transport::ServerOptions options_;
    AuthOutlet outlet_;
    transport::detail::ServerAuth part_{options_, outlet_};
    std::set<std::string, std::less<>> offered_;
    std::optional<Question> open_;
    // Of the step.
    std::optional<Question> allowed_;                        ///< was answered with yes
    std::optional<std::vector<std::string>> allowed_partly_; ///< what may go on
    std::string went_on_;                                    ///< whose
    bool signed_ = false; ///< the request has a signature that is good
    std::string user_;    ///< of the request that was fed last
    // Of the run.
    std::optional<std::string> partly_; ///< who has succeeded in part
    std::optional<ssh::Fault> fault_;
    bool verified_ = false;
    bool service_ = false;
    bool logged_in_ = false;
    bool ended_ = false;
    unsigned failures_ = 0;
};

void ServerRun::step() {
    switch (cursor_.byte() % 7) {
    case 0:
        return feed(cursor_.string());
    case 1:
        return feed(Writer(message::service_request)
                        .text(cursor_.byte() % 4 != 3 ? "ssh-userauth" : "ssh-connection")
                        .octets());
    case 2: {
        constexpr std::array<std::string_view, 8> methods{
            "none",         "password",  "publickey", "gssapi-with-mic",
            "gssapi-keyex", "hostbased", "",          "keyboard-interactive"};
        Writer request(message::userauth_request);
        request.text(user_name(cursor_.byte()));
        request.text(cursor_.byte() % 8 != 7 ? service_name : "other");
        request.text(methods[cursor_.byte() % methods.size()]);
        return feed(request.raw(cursor_.string()).octets());
    }
    case 3:
        return feed_key();
    case 4: {
        const std::uint8_t number = cursor_.byte() % 20;
        return feed(Writer(static_cast<std::uint8_t>(message::userauth_first + number))
                        .raw(cursor_.string())
                        .octets());
    }
    case 5:
        return answer();
    default: {
        const bool mic = cursor_.flag();
        return feed(Writer(mic ? ssh::wire::number::mic : ssh::wire::number::token)
                        .string(cursor_.string())
                        .octets());
    }
    }
}

void ServerRun::feed_key() {
    const std::string_view user = user_name(cursor_.byte());
    const unsigned variant = cursor_.byte() % 4;
    const transport::PublicKey& key = fuzz_key().public_key();
    Bytes id = fuzz_session_id();
    if (variant == 2) {
        id[0] ^= std::byte{1};
    }
    const transport::detail::PublicKeyInput asked{id, user, service_name, "ssh-ed25519",
                                                  key.blob()};
    if (variant == 0) {
        return feed(Writer(message::userauth_request)
                        .text(user)
                        .text(service_name)
                        .text("publickey")
                        .boolean(false)
                        .text("ssh-ed25519")
                        .string(key.blob())
                        .octets());
    }
    Bytes signature =
        fuzz_key().sign("ssh-ed25519", transport::detail::public_key_data(asked).view()).value();
    if (variant == 3) {
        signature.back() ^= std::byte{1};
    }
    signed_ = variant == 1;
    feed(Writer().raw(transport::detail::public_key_request(asked)).string(signature).octets());
}

void ServerRun::feed(BytesView payload) {
    // RFC 4252 s5.1: each request is processed completely before the next one.
    if (part_.waits()) {
        signed_ = false;
        return;
    }
    if (number_of(payload) == message::userauth_request) {
        verified_ = false;
        if (const auto request = ssh::wire::parse_request(payload)) {
            user_ = request->user;
        }
    }
    const bool silent = logged_in_;
    guarded([&] { part_.receive(payload); });
    hold(!fault_ || *fault_ == ssh::Fault::peer || *fault_ == ssh::Fault::refused,
         "what a peer sends is never our fault");
    hold(!silent || (outlet_.sent.empty() && outlet_.events.empty()), "after success, silence");
    look();
}

void ServerRun::answer() {
    const RequestId id = answered_id(cursor_, outlet_.last_id);
    transport::Answer given = any_answer(cursor_);
    const bool counts = open_ && open_->id == id;
    if (counts) {
        if (const auto* decision = std::get_if<ssh::AuthorizeAnswer>(&given)) {
            if (decision->decision == Decision::allow_partly && open_->proves) {
                allowed_partly_ = decision->methods;
                went_on_ = open_->user;
            }
            if (decision->decision == Decision::allow && open_->proves) {
                allowed_ = open_;
            }
        }
        if (const auto* verified = std::get_if<ssh::VerifyAnswer>(&given)) {
            verified_ = verified->verified && open_->verifies;
        }
        open_.reset();
    }
    ssh::Fed fed = ssh::Fed::stale;
    guarded([&] { fed = part_.answer(id, std::move(given)); });
    if (!counts) {
        hold(fed == ssh::Fed::stale && !ended_ && outlet_.sent.empty() && outlet_.events.empty(),
             "an answer to no open question changes nothing");
    }
    look();
}

void ServerRun::ask(Question question) {
    hold(!open_, "one question at a time");
    hold(service_ && !logged_in_, "questions belong between SERVICE_ACCEPT and success");
    if (!question.method.empty()) {
        hold(question.user == user_ && question.service == service_name,
             "a question is about the user of the request");
        hold(!partly_ || *partly_ == question.user, "who succeeded in part is who goes on");
        hold(question.method == "none" || offered_.contains(question.method),
             "no question comes of a method that is not offered");
    }
    open_ = std::move(question);
}

void ServerRun::look_at(const Event& event) {
    std::visit(
        [this](const auto& which) {
            using T = std::decay_t<decltype(which)>;
            if constexpr (std::is_same_v<T, transport::NoneRequest>) {
                ask({which.id, which.user, which.service, "none", true});
            } else if constexpr (std::is_same_v<T, transport::PasswordRequest>) {
                ask({which.id, which.user, which.service, "password", true});
            } else if constexpr (std::is_same_v<T, transport::PublicKeyRequest>) {
                hold(!which.signed_by_owner || signed_, "a signature that counts is good");
                ask({which.id, which.user, which.service, "publickey", which.signed_by_owner});
            } else if constexpr (std::is_same_v<T, ssh::Authorize>) {
                hold(verified_, "nobody is asked about who has no good MIC");
                ask({which.id, which.user, which.service, which.method, true});
            } else if constexpr (std::is_same_v<T, ssh::VerifyMic>) {
                ask({which.id, {}, {}, {}, false, true});
            } else if constexpr (std::is_same_v<T, ssh::GssStep>) {
                ask({which.id, {}, {}, {}});
            } else if constexpr (std::is_same_v<T, ssh::AttemptFailed>) {
                hold_shown(which.reason);
                hold(which.failures == ++failures_ && failures_ <= most_failures,
                     "failures are counted one by one, up to the limit");
            } else if constexpr (std::is_same_v<T, transport::LoggedIn>) {
                hold(allowed_ && allowed_->user == which.user &&
                         allowed_->service == which.service && allowed_->method == which.method,
                     "who logs in was allowed to, just now");
                hold(!logged_in_ && part_.authenticated() && part_.user() == which.user,
                     "who has logged in is known");
                logged_in_ = true;
            } else {
                hold(std::is_same_v<T, ssh::Release>, "an event of another part");
            }
        },
        event);
}

void ServerRun::look_at_message(const Bytes& payload) {
    const std::uint8_t number = number_of(payload);
    if (number == message::service_accept) {
        hold(!service_, "the service is accepted once");
        service_ = true;
        return;
    }
    hold(service_, "nothing is said before the service is asked for");
    if (number == message::userauth_success) {
        hold(logged_in_ && allowed_, "SUCCESS goes to who has logged in");
    } else if (number == message::userauth_failure) {
        const auto failure = ssh::wire::parse_failure(payload);
        hold(failure.has_value(), "our FAILURE is whole");
        if (failure->partial) {
            hold(allowed_partly_ && *allowed_partly_ == failure->methods,
                 "partial success is the host's to give, with its methods");
            partly_ = went_on_;
            offered_ = {failure->methods.begin(), failure->methods.end()};
        }
    } else {
        hold(number == message::userauth_banner ||
                 (number >= message::userauth_first && number <= message::userauth_last),
             "only messages of user authentication go out");
    }
}

void ServerRun::look() {
    const bool before = logged_in_;
    for (const Bytes& payload : outlet_.sent) {
        if (number_of(payload) == message::service_accept) {
            look_at_message(payload);
        }
    }
    for (const Event& event : outlet_.events) {
        look_at(event);
    }
    std::size_t successes = 0;
    for (const Bytes& payload : outlet_.sent) {
        if (number_of(payload) != message::service_accept) {
            look_at_message(payload);
        }
        successes += number_of(payload) == message::userauth_success ? 1U : 0U;
    }
    hold(successes == (logged_in_ && !before ? 1U : 0U), "one SUCCESS for one login");
    hold(part_.authenticated() == logged_in_, "nobody is logged in without an event");
    hold(ended_ || part_.waits() == open_.has_value(), "packets wait while a question is open");
    outlet_.sent.clear();
    outlet_.events.clear();
    allowed_.reset();
    allowed_partly_.reset();
    signed_ = false;
}

} // namespace

void fuzz_server_auth(Cursor& cursor) {
    ServerRun(cursor).all();
}

} // namespace gss::test::fuzz
