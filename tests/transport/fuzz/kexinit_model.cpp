// SPDX-License-Identifier: Apache-2.0
#include "kexinit_model.h"

#include "fuzz_input.h"
#include "kexinit.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace gss::test::fuzz {

namespace detail = transport::detail;

namespace {

constexpr std::size_t cookie_size = 16;

std::uint32_t number_at(BytesView octets, std::size_t place) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        value = value * 256 + std::to_integer<std::uint32_t>(octets[place + i]);
    }
    return value;
}

bool contains(const Names& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
}

bool is_good_name(std::string_view name) {
    const bool graphic = std::ranges::all_of(name, [](char c) { return c > ' ' && c < '\x7f'; });
    return !name.empty() && name.size() <= 64 && graphic && std::ranges::count(name, '@') <= 1;
}

std::optional<Names> names_in(std::string_view text, bool may_be_empty) {
    Names names;
    if (text.empty()) {
        return may_be_empty ? std::optional(names) : std::nullopt;
    }
    std::set<std::string, std::less<>> seen;
    std::size_t count = 0;
    std::string name;
    for (std::size_t i = 0; i <= text.size(); ++i) {
        if (i < text.size() && text[i] != ',') {
            name += text[i];
            continue;
        }
        if (!is_good_name(name) || ++count > 256) {
            return std::nullopt;
        }
        if (seen.insert(name).second) {
            names.push_back(name);
        }
        name.clear();
    }
    return names;
}

bool is_indicator(std::string_view name) {
    return name.starts_with("ext-info-") || name.starts_with("kex-strict-");
}

Names methods_of(const ModelInit& init) {
    Names methods;
    std::ranges::remove_copy_if(init.lists[kex_list], std::back_inserter(methods), is_indicator);
    return methods;
}

/// "the first algorithm on the client's name-list that is also on the server's name-list".
const std::string* first_of_both(const ModelInit& client, const ModelInit& server,
                                 ListPlace place) {
    for (const std::string& name : client.lists[place]) {
        if (contains(server.lists[place], name)) {
            return &name;
        }
    }
    return nullptr;
}

/// One direction's cipher and MAC.
bool choose_protection(const ModelInit& client, const ModelInit& server, ListPlace ciphers,
                       ListPlace macs, std::string& cipher, std::string& mac) {
    const std::string* const chosen = first_of_both(client, server, ciphers);
    if (chosen == nullptr) {
        return false;
    }
    cipher = *chosen;
    if (cipher == "aes128-gcm@openssh.com" || cipher == "aes256-gcm@openssh.com" ||
        cipher == "chacha20-poly1305@openssh.com") {
        return true;
    }
    const std::string* const integrity = first_of_both(client, server, macs);
    if (integrity != nullptr) {
        mac = *integrity;
    }
    return integrity != nullptr;
}

bool choose_method(const ModelInit& client, const ModelInit& server,
                   transport::AgreedAlgorithms& chosen) {
    for (const std::string& method : methods_of(client)) {
        if (!contains(server.lists[kex_list], method)) {
            continue;
        }
        for (const std::string& key : client.lists[host_key_list]) {
            // RFC 4462 s5: "null" goes with GSS methods only.
            const bool fits = key != "null" || method.starts_with("gss-");
            if (fits && contains(server.lists[host_key_list], key)) {
                chosen.key_exchange = method;
                chosen.host_key = key;
                return true;
            }
        }
    }
    return false;
}

} // namespace

std::optional<ModelInit> model_parse(BytesView payload) {
    std::size_t place = 1 + cookie_size;
    if (payload.size() < place || payload[0] != std::byte{20}) {
        return std::nullopt;
    }
    ModelInit init;
    for (std::size_t list = 0; list < list_count; ++list) {
        if (payload.size() - place < 4) {
            return std::nullopt;
        }
        const std::size_t size = number_at(payload, place);
        place += 4;
        if (payload.size() - place < size) {
            return std::nullopt;
        }
        auto names = names_in(as_text(payload.subspan(place, size)), list >= language_up_list);
        if (!names) {
            return std::nullopt;
        }
        init.lists[list] = *std::move(names);
        place += size;
    }
    if (payload.size() - place != 5 || number_at(payload, place + 1) != 0) {
        return std::nullopt;
    }
    init.guess = payload[place] != std::byte{0};
    return init;
}

