// SPDX-License-Identifier: Apache-2.0
// Channel bindings (RFC 2744 s3.11, RFC 5056).
#pragma once

#include <gssxx/bytes.h>

#include <cstdint>

namespace gss::inline v0 {

/// What kind of address a channel binding holds (RFC 2744 s3.11).
enum class AddressType : std::uint32_t {
    unspecified = 0,
    local = 1,
    inet = 2,
    arpanet_imp = 3,
    pup = 4,
    chaos = 5,
    xerox_ns = 6,
    nbs = 7,
    ecma = 8,
    datakit = 9,
    ccitt = 10,
    sna = 11,
    decnet = 12,
    dli = 13,
    lat = 14,
    nsc_hyperchannel = 15,
    appletalk = 16,
    bsc = 17,
    dss = 18,
    osi = 19,
    netbios = 20,
    x25 = 21,
    null = 255,
};

/// Ends that both present bindings must present the same ones, or the context is refused
/// (bad_channel_bindings). An end that presents none is let through by every library: an acceptor
/// that insists on bindings requires ContextFlag::channel_bound, where the library tells it.
struct ChannelBindings {
    AddressType initiator_address_type = AddressType::unspecified;
    Bytes initiator_address; ///< network octets of the address
    AddressType acceptor_address_type = AddressType::unspecified;
    Bytes acceptor_address;
    Bytes application_data; ///< for TLS: "tls-exporter:" and the like with their octets

    /// Bindings of application data alone, as RFC 5056 uses them.
    [[nodiscard]] static ChannelBindings of_application_data(BytesView data) {
        ChannelBindings bindings;
        bindings.application_data.assign(data.begin(), data.end());
        return bindings;
    }
    friend bool operator==(const ChannelBindings&, const ChannelBindings&) = default;
};

} // namespace gss::inline v0
