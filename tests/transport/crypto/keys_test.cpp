// SPDX-License-Identifier: Apache-2.0
// Public keys that are taken and refused, and signatures, held against ssh-keygen's.
#include "base64.h"
#include "key_support.h"
#include "reader.h"
#include "writer.h"

#include <gtest/gtest.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace gss::test {
namespace {

using namespace transport;
using ssh::wire::Reader;
using ssh::wire::Writer;

Bytes text_bytes(std::string_view text) {
    const BytesView octets = as_bytes(text);
    return {octets.begin(), octets.end()};
}

std::vector<PrivateKey> all_keys() {
    std::vector<PrivateKey> keys;
    for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_nistp256, KeyType::ecdsa_nistp384,
                               KeyType::ecdsa_nistp521, KeyType::rsa}) {
        keys.push_back(PrivateKey::generate(type).value());
    }
    return keys;
}

// What ssh-keygen -Y signs (PROTOCOL.sshsig).
constexpr std::string_view message = "what is signed";
constexpr std::string_view space = "gssxx";

Bytes to_be_signed() {
    Bytes hash(64);
    EXPECT_EQ(EVP_Digest(message.data(), message.size(),
                         reinterpret_cast<unsigned char*>(hash.data()), nullptr, EVP_sha512(),
                         nullptr),
              1);
    return Writer().raw(as_bytes("SSHSIG")).text(space).text("").text("sha512").string(hash).take();
}

TEST(Keys, ssh_keygen_takes_our_signatures) {
    const Folder folder;
    write(folder.file("message"), message);
    for (const PrivateKey& key : all_keys()) {
        for (const std::string_view algorithm : key.public_key().algorithms()) {
            const Bytes signature = key.sign(algorithm, to_be_signed()).value();
            const Bytes blob = Writer()
                                   .raw(as_bytes("SSHSIG"))
                                   .uint32(1)
                                   .string(key.public_key().blob())
                                   .text(space)
                                   .text("")
                                   .text("sha512")
                                   .string(signature)
                                   .take();
            write(folder.file("signature"),
                  "-----BEGIN SSH SIGNATURE-----\n" +
                      std::string(as_text(detail::base64_encode(blob).view())) +
                      "\n-----END SSH SIGNATURE-----\n");
            const Ran checked =
                run("sh -c 'ssh-keygen -Y check-novalidate -n gssxx -s " +
                    folder.file("signature") + " < " + folder.file("message") + "'");
            EXPECT_EQ(checked.status, 0) << algorithm << checked.output;
            EXPECT_NE(checked.output.find("Good \"gssxx\" signature"), std::string::npos);
        }
    }
}

TEST(Keys, signatures_of_ssh_keygen_are_taken) {
    const Folder folder;
    write(folder.file("message"), message);
    for (const KeyKind& kind : key_kinds) {
        const std::string path = make_key_file(folder, kind);
        const PublicKey key = PublicKey::parse_line(contents(path + ".pub")).value();
        std::filesystem::remove(folder.file("message.sig"));
        const Ran ran =
            run("ssh-keygen -q -Y sign -n gssxx -f " + path + " " + folder.file("message"));
        ASSERT_EQ(ran.status, 0) << ran.output;
        std::string digits = contents(folder.file("message.sig"));
        digits = digits.substr(digits.find('\n'));
        digits = digits.substr(0, digits.find("-----"));
        std::erase(digits, '\n');
        const SecretBytes blob = detail::base64_decode(digits).value();
        Reader reader(blob.view().subspan(6));
        EXPECT_EQ(reader.uint32(), 1U);
        EXPECT_TRUE(std::ranges::equal(reader.string(4096), key.blob()));
        EXPECT_EQ(reader.text(64), space);
        EXPECT_EQ(reader.text(64), "");
        EXPECT_EQ(reader.text(64), "sha512");
        const BytesView signature = reader.string(4096);
        ASSERT_TRUE(reader.done());
        const auto good = key.verify(key.algorithms().front(), to_be_signed(), signature);
        EXPECT_TRUE(good) << kind.name << good.error().text();
        Bytes other = to_be_signed();
        other.back() ^= std::byte{1};
        EXPECT_FALSE(key.verify(key.algorithms().front(), other, signature));
    }
}

