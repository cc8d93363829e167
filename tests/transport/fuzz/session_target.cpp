// SPDX-License-Identifier: Apache-2.0
// A whole session of either role, at any point of its life, fed with a stream in different cuts.
//
//   How the stream is cut changes neither what the host learns nor what the peer is sent; whoever
//   logs in was allowed to; the end is told once, and is the end.
//
// Octets: bit 0 of the first: role; bits 1 and 2: what has happened before (nothing, versions,
// keys, a login); then steps:
//   0 packet     payload (string)
//   1 octets     (string), of no packet
//   2 policy     how questions are answered from now on
//   3 host       a call of the host: which, channel, octets (string)
//   4 cuts       sizes of the reads (string)
// What is fed without a policy or a call between arrives at once when it is not cut.
#include "transport_targets.h"

#include "cheap_crypto.h"
#include "fuzz_input.h"
#include "kexinit.h"
#include "kexinit_model.h"
#include "messages.h"
#include "plain_packets.h"
#include "plain_session.h"
#include "userauth_parts.h"
#include "writer.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <string>
#include <type_traits>
#include <utility>

namespace gss::test::fuzz {

namespace {

namespace message = transport::detail::message;
using ssh::wire::Writer;
using transport::Answer;
using transport::Event;

/// What a session has got into before the input begins.
enum class Before : std::uint8_t { nothing, versions, keys, login };

PlainSession make_session(Role role) {
    if (role == Role::client) {
        transport::ClientOptions options;
        options.crypto = &cheap_crypto();
        return PlainSession(options);
    }
    transport::ServerOptions options;
    options.crypto = &cheap_crypto();
    options.host_keys = {fuzz_key()};
    options.other_methods = {"password", "publickey"};
    return PlainSession(options);
}

/// An event in words, without what chance has made.
std::string words_for(const Event& event) {
    std::string words = std::to_string(event.index());
    std::visit(
        [&](const auto& which) {
            using T = std::decay_t<decltype(which)>;
            if constexpr (requires { which.channel; }) {
                if constexpr (std::is_integral_v<std::decay_t<decltype(which.channel)>>) {
                    words += " on " + std::to_string(which.channel);
                }
            }
            if constexpr (requires { which.type; }) {
                words += " " + which.type;
            }
            if constexpr (requires { which.user; }) {
                words += " of " + which.user;
            }
            if constexpr (requires { which.method; }) {
                words += " by " + which.method;
            }
            if constexpr (requires { which.text; }) {
                hold_shown(which.text, "\n\t");
                words += " " + which.text;
            }
            if constexpr (std::is_same_v<T, transport::ChannelData>) {
                words += " " + std::string(as_text(which.data));
            }
            if constexpr (std::is_same_v<T, transport::AuthFailed>) {
                hold_shown(which.reason);
                words += " " + which.reason;
            }
            if constexpr (requires { which.id; }) {
                words += " #" + std::to_string(which.id);
            }
        },
        event);
    return words;
}

/// The answer that a policy has for a question; nothing: later, which is never.
std::optional<Answer> answer_for(const Event& event, unsigned policy) {
    const bool good = (policy & 1U) != 0;
    if ((policy & 6U) == 6U) {
        return std::nullopt;
    }
    if ((policy & 6U) == 4U) {
        return transport::Refusal{};
    }
    return std::visit(
        [&](const auto& which) -> std::optional<Answer> {
            using T = std::decay_t<decltype(which)>;
            if constexpr (std::is_same_v<T, ssh::GssStep>) {
                ssh::StepAnswer answer;
                answer.status = (policy & 8U) != 0 ? ssh::StepAnswer::Status::more
                                : good             ? ssh::StepAnswer::Status::done
                                                   : ssh::StepAnswer::Status::failed;
                answer.flags = ContextFlag::mutual | ContextFlag::integrity;
                answer.mechanism = mechanism::krb5();
                if ((policy & 16U) != 0) {
                    answer.token = Bytes(7, std::byte{'t'});
                }
                return answer;
            } else if constexpr (std::is_same_v<T, ssh::GetMic>) {
                return ssh::MicAnswer{
                    good ? std::optional(Bytes(28, std::byte{'m'})) : std::nullopt, "no MIC"};
            } else if constexpr (std::is_same_v<T, ssh::VerifyMic>) {
                return ssh::VerifyAnswer{good, "no"};
            } else if constexpr (std::is_same_v<T, transport::HostKeyQuestion>) {
                return transport::HostKeyAnswer{good, "no"};
            } else if constexpr (std::is_same_v<T, transport::ChannelOpenRequest>) {
                transport::ChannelAnswer answer;
                answer.accepted = good;
                answer.window = 5000;
                return answer;
            } else if constexpr (std::is_same_v<T, transport::ChannelRequest> ||
                                 std::is_same_v<T, transport::GlobalRequest>) {
                return transport::RequestAnswer{good, {}};
            } else {
                ssh::AuthorizeAnswer answer;
                answer.decision = good ? ssh::AuthorizeAnswer::Decision::allow
                                       : ssh::AuthorizeAnswer::Decision::deny;
                return answer;
            }
        },
        event);
}

class Run {
public:
    Run(BytesView input, bool cut)
        : cursor_(input), first_(cursor_.byte()),
          role_((first_ & 1U) != 0 ? Role::server : Role::client), cut_(cut),
          plain_(make_session(role_)) {}

