// SPDX-License-Identifier: Apache-2.0
#include "interpreter.h"

#include <gssxx/mechanism.h>

#include <array>
#include <utility>
#include <variant>

namespace gss::test::fuzz {

namespace {

using namespace gss::ssh;

/// What an action says, as octets to compare and to count.
struct Describe {
    std::string text;

    void add(std::string_view part) {
        text += std::to_string(part.size());
        text += ':';
        text += part;
    }
    void add(BytesView part) { add(as_text(part)); }
    void number(std::uint64_t value) { add(std::to_string(value)); }

    void operator()(const SendMessage& action) { add(action.payload); }
    void operator()(const GssStep& action) {
        number(action.id);
        add(to_string(action.context));
        number(action.flags.bits());
        add(action.token);
    }
    void operator()(const GetMic& action) {
        number(action.id);
        add(action.data.view());
    }
    void operator()(const VerifyMic& action) {
        number(action.id);
        add(action.data.view());
        add(action.mic);
    }
    void operator()(const Authorize& action) {
        number(action.id);
        add(action.user);
        add(action.service);
        add(action.method);
    }
    void operator()(const Release& action) { add(to_string(action.context)); }
    void operator()(const AttemptFailed& action) {
        add(action.user);
        add(action.method);
        add(action.reason);
        number(action.failures);
    }
    void operator()(const OtherRequest& action) { add(action.payload); }
    void operator()(const KexDone& action) {
        add(action.exchange_hash.view());
        add(action.shared_secret.view());
    }
    void operator()(const AuthDone& action) {
        add(action.user);
        add(action.method);
        for (const Bytes& payload : action.unread) {
            add(payload);
        }
    }
    void operator()(const Fail& action) {
        number(static_cast<std::uint64_t>(action.fault));
        number(action.disconnect_reason);
        add(action.text);
        hold_shown(action.text);
    }
};

/// One run over the input.
class Run {
public:
    Run(BytesView input, bool poll_at_once) : cursor_(input), poll_at_once_(poll_at_once) {}

    void with(const Subject& subject, const Success& success) {
        success_ = success;
        while (!cursor_.empty()) {
            call(subject);
            if (poll_at_once_) {
                drain(*subject.engine);
            }
        }
        drain(*subject.engine);
        if (subject.engine->ended()) {
            const Bytes one{std::byte{5}};
            hold(subject.engine->receive(one) == Fed::ended, "nothing is taken after the end");
            hold(!subject.engine->poll().has_value(), "no action comes after the end");
            hold(terminal_ == 1, "an engine ends with one terminal action");
        } else {
            hold(terminal_ == 0, "a terminal action ends the engine");
        }
    }

    [[nodiscard]] const std::string& actions() const noexcept { return actions_; }

private:
    void call(const Subject& subject) {
        switch (cursor_.byte() % 4) {
        case 0:
            static_cast<void>(subject.engine->receive(cursor_.string()));
            break;
        case 1:
            answer(*subject.engine);
            break;
        case 2:
            static_cast<void>(subject.start());
            break;
        default:
            static_cast<void>(subject.engine->cancel());
            break;
        }
    }

    /// Ids are guessed by counting, so that both ways of polling give the same answers: an answer
    /// that the engine takes moves on to the next question.
    void answer(Engine& engine) {
        const std::uint8_t flags = cursor_.byte();
        const std::uint8_t kind = cursor_.byte();
        const bool good = (cursor_.byte() & 1U) != 0;
        const std::uint8_t context_flags = cursor_.byte();
        const BytesView octets = cursor_.string();
        const RequestId id = (flags & 1U) != 0 ? next_id_ : next_id_ - 1;
        Fed fed = Fed::stale;
        switch (kind % 4) {
        case 0:
            fed = engine.answer(id, step(kind, context_flags, octets));
            break;
        case 1:
            fed = engine.answer(
                id,
                MicAnswer{good ? std::optional(Bytes(octets.begin(), octets.end())) : std::nullopt,
                          "scripted"});
            made_ |= fed == Fed::taken && good;
            break;
        case 2:
            fed = engine.answer(id, VerifyAnswer{good, "scripted"});
            verified_ |= fed == Fed::taken && good;
            break;
        default:
            fed = engine.answer(id, AuthorizeAnswer{good ? AuthorizeAnswer::Decision::allow
                                                         : AuthorizeAnswer::Decision::deny,
                                                    {},
                                                    "scripted"});
            authorized_ |= fed == Fed::taken && good;
            break;
        }
        if (fed == Fed::taken) {
            ++next_id_;
        } else if (fed == Fed::stale && (flags & 2U) != 0) {
            ++next_id_; // a question was abandoned
        }
    }

    static StepAnswer step(std::uint8_t kind, std::uint8_t flags, BytesView octets) {
        StepAnswer answer;
        constexpr std::array statuses{StepAnswer::Status::more, StepAnswer::Status::done,
                                      StepAnswer::Status::failed, StepAnswer::Status::done};
        answer.status = statuses[(kind >> 2) % 4];
        answer.token = Bytes(octets.begin(), octets.end());
        answer.flags = ContextFlags::from_bits(flags);
        if ((kind & 0x80U) == 0) {
            answer.mechanism = mechanism::krb5();
        } else if ((kind & 0x40U) != 0) {
            answer.mechanism = mechanism::spnego();
        }
        answer.major = 0xd0000;
        answer.text = "scripted \x1b[2J";
        return answer;
    }

    void drain(Engine& engine) {
        while (std::optional<Action> action = engine.poll()) {
            take(*action);
        }
    }

    void take(const Action& action) {
        const bool kex_done = std::holds_alternative<KexDone>(action);
        const bool auth_done = std::holds_alternative<AuthDone>(action);
        hold(terminal_ == 0, "nothing follows the terminal action");
        if (kex_done || auth_done) {
            hold(!success_.needs_verify || verified_, "no success without a verified MIC");
            hold(!success_.needs_mic || made_, "no success without a MIC of ours");
            hold(!success_.needs_authorize || authorized_, "no success without authorisation");
        }
        terminal_ += kex_done || auth_done || std::holds_alternative<Fail>(action) ? 1 : 0;
        Describe describe;
        std::visit(describe, action);
        actions_ += std::to_string(action.index()) + "{" + describe.text + "}";
    }

    Cursor cursor_;
    bool poll_at_once_;
    Success success_;
    RequestId next_id_ = 1;
    int terminal_ = 0;
    bool verified_ = false;
    bool made_ = false;
    bool authorized_ = false;
    std::string actions_;
};

} // namespace

void run(BytesView input, const MakeSubject& make, const Success& success) {
    if (input.empty()) {
        return;
    }
    const auto options = std::to_integer<std::uint8_t>(input[0]);
    std::string actions[2];
    for (const bool poll_at_once : {true, false}) {
        make(options, [&](const Subject& subject) {
            Run once(input.subspan(1), poll_at_once);
            once.with(subject, success);
            actions[poll_at_once ? 0 : 1] = once.actions();
        });
    }
    hold(actions[0] == actions[1], "whole or split feeding gives the same actions");
    // What a peer's message can cost: its own size a few times over, and what each call adds.
    hold(actions[0].size() <= 4096 + input.size() * 4096, "output is bounded by input");
}

} // namespace gss::test::fuzz
