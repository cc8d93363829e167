// SPDX-License-Identifier: Apache-2.0
// Messages in pieces open in every way that their tokens can be opened, between all libraries:
// the counterpart of MIT's t_iov.
#include "pieces.h"

#include <algorithm>

namespace gss::test {

namespace {

class IovPieces : public OnPair {
protected:
    /// Contexts of Kerberos, and of Kerberos inside SPNEGO.
    static void
    on_every_mechanism(const std::function<void(SecurityContext&, SecurityContext&, Seal)>& test) {
        for (const Oid& mechanism : {mechanism::krb5(), mechanism::spnego()}) {
            ContextPair both = pair(with_mechanism(mechanism));
            in_both_directions(both, [&](SecurityContext& from, SecurityContext& to) {
                for (const Seal seal : both_seals) {
                    SCOPED_TRACE(seal == Seal::required ? "sealed" : "signed");
                    test(from, to, seal);
                }
            });
        }
    }
};
INSTANTIATE_TEST_SUITE_P(All, IovPieces, testing::ValuesIn(all_pairs()), name_of_pair);

const std::string fox = "The swift brown fox jumped over the lazy dog.";
const std::string associated = "This data is only signed.";

/// Encrypts or signs @p data where it lies, with allocated pieces around it.
Pieces wrap_in_place(SecurityContext& from, MutableBytes data, Seal seal) {
    const std::string before = text(data);
    Pieces pieces = standard_pieces(data);
    EXPECT_EQ(from.wrap_iov(pieces, seal).value(), seal == Seal::required);
    EXPECT_EQ(pieces[1].octets.data(), data.data());
    EXPECT_EQ(pieces[1].octets.size(), data.size());
    if (data.size() > 8) { // a few octets may be encrypted to themselves
        EXPECT_EQ(text(data) != before, seal == Seal::required) << "encrypted, or in the clear";
    }
    EXPECT_FALSE(pieces[0].allocated.empty());
    EXPECT_FALSE(pieces[0].allocate) << "it has been allocated";
    return pieces;
}

TEST_P(IovPieces, OpenWhereTheyLie) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        Bytes data = octets_of(fox);
        Pieces pieces = wrap_in_place(from, data, seal);
        const Result<UnwrappedIov> opened = to.unwrap_iov(pieces);
        ASSERT_TRUE(succeeds(opened));
        EXPECT_EQ(opened->sealed, seal == Seal::required);
        EXPECT_EQ(opened->qop, default_qop);
        EXPECT_EQ(opened->order, Order::in_order);
        EXPECT_EQ(pieces[1].octets.data(), data.data());
        EXPECT_EQ(text(pieces[1].octets), fox);
    });
}

TEST_P(IovPieces, OpenAsOneToken) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        Bytes data = octets_of("Now is the time!");
        const Bytes token = joined(wrap_in_place(from, data, seal));
        const Result<Unwrapped> opened = to.unwrap(token);
        ASSERT_TRUE(succeeds(opened));
        EXPECT_EQ(opened->sealed, seal == Seal::required);
        EXPECT_EQ(opened->message.text(), "Now is the time!");
    });
}

TEST_P(IovPieces, OpenAsAStreamInPlace) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        Bytes data = octets_of("x");
        Bytes token = joined(wrap_in_place(from, data, seal));
        Pieces pieces = stream_pieces(token);
        const Result<UnwrappedIov> opened = to.unwrap_iov(pieces);
        ASSERT_TRUE(succeeds(opened));
        EXPECT_EQ(opened->sealed, seal == Seal::required);
        EXPECT_EQ(text(pieces[2].octets), "x");
        EXPECT_GE(pieces[2].octets.data(), token.data());
        EXPECT_LT(pieces[2].octets.data(), token.data() + token.size());
    });
}

TEST_P(IovPieces, OpenAsAStreamIntoAllocatedMemory) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        Buffer token = from.wrap(as_bytes("!@#"), seal).value().token;
        Pieces pieces = stream_pieces(token.mutable_view(), {}, true);
        const Result<UnwrappedIov> opened = to.unwrap_iov(pieces);
        ASSERT_TRUE(succeeds(opened));
        EXPECT_EQ(opened->sealed, seal == Seal::required);
        EXPECT_EQ(text(pieces[2].octets), "!@#");
        EXPECT_EQ(pieces[2].octets.data(), pieces[2].allocated.data());
        token.reset();
        EXPECT_EQ(pieces[2].allocated.text(), "!@#") << "it is memory of the piece's own";
    });
}

TEST_P(IovPieces, OfPlainTokensOpenAsStreamsOfAnySize) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 31U, 32U, 33U, 1000U, 70000U}) {
            const Bytes message = pattern(size);
            Buffer token = from.wrap(message, seal).value().token;
            Pieces pieces = stream_pieces(token.mutable_view());
            ASSERT_TRUE(succeeds(to.unwrap_iov(pieces))) << size;
            EXPECT_EQ(text(pieces[2].octets), text(message)) << size;
        }
    });
}

