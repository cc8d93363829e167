// SPDX-License-Identifier: Apache-2.0
// Padding of the old encryption types: pieces that claim another padding than the token has end no
// process and change no message.
#include "enctype_realm.h"
#include "pieces.h"

#include <algorithm>

namespace gss::test {

namespace {

constexpr std::size_t message_size = 40;

class Padding : public OnEnctype {
protected:
    /// In a context without order, so that one refused token does not make the next one late.
    static void
    between_old_ones(const std::function<void(SecurityContext&, SecurityContext&, Seal)>& test) {
        if (is_modern()) {
            return; // nothing has padding there
        }
        const ContextFlags flags{ContextFlag::integrity, ContextFlag::confidentiality};
        with_context(
            [&](ContextPair& both) {
                in_both_directions(both, [&](SecurityContext& from, SecurityContext& to) {
                    for (const Seal seal : both_seals) {
                        if (!lacks_pieces(from) && !lacks_pieces(to)) {
                            test(from, to, seal);
                        }
                    }
                });
            },
            with_flags(flags, require_nothing));
    }
    [[nodiscard]] static bool lacks_pieces(const SecurityContext& context) {
        return GetParam().enctype == "des3-cbc-sha1" && context.backend().name() == "heimdal";
    }
    /// A token of the pattern, cut behind the header and before the last @p padding octets.
    class CutToken {
    public:
        CutToken(SecurityContext& from, Seal seal, std::size_t padding) {
            Bytes data = pattern(message_size);
            Pieces made = standard_pieces(data);
            EXPECT_TRUE(succeeds(from.wrap_iov(made, seal)));
            token_ = joined(made);
            real_padding_ = piece(made, IovType::padding).octets.size();
            const MutableBytes all(token_);
            const std::size_t header = made[0].octets.size();
            pieces_.push_back(IovBuffer::of(IovType::header, all.first(header)));
            const MutableBytes rest = all.subspan(header);
            pieces_.push_back(IovBuffer::of(IovType::data, rest.first(rest.size() - padding)));
            pieces_.push_back(IovBuffer::of(IovType::padding, rest.last(padding)));
        }
        [[nodiscard]] Pieces& pieces() noexcept { return pieces_; }
        [[nodiscard]] std::size_t real_padding() const noexcept { return real_padding_; }
        /// Message and padding.
        [[nodiscard]] bool is_wiped() const {
            return std::all_of(token_.begin() +
                                   static_cast<std::ptrdiff_t>(pieces_[0].octets.size()),
                               token_.end(), [](std::byte octet) { return octet == std::byte{0}; });
        }

    private:
        Bytes token_;
        Pieces pieces_;
        std::size_t real_padding_ = 0;
    };
};
INSTANTIATE_TEST_SUITE_P(All, Padding, testing::ValuesIn(all_enctype_cases()),
                         name_of_enctype_case);

TEST_P(Padding, ClaimedTooLongEndsInAnError) {
    // MIT ended the process. What is cut off the message so would be missing from it.
    between_old_ones([](SecurityContext& from, SecurityContext& to, Seal seal) {
        for (const std::size_t more : {1U, 2U, 7U, 30U}) {
            const std::size_t real = CutToken(from, seal, 1).real_padding();
            CutToken token(from, seal, real + more);
            EXPECT_FALSE(to.unwrap_iov(token.pieces()).has_value()) << more;
            EXPECT_TRUE(token.is_wiped()) << "the end of the message is in the padding";
        }
    });
}

TEST_P(Padding, ClaimedTooLongWithManyPiecesOfDataEndsInAnError) {
    between_old_ones([](SecurityContext& from, SecurityContext& to, Seal seal) {
        CutToken token(from, seal, CutToken(from, seal, 1).real_padding() + 3);
        Pieces& pieces = token.pieces();
        const MutableBytes data = pieces[1].octets;
        pieces[1].octets = data.first(8);
        pieces.insert(pieces.begin() + 2, IovBuffer::of(IovType::data, data.subspan(8)));
        EXPECT_FALSE(to.unwrap_iov(pieces).has_value()) << "a message that was cut";
        EXPECT_TRUE(token.is_wiped());
    });
}

TEST_P(Padding, ClaimedTooShortIsCutOffTheData) {
    between_old_ones([](SecurityContext& from, SecurityContext& to, Seal seal) {
        for (std::size_t claimed = 1; claimed <= 8; ++claimed) {
            CutToken token(from, seal, claimed);
            if (claimed > token.real_padding()) {
                break;
            }
            ASSERT_TRUE(succeeds(to.unwrap_iov(token.pieces()))) << claimed;
            EXPECT_EQ(text(token.pieces()[1].octets), text(pattern(message_size))) << claimed;
        }
    });
}

TEST_P(Padding, LeftOutOfTheTokenIsMisuse) {
    // The padding would be the end of the message.
    between_old_ones([](SecurityContext& from, SecurityContext& to, Seal seal) {
        CutToken token(from, seal, 0);
        EXPECT_TRUE(fails_with(to.unwrap_iov(token.pieces()), ErrorCode::misuse));
        token.pieces().pop_back();
        EXPECT_TRUE(fails_with(to.unwrap_iov(token.pieces()), ErrorCode::misuse));
    });
}

TEST_P(Padding, WithoutAPieceIsMisuse) {
    // MIT ended the process, Heimdal made a token that no library opens.
    between_old_ones([](SecurityContext& from, SecurityContext&, Seal seal) {
        Bytes data = pattern(message_size);
        Pieces pieces;
        Bytes small(3);
        pieces.push_back(IovBuffer::of(IovType::header, small));
        pieces.push_back(IovBuffer::of(IovType::data, data));
        EXPECT_TRUE(fails_with(from.wrap_iov(pieces, seal), ErrorCode::misuse));
        EXPECT_TRUE(fails_with(from.wrap_iov_length(pieces, seal), ErrorCode::misuse));
        EXPECT_EQ(text(data), text(pattern(message_size)));
    });
}

TEST_P(Padding, WithoutRoomIsAnErrorBeforeAnythingIsEncrypted) {
    between_old_ones([](SecurityContext& from, SecurityContext&, Seal seal) {
        Bytes data = pattern(message_size);
        Pieces pieces = standard_pieces(data);
        pieces[2] = IovBuffer::of(IovType::padding, {});
        const Result<bool> wrapped = from.wrap_iov(pieces, seal);
        ASSERT_TRUE(fails_with(wrapped, ErrorCode::parameter_write));
        EXPECT_EQ(wrapped.error().subject(), "padding (piece 2)");
        EXPECT_EQ(text(data), text(pattern(message_size)));
    });
}

TEST_P(Padding, OfDceStyleIsTheCallersAndBrokenBlocksEndNoProcess) {
    // Heimdal's gss_wrap ended the process with keys of triple DES.
    const ContextFlags flags{ContextFlag::mutual, ContextFlag::dce_style, ContextFlag::integrity,
                             ContextFlag::confidentiality};
    with_context(
        [](ContextPair& both) {
            in_both_directions(both, [](SecurityContext& from, SecurityContext&) {
                for (const Seal seal : both_seals) {
                    EXPECT_TRUE(succeeds(from.wrap(pattern(16), seal)));
                    const Result<Wrapped> broken = from.wrap(pattern(17), seal);
                    if (lacks_pieces(from)) {
                        EXPECT_TRUE(fails_with(broken, ErrorCode::malformed_parameter));
                    }
                }
            });
        },
        with_flags(flags, require_nothing));
}

} // namespace

} // namespace gss::test
