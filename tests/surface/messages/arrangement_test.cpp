// SPDX-License-Identifier: Apache-2.0
// Pieces that make no message are refused before a library sees them, with the piece and its index
// named; pieces that are too small are refused with what they need, and nothing is spent.
#include "pieces.h"

#include <algorithm>
#include <cstdint>

namespace gss::test {

namespace {

class Arrangement : public OnBackend {
protected:
    ContextPair both_ = establish(library(), library()).value();
    SecurityContext& from_ = both_.initiator;
    SecurityContext& to_ = both_.acceptor.context;
    Bytes memory_ = pattern(512);
    /// A part of the memory that no other part overlaps.
    [[nodiscard]] MutableBytes part(std::size_t index) {
        return MutableBytes(memory_).subspan(index * 64, 64);
    }
    [[nodiscard]] IovBuffer at(IovType type, std::size_t index) {
        return IovBuffer::of(type, part(index));
    }
    template <typename... Piece>
    [[nodiscard]] static Pieces make(Piece&&... piece) {
        Pieces pieces;
        (pieces.push_back(std::move(piece)), ...);
        return pieces;
    }
    /// The Error of misuse that names @p subject; nothing has changed.
    template <typename T>
    void expect_misuse(const Result<T>& result, std::string_view subject) {
        ASSERT_TRUE(fails_with(result, ErrorCode::misuse));
        EXPECT_EQ(result.error().subject(), subject) << result.error().text();
        EXPECT_FALSE(result.error().native().has_value()) << "the library saw it";
        EXPECT_EQ(text(memory_), text(pattern(512)));
    }
    void expect_no_wrapping(Pieces pieces, std::string_view subject) {
        expect_misuse(from_.wrap_iov(pieces), subject);
        expect_misuse(from_.wrap_iov_length(pieces), subject);
    }
};
INSTANTIATE_TEST_SUITE_P(All, Arrangement, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Arrangement, WithoutAHeaderIsMisuse) {
    expect_no_wrapping({}, "");
    expect_no_wrapping(make(at(IovType::data, 0), at(IovType::trailer, 1)), "");
    Pieces pieces = make(at(IovType::data, 0), at(IovType::trailer, 1));
    expect_misuse(to_.unwrap_iov(pieces), "");
}

TEST_P(Arrangement, OutOfOrderIsMisuse) {
    expect_no_wrapping(make(at(IovType::data, 0), at(IovType::header, 1), at(IovType::trailer, 2)),
                       "header (piece 1)");
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::trailer, 1), at(IovType::data, 2)),
                       "trailer (piece 1)");
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::padding, 1), at(IovType::data, 2),
                            at(IovType::trailer, 3)),
                       "padding (piece 1)");
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::data, 1), at(IovType::trailer, 2),
                            at(IovType::data, 3)),
                       "trailer (piece 2)");
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::data, 1), at(IovType::trailer, 2),
                            at(IovType::padding, 3)),
                       "trailer (piece 2)");
    expect_no_wrapping(make(at(IovType::trailer, 0), at(IovType::header, 1)), "trailer (piece 0)");
    Pieces pieces = make(at(IovType::data, 0), at(IovType::header, 1), at(IovType::trailer, 2));
    expect_misuse(to_.unwrap_iov(pieces), "header (piece 1)");
}

TEST_P(Arrangement, WithASecondPieceOfAKindIsMisuse) {
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::header, 1)), "header (piece 1)");
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::data, 1), at(IovType::trailer, 2),
                            at(IovType::trailer, 3)),
                       "trailer (piece 3)");
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::data, 1), at(IovType::padding, 2),
                            at(IovType::padding, 3)),
                       "padding (piece 3)");
}

TEST_P(Arrangement, WithAPieceOfAnotherCallIsMisuse) {
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::stream, 1)), "stream (piece 1)");
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::mic_token, 1)),
                       "mic_token (piece 1)");
    expect_no_wrapping(make(at(IovType::header, 0), at(IovType::mechanism_parameters, 1)),
                       "mechanism_parameters (piece 1)");
    expect_no_wrapping(make(at(IovType::header, 0), at(static_cast<IovType>(77), 1)),
                       "unknown (piece 1)");
    Pieces pieces = make(at(IovType::header, 0), at(IovType::mic_token, 1));
    expect_misuse(to_.unwrap_iov(pieces), "mic_token (piece 1)");
    for (const IovType type : {IovType::header, IovType::padding, IovType::trailer, IovType::stream,
                               IovType::mechanism_parameters}) {
        Pieces mic = make(at(IovType::mic_token, 0), at(type, 1));
        const std::string subject = std::string(to_string(type)) + " (piece 1)";
        expect_misuse(from_.get_mic_iov(mic), subject);
        expect_misuse(from_.get_mic_iov_length(mic), subject);
        expect_misuse(to_.verify_mic_iov(mic), subject);
    }
}

