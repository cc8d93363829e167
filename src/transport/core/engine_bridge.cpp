// SPDX-License-Identifier: Apache-2.0
#include "engine_bridge.h"

#include <type_traits>
#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

/// The refusal that each kind of question has.
Answer refusal_of(std::size_t kind) {
    switch (kind) {
    case 0: {
        ssh::StepAnswer failed;
        failed.text = "nobody made the GSS step";
        return failed;
    }
    case 1:
        return ssh::MicAnswer{std::nullopt, "nobody made the MIC"};
    case 2:
        return ssh::VerifyAnswer{false, "nobody verified the MIC"};
    default: {
        ssh::AuthorizeAnswer denied;
        denied.reason = "nobody decided";
        return denied;
    }
    }
}

} // namespace

template <typename Question>
void EngineBridge::ask(Kind kind, Question&& question) {
    const RequestId outer = outlet_.new_id();
    open_ = Open{outer, question.id, kind};
    question.id = outer;
    outlet_.put(Event(std::forward<Question>(question)));
}

void EngineBridge::drain(ssh::Engine& engine, const Rest& rest) {
    while (std::optional<ssh::Action> action = engine.poll()) {
        bool last = false;
        std::visit(
            [&](auto& which) {
                using T = std::decay_t<decltype(which)>;
                if constexpr (std::is_same_v<T, ssh::SendMessage>) {
                    outlet_.send(which.payload);
                } else if constexpr (std::is_same_v<T, ssh::GssStep>) {
                    ask(Kind::step, std::move(which));
                } else if constexpr (std::is_same_v<T, ssh::GetMic>) {
                    ask(Kind::mic, std::move(which));
                } else if constexpr (std::is_same_v<T, ssh::VerifyMic>) {
                    ask(Kind::verify, std::move(which));
                } else if constexpr (std::is_same_v<T, ssh::Authorize>) {
                    ask(Kind::authorize, std::move(which));
                } else if constexpr (std::is_same_v<T, ssh::Release> ||
                                     std::is_same_v<T, ssh::AttemptFailed>) {
                    outlet_.put(Event(std::move(which)));
                } else {
                    last = !std::is_same_v<T, ssh::OtherRequest>;
                    if (last) {
                        open_.reset();
                    }
                    rest(std::move(*action));
                }
            },
            *action);
        if (last) {
            return;
        }
    }
}

ssh::Fed EngineBridge::answer(ssh::Engine& engine, RequestId id, Answer&& answer) {
    if (!owns(id)) {
        return ssh::Fed::stale;
    }
    const Open open = *open_;
    open_.reset();
    if (std::holds_alternative<Refusal>(answer)) {
        answer = refusal_of(static_cast<std::size_t>(open.kind));
    }
    return std::visit(
        [&](auto&& which) -> ssh::Fed {
            using T = std::decay_t<decltype(which)>;
            if constexpr (std::is_same_v<T, ssh::StepAnswer> || std::is_same_v<T, ssh::MicAnswer> ||
                          std::is_same_v<T, ssh::VerifyAnswer> ||
                          std::is_same_v<T, ssh::AuthorizeAnswer>) {
                return engine.answer(open.inner, std::forward<decltype(which)>(which));
            } else {
                // No answer to any question of an engine: what it makes of a wrong kind it makes of
                // it.
                return open.kind == Kind::mic ? engine.answer(open.inner, ssh::StepAnswer{})
                                              : engine.answer(open.inner, ssh::MicAnswer{});
            }
        },
        std::move(answer));
}

} // namespace gss::inline v0::transport::detail