TEST_P(IovPieces, InManyPartsOpenInManyOrInOne) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        for (const std::size_t parts : {0U, 1U, 3U, 14U, 15U, 40U}) {
            std::vector<Bytes> data;
            Pieces pieces;
            pieces.push_back(IovBuffer::to_allocate(IovType::header));
            std::string whole;
            for (std::size_t part = 0; part < parts; ++part) {
                data.push_back(pattern(part * 7));
                whole += text(data.back());
            }
            for (Bytes& part : data) {
                pieces.push_back(IovBuffer::of(IovType::data, part));
            }
            pieces.push_back(IovBuffer::to_allocate(IovType::padding));
            pieces.push_back(IovBuffer::to_allocate(IovType::trailer));
            const Seal asked = parts == 0 ? Seal::integrity_only : seal;
            ASSERT_TRUE(succeeds(from.wrap_iov(pieces, asked))) << parts;
            Bytes token = joined(pieces);
            ASSERT_TRUE(succeeds(to.unwrap_iov(pieces))) << parts;
            std::string opened;
            for (const Bytes& part : data) {
                opened += text(part);
            }
            EXPECT_EQ(opened, whole) << parts;
            ASSERT_TRUE(succeeds(from.wrap_iov(pieces, asked))) << parts;
            const Unwrapped plain = to.unwrap(joined(pieces)).value();
            EXPECT_EQ(plain.message.text(), whole) << parts;
        }
    });
}

TEST_P(IovPieces, WithoutATrailerHaveItInTheirHeader) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        const auto make = [&](MutableBytes data) {
            Pieces pieces;
            pieces.push_back(IovBuffer::to_allocate(IovType::header));
            pieces.push_back(IovBuffer::of(IovType::data, data));
            pieces.push_back(IovBuffer::to_allocate(IovType::padding));
            EXPECT_TRUE(succeeds(from.wrap_iov(pieces, seal)));
            return pieces;
        };
        Bytes data = octets_of(fox);
        Pieces pieces = make(data);
        ASSERT_TRUE(succeeds(to.unwrap_iov(pieces)));
        EXPECT_EQ(text(data), fox);
        const Result<Unwrapped> plain = to.unwrap(joined(make(data)));
        ASSERT_TRUE(succeeds(plain));
        EXPECT_EQ(plain->message.text(), fox);
    });
}

TEST_P(IovPieces, WithAssociatedDataOpenWhereTheyLie) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        TokenInPlace made(from, as_bytes(fox), as_bytes(associated), seal);
        const Result<UnwrappedIov> opened = to.unwrap_iov(made.pieces());
        ASSERT_TRUE(succeeds(opened));
        EXPECT_EQ(opened->sealed, seal == Seal::required);
        EXPECT_EQ(text(made.data()), fox);
        EXPECT_EQ(text(piece(made.pieces(), IovType::sign_only).octets), associated);
    });
}

TEST_P(IovPieces, WithAssociatedDataOpenAsAead) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        const Bytes token = TokenInPlace(from, as_bytes(fox), as_bytes(associated), seal).token();
        const Result<Unwrapped> opened = to.unwrap_aead(token, as_bytes(associated));
        ASSERT_TRUE(succeeds(opened));
        EXPECT_EQ(opened->sealed, seal == Seal::required);
        EXPECT_EQ(opened->message.text(), fox);
    });
}

TEST_P(IovPieces, WithAssociatedDataOpenAsAStream) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        Bytes token = TokenInPlace(from, as_bytes(fox), as_bytes(associated), seal).token();
        Pieces pieces = stream_pieces(token, as_bytes(associated));
        ASSERT_TRUE(succeeds(to.unwrap_iov(pieces)));
        EXPECT_EQ(text(pieces[2].octets), fox);
        EXPECT_GE(pieces[2].octets.data(), token.data());
        EXPECT_LE(pieces[2].octets.data() + fox.size(), token.data() + token.size());
    });
}

TEST_P(IovPieces, OfAeadOpenAsAStreamIntoAllocatedMemory) {
    on_every_mechanism([](SecurityContext& from, SecurityContext& to, Seal seal) {
        Wrapped wrapped = from.wrap_aead(as_bytes(fox), as_bytes(associated), seal).value();
        EXPECT_EQ(wrapped.sealed, seal == Seal::required);
        Pieces pieces = stream_pieces(wrapped.token.mutable_view(), as_bytes(associated), true);
        ASSERT_TRUE(succeeds(to.unwrap_iov(pieces)));
        EXPECT_EQ(pieces[2].allocated.text(), fox);
    });
}