TEST_P(Arrangement, MicsWithoutAPlaceOrWithTwoAreMisuse) {
    Pieces none = make(at(IovType::data, 0));
    expect_misuse(from_.get_mic_iov(none), "");
    expect_misuse(from_.get_mic_iov_length(none), "");
    expect_misuse(to_.verify_mic_iov(none), "");
    Pieces two = make(at(IovType::mic_token, 0), at(IovType::mic_token, 1));
    expect_misuse(from_.get_mic_iov(two), "mic_token (piece 1)");
}

TEST_P(Arrangement, OverlappingPiecesAreMisuse) {
    const MutableBytes all(memory_);
    Pieces pieces = make(IovBuffer::of(IovType::header, all.first(64)),
                         IovBuffer::of(IovType::data, all.subspan(63, 20)),
                         IovBuffer::of(IovType::trailer, all.subspan(128, 64)));
    expect_misuse(from_.wrap_iov(pieces), "data (piece 1)");
    expect_misuse(to_.unwrap_iov(pieces), "data (piece 1)");
    pieces = make(IovBuffer::of(IovType::header, all.first(64)), IovBuffer::sign_only(all.first(1)),
                  IovBuffer::of(IovType::data, all.subspan(64, 20)));
    expect_misuse(from_.wrap_iov(pieces), "sign_only (piece 1)");
    pieces = make(IovBuffer::of(IovType::stream, all.first(64)), IovBuffer::sign_only(all.first(1)),
                  IovBuffer::of(IovType::data, {}));
    expect_misuse(to_.unwrap_iov(pieces), "sign_only (piece 1)");
    Pieces mic = make(IovBuffer::of(IovType::mic_token, all.first(64)),
                      IovBuffer::of(IovType::data, all.subspan(10, 20)));
    expect_misuse(from_.get_mic_iov(mic), "data (piece 1)");
    // Beyond the number that is compared pair by pair.
    pieces = make(IovBuffer::of(IovType::header, all.first(64)));
    for (std::size_t index = 0; index < 20; ++index) {
        pieces.push_back(IovBuffer::of(IovType::data, all.subspan(64 + index * 8, 8)));
    }
    pieces[7].octets = all.subspan(64 + 12 * 8 + 7, 2);
    const Result<bool> sealed = from_.wrap_iov(pieces);
    ASSERT_TRUE(fails_with(sealed, ErrorCode::misuse));
    EXPECT_EQ(sealed.error().subject(), "data (piece 7)") << sealed.error().text();
    EXPECT_EQ(text(memory_), text(pattern(512)));
}

TEST_P(Arrangement, TheSameAssociatedDataTwiceIsNoOverlap) {
    Bytes data = pattern(20);
    Pieces pieces = standard_pieces(data);
    pieces.push_back(IovBuffer::sign_only(memory_));
    pieces.push_back(IovBuffer::sign_only(memory_));
    ASSERT_TRUE(succeeds(from_.wrap_iov(pieces)));
    ASSERT_TRUE(succeeds(to_.unwrap_iov(pieces)));
    EXPECT_EQ(text(data), text(pattern(20)));
}

TEST_P(Arrangement, AllocationOfOtherPiecesIsMisuse) {
    Pieces pieces = make(at(IovType::header, 0), IovBuffer::to_allocate(IovType::data));
    expect_no_wrapping(std::move(pieces), "data (piece 1)");
    pieces = make(at(IovType::header, 0), IovBuffer::to_allocate(IovType::sign_only));
    expect_no_wrapping(std::move(pieces), "sign_only (piece 1)");
    pieces = make(at(IovType::header, 0), at(IovType::data, 1));
    pieces[0].allocate = true;
    expect_no_wrapping(std::move(pieces), "header (piece 0)");
    pieces = make(at(IovType::header, 0), IovBuffer::to_allocate(IovType::data));
    expect_misuse(to_.unwrap_iov(pieces), "data (piece 1)");
    pieces = make(IovBuffer::to_allocate(IovType::header), at(IovType::data, 1));
    expect_misuse(to_.unwrap_iov(pieces), "header (piece 0)");
    Pieces mic = make(at(IovType::data, 0), IovBuffer::to_allocate(IovType::mic_token));
    expect_misuse(to_.verify_mic_iov(mic), "mic_token (piece 1)");
}

