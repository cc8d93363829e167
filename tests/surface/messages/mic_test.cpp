// SPDX-License-Identifier: Apache-2.0
// MICs over pieces: in the caller's memory and allocated, verified as pieces and as a whole.
#include "pieces.h"

namespace gss::test {

namespace {

const std::vector<Bytes> message{octets_of("Data and sign-only "), octets_of("pieces are treated "),
                                 octets_of("equally")};
const std::string whole = "Data and sign-only pieces are treated equally";

class MicsOfPieces : public OnPair {
protected:
    /// Contexts of Kerberos, and of Kerberos inside SPNEGO.
    static void
    on_every_mechanism(const std::function<void(SecurityContext&, SecurityContext&)>& test) {
        for (const Oid& mechanism : {mechanism::krb5(), mechanism::spnego()}) {
            ContextPair both = pair(with_mechanism(mechanism));
            in_both_directions(both, test);
        }
    }
};
INSTANTIATE_TEST_SUITE_P(All, MicsOfPieces, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(MicsOfPieces, InTheCallersMemoryAreVerifiedAsPieces) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to) {
        Bytes place(100, std::byte{0xEE});
        Pieces pieces = mic_pieces(message, place);
        ASSERT_TRUE(succeeds(from.get_mic_iov_length(pieces)));
        const std::size_t needed = pieces.back().needed;
        EXPECT_EQ(pieces.back().octets.size(), place.size()) << "told, not changed";
        ASSERT_TRUE(succeeds(from.get_mic_iov(pieces)));
        EXPECT_EQ(pieces.back().octets.size(), needed);
        EXPECT_EQ(pieces.back().octets.data(), place.data());
        EXPECT_TRUE(pieces.back().allocated.empty());
        EXPECT_EQ(place.back(), std::byte{0xEE});
        const Result<VerifiedMic> verified = to.verify_mic_iov(pieces);
        ASSERT_TRUE(succeeds(verified));
        EXPECT_EQ(verified->qop, default_qop);
        EXPECT_EQ(verified->order, Order::in_order);
    });
}

TEST_P(MicsOfPieces, ThatAreAllocatedAreVerifiedAsAWhole) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to) {
        Pieces pieces = mic_pieces(message);
        ASSERT_TRUE(succeeds(from.get_mic_iov(pieces)));
        EXPECT_FALSE(pieces.back().allocated.empty());
        EXPECT_EQ(pieces.back().octets.data(), pieces.back().allocated.data());
        EXPECT_TRUE(succeeds(to.verify_mic(as_bytes(whole), pieces.back().octets)));
    });
}

TEST_P(MicsOfPieces, OfTheWholeAreVerifiedAsPieces) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to) {
        Buffer mic = from.get_mic(as_bytes(whole)).value();
        const Pieces pieces = mic_pieces(message, mic.mutable_view());
        EXPECT_TRUE(succeeds(to.verify_mic_iov(pieces)));
        Buffer of_one = from.get_mic(as_bytes(whole)).value();
        Pieces one;
        one.push_back(IovBuffer::of(IovType::mic_token, of_one.mutable_view()));
        one.push_back(IovBuffer::sign_only(as_bytes(whole)));
        EXPECT_TRUE(succeeds(to.verify_mic_iov(one)));
    });
}

TEST_P(MicsOfPieces, OfNothingAreMicsOfAnEmptyMessage) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to) {
        Pieces pieces;
        pieces.push_back(IovBuffer::to_allocate(IovType::mic_token));
        ASSERT_TRUE(succeeds(from.get_mic_iov(pieces)));
        EXPECT_TRUE(succeeds(to.verify_mic({}, pieces[0].octets)));
    });
}

TEST_P(MicsOfPieces, sec_A3_01_AlteredAnywhereDoNotVerify) {
    ContextPair both = pair(with_flags(require_mutual_and_integrity, require_nothing));
    SecurityContext& to = both.acceptor.context;
    const std::size_t size = both.initiator.get_mic(as_bytes(whole)).value().size();
    for (std::size_t at = 0; at < size; ++at) {
        const Buffer mic = both.initiator.get_mic(as_bytes(whole)).value();
        Bytes wrong = altered(mic, at, std::byte{0x20});
        EXPECT_FALSE(to.verify_mic_iov(mic_pieces(message, wrong)).has_value()) << at;
    }
    for (std::size_t cut = 1; cut < size; ++cut) {
        Bytes mic = octets_of(both.initiator.get_mic(as_bytes(whole)).value().text());
        EXPECT_FALSE(
            to.verify_mic_iov(mic_pieces(message, MutableBytes(mic).first(cut))).has_value())
            << cut;
    }
    for (std::size_t part = 0; part < message.size(); ++part) {
        std::vector<Bytes> other = message;
        other[part].back() ^= std::byte{1};
        Bytes mic = octets_of(both.initiator.get_mic(as_bytes(whole)).value().text());
        EXPECT_FALSE(to.verify_mic_iov(mic_pieces(other, mic)).has_value()) << part;
        std::swap(other[0], other[part]);
        EXPECT_FALSE(to.verify_mic_iov(mic_pieces(other, mic)).has_value()) << part;
    }
}

TEST_P(MicsOfPieces, OfAnUnknownQualityAreRefusedByMit) {
    ContextPair both = pair();
    Pieces pieces = mic_pieces(message);
    constexpr Qop unknown = 77;
    const Result<void> made = both.initiator.get_mic_iov(pieces, unknown);
    Bytes data = pattern(10);
    Pieces wrapped = standard_pieces(data);
    const Result<bool> sealed = both.initiator.wrap_iov(wrapped, Seal::required, unknown);
    if (GetParam().initiator == "mit") {
        EXPECT_FALSE(made.has_value());
        EXPECT_FALSE(sealed.has_value());
        EXPECT_EQ(text(data), text(pattern(10)));
        EXPECT_TRUE(pieces.back().octets.empty());
    } else {
        // Heimdal 7.8 does not look at it.
        EXPECT_TRUE(succeeds(made));
        EXPECT_TRUE(succeeds(sealed));
    }
}

} // namespace

} // namespace gss::test