TEST(Keys, altered_signatures_are_refused) {
    const Bytes data = text_bytes("data");
    for (const PrivateKey& key : all_keys()) {
        const PublicKey& own = key.public_key();
        for (const std::string_view algorithm : own.algorithms()) {
            const Bytes signature = key.sign(algorithm, data).value();
            ASSERT_TRUE(own.verify(algorithm, data, signature)) << algorithm;
            for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
                Bytes altered = signature;
                altered[bit / 8] ^= static_cast<std::byte>(1U << (bit % 8));
                const auto refused = own.verify(algorithm, data, altered);
                ASSERT_FALSE(refused) << algorithm << " bit " << bit;
                EXPECT_EQ(refused.error().code(), ErrorCode::bad_mic);
            }
            for (std::size_t size = 0; size < signature.size(); ++size) {
                EXPECT_FALSE(own.verify(algorithm, data, std::span(signature).first(size)));
            }
            Bytes longer = signature;
            longer.push_back(std::byte{0});
            EXPECT_FALSE(own.verify(algorithm, data, longer));
            EXPECT_FALSE(own.verify(algorithm, text_bytes("date"), signature));
            EXPECT_FALSE(own.verify(algorithm, {}, signature));
            const PublicKey other = PrivateKey::generate(own.type()).value().public_key();
            EXPECT_FALSE(other.verify(algorithm, data, signature));
        }
    }
}

TEST(Keys, each_key_has_its_own_algorithms) {
    const std::vector<PrivateKey> keys = all_keys();
    const Bytes data = text_bytes("data");
    for (const PrivateKey& key : keys) {
        const PublicKey& own = key.public_key();
        const Bytes signature = key.sign(own.algorithms().front(), data).value();
        for (const PrivateKey& other : keys) {
            for (const std::string_view name : other.public_key().algorithms()) {
                if (other.public_key() == own) {
                    continue;
                }
                EXPECT_FALSE(own.verify(name, data, signature));
                const auto made = key.sign(name, data);
                ASSERT_FALSE(made);
                EXPECT_EQ(made.error().code(), ErrorCode::misuse);
            }
        }
        EXPECT_FALSE(own.verify("", data, signature));
        EXPECT_FALSE(key.sign("", data));
    }
    // rsa-sha2-256 is not rsa-sha2-512, whatever the signature says of itself.
    const PrivateKey& rsa = keys.back();
    const Bytes signature = rsa.sign("rsa-sha2-256", data).value();
    EXPECT_TRUE(rsa.public_key().verify("rsa-sha2-256", data, signature));
    EXPECT_FALSE(rsa.public_key().verify("rsa-sha2-512", data, signature));
    Reader reader(signature);
    EXPECT_EQ(reader.text(64), "rsa-sha2-256");
    const Bytes renamed = Writer().text("rsa-sha2-512").string(reader.string(4096)).take();
    EXPECT_FALSE(rsa.public_key().verify("rsa-sha2-512", data, renamed));
}

// RFC 8332 s3: "A verifier MAY accept shorter encodings of S with one or more leading zeros
// omitted."
TEST(Keys, rsa_signatures_without_leading_zeros_are_taken) {
    const PrivateKey key = PrivateKey::generate(KeyType::rsa).value();
    for (unsigned i = 0; i < 20000; ++i) {
        const Bytes data = Writer().uint32(i).take();
        const Bytes signature = key.sign("rsa-sha2-256", data).value();
        Reader reader(signature);
        static_cast<void>(reader.text(64));
        const BytesView blob = reader.string(4096);
        if (blob[0] != std::byte{0}) {
            continue;
        }
        const Bytes shorter = Writer().text("rsa-sha2-256").string(blob.subspan(1)).take();
        EXPECT_TRUE(key.public_key().verify("rsa-sha2-256", data, shorter));
        const Bytes longer =
            Writer().text("rsa-sha2-256").string(Writer().byte(0).raw(blob).take()).take();
        EXPECT_FALSE(key.public_key().verify("rsa-sha2-256", data, longer));
        return;
    }
    FAIL() << "no signature began with a zero";
}

