// SPDX-License-Identifier: Apache-2.0
// Octets, wiping, checksums and escapes.
#include "crc32.h"
#include "escape.h"

#include <gssxx/bytes.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace gss::test {
namespace {

/// What a release function of the tests saw.
struct Seen {
    int releases = 0;
    Bytes content;
};

Seen& seen() {
    static Seen record;
    return record;
}

void look_and_release(Buffer::NativeFunction /*native*/, std::byte* data,
                      std::size_t size) noexcept {
    ++seen().releases;
    seen().content.assign(data, data + size);
    delete[] data;
}

Buffer buffer_of(std::string_view text, Buffer::Content content) {
    auto* memory = new std::byte[text.size()];
    std::copy_n(as_bytes(text).begin(), text.size(), memory);
    seen() = {};
    return {memory, text.size(), &look_and_release, nullptr, content};
}

TEST(Buffer, sec_A3_25_secrets_are_overwritten_before_their_memory_is_given_back) {
    { const Buffer secret = buffer_of("plaintext", Buffer::Content::secret); }
    EXPECT_EQ(seen().releases, 1);
    EXPECT_EQ(seen().content, Bytes(9, std::byte{0}));

    { const Buffer open = buffer_of("public", Buffer::Content::open); }
    EXPECT_EQ(seen().releases, 1);
    EXPECT_EQ(as_text(seen().content), "public");
}

TEST(Buffer, is_released_exactly_once_however_it_moves) {
    {
        Buffer first = buffer_of("x", Buffer::Content::secret);
        Buffer second(std::move(first));
        Buffer third;
        third = std::move(second);
        Buffer& same = third;
        third = std::move(same);
        EXPECT_EQ(third.text(), "x");
        EXPECT_EQ(seen().releases, 0);
        third.reset();
        EXPECT_EQ(seen().releases, 1);
        EXPECT_TRUE(third.empty());
        third.reset();
    }
    EXPECT_EQ(seen().releases, 1);
}

TEST(Buffer, assignment_releases_what_was_there) {
    Buffer target = buffer_of("old", Buffer::Content::secret);
    target = Buffer();
    EXPECT_EQ(seen().releases, 1);
    EXPECT_EQ(seen().content, Bytes(3, std::byte{0}));
}

TEST(Buffer, a_copy_of_ours_is_a_copy) {
    std::string text = "content";
    const Buffer copy = Buffer::copy_of(as_bytes(text));
    text = "changed";
    EXPECT_EQ(copy.text(), "content");
    EXPECT_TRUE(Buffer::copy_of({}).empty());
}

TEST(SecretBytes, moves_leave_nothing_behind) {
    SecretBytes secret(as_bytes("key"));
    SecretBytes moved(std::move(secret));
    EXPECT_TRUE(secret.empty()); // NOLINT(bugprone-use-after-move): that is the promise
    EXPECT_EQ(as_text(moved.view()), "key");
    SecretBytes other(8);
    EXPECT_EQ(Bytes(other.view().begin(), other.view().end()), Bytes(8, std::byte{0}));
    other = std::move(moved);
    EXPECT_EQ(as_text(other.view()), "key");
    EXPECT_TRUE(moved.empty()); // NOLINT(bugprone-use-after-move)
    SecretBytes& same = other;
    other = std::move(same);
    EXPECT_EQ(as_text(other.view()), "key");
}

TEST(SecretBytes, empty_ones_need_no_memory) {
    EXPECT_EQ(SecretBytes(0).data(), nullptr);
    EXPECT_EQ(SecretBytes(BytesView{}).data(), nullptr);
}

TEST(SecureWipe, overwrites_exactly_what_it_was_given) {
    std::array<std::byte, 6> memory{};
    memory.fill(std::byte{0x55});
    secure_wipe(MutableBytes(memory).subspan(1, 4));
    EXPECT_EQ(memory[0], std::byte{0x55});
    EXPECT_EQ(memory[5], std::byte{0x55});
    EXPECT_TRUE(std::all_of(memory.begin() + 1, memory.end() - 1,
                            [](std::byte octet) { return octet == std::byte{0}; }));
    secure_wipe({});
}

TEST(Crc32, known_answers) {
    EXPECT_EQ(crc32({}), 0U);
    EXPECT_EQ(crc32(as_bytes("123456789")), 0xcbf43926U);
    EXPECT_EQ(crc32(as_bytes("a")), 0xe8b7be43U);
    EXPECT_EQ(crc32(as_bytes("The quick brown fox jumps over the lazy dog")), 0x414fa339U);
    EXPECT_EQ(crc32(Bytes(32, std::byte{0})), 0x190a55adU);
    EXPECT_EQ(crc32(Bytes(32, std::byte{0xff})), 0xff6cab0bU);
}

TEST(Escape, leaves_readable_text_alone) {
    EXPECT_EQ(escape_control_characters(""), "");
    EXPECT_EQ(escape_control_characters("host/server@EXAMPLE.COM \\ ~"),
              "host/server@EXAMPLE.COM \\ ~");
    EXPECT_EQ(escape_control_characters("Größe Ω € 𝄞"), "Größe Ω € 𝄞");
}

TEST(Escape, control_characters_of_every_kind_are_written_out) {
    EXPECT_EQ(escape_control_characters(std::string_view("\0", 1)), "\\x00");
    EXPECT_EQ(escape_control_characters("\t\n\r\x1b\x1f\x7f"), "\\x09\\x0a\\x0d\\x1b\\x1f\\x7f");
    EXPECT_EQ(escape_control_characters("\xc2\x80\xc2\x9f"), "\\xc2\\x80\\xc2\\x9f"); // C1
    EXPECT_EQ(escape_control_characters("\xc2\xa0"), "\xc2\xa0");                     // past C1
    for (const std::string_view text :
         {"\xe2\x80\x8e", "\xe2\x80\x8f", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaa",
          "\xe2\x80\xae", "\xe2\x81\xa6", "\xe2\x81\xa9", "\xd8\x9c", "\xef\xbb\xbf"}) {
        EXPECT_EQ(escape_control_characters(text).substr(0, 2), "\\x") << text;
    }
}

TEST(Escape, octets_that_are_not_utf_8_are_written_out_one_by_one) {
    EXPECT_EQ(escape_control_characters("a\x80z"), "a\\x80z");               // a lone continuation
    EXPECT_EQ(escape_control_characters("\xc3"), "\\xc3");                   // cut
    EXPECT_EQ(escape_control_characters("\xe2\x82z"), "\\xe2\\x82z");        // cut by a letter
    EXPECT_EQ(escape_control_characters("\xc0\xaf"), "\\xc0\\xaf");          // overlong, 2
    EXPECT_EQ(escape_control_characters("\xe0\x80\xaf"), "\\xe0\\x80\\xaf"); // overlong, 3
    EXPECT_EQ(escape_control_characters("\xf0\x80\x80\xaf"), "\\xf0\\x80\\x80\\xaf");
    EXPECT_EQ(escape_control_characters("\xed\xa0\x80"), "\\xed\\xa0\\x80"); // a surrogate
    EXPECT_EQ(escape_control_characters("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
    EXPECT_EQ(escape_control_characters("\xff\xfe"), "\\xff\\xfe");
}

} // namespace
} // namespace gss::test
