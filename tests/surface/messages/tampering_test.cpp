// SPDX-License-Identifier: Apache-2.0
// Nothing altered passes, whichever piece it is in and whichever way it is opened, and nothing of
// the message is left where it was decrypted; rotation as any peer may write it is undone.
#include "pieces.h"

#include <algorithm>

namespace gss::test {

namespace {

const std::string message = "pay 100 to the bearer of this.";
const std::string associated = "to be read by everybody";

class Tampering : public OnPair {
protected:
    ContextPair both_ = pair(with_flags(require_mutual_and_integrity, require_nothing));
    SecurityContext& from_ = both_.initiator;
    SecurityContext& to_ = both_.acceptor.context;

    [[nodiscard]] static bool is_wiped(BytesView octets) {
        return std::ranges::all_of(octets, [](std::byte octet) { return octet == std::byte{0}; });
    }
};
INSTANTIATE_TEST_SUITE_P(All, Tampering, testing::ValuesIn(all_pairs()), name_of_pair);

/// What every octet of a header means to RFC 4121; EC and RRC of signed tokens are not covered.
TEST_P(Tampering, OfEachOctetOfEachPieceIsSeen) {
    std::size_t refused = 0;
    for (const Seal seal : both_seals) {
        const std::size_t pieces = 5;
        for (std::size_t index = 0; index < pieces; ++index) {
            for (std::size_t at = 0;; ++at) {
                TokenInPlace made(from_, as_bytes(message), as_bytes(associated), seal);
                Pieces& layout = made.pieces();
                if (at >= layout[index].octets.size()) {
                    break;
                }
                Bytes copy = altered(layout[index].octets, at, std::byte{0x10});
                layout[index].octets = copy;
                const Result<UnwrappedIov> result = to_.unwrap_iov(layout);
                ASSERT_FALSE(result.has_value())
                    << to_string(layout[index].type) << " octet " << at;
                EXPECT_TRUE(is_wiped(piece(layout, IovType::data).octets)) << "released";
                ++refused;
            }
        }
    }
    EXPECT_EQ(refused, 2 * (message.size() + associated.size() + 16 + 12) + 2 * 16)
        << "header and checksum twice, and once the confounder and the header's copy";
}

TEST_P(Tampering, OfEachOctetOfAStreamIsSeen) {
    for (const Seal seal : both_seals) {
        const std::size_t size =
            from_.wrap_aead(as_bytes(message), as_bytes(associated), seal).value().token.size();
        for (std::size_t at = 0; at < size; ++at) {
            const Buffer token =
                from_.wrap_aead(as_bytes(message), as_bytes(associated), seal).value().token;
            Bytes wrong = altered(token, at, std::byte{0x10});
            Pieces pieces = stream_pieces(wrong, as_bytes(associated), at % 2 == 1);
            ASSERT_FALSE(to_.unwrap_iov(pieces).has_value()) << at;
            EXPECT_TRUE(is_wiped(wrong)) << at;
            EXPECT_TRUE(pieces[2].octets.empty()) << at;
            EXPECT_FALSE(to_.unwrap_aead(altered(token, at), as_bytes(associated)).has_value())
                << at;
        }
    }
}

TEST_P(Tampering, OfTheLengthIsSeen) {
    for (const Seal seal : both_seals) {
        const std::size_t size =
            from_.wrap_aead(as_bytes(message), as_bytes(associated), seal).value().token.size();
        for (std::size_t cut = 0; cut < size; ++cut) {
            const Buffer token =
                from_.wrap_aead(as_bytes(message), as_bytes(associated), seal).value().token;
            Bytes wrong = octets_of(token.text().substr(0, cut));
            EXPECT_FALSE(to_.unwrap_aead_in_place(wrong, as_bytes(associated)).has_value()) << cut;
            Bytes plain = octets_of(from_.wrap(as_bytes(message), seal).value().token.text());
            Pieces pieces = stream_pieces(MutableBytes(plain).first(plain.size() - 1 - cut % 16));
            EXPECT_FALSE(to_.unwrap_iov(pieces).has_value()) << cut;
        }
        Bytes longer =
            octets_of(text(from_.wrap_aead(as_bytes(message), {}, seal).value().token) + "x");
        EXPECT_FALSE(to_.unwrap_aead_in_place(longer, {}).has_value());
    }
}

TEST_P(Tampering, WithAssociatedDataIsSeen) {
    for (const Seal seal : both_seals) {
        for (const std::string& other : {std::string(), associated + "x", associated.substr(1),
                                         std::string("x") + associated, std::string("else")}) {
            const Buffer token =
                from_.wrap_aead(as_bytes(message), as_bytes(associated), seal).value().token;
            EXPECT_FALSE(to_.unwrap_aead(token, as_bytes(other)).has_value()) << other;
            const Buffer bare = from_.wrap(as_bytes(message), seal).value().token;
            if (!other.empty()) {
                EXPECT_FALSE(to_.unwrap_aead(bare, as_bytes(other)).has_value()) << other;
            }
        }
        const Buffer token =
            from_.wrap_aead(as_bytes(message), as_bytes(associated), seal).value().token;
        EXPECT_FALSE(to_.unwrap(token).has_value()) << "opened without its associated data";
    }
}

TEST_P(Tampering, WithTheBordersBetweenPiecesIsSeen) {
    // Octets that move from the data to what is signed only.
    Bytes data = octets_of("abcdef");
    Pieces pieces = standard_pieces(data);
    ASSERT_TRUE(succeeds(from_.wrap_iov(pieces)));
    const Bytes other = octets_of(text(data).substr(0, 2));
    pieces.insert(pieces.begin() + 1, IovBuffer::sign_only(other));
    pieces[2].octets = pieces[2].octets.subspan(2);
    EXPECT_FALSE(to_.unwrap_iov(pieces).has_value());
}

TEST_P(Tampering, sec_A3_21_ReflectedPiecesAreRefused) {
    for (const Seal seal : both_seals) {
        Bytes data = octets_of(message);
        Pieces pieces = standard_pieces(data);
        ASSERT_TRUE(succeeds(from_.wrap_iov(pieces, seal)));
        EXPECT_FALSE(from_.unwrap_iov(pieces).has_value());
        EXPECT_TRUE(is_wiped(data));
        Bytes token = octets_of(from_.wrap(as_bytes(message), seal).value().token.text());
        EXPECT_FALSE(from_.unwrap_aead_in_place(token, {}).has_value());
    }
}

class Rotation : public Tampering {
protected:
    /// RFC 4121 s4.2.5: @p token, which is not rotated yet, rotated to the right by @p count.
    static Bytes rotated(BytesView token, std::size_t count) {
        Bytes copy(token.begin(), token.end());
        EXPECT_EQ(copy[6], std::byte{0});
        EXPECT_EQ(copy[7], std::byte{0});
        copy[6] = static_cast<std::byte>(count >> 8U);
        copy[7] = static_cast<std::byte>(count & 0xffU);
        const auto body = static_cast<std::ptrdiff_t>(16);
        const auto turn = static_cast<std::ptrdiff_t>(count % (copy.size() - 16));
        std::rotate(copy.begin() + body, copy.end() - turn, copy.end());
        return copy;
    }
    /// A token without rotation.
    Bytes token(Seal seal) {
        return TokenInPlace(from_, as_bytes(message), as_bytes(associated), seal).token();
    }
};
INSTANTIATE_TEST_SUITE_P(All, Rotation, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Rotation, ByAnyCountIsUndone) {
    for (const Seal seal : both_seals) {
        const std::size_t body = token(seal).size() - 16;
        for (const std::size_t count :
             {std::size_t{0}, std::size_t{1}, std::size_t{11}, std::size_t{12}, std::size_t{13},
              std::size_t{16}, std::size_t{27}, std::size_t{28}, std::size_t{29}, body - 1, body,
              body + 1, 3 * body + 7, std::size_t{65535}}) {
            ContextPair fresh = pair();
            const Bytes made =
                TokenInPlace(fresh.initiator, as_bytes(message), as_bytes(associated), seal)
                    .token();
            Bytes turned = rotated(made, count);
            const Result<UnwrappedInPlace> opened =
                fresh.acceptor.context.unwrap_aead_in_place(turned, as_bytes(associated));
            ASSERT_TRUE(succeeds(opened)) << count;
            EXPECT_EQ(text(opened->message), message) << count;
            EXPECT_EQ(opened->sealed, seal == Seal::required);
        }
    }
}

TEST_P(Rotation, OfSeparatePiecesIsRefused) {
    // Both libraries would have to turn octets through the borders of pieces.
    for (const Seal seal : both_seals) {
        TokenInPlace made(from_, as_bytes(message), as_bytes(associated), seal);
        Pieces& pieces = made.pieces();
        pieces[0].octets[7] = std::byte{28};
        EXPECT_TRUE(fails_with(to_.unwrap_iov(pieces), ErrorCode::bad_mic));
        EXPECT_TRUE(is_wiped(made.data()));
    }
}

TEST_P(Rotation, AndFillerCountsThatLieStayInsideTheToken) {
    // Heimdal 7.8 decrypts filler of the announced size wherever that would be. Memory beyond the
    // pieces is watched by the sanitizers, and by hand here.
    for (const std::size_t count : {1U, 15U, 16U, 17U, 28U, 300U, 65535U}) {
        Bytes guard(4096, std::byte{0x5A});
        const MutableBytes middle = MutableBytes(guard).subspan(2000, 96);
        const Bytes made = token(Seal::required);
        ASSERT_LE(made.size(), middle.size());
        const MutableBytes place = middle.first(made.size());
        std::ranges::copy(made, place.begin());
        place[4] = static_cast<std::byte>(count >> 8U);
        place[5] = static_cast<std::byte>(count & 0xffU);
        TokenInPlace layout(from_, as_bytes(message), as_bytes(associated), Seal::required);
        MutableBytes rest = place;
        for (IovBuffer& part : layout.pieces()) {
            if (part.type != IovType::sign_only) {
                part.octets = rest.first(part.octets.size());
                rest = rest.subspan(part.octets.size());
            }
        }
        EXPECT_FALSE(to_.unwrap_iov(layout.pieces()).has_value()) << count;
        EXPECT_FALSE(to_.unwrap_aead_in_place(place, as_bytes(associated)).has_value()) << count;
        for (std::size_t index = 0; index < guard.size(); ++index) {
            if (index < 2000 || index >= 2000 + place.size()) {
                ASSERT_EQ(guard[index], std::byte{0x5A}) << index;
            }
        }
    }
}

TEST_P(Rotation, AndHeadersCutShortAreRefused) {
    for (const Seal seal : both_seals) {
        for (std::size_t size = 1; size < 32; ++size) {
            TokenInPlace made(from_, as_bytes(message), as_bytes(associated), seal);
            Pieces& pieces = made.pieces();
            Bytes shorter = octets_of(text(pieces[0].octets).substr(0, size));
            if (shorter.size() == pieces[0].octets.size()) {
                continue;
            }
            pieces[0].octets = shorter;
            EXPECT_FALSE(to_.unwrap_iov(pieces).has_value()) << size;
            EXPECT_TRUE(is_wiped(made.data())) << size;
        }
    }
}

class Orders : public OnPair {};
INSTANTIATE_TEST_SUITE_P(All, Orders, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(Orders, OfPiecesIsKept) {
    ContextPair both = pair();
    Bytes data = pattern(20);
    Pieces pieces = standard_pieces(data);
    ASSERT_TRUE(succeeds(both.initiator.wrap_iov(pieces)));
    const Bytes token = joined(pieces);
    ASSERT_TRUE(succeeds(both.acceptor.context.unwrap_iov(pieces)));
    Bytes again = token;
    const Result<UnwrappedInPlace> replayed = both.acceptor.context.unwrap_aead_in_place(again, {});
    EXPECT_TRUE(fails_with(replayed, ErrorCode::duplicate_token));
    static_cast<void>(both.initiator.wrap(as_bytes("lost")).value());
    Bytes late = octets_of(both.initiator.wrap(as_bytes("late")).value().token.text());
    Pieces stream = stream_pieces(late);
    EXPECT_TRUE(fails_with(both.acceptor.context.unwrap_iov(stream), ErrorCode::gap_token));
    EXPECT_TRUE(stream[2].octets.empty());
}

TEST_P(Orders, OfEarlyPiecesIsToldWhereTheLibraryChecksFirst) {
    ContextPair both = pair();
    SecurityContext& to = both.acceptor.context;
    if (!acceptor().supports(Capability::out_of_order_delivery)) {
        EXPECT_TRUE(fails_with(to.accept_out_of_order(), ErrorCode::unavailable));
        return;
    }
    ASSERT_TRUE(succeeds(to.accept_out_of_order()));
    std::vector<Bytes> tokens;
    for (const char* content : {"1", "2", "3", "4", "5", "6"}) {
        tokens.push_back(
            octets_of(both.initiator.wrap_aead(as_bytes(content), {}).value().token.text()));
    }
    const UnwrappedInPlace early = to.unwrap_aead_in_place(tokens[1], {}).value();
    EXPECT_EQ(early.order, Order::gap);
    EXPECT_EQ(text(early.message), "2");
    const Unwrapped late = to.unwrap_aead(tokens[0], {}).value();
    EXPECT_EQ(late.order, Order::unsequenced);
    EXPECT_EQ(late.message.text(), "1");
    const UnwrappedInPlace third = to.unwrap_in_place(tokens[3]).value();
    EXPECT_EQ(third.order, Order::gap);
    EXPECT_EQ(text(third.message), "4");
    Pieces stream = stream_pieces(tokens[2], {}, true);
    EXPECT_EQ(to.unwrap_iov(stream).value().order, Order::unsequenced);
    EXPECT_EQ(text(stream[2].octets), "3");
    EXPECT_EQ(text(to.unwrap_in_place(tokens[4]).value().message), "5") << "in order again";
    const Bytes replay = tokens[5];
    EXPECT_EQ(text(to.unwrap_in_place(tokens[5]).value().message), "6");
    EXPECT_TRUE(fails_with(to.unwrap_aead(replay, {}), ErrorCode::duplicate_token));
    std::vector<Bytes> message_parts{pattern(5)};
    Pieces lost = mic_pieces(message_parts);
    ASSERT_TRUE(succeeds(both.initiator.get_mic_iov(lost)));
    Pieces mic = mic_pieces(message_parts);
    ASSERT_TRUE(succeeds(both.initiator.get_mic_iov(mic)));
    EXPECT_EQ(to.verify_mic_iov(mic).value().order, Order::gap);
}

} // namespace

} // namespace gss::test
