// SPDX-License-Identifier: Apache-2.0
#include "scripted_host.h"

#include "scripted_token.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <variant>

namespace gss::test {

namespace {

constexpr SumKey nonce_key{0x6e6f6e6365U, 0x5347U};

/// The MIC of one end: a header with direction and sequence number, and two checksums.
Bytes make_mic(BytesView transcript, bool initiator, std::uint64_t sequence, BytesView data) {
    Bytes mic{std::byte{0x53}, std::byte{0x4d},
              std::byte{initiator ? std::uint8_t{0} : std::uint8_t{1}}, std::byte{0xff}};
    append_number(mic, sequence);
    Bytes covered = mic;
    covered.insert(covered.end(), data.begin(), data.end());
    for (const std::uint64_t half : {1U, 2U}) {
        const SumKey key{keyed_sum({half, 11}, transcript), keyed_sum({half, 13}, transcript)};
        append_number(mic, keyed_sum(key, covered));
    }
    return mic;
}

constexpr std::size_t mic_size = 4 + 8 + 8 + 8;

} // namespace

std::uint64_t ScriptedHost::next_seed() noexcept {
    static std::atomic<std::uint64_t> seeds{1};
    return seeds.fetch_add(1, std::memory_order_relaxed);
}

ScriptedHost::ScriptedHost(Script script, std::uint64_t seed)
    : script_(std::move(script)), seed_(seed) {}

bool ScriptedHost::complete(const ssh::ContextName& name) const {
    const auto found = contexts_.find(name);
    return found != contexts_.end() && found->second.complete;
}

ssh::StepAnswer ScriptedHost::answered(const Context& context, ssh::StepAnswer answer) const {
    answer.flags = (context.asked - script_.without) | script_.with;
    if (answer.status == ssh::StepAnswer::Status::done) {
        answer.flags.insert(ContextFlag::protection_ready);
    }
    if (script_.names_mechanism) {
        answer.mechanism = script_.claims.value_or(context.mechanism);
    }
    return answer;
}

ssh::StepAnswer ScriptedHost::failed(Context& context, std::uint32_t major, std::uint32_t minor,
                                     std::string text) const {
    ssh::StepAnswer answer;
    answer.status = ssh::StepAnswer::Status::failed;
    answer.major = major;
    answer.minor = minor;
    answer.text = std::move(text);
    if (script_.error_token) {
        answer.token = make_token(context, true);
    }
    return answered(context, std::move(answer));
}

Bytes ScriptedHost::make_token(Context& context, bool error) const {
    ScriptedToken token;
    token.number = ++context.tokens;
    token.error = error;
    token.flags = context.asked;
    Bytes nonce_of;
    append_number(nonce_of, seed_);
    append_number(nonce_of, context.tokens);
    append_number(nonce_of, counts_.steps);
    token.nonce = keyed_sum(nonce_key, nonce_of);
    token.padding = script_.padding;
    const Bytes octets = build_token(token, context.mechanism, context.transcript);
    context.transcript.insert(context.transcript.end(), octets.begin(), octets.end());
    return octets;
}

bool ScriptedHost::take_token(Context& context, BytesView octets, bool& peer_failed) const {
    const auto token = parse_token(octets, context.mechanism, context.transcript);
    if (!token || token->number != context.tokens + 1) {
        return false;
    }
    peer_failed = token->error;
    context.tokens = token->number;
    context.transcript.insert(context.transcript.end(), octets.begin(), octets.end());
    if (!context.initiator && context.legs == 0) {
        context.asked = token->flags;
    }
    return true;
}

ssh::StepAnswer ScriptedHost::leg(Context& context) const {
    ++context.legs;
    if (context.legs == script_.fail_at) {
        return failed(context, script_.major, script_.minor, script_.text);
    }
    ssh::StepAnswer answer;
    bool gives_token = context.tokens < script_.tokens;
    gives_token = gives_token && context.legs != script_.no_token_at;
    gives_token = gives_token || context.legs == script_.token_at;
    const bool done = script_.done_at != 0
                          ? context.legs >= script_.done_at
                          : context.tokens + (gives_token ? 1 : 0) >= script_.tokens;
    if (gives_token) {
        answer.token = make_token(context, false);
    }
    context.complete = done;
    answer.status = done ? ssh::StepAnswer::Status::done : ssh::StepAnswer::Status::more;
    return answered(context, std::move(answer));
}

ssh::StepAnswer ScriptedHost::step(const ssh::GssStep& question) {
    ++counts_.steps;
    const auto [place, made] = contexts_.try_emplace(question.context);
    Context& context = place->second;
    if (made != question.first || context.complete) {
        ++counts_.misuses;
        return failed(context, status_no_context, 0, "no such context, or one that is complete");
    }
    if (made) {
        context.initiator = question.initiate;
        context.mechanism = question.mechanism;
        context.asked = question.initiate ? question.flags : ContextFlags();
    }
    if (made && question.initiate) {
        counts_.misuses += question.token.empty() ? 0U : 1U;
        return leg(context);
    }
    bool peer_failed = false;
    if (!take_token(context, question.token, peer_failed)) {
        return failed(context, status_defective_token, 0, "a defective token");
    }
    if (peer_failed) {
        return answered(context, {ssh::StepAnswer::Status::failed,
                                  {},
                                  {},
                                  {},
                                  status_failure,
                                  1,
                                  "the peer's error token"});
    }
    return leg(context);
}

Bytes ScriptedHost::mic_of(const ssh::ContextName& name, BytesView data) {
    Context& context = contexts_.at(name);
    return make_mic(context.transcript, context.initiator, context.sequence++, data);
}

ssh::MicAnswer ScriptedHost::get_mic(const ssh::GetMic& question) {
    ++counts_.mics;
    if (!complete(question.context)) {
        ++counts_.misuses;
        return {std::nullopt, "no complete context"};
    }
    if (script_.get_mic_status != 0) {
        return {std::nullopt, "major status " + std::to_string(script_.get_mic_status)};
    }
    return {mic_of(question.context, question.data.view()), {}};
}

ssh::VerifyAnswer ScriptedHost::verify_mic(const ssh::VerifyMic& question) {
    ++counts_.verified;
    ++counts_.refused;
    if (!complete(question.context)) {
        ++counts_.misuses;
        return {false, "no complete context"};
    }
    if (question.mic.size() != mic_size) {
        return {false, "major status " + std::to_string(status_defective_token)};
    }
    const Context& context = contexts_.at(question.context);
    std::uint64_t sequence = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        sequence |= std::to_integer<std::uint64_t>(question.mic[4 + i]) << (8 * i);
    }
    const Bytes good =
        make_mic(context.transcript, !context.initiator, sequence, question.data.view());
    const std::uint32_t status = good == question.mic ? script_.verify_status : status_bad_mic;
    if (status != 0) {
        return {false, "major status " + std::to_string(status)};
    }
    --counts_.refused;
    return {true, {}};
}

