// SPDX-License-Identifier: Apache-2.0
// Pieces as one message, for what a library does with whole messages only.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/iov.h>

#include <algorithm>
#include <cstddef>
#include <span>

namespace gss::inline v0::rfc2744 {

/// The octets of all pieces that a checksum covers; copied when there are several.
class WholeMessage {
public:
    explicit WholeMessage(std::span<const IovBuffer> pieces) {
        if (std::ranges::count_if(pieces, is_covered) == 1) {
            view_ = std::ranges::find_if(pieces, is_covered)->octets;
            return;
        }
        std::size_t size = 0;
        for (const IovBuffer& piece : pieces) {
            size += is_covered(piece) ? piece.octets.size() : 0;
        }
        copy_ = SecretBytes(size);
        auto next = copy_.mutable_view().begin();
        for (const IovBuffer& piece : pieces) {
            if (is_covered(piece)) {
                next = std::ranges::copy(piece.octets, next).out;
            }
        }
        view_ = copy_.view();
    }
    [[nodiscard]] BytesView view() const noexcept { return view_; }

private:
    [[nodiscard]] static bool is_covered(const IovBuffer& piece) noexcept {
        return piece.type == IovType::data || piece.type == IovType::sign_only;
    }
    SecretBytes copy_;
    BytesView view_;
};

} // namespace gss::inline v0::rfc2744
