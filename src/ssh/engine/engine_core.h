// SPDX-License-Identifier: Apache-2.0
// What stands behind every engine: the queue of actions, the open question, held messages, the end.
#pragma once

#include <gssxx/ssh/engine.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gss::inline v0::ssh::detail {

using Answer = std::variant<StepAnswer, MicAnswer, VerifyAnswer, AuthorizeAnswer>;

class EngineCore {
public:
    /// The longest payload that is looked at: a packet of RFC 4253 s6.1 has 35000 octets, and
    /// transports in the field allow 256 KiB.
    static constexpr std::size_t max_payload = std::size_t{256} * 1024;
    static constexpr std::size_t most_held = 8;
    static constexpr std::size_t most_held_octets = std::size_t{128} * 1024;

    EngineCore() = default;
    EngineCore(const EngineCore&) = delete;
    EngineCore& operator=(const EngineCore&) = delete;
    virtual ~EngineCore() = default;

    Fed receive(BytesView payload);
    Fed answer(RequestId id, Answer answer);
    Fed cancel();
    /// Never allocates: what an engine owes that ended by an exception can still be said.
    [[nodiscard]] std::optional<Action> poll();
    [[nodiscard]] bool ended() const noexcept { return ended_; }

protected:
    /// Runs what the host has called, Fed::ended without it at the end. All of it happens or
    /// nothing: when it throws, what it put out is taken back and the engine ends. Every call of
    /// the host's that may put something out goes through here.
    template <typename Transition>
    Fed guarded(Transition&& transition) {
        if (ended_) {
            return Fed::ended;
        }
        const std::size_t queued = actions_.size();
        const std::optional<ContextName> context = held_context_;
        try {
            return transition();
        } catch (...) {
            break_off(queued, context);
            throw;
        }
    }

    /// A message, once no question is open.
    virtual void on_message(BytesView payload) = 0;
    /// True for a message that abandons what is open instead of waiting for it.
    [[nodiscard]] virtual bool interrupts(BytesView payload) const noexcept;
    virtual void on_step(StepAnswer&& answer);
    virtual void on_mic(MicAnswer&& answer);
    virtual void on_verify(VerifyAnswer&& answer);
    virtual void on_authorize(AuthorizeAnswer&& answer);

    // What is put out --------------------------------------------------------------------------
    void send(Bytes payload);
    void put(Action action);
    /// Asks; the next answer goes to the handler of that kind. One question at a time.
    void ask(GssStep question);
    void ask(GetMic question);
    void ask(VerifyMic question);
    void ask(Authorize question);
    /// The open question is of no interest any more: its answer will be stale.
    void abandon_question() noexcept;
    /// The messages that wait for the open question's answer, the oldest first.
    [[nodiscard]] const std::deque<Bytes>& held_messages() const noexcept { return held_; }

    /// A context that is released unless the engine ends well.
    void hold(const ContextName& context) { held_context_ = context; }
    void release_context();
    void keep_context() noexcept { held_context_.reset(); }

    /// Ends well. The held context stays with the host.
    void finish(KexDone done);
    /// The same. Messages that are held come out with it: they are for whoever goes on.
    void finish(AuthDone done);
    /// Ends badly. Control characters in the text are escaped here.
    void fail(Fail failure);
    void fail(Fault fault, std::uint32_t disconnect_reason, std::string_view text);
    /// A call that the host must not make in this state.
    Fed misuse(std::string_view text);

private:
    enum class Question : std::uint8_t { none, step, mic, verify, authorize };

    template <typename T>
    void ask_as(Question kind, T question);
    void take(BytesView payload);
    void deliver(Answer&& answer, Question asked);
    void work_off_held();
    void end_well(Action done);
    void end() noexcept;
    /// Ends because something was thrown, with @p queued actions left and @p context to release.
    void break_off(std::size_t queued, const std::optional<ContextName>& context) noexcept;
    [[nodiscard]] std::optional<Action> poll_owed() noexcept;

    std::deque<Action> actions_;
    std::deque<Bytes> held_;
    std::size_t held_octets_ = 0;
    std::optional<ContextName> held_context_;
    RequestId last_id_ = 0;
    Question open_ = Question::none;
    bool ended_ = false;
    bool owes_fail_ = false; ///< ended by an exception, and has not said so yet
};

} // namespace gss::inline v0::ssh::detail