ssh::AuthorizeAnswer ScriptedHost::authorize(const ssh::Authorize& question) {
    ++counts_.authorized;
    if (!complete(question.context)) {
        ++counts_.misuses;
        return {};
    }
    return script_.authorization;
}

void ScriptedHost::release(const ssh::ContextName& name) {
    ++counts_.released;
    counts_.misuses += contexts_.erase(name) == 1 ? 0U : 1U;
}

bool ScriptedHost::handle(ssh::Engine& engine, const ssh::Action& action) {
    if (const auto* step_question = std::get_if<ssh::GssStep>(&action)) {
        engine.answer(step_question->id, step(*step_question));
    } else if (const auto* mic_question = std::get_if<ssh::GetMic>(&action)) {
        engine.answer(mic_question->id, get_mic(*mic_question));
    } else if (const auto* verify_question = std::get_if<ssh::VerifyMic>(&action)) {
        engine.answer(verify_question->id, verify_mic(*verify_question));
    } else if (const auto* authorize_question = std::get_if<ssh::Authorize>(&action)) {
        engine.answer(authorize_question->id, authorize(*authorize_question));
    } else if (const auto* released = std::get_if<ssh::Release>(&action)) {
        release(released->context);
    } else {
        return false;
    }
    return true;
}

} // namespace gss::test
