// SPDX-License-Identifier: Apache-2.0
// SSH_MSG_KEXINIT as octets.
#include "kexinit.h"

#include "messages.h"
#include "reader.h"
#include "writer.h"

#include <algorithm>

namespace gss::inline v0::transport::detail {

namespace {

/// RFC 4251 s6: "all algorithm and method identifiers MUST be printable US-ASCII, non-empty strings
/// no longer than 64 characters"
constexpr std::size_t most_name = 64;
constexpr std::size_t most_list = most_peer_names * (most_name + 1);

/// The lists in the order of RFC 4253 s7.1.
struct ListField {
    NameList KexInit::*list;
    std::string_view name;
    bool may_be_empty;
};
constexpr std::array<ListField, 10> fields{{
    {&KexInit::key_exchange, "kex_algorithms", false},
    {&KexInit::host_keys, "server_host_key_algorithms", false},
    {&KexInit::ciphers_to_server, "encryption_algorithms_client_to_server", false},
    {&KexInit::ciphers_to_client, "encryption_algorithms_server_to_client", false},
    {&KexInit::macs_to_server, "mac_algorithms_client_to_server", false},
    {&KexInit::macs_to_client, "mac_algorithms_server_to_client", false},
    {&KexInit::compression_to_server, "compression_algorithms_client_to_server", false},
    {&KexInit::compression_to_client, "compression_algorithms_server_to_client", false},
    {&KexInit::languages_to_server, "languages_client_to_server", true},
    {&KexInit::languages_to_client, "languages_server_to_client", true},
}};

[[noreturn]] void fault_in(const ListField& field, std::string_view what) {
    protocol_fault("KEXINIT: " + std::string(field.name) + ": " + std::string(what));
}

void check_name(std::string_view name, const ListField& field) {
    if (name.empty()) {
        fault_in(field, "an empty name");
    }
    if (name.size() > most_name) {
        fault_in(field, "a name of more than 64 characters");
    }
    // RFC 4251 s6: names "MUST NOT contain an at-sign ("@"), comma (","), whitespace, control
    // characters (ASCII codes 32 or less), or the ASCII code 127 (DEL)"
    const auto graphic = [](char c) {
        const auto octet = static_cast<unsigned char>(c);
        return octet > 0x20 && octet < 0x7f;
    };
    if (!std::all_of(name.begin(), name.end(), graphic)) {
        fault_in(field, "a name with a character that is not printable US-ASCII");
    }
    // RFC 4251 s6: "They MUST have only a single at-sign in them."
    if (std::count(name.begin(), name.end(), '@') > 1) {
        fault_in(field, "a name with more than one at-sign");
    }
}

/// Takes the names of a list apart. Nothing is allocated before the whole list has been counted.
NameList split(std::string_view text, const ListField& field) {
    if (text.empty()) {
        // RFC 4253 s7.1: "Each name-list MUST contain at least one algorithm name."
        if (!field.may_be_empty) {
            fault_in(field, "no name");
        }
        return {};
    }
    const auto commas = static_cast<std::size_t>(std::count(text.begin(), text.end(), ','));
    if (commas >= most_peer_names) {
        fault_in(field, "more than " + std::to_string(most_peer_names) + " names");
    }
    NameList names;
    names.reserve(commas + 1);
    for (;;) {
        const std::size_t comma = text.find(',');
        const std::string_view name = text.substr(0, comma);
        check_name(name, field);
        if (std::find(names.begin(), names.end(), name) == names.end()) {
            names.emplace_back(name);
        }
        if (comma == std::string_view::npos) {
            return names;
        }
        text.remove_prefix(comma + 1);
    }
}

std::string joined(const NameList& names) {
    std::string text;
    for (const std::string& name : names) {
        text.append(text.empty() ? "" : ",").append(name);
    }
    return text;
}

} // namespace

Bytes build(const KexInit& init) {
    ssh::wire::Writer writer(message::kexinit, 1536);
    writer.raw(init.cookie);
    for (const ListField& field : fields) {
        writer.text(joined(init.*field.list));
    }
    writer.boolean(init.guess_follows);
    writer.uint32(0);
    return writer.take();
}

KexInit parse_kexinit(BytesView payload) {
    ssh::wire::Reader reader(payload);
    if (reader.byte() != message::kexinit) {
        protocol_fault("a message that is no KEXINIT");
    }
    KexInit init;
    for (std::byte& octet : init.cookie) {
        octet = std::byte{reader.byte()};
    }
    for (const ListField& field : fields) {
        const std::string_view list = reader.text(most_list);
        if (reader.failed()) {
            fault_in(field, "too long, or the message is cut short");
        }
        init.*field.list = split(list, field);
    }
    init.guess_follows = reader.boolean();
    const std::uint32_t reserved = reader.uint32();
    if (!reader.done()) {
        protocol_fault("KEXINIT: cut short, or octets after its end");
    }
    // RFC 4253 s7.1: "uint32 0 (reserved for future extension)". Who extends it must first tell
    // that both sides know how; nobody has (A2-28).
    if (reserved != 0) {
        protocol_fault("KEXINIT: the reserved field is not 0");
    }
    return init;
}

} // namespace gss::inline v0::transport::detail