class DceStyle : public OnPair {
protected:
    static ContextPair dce_pair() {
        return pair(with_flags(default_context_flags | ContextFlag::confidentiality |
                                   ContextFlag::dce_style,
                               ContextFlag::dce_style));
    }
};
INSTANTIATE_TEST_SUITE_P(All, DceStyle, testing::ValuesIn(all_pairs()), name_of_pair);

const std::string aligned = "This data must align to 16 bytes";

Pieces dce_pieces(MutableBytes data) {
    Pieces pieces;
    pieces.push_back(IovBuffer::sign_only(as_bytes("First data to be signed")));
    pieces.push_back(IovBuffer::of(IovType::data, data));
    pieces.push_back(IovBuffer::sign_only(as_bytes("Second data to be signed")));
    pieces.push_back(IovBuffer::to_allocate(IovType::header));
    return pieces;
}

TEST_P(DceStyle, MessagesOpenWhereTheyLieWithTheHeaderLast) {
    ContextPair both = dce_pair();
    in_both_directions(both, [](SecurityContext& from, SecurityContext& to) {
        for (const Seal seal : both_seals) {
            Bytes data = octets_of(aligned);
            Pieces pieces = dce_pieces(data);
            const Result<bool> sealed = from.wrap_iov(pieces, seal);
            ASSERT_TRUE(succeeds(sealed));
            EXPECT_EQ(*sealed, seal == Seal::required);
            EXPECT_EQ(text(data) != aligned, seal == Seal::required);
            const Result<UnwrappedIov> opened = to.unwrap_iov(pieces);
            ASSERT_TRUE(succeeds(opened));
            EXPECT_EQ(opened->sealed, seal == Seal::required);
            EXPECT_EQ(text(data), aligned);
        }
    });
}

TEST_P(DceStyle, HeadersAreWrittenIntoTheCallersMemory) {
    ContextPair both = dce_pair();
    in_both_directions(both, [](SecurityContext& from, SecurityContext& to) {
        for (const Seal seal : both_seals) {
            Bytes data = octets_of(aligned);
            Pieces pieces = dce_pieces(data);
            IovBuffer& header = piece(pieces, IovType::header);
            header.allocate = false;
            EXPECT_EQ(from.wrap_iov_length(pieces, seal).value(), seal == Seal::required);
            Bytes memory(header.needed + 8, std::byte{0xEE});
            header.octets = MutableBytes(memory).first(header.needed - 1);
            const Result<bool> small = from.wrap_iov(pieces, seal);
            ASSERT_TRUE(fails_with(small, ErrorCode::parameter_write));
            EXPECT_EQ(small.error().subject(), "header (piece 3)");
            header.octets = memory;
            ASSERT_TRUE(succeeds(from.wrap_iov(pieces, seal)));
            EXPECT_EQ(header.octets.size(), header.needed);
            EXPECT_EQ(memory.back(), std::byte{0xEE});
            ASSERT_TRUE(succeeds(to.unwrap_iov(pieces))) << "a refused call spent a number";
            EXPECT_EQ(text(data), aligned);
        }
    });
}

TEST_P(DceStyle, AlteredSignedDataIsRefused) {
    ContextPair both = dce_pair();
    in_both_directions(both, [](SecurityContext& from, SecurityContext& to) {
        for (const Seal seal : both_seals) {
            Bytes data = octets_of(aligned);
            Pieces pieces = dce_pieces(data);
            ASSERT_TRUE(succeeds(from.wrap_iov(pieces, seal)));
            Bytes other = octets_of("First data to be sighed");
            pieces[0] = IovBuffer::sign_only(other);
            EXPECT_TRUE(fails_with(to.unwrap_iov(pieces), ErrorCode::bad_mic));
            EXPECT_EQ(text(data), std::string(data.size(), '\0')) << "released";
        }
    });
}

TEST_P(DceStyle, StreamsAreMisuse) {
    ContextPair both = dce_pair();
    Bytes token = octets_of("no matter what");
    Pieces pieces = stream_pieces(token);
    const Result<UnwrappedIov> opened = both.initiator.unwrap_iov(pieces);
    ASSERT_TRUE(fails_with(opened, ErrorCode::misuse));
    EXPECT_EQ(opened.error().subject(), "stream (piece 0)");
}

TEST_P(DceStyle, TrailersAreMisuseWhereTheLibraryHasNone) {
    ContextPair both = dce_pair();
    Bytes data = octets_of(aligned);
    Pieces pieces = standard_pieces(data);
    pieces.erase(pieces.begin() + 2);
    const Result<bool> sealed = both.initiator.wrap_iov(pieces);
    if (GetParam().initiator == "heimdal") {
        ASSERT_TRUE(fails_with(sealed, ErrorCode::misuse));
        EXPECT_EQ(sealed.error().subject(), "trailer (piece 2)");
        EXPECT_EQ(text(data), aligned);
    } else {
        EXPECT_TRUE(succeeds(sealed));
    }
}

} // namespace

} // namespace gss::test