struct Release {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    void operator()(BIGNUM* number) const { BN_free(number); }
};

Bytes magnitude(const EVP_PKEY* key, const char* name) {
    BIGNUM* made = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key, name, &made), 1);
    const std::unique_ptr<BIGNUM, Release> number(made);
    Bytes octets(static_cast<std::size_t>(BN_num_bytes(made)));
    BN_bn2bin(made, reinterpret_cast<unsigned char*>(octets.data()));
    return octets;
}

Bytes raw_signature(EVP_PKEY* key, const EVP_MD* digest, BytesView data) {
    const std::unique_ptr<EVP_MD_CTX, Release> context(EVP_MD_CTX_new());
    EXPECT_EQ(EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key), 1);
    std::size_t size = 4096;
    Bytes signature(size);
    EXPECT_EQ(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                             &size, reinterpret_cast<const unsigned char*>(data.data()),
                             data.size()),
              1);
    signature.resize(size);
    return signature;
}

// Signatures with SHA-1 can be forged by those who find collisions.
TEST(Keys, sec_A2_31_signatures_with_sha1_are_neither_made_nor_taken) {
    const std::unique_ptr<EVP_PKEY, Release> made(EVP_RSA_gen(2048));
    ASSERT_TRUE(made);
    const Bytes blob = Writer()
                           .text("ssh-rsa")
                           .mpint(magnitude(made.get(), "e"))
                           .mpint(magnitude(made.get(), "n"))
                           .take();
    const PublicKey key = PublicKey::parse(blob).value();
    EXPECT_EQ(key.type_name(), "ssh-rsa");
    EXPECT_EQ(std::ranges::count(key.algorithms(), "ssh-rsa"), 0);
    const Bytes data = text_bytes("data");
    const Bytes sha1 = raw_signature(made.get(), EVP_sha1(), data);
    for (const std::string_view wanted : {"ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"}) {
        for (const std::string_view named : {"ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"}) {
            EXPECT_FALSE(key.verify(wanted, data, Writer().text(named).string(sha1).take()))
                << wanted << " " << named;
        }
    }
    // The same key with SHA-2 is taken.
    const Bytes sha256 = raw_signature(made.get(), EVP_sha256(), data);
    EXPECT_TRUE(
        key.verify("rsa-sha2-256", data, Writer().text("rsa-sha2-256").string(sha256).take()));
    EXPECT_FALSE(key.verify("ssh-rsa", data, Writer().text("ssh-rsa").string(sha256).take()));
    EXPECT_FALSE(key.verify("rsa-sha2-256", data, Writer().text("ssh-rsa").string(sha256).take()));

    const PrivateKey own = PrivateKey::generate(KeyType::rsa).value();
    const auto signature = own.sign("ssh-rsa", data);
    ASSERT_FALSE(signature);
    EXPECT_EQ(signature.error().code(), ErrorCode::misuse);
}

void expect_no_key(BytesView blob, const char* what) {
    const auto key = PublicKey::parse(blob);
    ASSERT_FALSE(key) << what;
    EXPECT_EQ(key.error().code(), ErrorCode::invalid_token) << key.error().text();
}

