// SPDX-License-Identifier: Apache-2.0
#include "engine_core.h"

#include "disconnect.h"
#include "escape.h"

#include <iterator>
#include <type_traits>
#include <utility>

namespace gss::inline v0::ssh::detail {

// What poll() hands out is moved there without memory.
static_assert(std::is_nothrow_move_constructible_v<Action>);

bool EngineCore::interrupts(BytesView /*payload*/) const noexcept {
    return false;
}

// An answer that an engine never asks for cannot arrive: ask() fixes the kind.
void EngineCore::on_step(StepAnswer&& /*answer*/) {}
void EngineCore::on_mic(MicAnswer&& /*answer*/) {}
void EngineCore::on_verify(VerifyAnswer&& /*answer*/) {}
void EngineCore::on_authorize(AuthorizeAnswer&& /*answer*/) {}

Fed EngineCore::receive(BytesView payload) {
    return guarded([&] {
        take(payload);
        return Fed::taken;
    });
}

void EngineCore::take(BytesView payload) {
    if (payload.empty() || payload.size() > max_payload) {
        return fail(Fault::peer, disconnect::protocol_error,
                    payload.empty() ? "an empty message" : "a message of too many octets");
    }
    if (interrupts(payload)) {
        abandon_question();
        held_.clear();
        held_octets_ = 0;
    }
    if (open_ == Question::none) {
        return on_message(payload);
    }
    if (held_.size() == most_held || held_octets_ + payload.size() > most_held_octets) {
        return fail(Fault::peer, disconnect::protocol_error, "too many messages before an answer");
    }
    held_.emplace_back(payload.begin(), payload.end());
    held_octets_ += payload.size();
}

Fed EngineCore::answer(RequestId id, Answer answer) {
    return guarded([&] {
        if (open_ == Question::none || id != last_id_) {
            return Fed::stale;
        }
        const Question asked = std::exchange(open_, Question::none);
        if (answer.index() + 1 != static_cast<std::size_t>(asked)) {
            return misuse("an answer of another kind than the question");
        }
        deliver(std::move(answer), asked);
        work_off_held();
        return Fed::taken;
    });
}

void EngineCore::deliver(Answer&& answer, Question asked) {
    switch (asked) {
    case Question::step:
        return on_step(std::get<StepAnswer>(std::move(answer)));
    case Question::mic:
        return on_mic(std::get<MicAnswer>(std::move(answer)));
    case Question::verify:
        return on_verify(std::get<VerifyAnswer>(std::move(answer)));
    case Question::authorize:
        return on_authorize(std::get<AuthorizeAnswer>(std::move(answer)));
    case Question::none:
        break;
    }
}

void EngineCore::work_off_held() {
    while (!ended_ && open_ == Question::none && !held_.empty()) {
        const Bytes payload = std::move(held_.front());
        held_.pop_front();
        held_octets_ -= payload.size();
        on_message(payload);
    }
}

Fed EngineCore::cancel() {
    return guarded([&] {
        fail(Fault::local, disconnect::by_application, "cancelled by the host");
        return Fed::taken;
    });
}

std::optional<Action> EngineCore::poll() {
    if (actions_.empty()) {
        return poll_owed();
    }
    Action action = std::move(actions_.front());
    actions_.pop_front();
    return action;
}

// There may be no memory for it: neither of the two allocates.
std::optional<Action> EngineCore::poll_owed() noexcept {
    if (!owes_fail_) {
        return std::nullopt;
    }
    if (held_context_) {
        return Release{*std::exchange(held_context_, std::nullopt)};
    }
    owes_fail_ = false;
    Fail failure;
    failure.fault = Fault::local;
    failure.disconnect_reason = disconnect::service_not_available;
    failure.text = "an exception"; // short enough to need no memory of its own
    return failure;
}

void EngineCore::put(Action action) {
    actions_.push_back(std::move(action));
}

void EngineCore::send(Bytes payload) {
    put(SendMessage{std::move(payload)});
}

template <typename T>
void EngineCore::ask_as(Question kind, T question) {
    question.id = ++last_id_;
    open_ = kind;
    put(std::move(question));
}

void EngineCore::ask(GssStep question) {
    ask_as(Question::step, std::move(question));
}
void EngineCore::ask(GetMic question) {
    ask_as(Question::mic, std::move(question));
}
void EngineCore::ask(VerifyMic question) {
    ask_as(Question::verify, std::move(question));
}
void EngineCore::ask(Authorize question) {
    ask_as(Question::authorize, std::move(question));
}

void EngineCore::abandon_question() noexcept {
    open_ = Question::none;
}

void EngineCore::release_context() {
    if (held_context_) {
        put(Release{*std::exchange(held_context_, std::nullopt)});
    }
}

void EngineCore::finish(KexDone done) {
    end_well(std::move(done));
}

void EngineCore::finish(AuthDone done) {
    done.unread.assign(std::make_move_iterator(held_.begin()),
                       std::make_move_iterator(held_.end()));
    end_well(std::move(done));
}

void EngineCore::end_well(Action done) {
    keep_context();
    put(std::move(done));
    end();
}

void EngineCore::end() noexcept {
    ended_ = true;
    open_ = Question::none;
    held_.clear();
    held_octets_ = 0;
}

// Half a transition is no state to go on from: a check that failed could be forgotten, and a
// SUCCESS be sent without the AuthDone that belongs to it. The host may have the context from
// before, though.
void EngineCore::break_off(std::size_t queued, const std::optional<ContextName>& context) noexcept {
    while (actions_.size() > queued) {
        actions_.pop_back();
    }
    held_context_ = context;
    owes_fail_ = true;
    end();
}

void EngineCore::fail(Fail failure) {
    release_context();
    failure.text = escape_control_characters(failure.text);
    put(std::move(failure));
    end();
}

void EngineCore::fail(Fault fault, std::uint32_t disconnect_reason, std::string_view text) {
    Fail failure;
    failure.fault = fault;
    failure.disconnect_reason = disconnect_reason;
    failure.text = text;
    fail(std::move(failure));
}

Fed EngineCore::misuse(std::string_view text) {
    fail(Fault::misuse, disconnect::by_application, text);
    return Fed::misuse;
}

} // namespace gss::inline v0::ssh::detail
