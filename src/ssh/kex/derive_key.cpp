// SPDX-License-Identifier: Apache-2.0
// Keys from an exchange (RFC 4253 s7.2).
#include <gssxx/ssh/key_exchange.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <initializer_list>
#include <utility>

namespace gss::inline v0::ssh {

namespace {

constexpr std::size_t most_key_octets = 4096;

Result<SecretBytes> digest(const Crypto& crypto, HashAlgorithm algorithm,
                           std::initializer_list<BytesView> parts) {
    auto hash = crypto.hash(algorithm);
    if (!hash) {
        return std::move(hash).error();
    }
    for (const BytesView part : parts) {
        if (const auto outcome = (*hash)->update(part); !outcome) {
            return outcome.error();
        }
    }
    return (*hash)->finish();
}

Error misuse(const char* message) {
    return {ErrorCode::misuse, "derive_key", message};
}

} // namespace

// RFC 4253 s7.2: "K1 = HASH(K || H || X || session_id), K2 = HASH(K || H || K1), K3 = HASH(K || H
// || K1 || K2) ..., key = K1 || K2 || K3 || ..."
Result<SecretBytes> derive_key(const Crypto& crypto, const KexDone& kex, char letter,
                               BytesView session_id, std::size_t size) {
    if (letter < 'A' || letter > 'F') {
        return misuse("the letter of a key is one of A to F");
    }
    if (session_id.empty() || kex.shared_secret.empty() || kex.exchange_hash.empty()) {
        return misuse("there is no session id, or no key exchange");
    }
    if (size == 0 || size > most_key_octets) {
        return misuse("no key is of that size");
    }
    const std::array<std::byte, 1> which{static_cast<std::byte>(letter)};
    SecretBytes key(size);
    std::size_t made = 0;
    while (made < size) {
        const BytesView so_far = key.view().first(made);
        auto block =
            made == 0
                ? digest(crypto, kex.hash,
                         {kex.shared_secret.view(), kex.exchange_hash.view(), which, session_id})
                : digest(crypto, kex.hash,
                         {kex.shared_secret.view(), kex.exchange_hash.view(), so_far});
        if (!block) {
            return block;
        }
        if (block->empty()) {
            return Error(ErrorCode::failure, "derive_key", "a hash without octets");
        }
        const std::size_t taken = std::min(block->size(), size - made);
        std::ranges::copy(block->view().first(taken), key.data() + made);
        made += taken;
    }
    return key;
}

} // namespace gss::inline v0::ssh
