// SPDX-License-Identifier: Apache-2.0
// Octets on their way: a queue in one piece, so that what is in it can be worked on in place.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <memory>

namespace gss::inline v0::transport::detail {

/// Octets go in at the end and are taken from the front. Nothing is allocated before the first
/// octet; what was once large is given back when only little passes. Moving octets costs no more
/// than the octets that passed: O(1) for each of them. Memory is wiped before it is given back.
class StreamBuffer {
public:
    StreamBuffer() noexcept = default;
    StreamBuffer(const StreamBuffer&) = delete;
    StreamBuffer& operator=(const StreamBuffer&) = delete;
    ~StreamBuffer();

    /// What is in the queue.
    [[nodiscard]] MutableBytes content() noexcept { return {memory_.get() + begin_, size()}; }
    [[nodiscard]] BytesView content() const noexcept { return {memory_.get() + begin_, size()}; }
    [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }
    [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }

    /// Room behind the content, of @p at_least octets or more; content may move. When memory has to
    /// be taken anyway, it is taken for @p wanted octets.
    [[nodiscard]] MutableBytes room(std::size_t at_least, std::size_t wanted = 0);
    /// That many octets of the room are content now.
    void added(std::size_t octets) noexcept;
    /// That many octets at the front are not needed any more. They stay where they are until room()
    /// or rest() is called.
    void taken(std::size_t octets) noexcept;
    /// Gives memory back that holds nothing.
    void rest() noexcept;

    [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
    /// How many octets were moved within memory or to other memory so far.
    [[nodiscard]] std::uint64_t moved() const noexcept { return moved_; }

private:
    void close_round() noexcept;
    void grow(std::size_t least);
    void release() noexcept;

    // NOLINTNEXTLINE(modernize-avoid-c-arrays): of a size that only running tells
    std::unique_ptr<std::byte[]> memory_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t used_ = 0; ///< how far memory was ever written: what is to be wiped
    unsigned quiet_ = 0;   ///< rounds from empty to empty, one after another, that needed little
    std::uint64_t moved_ = 0;
};

} // namespace gss::inline v0::transport::detail
