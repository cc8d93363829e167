// SPDX-License-Identifier: Apache-2.0
// Byte views, the native-memory Buffer and wiped storage for secrets.
#pragma once

#include <gssxx/export.h>

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::inline v0 {

/// Octets that somebody else owns and nobody may change through the view.
using BytesView = std::span<const std::byte>;
/// Octets that somebody else owns and the callee may overwrite.
using MutableBytes = std::span<std::byte>;
/// Octets owned by the caller.
using Bytes = std::vector<std::byte>;

/// Views the characters of @p text as octets, without a terminating NUL.
[[nodiscard]] inline BytesView as_bytes(std::string_view text) noexcept {
    return std::as_bytes(std::span(text.data(), text.size()));
}

/// Views octets as characters; the text is not checked and not NUL-terminated.
[[nodiscard]] inline std::string_view as_text(BytesView bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Overwrites @p secret with zeros in a way the compiler may not leave out.
GSSXX_EXPORT void secure_wipe(MutableBytes secret) noexcept;

/// Owned octets that are overwritten before their memory is given back.
/// Move-only, of fixed size: it never reallocates and so leaves no copies behind.
class GSSXX_EXPORT SecretBytes {
public:
    SecretBytes() noexcept = default;
    /// @p size zero octets.
    explicit SecretBytes(std::size_t size);
    /// A copy of @p content.
    explicit SecretBytes(BytesView content);
    SecretBytes(SecretBytes&& other) noexcept;
    SecretBytes& operator=(SecretBytes&& other) noexcept;
    SecretBytes(const SecretBytes&) = delete;
    SecretBytes& operator=(const SecretBytes&) = delete;
    ~SecretBytes();

    [[nodiscard]] std::byte* data() noexcept { return data_; }
    [[nodiscard]] const std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] BytesView view() const noexcept { return {data_, size_}; }
    [[nodiscard]] MutableBytes mutable_view() noexcept { return {data_, size_}; }
    /// In a time that depends on the sizes alone.
    GSSXX_EXPORT friend bool operator==(const SecretBytes& left, const SecretBytes& right) noexcept;

private:
    void wipe_and_free() noexcept;

    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

/// Octets in memory that a native library allocated, given back to that library on destruction.
/// Move-only; nothing is copied out of native memory. A buffer that holds plaintext or keys is
/// overwritten first, because the native release does not do so.
class GSSXX_EXPORT Buffer {
public:
    /// A native library's own release function, in the shape the owner of the memory wants.
    using NativeFunction = void (*)();
    using Release = void (*)(NativeFunction native, std::byte* data, std::size_t size) noexcept;
    /// Whether the octets are overwritten before they are released.
    enum class Content : bool { open, secret };

    Buffer() noexcept = default;
    /// Takes ownership of [data, data+size). @p release gets @p native back unchanged; both must
    /// stay callable for the life of the process.
    Buffer(std::byte* data, std::size_t size, Release release, NativeFunction native,
           Content content) noexcept
        : data_(data), size_(size), release_(release), native_(native), content_(content) {}
    Buffer(Buffer&& other) noexcept
        : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)),
          release_(std::exchange(other.release_, nullptr)), native_(other.native_),
          content_(other.content_) {}
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer(std::move(other)).swap(*this);
        return *this;
    }
    Buffer(const Buffer&) = delete;
    Buffer& operator=(const Buffer&) = delete;
    ~Buffer() { reset(); }

    /// A buffer of our own that holds a copy of @p content.
    [[nodiscard]] static Buffer copy_of(BytesView content, Content kind = Content::open);

    [[nodiscard]] const std::byte* data() const noexcept { return data_; }
    [[nodiscard]] std::byte* data() noexcept { return data_; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
    [[nodiscard]] BytesView view() const noexcept { return {data_, size_}; }
    [[nodiscard]] MutableBytes mutable_view() noexcept { return {data_, size_}; }
    [[nodiscard]] std::string_view text() const noexcept { return as_text(view()); }
    // NOLINTNEXTLINE(google-explicit-constructor): a Buffer is read wherever octets are.
    operator BytesView() const noexcept { return view(); }
    /// Whether the octets are overwritten before they are released.
    [[nodiscard]] bool is_secret() const noexcept { return content_ == Content::secret; }
    /// Of the octets, in a time that depends on the sizes alone.
    GSSXX_EXPORT friend bool operator==(const Buffer& left, const Buffer& right) noexcept;

    /// Releases the memory now; the buffer is empty afterwards.
    void reset() noexcept {
        if (release_ != nullptr) {
            if (content_ == Content::secret) {
                secure_wipe(mutable_view());
            }
            std::exchange(release_, nullptr)(native_, data_, size_);
        }
        data_ = nullptr;
        size_ = 0;
    }
    /// Exchanges the two memories; nothing is copied.
    void swap(Buffer& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(release_, other.release_);
        std::swap(native_, other.native_);
        std::swap(content_, other.content_);
    }

private:
    std::byte* data_ = nullptr;
    std::size_t size_ = 0;
    Release release_ = nullptr;
    NativeFunction native_ = nullptr;
    Content content_ = Content::open;
};

} // namespace gss::inline v0
