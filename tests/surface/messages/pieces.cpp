// SPDX-License-Identifier: Apache-2.0
#include "pieces.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gss::test {

Bytes octets_of(std::string_view text) {
    const BytesView view = as_bytes(text);
    return {view.begin(), view.end()};
}

Pieces standard_pieces(MutableBytes data) {
    Pieces pieces;
    pieces.push_back(IovBuffer::to_allocate(IovType::header));
    pieces.push_back(IovBuffer::of(IovType::data, data));
    pieces.push_back(IovBuffer::to_allocate(IovType::padding));
    pieces.push_back(IovBuffer::to_allocate(IovType::trailer));
    return pieces;
}

Pieces stream_pieces(MutableBytes token, BytesView associated, bool allocate) {
    Pieces pieces;
    pieces.push_back(IovBuffer::of(IovType::stream, token));
    pieces.push_back(IovBuffer::sign_only(associated));
    pieces.push_back(allocate ? IovBuffer::to_allocate(IovType::data)
                              : IovBuffer::of(IovType::data, {}));
    return pieces;
}

Pieces mic_pieces(std::span<const Bytes> message, MutableBytes mic) {
    Pieces pieces;
    for (const Bytes& part : message) {
        pieces.push_back(IovBuffer::sign_only(part));
        if (pieces.size() == 1) {
            pieces.front().type = IovType::data; // both kinds are signed alike
        }
    }
    pieces.push_back(mic.empty() ? IovBuffer::to_allocate(IovType::mic_token)
                                 : IovBuffer::of(IovType::mic_token, mic));
    return pieces;
}

Bytes joined(std::span<const IovBuffer> pieces) {
    Bytes token;
    for (const IovBuffer& part : pieces) {
        if (part.type != IovType::sign_only) {
            token.insert(token.end(), part.octets.begin(), part.octets.end());
        }
    }
    return token;
}

IovBuffer& piece(std::span<IovBuffer> pieces, IovType type) {
    const auto found = std::ranges::find(pieces, type, &IovBuffer::type);
    if (found == pieces.end()) {
        throw std::logic_error("no piece " + std::string(to_string(type)));
    }
    return *found;
}

TokenInPlace::TokenInPlace(SecurityContext& from, BytesView message, BytesView associated,
                           Seal seal) {
    Bytes copy(message.begin(), message.end());
    pieces_.push_back(IovBuffer::of(IovType::header, {}));
    pieces_.push_back(IovBuffer::sign_only(associated));
    pieces_.push_back(IovBuffer::of(IovType::data, copy));
    pieces_.push_back(IovBuffer::of(IovType::padding, {}));
    pieces_.push_back(IovBuffer::of(IovType::trailer, {}));
    const bool sealed = from.wrap_iov_length(pieces_, seal).value();
    std::size_t size = 0;
    for (const IovBuffer& part : pieces_) {
        size += part.type == IovType::sign_only ? 0 : part.needed;
    }
    memory_.resize(size);
    MutableBytes rest(memory_);
    for (IovBuffer& part : pieces_) {
        if (part.type != IovType::sign_only) {
            part.octets = rest.first(part.needed);
            rest = rest.subspan(part.needed);
        }
    }
    std::ranges::copy(copy, data().begin());
    if (from.wrap_iov(pieces_, seal).value() != sealed) {
        throw std::logic_error("sealed other than foretold");
    }
}

MutableBytes TokenInPlace::data() {
    return piece(pieces_, IovType::data).octets;
}

void in_both_directions(ContextPair& pair,
                        const std::function<void(SecurityContext&, SecurityContext&)>& test) {
    test(pair.initiator, pair.acceptor.context);
    test(pair.acceptor.context, pair.initiator);
}

} // namespace gss::test
