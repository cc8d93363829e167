// SPDX-License-Identifier: Apache-2.0
// Malformed tokens in pieces, over old and new encryption types: the counterpart of what MIT's
// t_invalid does with IOV calls. Reading past their ends is what the sanitizers look for, so each
// piece is memory of its own, without room behind it.
#include "enctype_realm.h"
#include "pieces.h"

#include <array>

namespace gss::test {

namespace {

const std::string frame{"\x60\x00\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 13};

/// Around those at which a part of a token begins or ends.
constexpr std::array<std::size_t, 18> sizes{1,  2,  8,  14, 15, 16, 17, 24, 28,
                                            29, 31, 32, 33, 36, 44, 45, 60, 80};

/// A frame of RFC 2743 s3.1 around @p inner.
Bytes framed(std::string_view inner) {
    Bytes token = octets_of(frame);
    token[1] = static_cast<std::byte>(inner.size() + frame.size() - 2);
    const BytesView octets = as_bytes(inner);
    token.insert(token.end(), octets.begin(), octets.end());
    return token;
}

class MalformedPieces : public OnEnctype {};
INSTANTIATE_TEST_SUITE_P(All, MalformedPieces, testing::ValuesIn(single_library_cases()),
                         name_of_enctype_case);

/// Tokens with the ids of wrap (sealed and signed alike) and MIC, with algorithms and without.
std::vector<std::string> beginnings() {
    const std::string zeros(8, '\0');
    return {std::string("\x02\x01\x11\x00\xff\xff\xff\xff", 8) + zeros,
            std::string("\x02\x01\x11\x00\x10\x00\xff\xff", 8) + zeros,
            std::string("\x02\x01\x04\x00\x02\x00\xff\xff", 8) + zeros,
            std::string("\x02\x01\x00\x00\xff\xff\xff\xff", 8) + zeros,
            std::string("\x01\x01\x11\x00\xff\xff\xff\xff", 8) + zeros,
            std::string("\x05\x04\x00\xff\x00\x00\x00\x00", 8) + zeros,
            std::string("\x05\x04\x02\xff\xff\xff\xff\xff", 8) + zeros,
            std::string("\x05\x04\x02\xff\x00\x00\x00\x1c", 8) + zeros,
            std::string("\x05\x04\x04\xff\x00\x0c\x00\x0c", 8) + zeros,
            std::string("\x04\x04\x04\xff\xff\xff\xff\xff", 8) + zeros,
            std::string("\x04\x05\x04\xff\xff\xff\xff\xff", 8) + zeros};
}

TEST_P(MalformedPieces, AsHeadersAloneAreRefused) {
    with_context([](ContextPair& both) {
        in_both_directions(both, [](SecurityContext&, SecurityContext& to) {
            for (const std::string& beginning : beginnings()) {
                for (std::size_t size = 0; size <= beginning.size(); ++size) {
                    const std::string cut = beginning.substr(0, size);
                    for (Bytes token : {framed(cut), octets_of(cut)}) {
                        token.shrink_to_fit();
                        Pieces header;
                        header.push_back(IovBuffer::of(IovType::header, token));
                        EXPECT_FALSE(to.unwrap_iov(header).has_value());
                    }
                }
            }
        });
    });
}

TEST_P(MalformedPieces, WithDataAndTrailerAreRefusedAndTheirDataWiped) {
    with_context([](ContextPair& both) {
        in_both_directions(both, [](SecurityContext&, SecurityContext& to) {
            for (const std::string& beginning : beginnings()) {
                for (const std::size_t header_size : {8U, 16U, 24U, 28U, 32U, 45U, 60U}) {
                    for (const std::size_t trailer_size : {0U, 12U, 28U, 40U}) {
                        std::string padded = beginning;
                        padded.resize(header_size);
                        for (Bytes token : {framed(padded), octets_of(padded)}) {
                            token.shrink_to_fit();
                            Bytes data = pattern(20);
                            Bytes trailer(trailer_size);
                            Pieces pieces;
                            pieces.push_back(IovBuffer::of(IovType::header, token));
                            pieces.push_back(IovBuffer::of(IovType::data, data));
                            pieces.push_back(IovBuffer::of(IovType::padding, {}));
                            pieces.push_back(IovBuffer::of(IovType::trailer, trailer));
                            EXPECT_FALSE(to.unwrap_iov(pieces).has_value());
                            EXPECT_EQ(text(data), std::string(20, '\0'));
                        }
                    }
                }
            }
        });
    });
}

TEST_P(MalformedPieces, AsStreamsAreRefused) {
    with_context([](ContextPair& both) {
        in_both_directions(both, [](SecurityContext&, SecurityContext& to) {
            for (const std::string& beginning : beginnings()) {
                for (const std::size_t size : sizes) {
                    std::string padded = beginning;
                    padded.resize(size);
                    for (Bytes token : {framed(padded), octets_of(padded)}) {
                        token.shrink_to_fit();
                        for (const bool associated : {true, false}) {
                            Bytes copy = token;
                            Pieces pieces =
                                stream_pieces(copy, as_bytes(associated ? "beside" : ""), false);
                            EXPECT_FALSE(to.unwrap_iov(pieces).has_value());
                        }
                        EXPECT_FALSE(to.unwrap_aead(token, as_bytes("beside")).has_value());
                        EXPECT_FALSE(to.unwrap_in_place(token).has_value());
                    }
                }
            }
        });
    });
}

TEST_P(MalformedPieces, AsMicsAreRefused) {
    with_context([](ContextPair& both) {
        in_both_directions(both, [](SecurityContext&, SecurityContext& to) {
            for (const std::string& beginning : beginnings()) {
                for (const std::size_t size : sizes) {
                    std::string padded = beginning;
                    padded.resize(size);
                    for (Bytes mic : {framed(padded), octets_of(padded)}) {
                        mic.shrink_to_fit();
                        Pieces pieces;
                        pieces.push_back(IovBuffer::of(IovType::mic_token, mic));
                        EXPECT_FALSE(to.verify_mic_iov(pieces).has_value());
                        pieces.push_back(IovBuffer::sign_only(as_bytes("message")));
                        EXPECT_FALSE(to.verify_mic_iov(pieces).has_value());
                    }
                }
            }
        });
    });
}

TEST_P(MalformedPieces, OfAnotherMakeAreInvalid) {
    if (!is_modern()) {
        return;
    }
    // A token of RFC 1964 for a context that has keys of RFC 4121 only.
    with_context([](ContextPair& both) {
        Bytes token = framed(beginnings().front());
        Pieces header;
        header.push_back(IovBuffer::of(IovType::header, token));
        EXPECT_TRUE(fails_with(both.acceptor.context.unwrap_iov(header), ErrorCode::invalid_token));
    });
}

} // namespace

} // namespace gss::test
