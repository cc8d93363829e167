// SPDX-License-Identifier: Apache-2.0
#include "pump.h"

#include "fault.h"
#include "queue_limits.h"
#include "waiting.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace gss::inline v0::transport::detail {

namespace {

using std::chrono::milliseconds;

/// Room for what one read may bring: little for a peer that says little, since there may be
/// thousands of them, and more for one that fills it.
constexpr std::size_t least_read = std::size_t{4} * 1024;
constexpr std::size_t most_read = std::size_t{128} * 1024;
/// How long nobody looks at the clock, for the age of keys.
constexpr milliseconds longest_wait{30'000};
/// Streams without a descriptor are asked so often while something else is waited for, too.
constexpr milliseconds short_wait{5};
constexpr unsigned most_unanswered = 3;
/// What a peer on this machine or the next needs for an answer that takes no thought.
constexpr std::chrono::microseconds quick_answer{150};
/// Waits of a connection in which answers may be looked for without sleeping: those of a login and
/// the beginning of a command.
constexpr unsigned most_quick_waits = 16;

} // namespace

Pump::Pump(Session& session, Stream& stream, ssh::Driver* gss) noexcept
    : session_(session), stream_(stream), gss_(gss), room_(least_read) {}

std::optional<Event> Pump::next() {
    while (std::optional<Event> event = session_.poll()) {
        if (!settle(*event)) {
            return event;
        }
    }
    return std::nullopt;
}

bool Pump::settle(Event& event) {
    if (auto* step = std::get_if<ssh::GssStep>(&event)) {
        flush(); // the peer need not wait while a KDC is asked
        session_.answer(step->id, gss_ != nullptr ? gss_->step(*step) : ssh::StepAnswer());
        return true;
    }
    if (auto* mic = std::get_if<ssh::GetMic>(&event)) {
        session_.answer(mic->id, gss_ != nullptr ? gss_->get_mic(*mic) : ssh::MicAnswer());
        return true;
    }
    if (auto* verify = std::get_if<ssh::VerifyMic>(&event)) {
        session_.answer(verify->id,
                        gss_ != nullptr ? gss_->verify_mic(*verify) : ssh::VerifyAnswer());
        return true;
    }
    if (auto* question = std::get_if<ssh::Authorize>(&event)) {
        authorize(*question);
        return true;
    }
    if (auto* gone = std::get_if<ssh::Release>(&event)) {
        if (gss_ != nullptr) {
            gss_->release(gone->context);
        }
        return true;
    }
    if (gss_ == nullptr) {
        return false;
    }
    if (const auto* in = std::get_if<LoggedIn>(&event)) {
        if (in->gss) {
            gss_->note(*in->gss);
        } else {
            // Another method has logged somebody in: what GSS attempts brought is of no use now.
            ssh::Fail cancelled;
            cancelled.disconnect_reason = reason::by_application;
            gss_->note(cancelled);
        }
    } else if (const auto* end = std::get_if<Disconnected>(&event)) {
        ssh::Fail failed;
        failed.fault = end->fault;
        gss_->note(failed);
    }
    return false;
}

void Pump::authorize(const ssh::Authorize& question) {
    ssh::AuthorizeAnswer answer =
        gss_ != nullptr ? gss_->authorize(question) : ssh::AuthorizeAnswer();
    if (weigh_) {
        answer = weigh_(question, std::move(answer));
    }
    if (answer.decision == ssh::AuthorizeAnswer::Decision::allow_partly && gss_ != nullptr) {
        // The MIC was good before this was asked: the attempt ends with a partial success.
        const ssh::AuthDone partly{question.user,
                                   question.service,
                                   question.method,
                                   question.context,
                                   question.mechanism,
                                   question.flags,
                                   true,
                                   answer.methods};
        gss_->note(partly);
    }
    session_.answer(question.id, std::move(answer));
}

std::size_t Pump::flush() {
    std::size_t gone = 0;
    while (!session_.output().empty()) {
        const BytesView output = session_.output();
        if (broken_) {
            gone += output.size();
            session_.sent(output.size());
            continue;
        }
        const Result<std::size_t> written = stream_.write(output, milliseconds(0));
        if (!written) {
            // The peer may have said why before it went: that is still to be read.
            broken_ = true;
        } else if (*written == 0) {
            break;
        } else {
            if (!session_.wants_octets()) {
                heard(); // its answers are not read: that it takes octets must do
            }
            gone += *written;
            session_.sent(*written);
        }
    }
    return gone;
}

void Pump::heard() noexcept {
    last_heard_ = Clock::now();
    unanswered_ = 0;
}

void Pump::read(milliseconds limit) {
    const MutableBytes room = session_.input(room_);
    const Result<Stream::Read> got = stream_.read(room, limit);
    if (!got || got->ended) {
        over_ = true;
        session_.ended();
    } else if (got->octets > 0) {
        heard();
        if (got->octets >= room_) {
            room_ = std::min(room_ * 2, most_read);
        }
        session_.received(got->octets);
    }
}

milliseconds Pump::shortened(milliseconds limit) const {
    milliseconds wait = limit.count() < 0 ? longest_wait : std::min(limit, longest_wait);
    return keepalive_.count() > 0 ? std::min(wait, keepalive_) : wait;
}

void Pump::wait(std::vector<pollfd>& others, milliseconds limit) {
    // What has gone out may be what somebody waited for before going on: they are asked first.
    limit = flush() >= may_be_waited_for ? milliseconds(0) : shortened(limit);
    const bool wanted = !over_ && session_.wants_octets();
    int in = over_ ? -1 : stream_.read_descriptor();
    if (in < 0 && !over_) {
        wait_without_descriptor(others, limit);
        tick();
        return;
    }
    const int out = session_.output().empty() ? -1 : stream_.write_descriptor();
    if (out < 0 && !session_.output().empty()) {
        limit = std::min(limit, short_wait); // nothing tells when the stream takes more
    }
    if (!wanted && hung_up_ && in != out) {
        in = -1; // that is known, and would wake us for nothing
    }
    const std::size_t own = others.size();
    // Without POLLIN it still tells that the peer is gone.
    others.push_back({in, static_cast<short>(wanted ? POLLIN : 0), 0});
    if (out >= 0 && out == in) {
        others.back().events |= POLLOUT;
    } else if (out >= 0) {
        others.push_back({out, POLLOUT, 0});
    }
    const int found = look(others, limit);
    const bool readable = found > 0 && (others[own].revents & ~POLLOUT) != 0;
    others.resize(own);
    if (found <= 0) {
        for (pollfd& other : others) {
            other.revents = 0;
        }
    }
    if (readable && wanted) {
        read(milliseconds(0));
    } else if (readable) {
        hung_up_ = true;
    }
    flush();
    tick();
}

/// To go to sleep and be woken costs as much as a near peer takes for an answer, on both sides, and
/// a login is answers. So one that has answered at once is looked for a little while without
/// sleeping, at the beginning of a connection; other work of the machine goes first.
int Pump::look(std::vector<pollfd>& all, milliseconds limit) {
    if (limit.count() == 0 || waits_ == most_quick_waits) {
        return ::poll(all.data(), all.size(), poll_limit(limit));
    }
    ++waits_;
    const Clock::time_point begun = Clock::now();
    for (bool looks = answers_quickly_; looks; looks = Clock::now() - begun < quick_answer) {
        if (const int found = ::poll(all.data(), all.size(), 0); found != 0) {
            return found;
        }
        std::this_thread::yield();
    }
    const int found = ::poll(all.data(), all.size(), poll_limit(limit));
    answers_quickly_ = found > 0 && Clock::now() - begun < 2 * quick_answer;
    return found;
}

void Pump::wait_without_descriptor(std::vector<pollfd>& others, milliseconds limit) {
    const bool wanted = session_.wants_octets();
    const bool alone = others.empty() && session_.output().empty() && wanted;
    if (!alone) {
        limit = std::min(limit, short_wait);
        for (pollfd& other : others) {
            other.revents = 0;
        }
        ::poll(others.data(), others.size(), wanted ? 0 : poll_limit(limit));
        if (std::ranges::any_of(others, [](const pollfd& one) { return one.revents != 0; })) {
            limit = milliseconds(0);
        }
    }
    if (wanted) {
        read(limit);
    }
    flush();
}

void Pump::tick() {
    const Clock::time_point now = Clock::now();
    const auto passed = std::chrono::duration_cast<milliseconds>(now - last_tick_);
    if (passed.count() > 0) {
        last_tick_ += passed;
        session_.elapsed(passed);
    }
    if (keepalive_.count() == 0 || !session_.is_authenticated() || !session_.is_active() ||
        now - last_heard_ < keepalive_ * (unanswered_ + 1)) {
        return;
    }
    if (unanswered_ == most_unanswered) {
        session_.disconnect(reason::connection_lost, "the peer does not answer any more");
        return;
    }
    ++unanswered_;
    // What the answer is does not matter.
    static_cast<void>(session_.global_request("keepalive@openssh.com", true));
}

void Pump::finish(milliseconds limit) {
    const Clock::time_point end = Clock::now() + limit;
    flush();
    while (!session_.output().empty() && Clock::now() < end) {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
        const Result<std::size_t> written = stream_.write(session_.output(), left);
        if (!written) {
            return;
        }
        session_.sent(*written);
    }
}

} // namespace gss::inline v0::transport::detail
