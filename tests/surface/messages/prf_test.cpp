// SPDX-License-Identifier: Apache-2.0
// Pseudo-random octets: the known answers of every encryption type, on keys that are put into
// exported contexts, and the limits. The counterpart of MIT's t_prf.
#include "enctype_realm.h"
#include "pieces.h"

#include <algorithm>
#include <array>

namespace gss::test {

namespace {

struct Vector {
    const char* enctype;
    std::uint32_t number; // RFC 3961 s8
    const char* first_key;
    const char* of_nothing; // 44 octets of an empty input
    const char* second_key;
    const char* of_letters; // 44 octets of `letters`
};
const std::string letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz123456789";

// The published known answers of RFC 4402's function, counted from zero (RFC 7802).
constexpr std::array vectors{
    Vector{"des3-cbc-sha1", 16, "70378A19CD64134580C27C0115D6B34A1CF2FEECEF9886A2",
           "9F8D127C520BB826BFF3E0FE5EF352389C17E0C073D9"
           "AC4A333D644D21BA3EF24F4A886D143F85AC9F6377FB",
           "3452A167DF1094BA1089E0A20E9E51ABEF1525922558B69E",
           "6BF24FABC858F8DD9752E4FCD331BB831F238B5BE190"
           "4EEA42E38F7A60C588F075C5C96A67E7F8B7BD0AECF4"},
    Vector{"arcfour-hmac", 23, "3BB3AE288C12B3B9D06B208A4151B3B6",
           "9AEA11A3BCF3C53F1F91F5A0BA2132E2501ADF5F3C28"
           "3C8A983AB88757CE865A22132D6100EAD63E9E291AFA",
           "6DB7B33A01BD2B72F7655CB7B3D5FA0B",
           "CDA9A544869FC84873B692663A82AFDA101C8611498B"
           "A46138B01E927C9B95EEC953B562807434037837DDDF"},
    Vector{"aes128-cts-hmac-sha1-96", 17, "6C742096EB896230312B73972FA28B5D",
           "94208D982FC1BB7778128BDD77904420B45C9DA699F3"
           "117BCE66E39602128EF0296611A6D191A5828530F20F",
           "FA61138C109D834A477D24C7311BE6DA",
           "0FAEDF0F842CC834FEE750487E1B622739286B975FE5"
           "B7F45AB053143C75CA0DF5D3D4BBB80F6A616C7C9027"},
    Vector{"aes256-cts-hmac-sha1-96", 18,
           "08FCDAFD5832611B73BA7B497FEBFF8C954B4B58031CAD9B977C3B8C25192FD6",
           "E627EFC14EF5B6D629F830C7109DEA0D3D7D36E8CD57"
           "A1F301C5452494A1928F05AFFBEE3360232209D3BE0D",
           "F5B68B7823D8944F33F41541B4E4D38C9B2934F8D16334A796645B066152B4BE",
           "112F2B2D878590653CCC7DE278E9F0AA46FA5A380B62"
           "59F774CB7C134FCD37F61A50FD0D9F89BF8FE1A6B593"},
    Vector{"camellia128-cts-cmac", 25, "866E0466A178279A32AC0BDA92B72AEB",
           "97FBB354BF341C3A160DCC86A7A910FDA824601DF677"
           "68797BACEEBF5D250AE929DEC9760772084267F50A54",
           "D4893FD37DA1A211E12DD1E03E0F03B7",
           "1DEE2FF126CA563A2A2326B9DD3F0095013257414C83"
           "FAD4398901013D55F367C82681186B7B2FE62F746BA4"},
    Vector{"camellia256-cts-cmac", 26,
           "203071B1AE77BD3D6FCE70174AF95C225B1CED46B35CF52B6479EFEB47E6B063",
           "9B30020634C10FDA28420CEE7B96B70A90A771CED43A"
           "D8346554163E5949CBAE2FB8EF36AFB6B32CE75116A0",
           "A171AD582C1AFBBAD52ABD622EE6B6A14D19BF95C6914B2BA40FFD99A88EC660",
           "A47CBB6E104DCC77E4DB48A7A474B977F2FB6A7A1AB6"
           "52317D50508AE72B7BE2E4E4BA24164E029CBACF786B"},
    Vector{"aes128-cts-hmac-sha256-128", 19, "089BCA48B105EA6EA77CA5D2F39DC5E7",
           "ED1736209B7C59C9F6A3AE8CCC8A7C97ADFDD11688AD"
           "F304F2F74252CBACD311A2D9253211FDA49745CE4F62",
           "3705D96080C17728A0E800EAB6E0D23C",
           "2BB41B183D76D8D5B30CBB049A7EFE9F350EFA058DC2"
           "C4D868308D354A7B199BE6FD1F22B53C038BC6036581"},
    Vector{"aes256-cts-hmac-sha384-192", 20,
           "45BD806DBF6A833A9CFFC1C94589A222367A79BC21C413718906E9F578A78467",
           "1C613AE8B77A3B4D783F3DCE6C9178FC025E87F48A44"
           "784A69CB5FC697FE266A6141905067EF78566D309085",
           "6D404D37FAF79F9DF0D33568D320669800EB4836472EA8A026D16B7182460C52",
           "D15944B0A44508D1E61213F6455F292A02298F870C01"
           "A3F74AD0345A4A6651EBE101976E933F32D44F0B5947"},
};

Bytes from_hex(std::string_view hex) {
    Bytes octets;
    for (std::size_t at = 0; at + 1 < hex.size(); at += 2) {
        octets.push_back(
            static_cast<std::byte>(std::stoul(std::string(hex.substr(at, 2)), nullptr, 16)));
    }
    return octets;
}

/// @p exported with @p key in the place of every key of that type: MIT writes the number of the
/// type in four octets, Heimdal in two, both the length in four, and then the key.
Bytes with_key(BytesView exported, std::uint32_t number, BytesView key) {
    Bytes copy(exported.begin(), exported.end());
    const std::array<std::byte, 6> mark{std::byte{0}, static_cast<std::byte>(number),
                                        std::byte{0}, std::byte{0},
                                        std::byte{0}, static_cast<std::byte>(key.size())};
    std::size_t found = 0;
    auto at = copy.begin();
    while ((at = std::search(at, copy.end(), mark.begin(), mark.end())) != copy.end() &&
           copy.end() - at >= static_cast<std::ptrdiff_t>(mark.size() + key.size())) {
        at = std::copy(key.begin(), key.end(), at + static_cast<std::ptrdiff_t>(mark.size()));
        ++found;
    }
    EXPECT_GE(found, 2U) << "the library writes its keys otherwise";
    return copy;
}

class KnownAnswers : public OnEnctype {};
INSTANTIATE_TEST_SUITE_P(All, KnownAnswers, testing::ValuesIn(single_library_cases()),
                         name_of_enctype_case);

TEST_P(KnownAnswers, OfThePseudoRandomFunctionAreMet) {
    const auto vector = std::ranges::find(vectors, GetParam().enctype, &Vector::enctype);
    ASSERT_NE(vector, vectors.end());
    with_context([&](ContextPair& both) {
        const Backend library = both.initiator.backend();
        const ExportedContext exported = both.initiator.export_context().value();
        const auto octets_with = [&](const char* key, PrfKey which, std::string_view input) {
            SecurityContext context =
                SecurityContext::import_trusted(
                    library, with_key(exported.native_token(), vector->number, from_hex(key)))
                    .value();
            return text(context.pseudo_random(which, as_bytes(input), 44).value().view());
        };
        EXPECT_EQ(octets_with(vector->first_key, PrfKey::partial, ""),
                  text(from_hex(vector->of_nothing)));
        EXPECT_EQ(octets_with(vector->second_key, PrfKey::full, letters),
                  text(from_hex(vector->of_letters)));
    });
}

class PseudoRandom : public OnPair {};
INSTANTIATE_TEST_SUITE_P(All, PseudoRandom, testing::ValuesIn(all_pairs()), name_of_pair);

TEST_P(PseudoRandom, OctetsAreTheSameOnEveryMechanism) {
    for (const Oid& mechanism : {mechanism::krb5(), mechanism::spnego()}) {
        ContextPair both = pair(with_mechanism(mechanism));
        SecurityContext& theirs = both.acceptor.context;
        for (const PrfKey key : {PrfKey::full, PrfKey::partial}) {
            const SecretBytes ours = both.initiator.pseudo_random(key, as_bytes("x"), 100).value();
            EXPECT_EQ(text(ours.view()),
                      text(theirs.pseudo_random(key, as_bytes("x"), 100).value().view()));
            EXPECT_EQ(ours.size(), 100U);
        }
    }
}

TEST_P(PseudoRandom, OctetsOfAnotherContextDiffer) {
    ContextPair one = pair();
    ContextPair other = pair();
    for (const PrfKey key : {PrfKey::full, PrfKey::partial}) {
        EXPECT_NE(text(one.initiator.pseudo_random(key, as_bytes("x"), 32).value().view()),
                  text(other.initiator.pseudo_random(key, as_bytes("x"), 32).value().view()));
    }
}

TEST_P(PseudoRandom, SizesHaveLimits) {
    ContextPair both = pair();
    SecurityContext& context = both.initiator;
    const auto size_of = [&](std::size_t input, std::size_t octets) {
        return context.pseudo_random(PrfKey::full, pattern(input), octets);
    };
    // RFC 4401 s2: 2^14 octets in and out are the least that every mechanism does.
    EXPECT_EQ(size_of(16384, 16384).value().size(), 16384U);
    EXPECT_EQ(size_of(0, 1).value().size(), 1U);
    EXPECT_EQ(size_of(max_prf_octets, 1).value().size(), 1U);
    EXPECT_EQ(size_of(1, max_prf_octets).value().size(), max_prf_octets);
    EXPECT_TRUE(fails_with(size_of(1, 0), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(size_of(1, max_prf_octets + 1), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(size_of(1, ~std::size_t{0}), ErrorCode::malformed_parameter));
    EXPECT_TRUE(fails_with(size_of(max_prf_octets + 1, 1), ErrorCode::malformed_parameter));
}

TEST_P(PseudoRandom, KeysThatDoNotExistAreRefused) {
    ContextPair both = pair();
    EXPECT_TRUE(fails_with(both.initiator.pseudo_random(static_cast<PrfKey>(2), as_bytes("x"), 16),
                           ErrorCode::malformed_parameter));
}

TEST_P(PseudoRandom, OctetsSpendNoSequenceNumber) {
    ContextPair both = pair();
    static_cast<void>(both.initiator.pseudo_random(PrfKey::full, as_bytes("x"), 16).value());
    EXPECT_TRUE(succeeds(
        both.acceptor.context.unwrap(both.initiator.wrap(as_bytes("first")).value().token)));
}

} // namespace

} // namespace gss::test
