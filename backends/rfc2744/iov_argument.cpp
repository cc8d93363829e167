// SPDX-License-Identifier: Apache-2.0
#include "iov_argument.h"

#include "convert.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

abi::IovBufferDesc native_piece(const IovBuffer& piece) noexcept {
    auto type = static_cast<abi::Uint32>(piece.type);
    if (piece.allocate) {
        type |= abi::iov_flag_allocate;
    }
    return {type, {piece.octets.size(), piece.octets.data()}};
}

bool was_allocated(const abi::IovBufferDesc& native) noexcept {
    return (native.type & abi::iov_flag_allocated) != 0 && native.buffer.value != nullptr;
}

bool contains(MutableBytes outer, const abi::BufferDesc& inner) noexcept {
    const std::less_equal<> not_behind;
    const auto* const begin = static_cast<const std::byte*>(inner.value);
    const std::byte* const end = outer.data() + outer.size();
    return not_behind(outer.data(), begin) && not_behind(begin, end) &&
           inner.length <= static_cast<std::size_t>(end - begin);
}

/// Where the library says that a piece lies: in the caller's memory for it, or, for the data of a
/// stream, inside the stream.
bool is_within(const abi::BufferDesc& used, const IovBuffer& given,
               std::span<const IovBuffer> pieces) noexcept {
    if (used.length == 0 || contains(given.octets, used)) {
        return true;
    }
    if (given.type != IovType::data || !given.octets.empty()) {
        return false;
    }
    const auto stream = std::ranges::find(pieces, IovType::stream, &IovBuffer::type);
    return stream != pieces.end() && contains(stream->octets, used);
}

} // namespace

IovArgument::IovArgument(const Library& library, std::span<const IovBuffer> pieces)
    : library_(library) {
    if (pieces.size() <= here_.size()) {
        native_ = std::span(here_).first(pieces.size());
    } else {
        elsewhere_.resize(pieces.size());
        native_ = elsewhere_;
    }
    std::ranges::transform(pieces, native_.begin(), native_piece);
}

IovArgument::~IovArgument() {
    for (abi::IovBufferDesc& native : native_) {
        if (was_allocated(native)) {
            OutputBuffer released(library_);
            *released.get() = native.buffer;
            released.wipe();
        }
    }
}

void IovArgument::make_padding_data() noexcept {
    for (abi::IovBufferDesc& native : native_) {
        if (native.type == abi::iov_padding) {
            native.type = abi::iov_data;
        }
    }
}

void IovArgument::tell_needed(std::span<IovBuffer> pieces) const noexcept {
    for (std::size_t index = 0; index < pieces.size(); ++index) {
        pieces[index].needed = native_[index].buffer.length;
    }
}

bool IovArgument::hand_over(std::span<IovBuffer> pieces) noexcept {
    for (std::size_t index = 0; index < pieces.size(); ++index) {
        const bool sound = pieces[index].allocate
                               ? was_allocated(native_[index]) || native_[index].buffer.length == 0
                               : is_within(native_[index].buffer, pieces[index], pieces);
        if (!sound) {
            return false;
        }
    }
    for (std::size_t index = 0; index < pieces.size(); ++index) {
        abi::IovBufferDesc& native = native_[index];
        IovBuffer& piece = pieces[index];
        if (was_allocated(native)) {
            OutputBuffer owner(library_);
            *owner.get() = std::exchange(native.buffer, {});
            piece.allocated = owner.take(Buffer::Content::secret);
            piece.octets = piece.allocated.mutable_view();
        } else if (native.buffer.length == 0) {
            piece.octets = piece.octets.first(0);
        } else {
            piece.octets = {static_cast<std::byte*>(native.buffer.value), native.buffer.length};
        }
        piece.allocate = false;
    }
    return true;
}

void wipe_messages(std::span<const IovBuffer> pieces) noexcept {
    for (const IovBuffer& piece : pieces) {
        // A piece of padding that is too long has the end of the message.
        if (piece.type == IovType::data || piece.type == IovType::stream ||
            piece.type == IovType::padding) {
            secure_wipe(piece.octets);
        }
    }
}

} // namespace gss::inline v0::rfc2744
