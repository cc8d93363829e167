// SPDX-License-Identifier: Apache-2.0
#include "iov_arrangement.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace gss::inline v0::detail {

namespace {

constexpr std::size_t few_pieces = 16; // compared pair by pair

bool is_mic(IovUse use) noexcept {
    return use == IovUse::get_mic || use == IovUse::mic_length || use == IovUse::verify_mic;
}

/// How many pieces of each kind there are, and where the single ones stand.
struct Inventory {
    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
    std::size_t header = none;
    std::size_t padding = none;
    std::size_t trailer = none;
    std::size_t stream = none;
    std::size_t mic_token = none;
    std::size_t first_data = none;
    std::size_t last_data = none;
};

class Examination {
public:
    Examination(std::string_view operation, IovUse use, std::span<const IovBuffer> pieces)
        : operation_(operation), use_(use), pieces_(pieces) {}

    [[nodiscard]] std::optional<Error> run(bool is_dce_style) {
        if (pieces_.size() > max_pieces) {
            return misuse("more than " + std::to_string(max_pieces) + " pieces");
        }
        for (std::size_t index = 0; index < pieces_.size(); ++index) {
            if (const char* why = note(index)) {
                return misuse_of(index, why);
            }
        }
        std::optional<Error> refused = is_mic(use_) ? check_mic()
                                       : found_.stream == Inventory::none
                                           ? check_parts(is_dce_style)
                                           : check_stream(is_dce_style);
        return refused ? refused : check_overlap();
    }

private:
    [[nodiscard, gnu::cold]] Error misuse(std::string message) const {
        return {ErrorCode::misuse, std::string(operation_), std::move(message)};
    }
    [[nodiscard, gnu::cold]] Error misuse_of(std::size_t index, std::string message) const {
        ErrorDetails details;
        details.code = ErrorCode::misuse;
        details.operation = operation_;
        details.subject = describe(index);
        details.messages.push_back(std::move(message));
        return Error(std::move(details));
    }
    [[nodiscard]] std::string describe(std::size_t index) const {
        return std::string(to_string(pieces_[index].type)) + " (piece " + std::to_string(index) +
               ")";
    }

    /// Whether a piece of that type has a place in this call.
    [[nodiscard]] bool belongs(IovType type) const noexcept {
        switch (type) {
        case IovType::empty:
        case IovType::data:
        case IovType::sign_only:
            return true;
        case IovType::header:
        case IovType::padding:
        case IovType::trailer:
            return !is_mic(use_);
        case IovType::stream:
            return use_ == IovUse::unwrap;
        case IovType::mic_token:
            return is_mic(use_);
        case IovType::mechanism_parameters:
            break;
        }
        return false;
    }

    /// Whether the library may allocate a piece of that type in this call.
    [[nodiscard]] bool may_be_allocated(IovType type) const noexcept {
        switch (use_) {
        case IovUse::wrap:
        case IovUse::wrap_length:
            return type == IovType::header || type == IovType::padding || type == IovType::trailer;
        case IovUse::get_mic:
        case IovUse::mic_length:
            return type == IovType::mic_token;
        case IovUse::unwrap:
            return type == IovType::data; // beside a stream: check_parts refuses others
        case IovUse::verify_mic:
            break;
        }
        return false;
    }

    /// Why the piece has no place here; null when it has. Every message comes by.
    [[nodiscard]] const char* note(std::size_t index) {
        const IovBuffer& piece = pieces_[index];
        if (!belongs(piece.type)) {
            return "a piece of this kind has no place here";
        }
        if (piece.allocate && !may_be_allocated(piece.type)) {
            return "a piece of this kind is not allocated here";
        }
        if (piece.allocate && !piece.octets.empty()) {
            return "a piece that is to be allocated has octets already";
        }
        std::size_t* single = single_place(piece.type);
        if (single != nullptr && std::exchange(*single, index) != Inventory::none) {
            return "a second piece of this kind";
        }
        if (piece.type == IovType::data) {
            found_.first_data = std::min(found_.first_data, index);
            found_.last_data = index;
        }
        return nullptr;
    }

    [[nodiscard]] std::size_t* single_place(IovType type) noexcept {
        switch (type) {
        case IovType::header:
            return &found_.header;
        case IovType::padding:
            return &found_.padding;
        case IovType::trailer:
            return &found_.trailer;
        case IovType::stream:
            return &found_.stream;
        case IovType::mic_token:
            return &found_.mic_token;
        default:
            return nullptr;
        }
    }

