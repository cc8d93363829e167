// SPDX-License-Identifier: Apache-2.0
// From K and H to the protection of packets (RFC 4253 s7.2).
#pragma once

#include "outlet.h"
#include "packet_protection.h"

#include <gssxx/ssh/actions.h>
#include <gssxx/transport/algorithms.h>

#include <memory>

namespace gss::inline v0::transport::detail {

struct NewKeys {
    std::unique_ptr<PacketProtection> sending;
    std::unique_ptr<PacketProtection> receiving;
};
/// Both directions' keys. Failures are SessionFaults.
[[nodiscard]] NewKeys make_keys(const ssh::Crypto& crypto, const ssh::KexDone& keys,
                                BytesView session_id, const AgreedAlgorithms& algorithms,
                                Role role);

} // namespace gss::inline v0::transport::detail
