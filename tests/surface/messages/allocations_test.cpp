// SPDX-License-Identifier: Apache-2.0
// Up to sixteen pieces in the caller's memory cost no allocation of ours, wrapping and unwrapping.
#include "allocation_counter.h"
#include "pieces.h"

namespace gss::test {

namespace {

class PiecesAllocations : public OnBackend {
protected:
    /// header | sign_only | data... | padding | trailer, as many as @p count.
    [[nodiscard]] Pieces pieces(std::size_t count) {
        Pieces made;
        const MutableBytes all(memory_);
        made.push_back(IovBuffer::of(IovType::header, all.first(64)));
        made.push_back(IovBuffer::sign_only(associated_));
        for (std::size_t index = 0; index + 4 < count; ++index) {
            made.push_back(IovBuffer::of(IovType::data, all.subspan(64 + index * 100, 100)));
        }
        made.push_back(IovBuffer::of(IovType::padding, {}));
        made.push_back(IovBuffer::of(IovType::trailer, all.last(64)));
        return made;
    }
    ContextPair both_ = establish(library(), library()).value();
    SecurityContext& from_ = both_.initiator;
    SecurityContext& to_ = both_.acceptor.context;
    Bytes memory_ = pattern(4096);
    Bytes associated_ = pattern(50);
};
INSTANTIATE_TEST_SUITE_P(All, PiecesAllocations, testing::ValuesIn(backend_names()),
                         name_of_backend);

// Guards the others: a counter that does not reach into the library would pass them all.
TEST_P(PiecesAllocations, AreCountedInTheLibrary) {
    std::optional<Result<Unwrapped>> opened;
    const Buffer token = from_.wrap(associated_).value().token;
    EXPECT_GT(count_allocations([&] { opened.emplace(to_.unwrap_aead(token, {})); }), 0U);
    EXPECT_TRUE(succeeds(*opened));
}

TEST_P(PiecesAllocations, OfUpToSixteenPiecesDoNotHappen) {
    for (const Seal seal : both_seals) {
        for (const std::size_t count : {std::size_t{5}, std::size_t{16}}) {
            Pieces layout = pieces(count);
            std::optional<Result<bool>> sealed;
            EXPECT_EQ(
                count_allocations([&] { sealed.emplace(from_.wrap_iov_length(layout, seal)); }),
                0U);
            ASSERT_TRUE(succeeds(*sealed));
            EXPECT_EQ(count_allocations([&] { sealed.emplace(from_.wrap_iov(layout, seal)); }), 0U);
            ASSERT_TRUE(succeeds(*sealed));
            std::optional<Result<UnwrappedIov>> opened;
            EXPECT_EQ(count_allocations([&] { opened.emplace(to_.unwrap_iov(layout)); }), 0U);
            ASSERT_TRUE(succeeds(*opened));
        }
    }
}

TEST_P(PiecesAllocations, OfStreamsInPlaceDoNotHappen) {
    for (const Seal seal : both_seals) {
        Bytes token = octets_of(text(from_.wrap_aead(memory_, associated_, seal).value().token));
        Pieces layout = stream_pieces(token, associated_);
        std::optional<Result<UnwrappedIov>> opened;
        EXPECT_EQ(count_allocations([&] { opened.emplace(to_.unwrap_iov(layout)); }), 0U);
        ASSERT_TRUE(succeeds(*opened));
        EXPECT_EQ(text(layout[2].octets), text(memory_));
        Bytes other = octets_of(text(from_.wrap_aead(memory_, associated_, seal).value().token));
        std::optional<Result<UnwrappedInPlace>> in_place;
        EXPECT_EQ(count_allocations(
                      [&] { in_place.emplace(to_.unwrap_aead_in_place(other, associated_)); }),
                  0U);
        ASSERT_TRUE(succeeds(*in_place));
    }
}

TEST_P(PiecesAllocations, OfMicsDoNotHappenWhereTheLibraryTakesPieces) {
    // Heimdal 7.8 takes whole messages: several pieces are copied together.
    Bytes place(100);
    for (const bool single : {true, false}) {
        Pieces layout;
        layout.push_back(IovBuffer::sign_only(associated_));
        if (!single) {
            layout.push_back(IovBuffer::sign_only(memory_));
        }
        layout.push_back(IovBuffer::of(IovType::mic_token, place));
        const std::size_t most = single || is_mit() ? 0 : 1;
        std::optional<Result<void>> made;
        EXPECT_LE(count_allocations([&] { made.emplace(from_.get_mic_iov(layout)); }), most);
        ASSERT_TRUE(succeeds(*made));
        std::optional<Result<VerifiedMic>> verified;
        EXPECT_LE(count_allocations([&] { verified.emplace(to_.verify_mic_iov(layout)); }), most);
        ASSERT_TRUE(succeeds(*verified));
    }
}

TEST_P(PiecesAllocations, OfMorePiecesAreFew) {
    Pieces layout = pieces(17);
    std::optional<Result<bool>> sealed;
    EXPECT_LE(count_allocations([&] { sealed.emplace(from_.wrap_iov(layout)); }), 2U);
    ASSERT_TRUE(succeeds(*sealed));
}

} // namespace

} // namespace gss::test