    [[nodiscard]] std::optional<Error> check_mic() const {
        if (found_.mic_token == Inventory::none) {
            return misuse("there is no piece mic_token");
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> check_stream(bool is_dce_style) const {
        if (is_dce_style) {
            return misuse_of(found_.stream, "a context in DCE style has no tokens in one piece");
        }
        for (const std::size_t other : {found_.header, found_.padding, found_.trailer}) {
            if (other != Inventory::none) {
                return misuse_of(other, "the stream has these octets in it");
            }
        }
        if (found_.first_data == Inventory::none) {
            return misuse("there is no piece of data beside the stream");
        }
        if (found_.first_data != found_.last_data) {
            return misuse_of(found_.last_data, "a second piece of data beside a stream");
        }
        if (!pieces_[found_.first_data].octets.empty()) {
            return misuse_of(found_.first_data,
                             "the data of a stream lies in the stream, or is allocated");
        }
        return std::nullopt;
    }

    [[nodiscard]] std::optional<Error> check_parts(bool is_dce_style) const {
        if (found_.header == Inventory::none) {
            return misuse("there is no piece header");
        }
        if (use_ == IovUse::unwrap && found_.first_data != Inventory::none) {
            for (std::size_t index = found_.first_data; index <= found_.last_data; ++index) {
                if (pieces_[index].allocate) {
                    return misuse_of(index, "only the data of a stream is allocated");
                }
            }
        }
        return is_dce_style ? std::nullopt : check_order();
    }

    /// RFC 4121 s4.2.4 has the token in this order; DCE RPC sends its parts elsewhere.
    [[nodiscard]] std::optional<Error> check_order() const {
        const bool has_data = found_.first_data != Inventory::none;
        if (has_data && found_.header > found_.first_data) {
            return misuse_of(found_.header, "the header stands behind data");
        }
        for (const std::size_t behind : {found_.padding, found_.trailer}) {
            if (behind != Inventory::none &&
                (behind < found_.header || (has_data && behind < found_.last_data))) {
                return misuse_of(behind, "stands before the header or the data");
            }
        }
        if (found_.padding != Inventory::none && found_.trailer < found_.padding) {
            return misuse_of(found_.trailer, "stands before the padding");
        }
        return std::nullopt;
    }

    [[nodiscard]] bool overlap(std::size_t left, std::size_t right) const noexcept {
        const std::less<> before;
        const IovBuffer& a = pieces_[left];
        const IovBuffer& b = pieces_[right];
        return !a.octets.empty() && !b.octets.empty() &&
               before(a.octets.data(), b.octets.data() + b.octets.size()) &&
               before(b.octets.data(), a.octets.data() + a.octets.size()) &&
               !(is_read_only(a) && is_read_only(b));
    }
    [[nodiscard]] bool is_read_only(const IovBuffer& piece) const noexcept {
        return piece.type == IovType::empty || piece.type == IovType::sign_only ||
               (is_mic(use_) && piece.type == IovType::data);
    }

    [[nodiscard]] std::optional<Error> check_overlap() const {
        if (use_ == IovUse::wrap_length || use_ == IovUse::mic_length ||
            use_ == IovUse::verify_mic) {
            return std::nullopt; // nothing is written
        }
        return pieces_.size() <= few_pieces ? check_all_pairs() : check_neighbours();
    }
    [[nodiscard]] std::optional<Error> check_all_pairs() const {
        for (std::size_t right = 1; right < pieces_.size(); ++right) {
            for (std::size_t left = 0; left < right; ++left) {
                if (overlap(left, right)) {
                    return misuse_of(right, "overlaps " + describe(left));
                }
            }
        }
        return std::nullopt;
    }
    /// In the order of their memory, each against all that reach into it.
    [[nodiscard]] std::optional<Error> check_neighbours() const {
        std::vector<std::size_t> order(pieces_.size());
        for (std::size_t index = 0; index < order.size(); ++index) {
            order[index] = index;
        }
        std::sort(order.begin(), order.end(), [this](std::size_t left, std::size_t right) {
            return std::less<>()(pieces_[left].octets.data(), pieces_[right].octets.data());
        });
        for (std::size_t at = 0; at < order.size(); ++at) {
            const MutableBytes octets = pieces_[order[at]].octets;
            for (std::size_t next = at + 1;
                 next < order.size() &&
                 std::less<>()(pieces_[order[next]].octets.data(), octets.data() + octets.size());
                 ++next) {
                if (overlap(order[at], order[next])) {
                    return misuse_of(order[next], "overlaps " + describe(order[at]));
                }
            }
        }
        return std::nullopt;
    }

    std::string_view operation_;
    IovUse use_;
    std::span<const IovBuffer> pieces_;
    Inventory found_;
};

} // namespace

std::optional<Error> refuse_pieces(std::string_view operation, IovUse use,
                                   std::span<const IovBuffer> pieces, bool is_dce_style) {
    return Examination(operation, use, pieces).run(is_dce_style);
}

std::size_t total_size(std::span<const IovBuffer> pieces) noexcept {
    std::size_t total = 0;
    for (const IovBuffer& piece : pieces) {
        total += std::min(piece.octets.size(), std::numeric_limits<std::size_t>::max() - total);
    }
    return total;
}

} // namespace gss::inline v0::detail
