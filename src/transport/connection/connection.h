// SPDX-License-Identifier: Apache-2.0
// Channels and requests of a session (RFC 4254).
#pragma once

#include "outlet.h"

#include <gssxx/transport/session.h>

#include <cstdint>
#include <string_view>

namespace gss::inline v0::transport::detail {

/// What the connection needs of the packet layer besides the outlet.
class DataOutlet : public Outlet {
public:
    /// How many octets of channel data may be sent now: 0 while keys are exchanged or the queue is
    /// full.
    [[nodiscard]] virtual std::size_t room() const noexcept = 0;
    /// A payload of two parts; @p body is copied once.
    virtual void send(BytesView head, BytesView body) = 0;
    using Outlet::send;

protected:
    ~DataOutlet() = default;
};

/// Decides nothing. Which channel types exist is a table (role, type -> may be asked for); what it
/// lacks is refused with "unknown channel type" (3). Every request goes out as an event.
class Connection {
public:
    Connection(Role role, const SessionLimits& limits, DataOutlet& outlet);
    ~Connection();

    /// A message 80 to 100. ChannelData views @p payload.
    void receive(BytesView payload);
    ssh::Fed answer(RequestId id, Answer&& answer);
    /// There is room() again: puts ChannelWritable for channels that were cut short.
    void writable();

    // As in Session.
    [[nodiscard]] Result<ChannelId> open_channel(std::string_view type, BytesView data,
                                                 std::uint32_t window);
    [[nodiscard]] Result<std::size_t> send_data(ChannelId channel, BytesView data,
                                                std::uint32_t stream);
    void consumed(ChannelId channel, std::size_t octets);
    Result<void> send_eof(ChannelId channel);
    Result<void> close_channel(ChannelId channel);
    Result<void> channel_request(ChannelId channel, std::string_view type, bool want_reply,
                                 BytesView data);
    Result<void> global_request(std::string_view type, bool want_reply, BytesView data);

    // Data members are the implementer's.
};

} // namespace gss::inline v0::transport::detail