TEST_P(Arrangement, StreamsStandAloneWithOneEmptyPieceOfData) {
    Pieces pieces = make(at(IovType::stream, 0));
    expect_misuse(to_.unwrap_iov(pieces), "");
    pieces = make(at(IovType::stream, 0), at(IovType::data, 1));
    expect_misuse(to_.unwrap_iov(pieces), "data (piece 1)");
    pieces = make(at(IovType::stream, 0), IovBuffer::of(IovType::data, {}),
                  IovBuffer::of(IovType::data, {}));
    expect_misuse(to_.unwrap_iov(pieces), "data (piece 2)");
    pieces =
        make(at(IovType::stream, 0), IovBuffer::of(IovType::data, {}), at(IovType::trailer, 1));
    expect_misuse(to_.unwrap_iov(pieces), "trailer (piece 2)");
    pieces = make(at(IovType::stream, 0), at(IovType::stream, 1));
    expect_misuse(to_.unwrap_iov(pieces), "stream (piece 1)");
}

TEST_P(Arrangement, OfMoreThanAThousandPiecesIsMisuse) {
    Pieces pieces = make(at(IovType::header, 0));
    pieces.resize(1025);
    expect_no_wrapping(std::move(pieces), "");
}

TEST_P(Arrangement, EmptyPiecesAreLeftOut) {
    Bytes data = pattern(20);
    Pieces pieces = standard_pieces(data);
    pieces.insert(pieces.begin(), IovBuffer::of(IovType::empty, {}));
    ASSERT_TRUE(succeeds(from_.wrap_iov(pieces)));
    Bytes token = joined(pieces);
    Pieces stream = stream_pieces(token);
    stream.insert(stream.begin() + 1, IovBuffer::of(IovType::empty, {}));
    ASSERT_TRUE(succeeds(to_.unwrap_iov(stream)));
    EXPECT_EQ(text(stream.back().octets), text(pattern(20)));
}

// Pieces that are too small.

TEST_P(Arrangement, TooSmallPiecesAreNamedWithWhatTheyNeed) {
    for (const Seal seal : both_seals) {
        for (const IovType small : {IovType::header, IovType::trailer}) {
            Bytes data = pattern(100);
            Bytes header(64);
            Bytes trailer(64);
            Pieces pieces =
                make(IovBuffer::sign_only({}), IovBuffer::of(IovType::header, header),
                     IovBuffer::of(IovType::data, data), IovBuffer::of(IovType::padding, {}),
                     IovBuffer::of(IovType::trailer, trailer));
            ASSERT_EQ(from_.wrap_iov_length(pieces, seal).value(), seal == Seal::required);
            IovBuffer& piece_in_question = piece(pieces, small);
            const std::size_t needed = piece_in_question.needed;
            ASSERT_GT(needed, 0U);
            for (const std::size_t present : {std::size_t{0}, needed - 1}) {
                piece_in_question.octets = piece_in_question.octets.first(present);
                const Result<bool> refused = from_.wrap_iov(pieces, seal);
                ASSERT_TRUE(fails_with(refused, ErrorCode::parameter_write));
                EXPECT_EQ(refused.error().subject(), std::string(to_string(small)) + " (piece " +
                                                         (small == IovType::header ? "1" : "4") +
                                                         ")");
                EXPECT_EQ(refused.error().messages().at(0),
                          "the caller's memory is too small: " + std::to_string(needed) +
                              " octets are needed, " + std::to_string(present) + " are there");
                EXPECT_EQ(text(data), text(pattern(100))) << "changed";
                piece_in_question.octets =
                    MutableBytes(small == IovType::header ? header : trailer);
            }
            ASSERT_TRUE(succeeds(from_.wrap_iov(pieces, seal)));
            ASSERT_TRUE(succeeds(to_.unwrap_iov(pieces))) << "a refused call spent a number";
        }
    }
}

