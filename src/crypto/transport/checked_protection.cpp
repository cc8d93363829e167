// SPDX-License-Identifier: Apache-2.0
// Bounds and order of calls, the same for every cipher.
#include "checked_protection.h"

namespace gss::inline v0::transport::detail {

using ssh::detail::openssl_failure;
using ssh::detail::OwnErrors;
using ssh::detail::succeeded;

namespace {

// OpenSSL counts in int. Far above any packet, far below that.
constexpr std::size_t max_packet_size = std::size_t{1} << 28;

} // namespace

Outcome run_cipher(EVP_CIPHER_CTX& context, MutableBytes octets) noexcept {
    const int size = static_cast<int>(octets.size());
    int written = 0;
    if (!succeeded(
            EVP_CipherUpdate(&context, octets_of(octets), &written, octets_of(octets), size)) ||
        written != size) {
        return Failure{"EVP_CipherUpdate"};
    }
    return std::nullopt;
}

Result<CipherContextPtr> keyed_cipher(const char* name, BytesView key, BytesView iv,
                                      PacketProtection::Direction direction) {
    const CipherPtr cipher(EVP_CIPHER_fetch(nullptr, name, nullptr));
    if (!cipher) {
        return openssl_failure(name, "EVP_CIPHER_fetch");
    }
    // What the context reads from key and IV is up to the cipher.
    if (EVP_CIPHER_get_key_length(cipher.get()) != static_cast<int>(key.size())) {
        return openssl_failure(name, "EVP_CIPHER_get_key_length");
    }
    if (!iv.empty() && EVP_CIPHER_get_iv_length(cipher.get()) != static_cast<int>(iv.size())) {
        return openssl_failure(name, "EVP_CIPHER_get_iv_length");
    }
    CipherContextPtr context(EVP_CIPHER_CTX_new());
    if (!context) {
        return openssl_failure(name, "EVP_CIPHER_CTX_new");
    }
    if (!succeeded(EVP_CipherInit_ex2(
            context.get(), cipher.get(), octets_of(key), iv.empty() ? nullptr : octets_of(iv),
            direction == PacketProtection::Direction::seal ? 1 : 0, nullptr))) {
        return openssl_failure(name, "EVP_CipherInit_ex2");
    }
    return context;
}

/// Length, at least 1 octet of padding length, and whole blocks of what is padded.
bool CheckedProtection::has_shape(MutableBytes packet, std::uint32_t length) const noexcept {
    if (packet.size() > max_packet_size || packet.size() < length_size + 1 + tag_size() ||
        packet.size() - length_size - tag_size() != length) {
        return false;
    }
    const std::size_t padded = pads_length() ? length_size + std::size_t{length} : length;
    // RFC 4253 s6: "the length of the concatenation of 'packet_length', 'padding_length',
    // 'payload', and 'random padding' MUST be a multiple of the cipher block size or 8, whichever
    // is larger".
    return padded % block_size() == 0;
}

Error CheckedProtection::fail(Failure failure, const char* operation) {
    failed_ = true;
    if (failure.function != nullptr) {
        return openssl_failure(operation, failure.function);
    }
    return {ErrorCode::bad_mic, operation, "the packet is not what its sender made"};
}

Error CheckedProtection::misused(const char* operation, const char* what) {
    failed_ = true;
    return {ErrorCode::misuse, operation, what};
}

Result<void> CheckedProtection::seal(std::uint32_t sequence, MutableBytes packet) {
    constexpr const char* operation = "seal a packet";
    if (failed_ || direction_ != Direction::seal) {
        return misused(operation, failed_ ? "it has failed before" : "it opens packets");
    }
    if (packet.size() < length_size || !has_shape(packet, read_uint32(packet))) {
        return misused(operation, "the packet's length or padding is wrong");
    }
    const OwnErrors errors;
    const std::size_t body = packet.size() - tag_size();
    if (const Outcome failure = do_seal(sequence, packet.first(body), packet.subspan(body))) {
        // Half of it may still be in clear.
        secure_wipe(packet);
        return fail(*failure, operation);
    }
    return {};
}

Result<std::uint32_t> CheckedProtection::open_length(std::uint32_t sequence, MutableBytes head) {
    constexpr const char* operation = "read a packet's length";
    if (failed_ || direction_ != Direction::open) {
        return misused(operation, failed_ ? "it has failed before" : "it seals packets");
    }
    if (head_ || head.size() != head_size()) {
        return misused(operation, head_ ? "the packet before was not opened" : "wrong head size");
    }
    const OwnErrors errors;
    std::uint32_t length = 0;
    if (const Outcome failure = do_open_length(sequence, head, length)) {
        secure_wipe(head);
        return fail(*failure, operation);
    }
    head_ = OpenedHead{sequence, length};
    return length;
}

Result<void> CheckedProtection::open(std::uint32_t sequence, MutableBytes packet) {
    constexpr const char* operation = "open a packet";
    if (failed_ || direction_ != Direction::open) {
        return misused(operation, failed_ ? "it has failed before" : "it seals packets");
    }
    if (!head_ || head_->sequence != sequence) {
        return misused(operation, "its length was not read");
    }
    const std::uint32_t length = head_->length;
    head_.reset();
    if (!has_shape(packet, length)) {
        // Its first block may be in clear already.
        secure_wipe(packet);
        return fail(wrong_tag, operation);
    }
    const OwnErrors errors;
    const std::size_t body = packet.size() - tag_size();
    if (const Outcome failure = do_open(sequence, packet.first(body), packet.subspan(body))) {
        secure_wipe(packet);
        return fail(*failure, operation);
    }
    write_number(packet.first<length_size>(), length);
    return {};
}

Outcome CheckedProtection::do_open_length(std::uint32_t /*sequence*/, MutableBytes head,
                                          std::uint32_t& length) {
    length = read_uint32(head);
    return std::nullopt;
}

} // namespace gss::inline v0::transport::detail
