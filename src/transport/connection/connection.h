// SPDX-License-Identifier: Apache-2.0
// Channels and requests of a session (RFC 4254).
#pragma once

#include "channel_types.h"
#include "outlet.h"
#include "reply_queue.h"

#include <gssxx/transport/session.h>

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport::detail {

struct Channel;

/// What the connection needs of the packet layer besides the outlet.
class DataOutlet : public Outlet {
public:
    /// How many octets of channel data may be sent now: 0 while keys are exchanged or the queue is
    /// full.
    [[nodiscard]] virtual std::size_t room() const noexcept = 0;
    /// A payload of two parts; @p body is copied once.
    virtual void send(BytesView head, BytesView body) = 0;
    using Outlet::send;
};

/// The most data that one message carries, either way; what we announce as "maximum packet size".
/// RFC 4253 s6.1 wants 32 KiB at least; with twice as much a packet's fixed costs are halved, and
/// what is sealed still fits the processor's second cache. A peer that takes less gets less.
inline constexpr std::uint32_t largest_data = 64 * 1024;
/// Octets of requests within one channel, or of global ones, that may wait for the host's answer; a
/// single one may be longer.
inline constexpr std::size_t most_open_octets = std::size_t{64} * 1024;
/// The longest message that we send of the host's data: requests, and what opens a channel.
inline constexpr std::size_t largest_message = std::size_t{255} * 1024;

/// Decides nothing. Which channel types exist is a table (role, type -> may be asked for); what it
/// lacks is refused with "unknown channel type" (3). Every request goes out as an event.
///
/// After close_channel() a channel's data and EOF are dropped, but requests, to which nothing is
/// replied, still come: a client may so learn the exit status. ChannelClosed is the last of it, and
/// what was open then, questions and requests of ours, is over.
class Connection {
public:
    /// @p limits and @p outlet must outlive it, and so must @p types.
    Connection(Role role, const SessionLimits& limits, DataOutlet& outlet,
               std::span<const ChannelType> types = channel_types());
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    /// True when RFC 4254 gives the number a meaning; false for the others in 80 to 127, which
    /// receive() would take for faults and RFC 4253 s11.4 answers with UNIMPLEMENTED.
    [[nodiscard]] static bool knows(std::uint8_t message) noexcept;
    /// A message 80 to 100. ChannelData views @p payload.
    void receive(BytesView payload);
    /// An answer of another kind than the question is misuse, and refuses.
    ssh::Fed answer(RequestId id, Answer&& answer);
    /// There is room() again: puts ChannelWritable for channels that were cut short.
    void writable();

    // As in Session. Nothing of an open channel may be done with one that is not open yet.
    [[nodiscard]] Result<ChannelId> open_channel(std::string_view type, BytesView data,
                                                 std::uint32_t window);
    [[nodiscard]] Result<std::size_t> send_data(ChannelId number, BytesView data,
                                                std::uint32_t stream);
    void consumed(ChannelId number, std::size_t octets);
    Result<void> send_eof(ChannelId number);
    Result<void> close_channel(ChannelId number);
    Result<void> channel_request(ChannelId number, std::string_view type, bool want_reply,
                                 BytesView data);
    Result<void> global_request(std::string_view type, bool want_reply, BytesView data);

private:
    // connection_open.cpp: how channels begin.
    void receive_open(BytesView payload);
    void receive_confirmation(BytesView payload);
    void receive_open_failure(BytesView payload);
    ssh::Fed answer_open(ChannelId number, Answer&& answer);
    void refuse_open(std::uint32_t peer_number, std::uint32_t why, std::string_view text);
    [[nodiscard]] std::uint32_t announced_packet() const noexcept;
    [[nodiscard]] std::size_t free_number() const noexcept;
    void occupy(std::size_t number, std::unique_ptr<Channel> channel);
    void release(ChannelId number) noexcept;
    void check_peer_number(std::uint32_t peer_number) const;

    // connection_data.cpp: data, windows, and how channels end.
    void receive_adjust(BytesView payload);
    void receive_data(BytesView payload);
    void receive_extended_data(BytesView payload);
    void take_data(ChannelId number, Channel& channel, std::uint32_t stream, BytesView data);
    void receive_eof(BytesView payload);
    void receive_close(BytesView payload);
    void wake(ChannelId number, Channel& channel);

    // connection_requests.cpp: requests and replies.
    void receive_channel_request(BytesView payload);
    void receive_channel_reply(BytesView payload);
    void receive_global_request(BytesView payload);
    void receive_global_success(BytesView payload);
    void receive_global_failure(BytesView payload);
    ssh::Fed answer_request(Channel& channel, RequestId id, Answer&& answer);
    ssh::Fed answer_global(RequestId id, Answer&& answer);
    [[nodiscard]] bool too_many(const ReplyQueue& open, BytesView data) const noexcept;
    [[nodiscard]] std::string next_global(std::uint8_t message);

    // connection.cpp
    [[nodiscard]] Channel* find(ChannelId number) const noexcept;
    /// The channel of a message, which must be one that the peer may speak of.
    [[nodiscard]] Channel& peers_channel(std::uint8_t message, ChannelId number) const;
    /// The channel that the host may send to; else why not.
    [[nodiscard]] Result<Channel*> hosts_channel(std::string_view what, ChannelId number) const;

    Role role_;
    const SessionLimits& limits_;
    DataOutlet& outlet_;
    std::span<const ChannelType> types_;
    std::vector<std::unique_ptr<Channel>> channels_; // by our number; null: free
    ReplyQueue global_requests_;                     // the peer's
    std::list<std::string> own_global_types_;        // of ours, that the peer has yet to answer
};

} // namespace gss::inline v0::transport::detail