TEST(Keys, blobs_that_are_cut_or_too_long_are_refused) {
    for (const PrivateKey& key : all_keys()) {
        const BytesView blob = key.public_key().blob();
        ASSERT_TRUE(PublicKey::parse(blob));
        for (std::size_t size = 0; size < blob.size(); ++size) {
            expect_no_key(blob.first(size), "cut");
        }
        Bytes longer(blob.begin(), blob.end());
        longer.push_back(std::byte{0});
        expect_no_key(longer, "longer");
    }
    expect_no_key(Writer().text("ssh-dss").take(), "another type");
    expect_no_key(Writer().text("ssh-ed448").string(Bytes(57)).take(), "another type");
}

TEST(Keys, points_are_validated) {
    const PublicKey p256 = PrivateKey::generate(KeyType::ecdsa_nistp256).value().public_key();
    Reader reader(p256.blob());
    static_cast<void>(reader.text(64));
    static_cast<void>(reader.text(64));
    const BytesView read = reader.string(65);
    const Bytes point(read.begin(), read.end());
    const auto blob = [](std::string_view name, std::string_view curve, BytesView octets) {
        return Writer().text(name).text(curve).string(octets).take();
    };
    ASSERT_TRUE(PublicKey::parse(blob("ecdsa-sha2-nistp256", "nistp256", point)));
    expect_no_key(blob("ecdsa-sha2-nistp256", "nistp384", point), "another curve's name");
    expect_no_key(blob("ecdsa-sha2-nistp384", "nistp384", point), "a point of another curve");
    for (const int form : {0, 1, 2, 3, 5, 6, 7, 0x84}) {
        Bytes other = point;
        other[0] = static_cast<std::byte>(form);
        expect_no_key(blob("ecdsa-sha2-nistp256", "nistp256", other), "another form");
    }
    for (std::size_t at = 1; at < point.size(); ++at) {
        Bytes off = point;
        off[at] ^= std::byte{1};
        expect_no_key(blob("ecdsa-sha2-nistp256", "nistp256", off), "a point off the curve");
    }
    Bytes compressed(point.begin(), point.begin() + 33);
    compressed[0] = std::byte{2};
    expect_no_key(blob("ecdsa-sha2-nistp256", "nistp256", compressed), "a compressed point");
    expect_no_key(blob("ecdsa-sha2-nistp256", "nistp256", Bytes(1)), "infinity");
    expect_no_key(blob("ecdsa-sha2-nistp256", "nistp256", Bytes(65, std::byte{0xff})), "x above p");
}

// RFC 8032 s5.1: y of the points whose order divides 8, as they are and p higher, with both signs.
TEST(Keys, ed25519_points_of_small_order_are_refused) {
    Bytes zero(32);
    Bytes one(32);
    one[0] = std::byte{1};
    Bytes p(32, std::byte{0xff});
    p[0] = std::byte{0xed};
    p[31] = std::byte{0x7f};
    Bytes below = p;
    below[0] = std::byte{0xec};
    Bytes above = p;
    above[0] = std::byte{0xee};
    std::vector<Bytes> points{zero, one, p, below, above};
    for (const std::string_view hex : {"JuiVj8KyJ7BFw/SJ8u+Y8NXfrAXTxjM5sTgCiG1T/AU=",
                                       "xxdqcD1N2E+6PAt2DRBnDyogU/osOczGTsf9d5KsA3o="}) {
        const SecretBytes octets = detail::base64_decode(hex).value();
        points.emplace_back(octets.view().begin(), octets.view().end());
    }
    for (Bytes point : points) {
        for (int sign = 0; sign < 2; ++sign) {
            expect_no_key(Writer().text("ssh-ed25519").string(point).take(), "small order");
            point[31] ^= std::byte{0x80};
        }
    }
    expect_no_key(Writer().text("ssh-ed25519").string(Bytes(31, std::byte{9})).take(), "short");
    expect_no_key(Writer().text("ssh-ed25519").string(Bytes(33, std::byte{9})).take(), "long");
}

Bytes rsa_blob(BytesView e, BytesView n) {
    return Writer().text("ssh-rsa").mpint(e).mpint(n).take();
}

