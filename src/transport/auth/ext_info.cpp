// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_EXT_INFO, built and parsed.
#include "ext_info.h"

#include "auth_messages.h"
#include "messages.h"
#include "reader.h"
#include "writer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::string_view signature_extension = "server-sig-algs";
/// Two strings that are empty.
constexpr std::size_t smallest_extension = 8;

/// Those of the names that we know: a list of strangers' names costs nothing that way.
std::vector<std::string> known_of(std::string_view list) {
    const auto known = user_signature_algorithms();
    std::vector<std::string> names;
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        const std::string_view name = list.substr(0, comma);
        // RFC 4251 s5: "A name MUST have a non-zero length, and it MUST NOT contain a comma".
        if (!ssh::wire::is_list_name(name) || comma + 1 == list.size()) {
            protocol_fault("EXT_INFO with a damaged list of signature algorithms");
        }
        if (std::find(known.begin(), known.end(), name) != known.end() &&
            std::find(names.begin(), names.end(), name) == names.end()) {
            names.emplace_back(name);
        }
        list.remove_prefix(std::min(comma + 1, list.size()));
    }
    return names;
}

} // namespace

std::span<const std::string_view> user_signature_algorithms() noexcept {
    static constexpr std::array<std::string_view, 6> names{
        "ssh-ed25519",         "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521", "rsa-sha2-512",        "rsa-sha2-256"};
    return names;
}

Bytes build_ext_info(std::span<const std::string_view> signature_algorithms) {
    std::string list;
    for (const std::string_view name : signature_algorithms) {
        list += list.empty() ? "" : ",";
        list += name;
    }
    return ssh::wire::Writer(message::ext_info, 12 + signature_extension.size() + list.size())
        .uint32(1)
        .text(signature_extension)
        .text(list)
        .take();
}

ExtInfo parse_ext_info(BytesView payload) {
    ssh::wire::Reader reader(payload);
    if (reader.byte() != message::ext_info) {
        protocol_fault("a message that is no EXT_INFO");
    }
    const std::size_t count = reader.uint32();
    if (count > reader.left() / smallest_extension) {
        protocol_fault("EXT_INFO with fewer extensions than it says");
    }
    ExtInfo info;
    std::vector<std::string_view> seen;
    while (seen.size() < count && !reader.failed()) {
        const std::string_view name = reader.text(payload.size());
        // RFC 8308 s2.5: "Implementations MUST accept well-formed SSH_MSG_EXT_INFO messages up to
        // the maximum packet length they accept." "Applications MUST tolerate any sequence of bytes
        // -- including null bytes at any position -- in an unknown extension's extension-value."
        const std::string_view value = reader.text(payload.size());
        if (!reader.failed() && name.empty()) {
            reader.reject();
        }
        if (!reader.failed() && name == signature_extension) {
            info.signature_algorithms = known_of(value);
        }
        seen.push_back(name);
    }
    if (!reader.done()) {
        protocol_fault("a damaged EXT_INFO");
    }
    std::sort(seen.begin(), seen.end());
    if (std::adjacent_find(seen.begin(), seen.end()) != seen.end()) {
        protocol_fault("EXT_INFO with an extension twice");
    }
    return info;
}

} // namespace gss::inline v0::transport::detail
