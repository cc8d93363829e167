// SPDX-License-Identifier: Apache-2.0
#include <gssxx/bytes.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace gss::inline v0 {

void secure_wipe(MutableBytes secret) noexcept {
    if (secret.empty()) {
        return;
    }
#if defined(_WIN32)
    // There is no such call without a header of the system's: each write counts by itself.
    volatile std::byte* const octets = secret.data();
    for (std::size_t at = 0; at < secret.size(); ++at) {
        octets[at] = std::byte{0};
    }
#else
    explicit_bzero(secret.data(), secret.size()); // beside memset in <cstring> of every C library
#endif
}

SecretBytes::SecretBytes(std::size_t size)
    : data_(size == 0 ? nullptr : static_cast<std::byte*>(::operator new(size))), size_(size) {
    std::fill_n(data_, size_, std::byte{0});
}

SecretBytes::SecretBytes(BytesView content)
    : data_(content.empty() ? nullptr : static_cast<std::byte*>(::operator new(content.size()))),
      size_(content.size()) {
    std::copy(content.begin(), content.end(), data_);
}

SecretBytes::SecretBytes(SecretBytes&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

SecretBytes& SecretBytes::operator=(SecretBytes&& other) noexcept {
    if (this != &other) {
        wipe_and_free();
        data_ = std::exchange(other.data_, nullptr);
        size_ = std::exchange(other.size_, 0);
    }
    return *this;
}

SecretBytes::~SecretBytes() {
    wipe_and_free();
}

void SecretBytes::wipe_and_free() noexcept {
    secure_wipe(mutable_view());
    ::operator delete(data_);
    data_ = nullptr;
    size_ = 0;
}

namespace {

void release_own_memory(Buffer::NativeFunction /*native*/, std::byte* data,
                        std::size_t /*size*/) noexcept {
    ::operator delete(data);
}

} // namespace

Buffer Buffer::copy_of(BytesView content, Content kind) {
    auto* memory = static_cast<std::byte*>(::operator new(content.empty() ? 1 : content.size()));
    std::copy(content.begin(), content.end(), memory);
    return {memory, content.size(), &release_own_memory, nullptr, kind};
}

namespace {

bool same_octets(BytesView left, BytesView right) noexcept {
    if (left.size() != right.size()) {
        return false;
    }
    // No early end: the time must not tell how much was right.
    std::byte difference{0};
    for (std::size_t at = 0; at < left.size(); ++at) {
        difference |= left[at] ^ right[at];
    }
    return difference == std::byte{0};
}

} // namespace

bool operator==(const SecretBytes& left, const SecretBytes& right) noexcept {
    return same_octets(left.view(), right.view());
}

bool operator==(const Buffer& left, const Buffer& right) noexcept {
    return same_octets(left.view(), right.view());
}

} // namespace gss::inline v0