TEST(Keys, rsa_sizes_and_exponents_are_bounded) {
    const Bytes e{std::byte{1}, std::byte{0}, std::byte{1}};
    const auto modulus = [](std::size_t bits) {
        Bytes n((bits + 7) / 8, std::byte{0xff});
        n[0] = static_cast<std::byte>(0xff >> ((8 - bits % 8) % 8));
        return n;
    };
    for (const std::size_t bits : {2048U, 2049U, 3072U, 4096U, 8192U, 16384U}) {
        EXPECT_TRUE(PublicKey::parse(rsa_blob(e, modulus(bits)))) << bits;
    }
    for (const std::size_t bits : {8U, 512U, 1024U, 2040U, 2047U, 16385U, 16392U, 32768U}) {
        expect_no_key(rsa_blob(e, modulus(bits)), "size");
    }
    Bytes even = modulus(2048);
    even.back() = std::byte{0xfe};
    expect_no_key(rsa_blob(e, even), "even");
    const Bytes n = modulus(2048);
    EXPECT_TRUE(PublicKey::parse(rsa_blob(Bytes{std::byte{3}}, n)));
    EXPECT_TRUE(PublicKey::parse(rsa_blob(Bytes(8, std::byte{0xff}), n)));
    for (const Bytes& strange : {Bytes(), Bytes{std::byte{1}}, Bytes{std::byte{2}},
                                 Bytes{std::byte{1}, std::byte{0}}, Bytes(9, std::byte{0xff})}) {
        expect_no_key(rsa_blob(strange, n), "exponent");
    }
    // A sign, and a zero too many: one key has one blob.
    expect_no_key(Writer().text("ssh-rsa").mpint(e).string(n).take(), "negative");
    const Bytes padded = Writer().raw(Bytes(2)).raw(n).take();
    expect_no_key(Writer().text("ssh-rsa").mpint(e).string(padded).take(), "zeros");
}

TEST(Keys, lines_must_be_what_they_say) {
    const PublicKey key = PrivateKey::generate(KeyType::ed25519).value().public_key();
    const std::string line = key.to_line();
    for (const std::string& good :
         {line, line + "\n", line + " comment with blanks\r\n", " " + line}) {
        ASSERT_TRUE(PublicKey::parse_line(good)) << good;
        EXPECT_EQ(PublicKey::parse_line(good).value(), key);
    }
    const std::string base64 = line.substr(line.find(' ') + 1);
    for (const std::string& bad :
         {std::string(), std::string("ssh-ed25519"), std::string("ssh-ed25519 "), base64,
          "ssh-rsa " + base64, "SSH-ED25519 " + base64, line.substr(0, line.size() - 1), line + "A",
          line + "=", "ssh-ed25519 *" + base64.substr(1), line + std::string(20000, ' ')}) {
        const auto parsed = PublicKey::parse_line(bad);
        ASSERT_FALSE(parsed) << bad;
        EXPECT_EQ(parsed.error().code(), ErrorCode::invalid_token);
    }
}

TEST(Keys, base64_is_strict) {
    for (std::size_t size = 0; size < 50; ++size) {
        Bytes octets(size);
        for (std::size_t i = 0; i < size; ++i) {
            octets[i] = static_cast<std::byte>(i * 37 + size);
        }
        const SecretBytes text = detail::base64_encode(octets);
        const auto back = detail::base64_decode(as_text(text.view()));
        ASSERT_TRUE(back);
        EXPECT_TRUE(std::ranges::equal(back->view(), octets)) << size;
    }
    EXPECT_EQ(as_text(detail::base64_encode(as_bytes("foob")).view()), "Zm9vYg==");
    for (const std::string_view bad : {"A", "AA", "AAA", "====", "A===", "AA=A", "AB==", "AAB=",
                                       "AAAA====", "AA==AA==", "AA A", "AA-_", "AA\nA"}) {
        EXPECT_FALSE(detail::base64_decode(bad)) << bad;
    }
}

} // namespace
} // namespace gss::test
