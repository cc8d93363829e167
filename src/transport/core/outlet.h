// SPDX-License-Identifier: Apache-2.0
// What the parts of a session see of it: packets out, events out, ids.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/transport/events.h>

namespace gss::inline v0::transport::detail {

/// Which side of the connection we are.
enum class Role : bool { client, server };

class Outlet {
public:
    virtual ~Outlet() = default;
    /// Sends a payload, message number first. While keys are exchanged, what RFC 4253 s7.1 does not
    /// allow then waits, bounded, until they are.
    virtual void send(BytesView payload) = 0;
    /// Events come out of Session::poll() in this order.
    virtual void put(Event event) = 0;
    /// The id of the next question.
    [[nodiscard]] virtual RequestId new_id() noexcept = 0;

protected:
    Outlet() = default;
    Outlet(const Outlet&) = default;
    Outlet& operator=(const Outlet&) = default;
};

} // namespace gss::inline v0::transport::detail