Bytes model_build(const ModelInit& init, std::uint32_t reserved) {
    std::string octets("\x14 sixteen octets.");
    const auto number = [&](std::uint32_t value) {
        for (const unsigned shift : {24U, 16U, 8U, 0U}) {
            octets += static_cast<char>((value >> shift) & 0xffU);
        }
    };
    for (const Names& names : init.lists) {
        std::string list;
        for (const std::string& name : names) {
            list += (list.empty() ? "" : ",") + name;
        }
        number(static_cast<std::uint32_t>(list.size()));
        octets += list;
    }
    octets += init.guess ? '\1' : '\0';
    number(reserved);
    const BytesView view = as_bytes(octets);
    return {view.begin(), view.end()};
}

std::optional<ModelAgreement> model_agree(const ModelInit& client, const ModelInit& server,
                                          Role we_are, bool initial) {
    ModelAgreement agreed;
    transport::AgreedAlgorithms& chosen = agreed.algorithms;
    if (!choose_method(client, server, chosen) ||
        !choose_protection(client, server, cipher_up_list, mac_up_list,
                           chosen.cipher_client_to_server, chosen.mac_client_to_server) ||
        !choose_protection(client, server, cipher_down_list, mac_down_list,
                           chosen.cipher_server_to_client, chosen.mac_server_to_client) ||
        first_of_both(client, server, compression_up_list) == nullptr ||
        first_of_both(client, server, compression_down_list) == nullptr) {
        return std::nullopt;
    }
    const ModelInit& peer = we_are == Role::client ? server : client;
    const Names client_methods = methods_of(client);
    const Names server_methods = methods_of(server);
    agreed.guess_is_wrong =
        peer.guess && (client_methods.front() != server_methods.front() ||
                       client.lists[host_key_list].front() != server.lists[host_key_list].front());
    if (initial) {
        chosen.strict = contains(client.lists[kex_list], "kex-strict-c-v00@openssh.com") &&
                        contains(server.lists[kex_list], "kex-strict-s-v00@openssh.com");
        agreed.ext_info =
            contains(peer.lists[kex_list], we_are == Role::client ? "ext-info-s" : "ext-info-c");
    }
    return agreed;
}

bool same(const transport::AgreedAlgorithms& one, const transport::AgreedAlgorithms& other) {
    return one.key_exchange == other.key_exchange && one.host_key == other.host_key &&
           one.cipher_client_to_server == other.cipher_client_to_server &&
           one.cipher_server_to_client == other.cipher_server_to_client &&
           one.mac_client_to_server == other.mac_client_to_server &&
           one.mac_server_to_client == other.mac_server_to_client && one.strict == other.strict;
}

void compare_parsing(BytesView payload) {
    const std::optional<ModelInit> expected = model_parse(payload);
    std::optional<detail::KexInit> found;
    try {
        found = detail::parse_kexinit(payload);
    } catch (const detail::SessionFault& fault) {
        hold(fault.disconnect_reason() == detail::reason::protocol_error &&
                 fault.fault() == ssh::Fault::peer,
             "a KEXINIT that breaks a rule is the peer's fault");
    }
    hold(found.has_value() == expected.has_value(), "KEXINIT is taken when it keeps all rules");
    if (found) {
        const std::array<const Names*, list_count> lists{
            &found->key_exchange,          &found->host_keys,
            &found->ciphers_to_server,     &found->ciphers_to_client,
            &found->macs_to_server,        &found->macs_to_client,
            &found->compression_to_server, &found->compression_to_client,
            &found->languages_to_server,   &found->languages_to_client};
        for (std::size_t list = 0; list < list_count; ++list) {
            hold(*lists[list] == expected->lists[list], "the names are those of the message");
        }
        hold(found->guess_follows == expected->guess, "the guess is that of the message");
    }
}

void compare_agreement(BytesView client, BytesView server) {
    compare_parsing(client);
    compare_parsing(server);
    const auto model_client = model_parse(client);
    const auto model_server = model_parse(server);
    if (!model_client || !model_server) {
        return;
    }
    for (const Role role : {Role::client, Role::server}) {
        for (const bool initial : {true, false}) {
            const auto expected = model_agree(*model_client, *model_server, role, initial);
            std::optional<detail::Agreement> found;
            try {
                found = detail::agree(detail::parse_kexinit(client), detail::parse_kexinit(server),
                                      role, initial);
            } catch (const detail::SessionFault& fault) {
                hold(fault.disconnect_reason() == detail::reason::key_exchange_failed,
                     "no agreement is a failed key exchange");
            }
            hold(found.has_value() == expected.has_value(), "two sides agree when they can");
            hold(!found || (same(found->algorithms, expected->algorithms) &&
                            found->guess_is_wrong == expected->guess_is_wrong &&
                            found->peer_takes_ext_info == expected->ext_info),
                 "the choice is that of RFC 4253");
        }
    }
}

} // namespace gss::test::fuzz
