// SPDX-License-Identifier: Apache-2.0
#include "stream_buffer.h"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>
#include <new>

namespace gss::inline v0::transport::detail {

namespace {

/// Memory up to this size is not worth giving back while octets pass.
constexpr std::size_t small_capacity = 4096;
/// So many rounds in a row that needed no more than a quarter of it make memory too large.
constexpr unsigned quiet_rounds = 4;

} // namespace

StreamBuffer::~StreamBuffer() {
    release();
}

void StreamBuffer::release() noexcept {
    secure_wipe({memory_.get(), used_});
    memory_.reset();
    capacity_ = begin_ = end_ = used_ = 0;
    quiet_ = 0;
}

void StreamBuffer::rest() noexcept {
    if (empty()) {
        release();
    }
}

/// The content is gone: starts again from the front, with less memory when there was no need of so
/// much for a while.
void StreamBuffer::close_round() noexcept {
    if (end_ == 0) {
        return;
    }
    quiet_ = end_ <= capacity_ / 4 ? quiet_ + 1 : 0;
    begin_ = end_ = 0;
    if (quiet_ >= quiet_rounds && capacity_ > small_capacity) {
        release();
    }
}

void StreamBuffer::grow(std::size_t least) {
    // Half as much again, so that all moves of a growing content come to a multiple of it.
    const std::size_t capacity = std::max(least, capacity_ + capacity_ / 2);
    // NOLINTNEXTLINE(modernize-avoid-c-arrays): of a size that only running tells
    auto memory = std::make_unique_for_overwrite<std::byte[]>(capacity);
    const std::size_t content = size();
    if (content != 0) {
        std::memcpy(memory.get(), memory_.get() + begin_, content);
        moved_ += content;
    }
    release();
    memory_ = std::move(memory);
    capacity_ = capacity;
    end_ = used_ = content;
}

MutableBytes StreamBuffer::room(std::size_t at_least, std::size_t wanted) {
    if (empty()) {
        close_round();
    }
    const std::size_t content = size();
    if (at_least > std::numeric_limits<std::size_t>::max() / 4) {
        throw std::bad_alloc();
    }
    const bool too_small = capacity_ < std::max(wanted, content + at_least);
    if (too_small) {
        grow(std::max(wanted, content + at_least));
    } else if (capacity_ - end_ < at_least) {
        // Content that is longer than what was taken before it would be moved too often.
        if (content > begin_) {
            grow(content + at_least);
        } else {
            std::memmove(memory_.get(), memory_.get() + begin_, content);
            moved_ += content;
            begin_ = 0;
            end_ = content;
        }
    }
    return {memory_.get() + end_, capacity_ - end_};
}

void StreamBuffer::added(std::size_t octets) noexcept {
    assert(octets <= capacity_ - end_);
    end_ += octets;
    used_ = std::max(used_, end_);
}

void StreamBuffer::taken(std::size_t octets) noexcept {
    assert(octets <= size());
    begin_ += octets;
}

} // namespace gss::inline v0::transport::detail