TEST_P(Arrangement, TooSmallPlacesOfMicsAreNamedWithWhatTheyNeed) {
    Bytes place(100);
    Pieces pieces = make(IovBuffer::sign_only(memory_), IovBuffer::sign_only(memory_),
                         IovBuffer::of(IovType::mic_token, place));
    ASSERT_TRUE(succeeds(from_.get_mic_iov_length(pieces)));
    const std::size_t needed = pieces[2].needed;
    pieces[2].octets = MutableBytes(place).first(needed - 1);
    const Result<void> refused = from_.get_mic_iov(pieces);
    ASSERT_TRUE(fails_with(refused, ErrorCode::parameter_write));
    EXPECT_EQ(refused.error().subject(), "mic_token (piece 2)");
    EXPECT_EQ(refused.error().messages().at(0),
              "the caller's memory is too small: " + std::to_string(needed) +
                  " octets are needed, " + std::to_string(needed - 1) + " are there");
    pieces[2].octets = place;
    ASSERT_TRUE(succeeds(from_.get_mic_iov(pieces)));
    EXPECT_EQ(pieces[2].octets.size(), needed);
    EXPECT_TRUE(succeeds(to_.verify_mic_iov(pieces))) << "a refused call spent a number";
}

TEST_P(Arrangement, LargerPiecesShrinkToWhatIsUsed) {
    Bytes data = pattern(100);
    Bytes header(64, std::byte{0xEE});
    Bytes trailer(64, std::byte{0xEE});
    Pieces pieces = make(IovBuffer::of(IovType::header, header), IovBuffer::of(IovType::data, data),
                         IovBuffer::of(IovType::trailer, trailer));
    ASSERT_TRUE(succeeds(from_.wrap_iov(pieces)));
    EXPECT_EQ(header.back(), std::byte{0xEE}) << "written past the token";
    EXPECT_EQ(trailer.back(), std::byte{0xEE});
    EXPECT_LT(pieces[0].octets.size(), header.size());
    EXPECT_EQ(to_.unwrap(joined(pieces)).value().message.text(), as_text(pattern(100)));
}

// The others of the rules that all messages have.

TEST_P(Arrangement, OfMoreOctetsThanCanBeCountedIsRefused) {
    // Nobody looks there: the sizes are refused.
    const MutableBytes endless(memory_.data(), std::size_t{1} << 40U);
    Pieces pieces = make(at(IovType::header, 0), IovBuffer::of(IovType::data, endless));
    EXPECT_TRUE(fails_with(from_.wrap_iov(pieces), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(from_.wrap_iov_length(pieces), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(to_.unwrap_iov(pieces), ErrorCode::malformed_parameter));
    Pieces mic = make(at(IovType::mic_token, 0), IovBuffer::of(IovType::data, endless));
    EXPECT_TRUE(fails_with(from_.get_mic_iov(mic), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(to_.verify_mic_iov(mic), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(from_.wrap_aead(endless, {}), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(from_.wrap_aead({}, endless), ErrorCode::malformed_parameter));
    EXPECT_TRUE(
        fails_with(to_.unwrap_aead(BytesView(memory_), endless), ErrorCode::malformed_parameter));
}

TEST_P(Arrangement, OfAContextThatWasGivenUpIsMisuse) {
    const SecurityContext gone = std::move(both_.initiator);
    Pieces pieces = make(at(IovType::header, 0), at(IovType::data, 1));
    EXPECT_TRUE(fails_with(from_.wrap_iov(pieces), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(from_.wrap_iov_length(pieces), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(from_.unwrap_iov(pieces), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(from_.wrap_iov_size_limit(100), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(from_.wrap_aead({}, {}), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(from_.unwrap_aead(as_bytes("t"), {}), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(from_.pseudo_random(PrfKey::full, {}, 1), ErrorCode::misuse));
    EXPECT_EQ(text(memory_), text(pattern(512)));
}

TEST_P(Arrangement, EmptyTokensAreInvalid) {
    Pieces stream = stream_pieces({});
    EXPECT_TRUE(fails_with(to_.unwrap_iov(stream), ErrorCode::invalid_token));
    Pieces pieces = make(IovBuffer::of(IovType::header, {}), at(IovType::data, 1));
    EXPECT_TRUE(fails_with(to_.unwrap_iov(pieces), ErrorCode::invalid_token));
    EXPECT_TRUE(fails_with(to_.unwrap_aead({}, {}), ErrorCode::invalid_token));
    EXPECT_TRUE(fails_with(to_.unwrap_aead_in_place({}, {}), ErrorCode::invalid_token));
    Pieces mic = make(at(IovType::data, 0), IovBuffer::of(IovType::mic_token, {}));
    EXPECT_TRUE(fails_with(to_.verify_mic_iov(mic), ErrorCode::invalid_token));
}

} // namespace

} // namespace gss::test
