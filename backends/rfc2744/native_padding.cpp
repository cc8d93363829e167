// SPDX-License-Identifier: Apache-2.0
// Padding of messages in pieces: with the keys of RFC 1964 and 4757 a message ends with as many
// octets as the last of them says, and what the pieces say of that is the caller's claim.
#include "native_context.h"

#include <algorithm>
#include <string>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

/// RFC 1964 s1.2.2.3: "a value of 1 to 8, indicating how many pad bytes were added".
constexpr std::size_t most_padding = 8;

IovBuffer* last_data_of(std::span<IovBuffer> pieces) noexcept {
    const auto found = std::find_if(pieces.rbegin(), pieces.rend(), [](const IovBuffer& piece) {
        return piece.type == IovType::data;
    });
    return found == pieces.rend() ? nullptr : &*found;
}

} // namespace

bool NativeContext::pads() const {
    // In DCE style the protocol around it has the padding.
    return !is_dce_style() && make() == TokenMake::rfc1964;
}

std::optional<Error> NativeContext::refuse_without_padding(std::string_view operation,
                                                           std::span<const IovBuffer> pieces,
                                                           bool shall_be_there) const {
    const auto padding = std::ranges::find(pieces, IovType::padding, &IovBuffer::type);
    const bool missing = padding == pieces.end() || (shall_be_there && padding->octets.empty());
    if (!missing || !pads()) {
        return std::nullopt;
    }
    ErrorDetails details;
    details.code = ErrorCode::misuse;
    details.operation = operation;
    details.backend = library_.traits.name;
    details.messages.emplace_back("there is no piece padding, or nothing in it: the context's "
                                  "encryption type has padding in all tokens");
    return Error(std::move(details));
}

bool NativeContext::lacks_room_for_padding(std::span<const IovBuffer> pieces) const {
    const auto padding = std::ranges::find(pieces, IovType::padding, &IovBuffer::type);
    return padding != pieces.end() && !padding->allocate && padding->octets.empty() && pads();
}

bool NativeContext::settle_padding(std::span<IovBuffer> pieces) noexcept {
    IovBuffer& padding = *std::ranges::find(pieces, IovType::padding, &IovBuffer::type);
    if (padding.octets.empty()) {
        return true; // the library has done it
    }
    const auto count = std::to_integer<std::size_t>(padding.octets.back());
    if (count < padding.octets.size() || count > most_padding) {
        return false; // a part of the message is in the piece
    }
    const std::size_t in_data = count - padding.octets.size();
    IovBuffer* const data = last_data_of(pieces);
    if (in_data != 0) {
        if (data == nullptr || data->octets.size() < in_data) {
            return false;
        }
        data->octets = data->octets.first(data->octets.size() - in_data);
    }
    padding.octets = padding.octets.first(0);
    return true;
}

} // namespace gss::inline v0::rfc2744
