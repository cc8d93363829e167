// SPDX-License-Identifier: Apache-2.0
// What a session keeps to itself, for tests.
#pragma once

#include "session_state.h"

namespace gss::inline v0::transport::detail {

struct StateAccess : Session {
    static Session::State& state(Session& session) { return *(session.*&StateAccess::state_); }
    static PacketWriter& writer(Session& session) { return state(session).writer_; }
    static PacketReader& reader(Session& session) { return state(session).reader_; }
};

} // namespace gss::inline v0::transport::detail
