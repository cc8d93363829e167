// SPDX-License-Identifier: Apache-2.0
// Whole tokens for a library whose gss_unwrap_iov takes exact pieces only (Heimdal 7.8): they are
// cut as RFC 4121 has them and decrypted where they lie.
#include "convert.h"
#include "iov_argument.h"
#include "native_context.h"
#include "status.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view operation = "gss_unwrap_iov";

/// The pieces with header and trailer in the stream's place. Allocates for more than 16 only.
class CutPieces {
public:
    CutPieces(std::span<const IovBuffer> pieces, const TokenParts& parts) {
        const std::size_t most = pieces.size() + 2; // three parts for one stream
        if (most <= here_.size()) {
            used_ = std::span(here_).first(most);
        } else {
            elsewhere_.resize(most);
            used_ = elsewhere_;
        }
        std::size_t at = 0;
        put(at++, abi::iov_header, parts.header);
        for (const IovBuffer& piece : pieces) {
            if (piece.type == IovType::data) {
                put(at++, abi::iov_data, parts.data);
            } else if (piece.type == IovType::sign_only) {
                put(at++, abi::iov_sign_only, piece.octets);
            }
        }
        if (!parts.padding.empty()) {
            put(at++, abi::iov_padding, parts.padding);
        }
        if (!parts.trailer.empty()) {
            put(at++, abi::iov_trailer, parts.trailer);
        }
        used_ = used_.first(at); // without the stream, and without empty pieces
    }
    [[nodiscard]] abi::IovBufferDesc* get() noexcept { return used_.data(); }
    [[nodiscard]] int count() const noexcept { return static_cast<int>(used_.size()); }
    /// How much of the data is the message: a library may have found more padding in it.
    [[nodiscard]] std::size_t message_size() const noexcept {
        return std::ranges::find(used_, abi::iov_data, &abi::IovBufferDesc::type)->buffer.length;
    }

private:
    void put(std::size_t at, abi::Uint32 type, MutableBytes octets) noexcept {
        used_[at] = {type, {octets.size(), octets.data()}};
    }
    std::array<abi::IovBufferDesc, 18> here_;
    std::vector<abi::IovBufferDesc> elsewhere_;
    std::span<abi::IovBufferDesc> used_;
};

/// Shows the caller the data of a stream, or gives it in memory of its own.
void give_data(IovBuffer& piece, MutableBytes data) {
    if (piece.allocate) {
        piece.allocated = Buffer::copy_of(data, Buffer::Content::secret);
        secure_wipe(data);
        piece.octets = piece.allocated.mutable_view();
        piece.allocate = false;
    } else {
        piece.octets = data;
    }
}

IovBuffer& piece_of(std::span<IovBuffer> pieces, IovType type) noexcept {
    return *std::ranges::find(pieces, type, &IovBuffer::type); // the public class has seen it
}

} // namespace

Result<UnwrappedIov> NativeContext::unwrap_stream(std::span<IovBuffer> pieces, bool out_of_order) {
    const MutableBytes stream = piece_of(pieces, IovType::stream).octets;
    const bool has_associated = std::ranges::any_of(pieces, [](const IovBuffer& piece) {
        return piece.type == IovType::sign_only && !piece.octets.empty();
    });
    const std::optional<WrapHeader> found = read_wrap_header(stream);
    // Filler has a place in the plain call only.
    if (!has_associated && (!found || (found->sealed && found->extra_count != 0))) {
        return unwrap_whole_stream(pieces, out_of_order);
    }
    if (std::optional<Error> refused = refuse_other_make(operation, TokenForm::wrap, stream)) {
        return *std::move(refused);
    }
    const Result<TokenOverhead> overhead = token_overhead(0, !found || found->sealed, default_qop);
    if (!overhead) {
        return lacks_encryption_type(operation, overhead.error());
    }
    TokenParts parts;
    if (found ? !cut_token(stream, *found, *overhead, parts) : !cut_framed_token(stream, parts)) {
        return bad_token(operation, TokenForm::wrap, stream,
                         "the counts in the token do not fit it");
    }
    return unwrap_cut_stream(pieces, parts, out_of_order);
}

Result<UnwrappedIov> NativeContext::unwrap_cut_stream(std::span<IovBuffer> pieces,
                                                      const TokenParts& parts, bool out_of_order) {
    CutPieces native(pieces, parts);
    int sealed = 0;
    abi::Uint32 qop = 0;
    NativeStatus status;
    status.major = library_.call().unwrap_iov(&status.minor, handle_, &sealed, &qop, native.get(),
                                              native.count());
    const std::optional<Order> order = accepted_order(status.major, out_of_order);
    if (!order) {
        return incoming_error(operation, status, TokenForm::wrap,
                              piece_of(pieces, IovType::stream).octets);
    }
    const std::size_t size = std::min(native.message_size(), parts.data.size());
    give_data(piece_of(pieces, IovType::data), parts.data.first(size));
    return UnwrappedIov{sealed != 0, qop, *order};
}

Result<UnwrappedIov> NativeContext::unwrap_whole_stream(std::span<IovBuffer> pieces,
                                                        bool out_of_order) {
    const MutableBytes stream = piece_of(pieces, IovType::stream).octets;
    IovBuffer& data = piece_of(pieces, IovType::data);
    Result<Unwrapped> unwrapped = unwrap(stream, out_of_order);
    if (!unwrapped) {
        return unwrapped.error();
    }
    if (data.allocate) {
        data.allocated = std::move(unwrapped->message);
        data.octets = data.allocated.mutable_view();
        data.allocate = false;
    } else { // unwrap has seen that it is not longer than its token
        std::ranges::copy(unwrapped->message.view(), stream.begin());
        data.octets = stream.first(unwrapped->message.size());
    }
    return UnwrappedIov{unwrapped->sealed, unwrapped->qop, unwrapped->order};
}

} // namespace gss::inline v0::rfc2744