    void all() {
        begin(static_cast<Before>(first_ / 2 % 4));
        while (!cursor_.empty() && plain_.session().is_active()) {
            step();
        }
        arrive();
        plain_.session().ended();
        look();
        hold(!plain_.session().is_active() || waits_, "without a stream it ends");
    }

    /// What the host has learnt, and what the peer was sent. In what order these two were is a
    /// matter of when somebody looked.
    [[nodiscard]] std::string story() const { return learnt_ + said_; }

private:
    void begin(Before before);
    void exchange_keys();
    void log_in();
    void step();
    void call_host();

    void feed(BytesView octets) { coming_.insert(coming_.end(), octets.begin(), octets.end()); }
    void arrive();
    void look();
    void look_at(const Event& event);
    void whole(BytesView payload) {
        plain_.packet(payload);
        look();
    }

    Cursor cursor_;
    unsigned first_;
    Role role_;
    bool cut_;
    PlainSession plain_;
    Bytes sizes_{std::byte{0}};
    Bytes coming_; ///< octets that are yet to arrive
    Bytes own_kexinit_;
    unsigned policy_ = 1;
    bool readable_ = true; ///< what is sent is not encrypted
    bool begun_ = false;   ///< the input's part has begun
    bool allowed_ = false; ///< the host has said yes to somebody
    bool waits_ = false;   ///< a question was put off
    bool gone_ = false;
    std::string learnt_;
    std::string said_;
};

void Run::begin(Before before) {
    look();
    if (before != Before::nothing) {
        plain_.octets(as_bytes("SSH-2.0-peer\r\n"));
        look();
    }
    if (before >= Before::keys) {
        exchange_keys();
    }
    if (before == Before::login) {
        log_in();
        hold(plain_.session().is_authenticated(), "the way in is open");
    }
    begun_ = true;
}

void Run::exchange_keys() {
    ModelInit init = model_parse(own_kexinit_).value();
    std::erase_if(init.lists[kex_list], [this](const std::string& name) {
        return transport::detail::is_marker(name) ||
               (role_ == Role::server ? name != "curve25519-sha256"
                                      : !name.starts_with("gss-curve25519-sha256-"));
    });
    policy_ = 1 | 8 | 16; // a step that needs another one
    whole(model_build(init));
    const Bytes key(32, std::byte{9});
    if (role_ == Role::server) {
        whole(Writer(30).string(key).octets());
    } else {
        policy_ = 1;
        whole(Writer(32).string(key).text("a MIC").boolean(true).text("token").octets());
    }
    whole(Bytes{std::byte{message::newkeys}});
    hold(!plain_.session().session_id().empty(), "keys are exchanged");
}

void Run::log_in() {
    if (role_ == Role::server) {
        whole(Writer(message::service_request).text("ssh-userauth").octets());
        return whole(Writer(message::userauth_request)
                         .text("alice")
                         .text("ssh-connection")
                         .text("none")
                         .octets());
    }
    plain_.client()->authenticate("alice", transport::WithNone{}).value();
    look();
    whole(Writer(message::service_accept).text("ssh-userauth").octets());
    whole(Bytes{std::byte{message::userauth_success}});
}

void Run::step() {
    switch (cursor_.byte() % 5) {
    case 0: {
        const BytesView payload = cursor_.string();
        return payload.empty() ? void() : feed(plain_packet(payload));
    }
    case 1:
        return feed(cursor_.string());
    case 2:
        arrive();
        policy_ = cursor_.byte();
        return;
    case 3:
        arrive();
        return call_host();
    default:
        const BytesView sizes = cursor_.string();
        if (!sizes.empty()) {
            sizes_.assign(sizes.begin(), sizes.end());
        }
    }
}

void Run::call_host() {
    const unsigned which = cursor_.byte() % 10;
    const transport::ChannelId channel = cursor_.byte();
    const BytesView octets = cursor_.string();
    transport::Session& session = plain_.session();
    switch (which) {
    case 0:
        static_cast<void>(session.open_channel("session", {}, 3000));
        break;
    case 1:
        static_cast<void>(session.send_data(channel, octets));
        break;
    case 2:
        session.consumed(channel, octets.size());
        break;
    case 3:
        static_cast<void>(session.send_eof(channel));
        break;
    case 4:
        static_cast<void>(session.close_channel(channel));
        break;
    case 5:
        static_cast<void>(session.channel_request(channel, "exec", true, octets));
        break;
    case 6:
        static_cast<void>(session.global_request("keepalive@openssh.com", true));
        break;
    case 7:
        if (transport::ClientSession* const client = plain_.client()) {
            static_cast<void>(
                client->authenticate(user_name(static_cast<std::uint8_t>(channel)),
                                     channel % 2 != 0 ? transport::AuthMethod(transport::WithNone{})
                                                      : transport::WithGssapiKeyex{}));
        }
        break;
    case 8:
        static_cast<void>(session.rekey());
        break;
    default:
        static_cast<void>(session.send_ignore(octets));
    }
    look();
}

void Run::arrive() {
    const Bytes all = std::exchange(coming_, {});
    BytesView octets(all);
    std::size_t turn = 0;
    while (!octets.empty()) {
        std::size_t size = octets.size();
        if (cut_) {
            size = std::min(size, 1 + std::to_integer<std::size_t>(sizes_[turn++ % sizes_.size()]));
        }
        plain_.octets(octets.first(size));
        octets = octets.subspan(size);
        look();
    }
}

void Run::look_at(const Event& event) {
    hold(!gone_, "nothing comes after the end");
    learnt_ += words_for(event) + "\n";
    gone_ = std::holds_alternative<transport::Disconnected>(event);
    if (std::holds_alternative<transport::LoggedIn>(event)) {
        hold(role_ == Role::client || allowed_, "who logs in was allowed to");
    }
    const auto id = transport::question_id(event);
    if (!id) {
        return;
    }
    std::optional<Answer> answer = answer_for(event, policy_);
    if (!answer) {
        waits_ = true;
        return;
    }
    const auto* const decision = std::get_if<ssh::AuthorizeAnswer>(&*answer);
    allowed_ = allowed_ ||
               (decision != nullptr && decision->decision == ssh::AuthorizeAnswer::Decision::allow);
    plain_.answer(*id, *std::move(answer));
}

void Run::look() {
    while (const auto event = plain_.poll()) {
        look_at(*event);
    }
    for (const Bytes& payload : plain_.take_sent()) {
        const std::uint8_t number = number_of(payload);
        if (number == message::kexinit) {
            own_kexinit_ = payload;
        }
        if (!readable_) {
            continue;
        }
        // What belongs to key exchange is made of chance.
        const bool of_chance = number >= message::kexinit && number <= message::kex_last;
        said_ += "sent " + std::to_string(number) +
                 (of_chance ? "" : std::string(as_text(payload))) + "\n";
        readable_ = !begun_ || number != message::newkeys;
    }
    hold(plain_.session().is_active() != gone_, "the end is told");
}

} // namespace

void fuzz_session(BytesView input) {
    Run whole(input, false);
    whole.all();
    Run cut(input, true);
    cut.all();
    hold(whole.story() == cut.story(), "how the stream is cut changes nothing");
}

} // namespace gss::test::fuzz
