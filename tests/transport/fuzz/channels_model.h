// SPDX-License-Identifier: Apache-2.0
// What RFC 4254 makes of the messages and calls that have been seen, kept apart from the code that
// it is compared with.
#pragma once

#include "fuzz_input.h"
#include "outlet.h"

#include <gssxx/transport/events.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test::fuzz {

using transport::ChannelId;
using transport::RequestId;
using transport::detail::Role;

inline constexpr std::size_t most_channels = 4;
inline constexpr std::size_t most_requests = 3;
/// Of all that wait for an answer, unless there is one alone.
inline constexpr std::size_t most_request_octets = std::size_t{64} * 1024;
inline constexpr std::size_t longest_packet = 35000;
/// Of it, for data: what is announced as "maximum packet size".
inline constexpr std::uint32_t longest_data = 34488;
inline constexpr std::string_view session_type = "session";
/// Either side may open it.
inline constexpr std::string_view either_type = "either@gssxx.test";

/// A request of the peer's.
struct AskedRequest {
    RequestId id = 0;
    bool want_reply = false;
    std::size_t octets = 0; ///< that came with it
    std::optional<bool> answer;
    Bytes data; ///< of the answer
};

/// A channel that exists.
struct ModelChannel {
    enum class Stage : std::uint8_t { asked, opening, open };
    Stage stage = Stage::opening;
    bool session = false; ///< of type "session"
    RequestId question = 0;
    std::uint32_t peer_number = 0;
    // Towards us. All counted from the beginning.
    std::uint64_t granted = 0;  ///< window that the peer got
    std::uint64_t first = 0;    ///< of it, with the opening
    std::uint64_t spent = 0;    ///< data that came
    std::uint64_t handed = 0;   ///< of it, to the host
    std::uint64_t consumed = 0; ///< of it, dealt with
    // Towards the peer.
    std::uint64_t allowed = 0;
    std::uint64_t sent = 0;
    std::uint32_t packet = 0;
    bool eof_received = false;
    bool eof_sent = false;
    bool closed = false; ///< by us
    bool wants_room = false;
    std::deque<AskedRequest> requests;
    std::deque<std::string> own_requests; ///< that want a reply
};

/// What one message or one call must lead to, and nothing besides.
struct Expected {
    bool fault = false;
    std::vector<Bytes> sent; ///< but for data, whose pieces are counted
    std::vector<std::string> events;
};

/// The words for an event: compared with Expected::events.
[[nodiscard]] std::string words_of(const transport::Event& event);
[[nodiscard]] std::string words(std::string_view kind, std::uint64_t number,
                                std::string_view text = {}, bool flag = false);

/// Every member takes what is about to happen and says what must come of it.
class ChannelsModel {
public:
    explicit ChannelsModel(Role role) : role_(role) {}

    // From the peer.
    Expected open(std::string_view type, std::uint32_t sender, std::uint32_t window,
                  std::uint32_t packet, BytesView data);
    Expected confirmation(ChannelId number, std::uint32_t sender, std::uint32_t window,
                          std::uint32_t packet, BytesView data);
    Expected open_failure(ChannelId number, std::uint32_t why);
    Expected adjust(ChannelId number, std::uint32_t octets);
    Expected data(ChannelId number, std::uint32_t stream, BytesView octets);
    Expected eof(ChannelId number);
    Expected close(ChannelId number);
    Expected request(ChannelId number, std::string_view type, bool want_reply, std::size_t octets);
    Expected reply(ChannelId number, bool ok);
    Expected global_request(std::string_view type, bool want_reply, std::size_t octets);
    Expected global_reply(bool ok);

    // From the host.
    Expected answer_open(RequestId id, bool accepted, std::uint32_t window);
    Expected answer_request(RequestId id, bool ok, BytesView data);
    Expected opening(std::string_view type, ChannelId number, std::uint32_t window);
    Expected own_eof(ChannelId number);
    Expected own_close(ChannelId number);
    Expected own_request(ChannelId number, std::string_view type, bool want_reply);
    Expected own_global(std::string_view type, bool want_reply);
    /// There is room for data again.
    Expected writable();
    /// At most one WINDOW_ADJUST, of as much as is owed; checked by adjusted().
    void consumed(ChannelId number, std::size_t octets);
    /// A peer whose data has all been dealt with may send more.
    void check_progress(ChannelId number);
    void adjusted(std::uint32_t peer_number, std::uint32_t octets);
    /// A data message that went out.
    void data_sent(std::uint32_t peer_number, std::uint32_t stream, std::size_t size);

    /// The channel when it exists.
    [[nodiscard]] ModelChannel* find(ChannelId number);
    [[nodiscard]] ModelChannel* usable(ChannelId number); ///< open, and not closed by us
    [[nodiscard]] std::vector<RequestId> questions() const;
    [[nodiscard]] bool asks_for_channel(RequestId id) const;
    [[nodiscard]] RequestId last_id() const noexcept { return last_id_; }
    [[nodiscard]] bool full() const noexcept { return channels_.size() >= most_channels; }
    bool room = true; ///< data may be sent

private:
    [[nodiscard]] ModelChannel* open_channel(ChannelId number);
    void wake(ChannelId number, ModelChannel& channel, Expected& expected) const;
    [[nodiscard]] bool number_in_use(std::uint32_t peer_number) const;
    [[nodiscard]] ModelChannel& by_peer_number(std::uint32_t peer_number);
    [[nodiscard]] ChannelId free_number() const;

    Role role_;
    std::map<ChannelId, ModelChannel> channels_;
    std::deque<AskedRequest> global_;
    std::deque<std::string> own_global_;
    RequestId last_id_ = 0;
};

} // namespace gss::test::fuzz
