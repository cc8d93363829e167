// SPDX-License-Identifier: Apache-2.0
// Requests of the peer's that wait for the host, of one channel or global ones.
#pragma once

#include <gssxx/transport/events.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace gss::inline v0::transport::detail {

/// Answers may come in any order; replies leave in the order of the requests (RFC 4254 s4, s5.4).
class ReplyQueue {
public:
    [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

    /// Octets of the requests that have no answer yet: the host holds them.
    [[nodiscard]] std::size_t octets() const noexcept {
        std::size_t sum = 0;
        for (const Waiting& request : waiting_) {
            sum += request.answer ? 0 : request.octets;
        }
        return sum;
    }

    void add(RequestId id, bool want_reply, std::size_t octets) {
        waiting_.push_back({id, want_reply, octets, std::nullopt});
    }

    /// True when a request of that id is there and has no answer yet.
    [[nodiscard]] bool owns(RequestId id) const noexcept {
        return std::any_of(waiting_.begin(), waiting_.end(), [id](const Waiting& request) {
            return request.id == id && !request.answer;
        });
    }

    /// Takes the answer to a request that it owns. Returns the replies that go out now, in order.
    [[nodiscard]] std::vector<RequestAnswer> answer(RequestId id, RequestAnswer&& answer) {
        const auto asked = std::find_if(waiting_.begin(), waiting_.end(),
                                        [id](const Waiting& it) { return it.id == id; });
        if (asked == waiting_.end()) {
            return {};
        }
        asked->answer = std::move(answer);
        std::vector<RequestAnswer> replies;
        auto next = waiting_.begin();
        for (; next != waiting_.end() && next->answer; ++next) {
            if (next->want_reply) {
                replies.push_back(std::move(*next->answer));
            }
        }
        waiting_.erase(waiting_.begin(), next);
        return replies;
    }

private:
    struct Waiting {
        RequestId id = 0;
        bool want_reply = false;
        std::size_t octets = 0;
        std::optional<RequestAnswer> answer;
    };
    std::vector<Waiting> waiting_; // few: SessionLimits::open_requests bounds them
};

} // namespace gss::inline v0::transport::detail
