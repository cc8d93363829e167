// SPDX-License-Identifier: Apache-2.0
// RFC 4253 s7.1 once more, as plainly as it can be put: what the code is compared with.
#pragma once

#include "outlet.h"

#include <gssxx/bytes.h>
#include <gssxx/transport/algorithms.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace gss::test::fuzz {

using transport::detail::Role;
using Names = std::vector<std::string>;

/// The places of the lists in the message.
enum ListPlace : std::size_t {
    kex_list,
    host_key_list,
    cipher_up_list,
    cipher_down_list,
    mac_up_list,
    mac_down_list,
    compression_up_list,
    compression_down_list,
    language_up_list,
    language_down_list,
    list_count,
};

struct ModelInit {
    std::array<Names, list_count> lists;
    bool guess = false;
};
/// Nothing for a message that breaks a rule.
[[nodiscard]] std::optional<ModelInit> model_parse(BytesView payload);
[[nodiscard]] Bytes model_build(const ModelInit& init, std::uint32_t reserved = 0);

struct ModelAgreement {
    transport::AgreedAlgorithms algorithms;
    bool guess_is_wrong = false;
    bool ext_info = false;
};
/// Nothing when nothing fits.
[[nodiscard]] std::optional<ModelAgreement>
model_agree(const ModelInit& client, const ModelInit& server, Role we_are, bool initial);
[[nodiscard]] bool same(const transport::AgreedAlgorithms& one,
                        const transport::AgreedAlgorithms& other);

/// What the code makes of two messages is what the model makes of them, in each role.
void compare_agreement(BytesView client, BytesView server);
/// What the code makes of a message is what the model makes of it.
void compare_parsing(BytesView payload);

} // namespace gss::test::fuzz
