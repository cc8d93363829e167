// SPDX-License-Identifier: Apache-2.0
#include "known_hosts_hash.h"

#include <gssxx/bytes.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::string_view magic = "|1|";
using Digest = std::array<unsigned char, SHA_DIGEST_LENGTH>;

/// Salt and hash are as long as SHA-1 is: 20 octets, 28 characters with one '=' at the end.
std::optional<Digest> digest_of(std::string_view base64) {
    constexpr std::size_t characters = 28;
    constexpr std::size_t with_padding = 21;
    if (base64.size() != characters || !base64.ends_with('=') || base64[characters - 2] == '=') {
        return std::nullopt;
    }
    std::array<unsigned char, with_padding> octets{};
    std::array<unsigned char, characters> text{};
    std::ranges::transform(base64, text.begin(),
                           [](char letter) { return static_cast<unsigned char>(letter); });
    if (EVP_DecodeBlock(octets.data(), text.data(), static_cast<int>(text.size())) !=
        static_cast<int>(octets.size())) {
        return std::nullopt;
    }
    Digest digest{};
    std::copy_n(octets.begin(), digest.size(), digest.begin());
    return digest;
}

} // namespace

bool is_hashed_name(std::string_view field) noexcept {
    return field.starts_with('|');
}

HashedName compare_hashed_name(std::string_view field, std::string_view name) {
    if (!field.starts_with(magic)) {
        return HashedName::other;
    }
    field.remove_prefix(magic.size());
    const std::size_t bar = field.find('|');
    if (bar == std::string_view::npos) {
        return HashedName::other;
    }
    const auto salt = digest_of(field.substr(0, bar));
    const auto wanted = digest_of(field.substr(bar + 1));
    if (!salt || !wanted) {
        return HashedName::other;
    }
    Digest made{};
    unsigned size = 0;
    // SHA-1 hides names of hosts here; nothing rests on its strength.
    const auto* result =
        HMAC(EVP_sha1(), salt->data(), static_cast<int>(salt->size()),
             reinterpret_cast<const unsigned char*>(name.data()), name.size(), made.data(), &size);
    if (result == nullptr || size != made.size()) {
        return HashedName::not_computed; // out of memory, or a library without SHA-1
    }
    return made == *wanted ? HashedName::same : HashedName::other;
}

} // namespace gss::inline v0::transport::detail
