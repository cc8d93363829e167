// SPDX-License-Identifier: Apache-2.0
// The messages of RFC 4462 s2, parsed and built.
#include "kex_support.h"

#include "writer.h"

#include <algorithm>
#include <array>

namespace gss::test {

namespace {

using wire::PublicForm;

/// Parses @p payload as the message of its number; true when it is one.
bool parses(BytesView payload, PublicForm form) {
    switch (std::to_integer<std::uint8_t>(payload[0])) {
    case kexgss::init:
        return wire::parse_kex_init(payload, form).has_value();
    case kexgss::token:
        return wire::parse_kex_token(payload).has_value();
    case kexgss::complete:
        return wire::parse_kex_complete(payload, form).has_value();
    case kexgss::host_key:
        return wire::parse_kex_host_key(payload).has_value();
    case kexgss::error:
        return wire::parse_kex_error(payload).has_value();
    case kexgss::group_request:
        return wire::parse_kex_group_request(payload).has_value();
    case kexgss::group:
        return wire::parse_kex_group(payload).has_value();
    default:
        return false;
    }
}

constexpr std::array<std::uint8_t, 7> numbers{30, 31, 32, 33, 34, 40, 41};

TEST(KexMessages, have_the_layouts_of_the_RFC) {
    const Bytes token = bytes_of("token");
    const Bytes key{std::byte{0x80}, std::byte{1}};
    EXPECT_EQ(build(wire::KexInit{token, key}, PublicForm::mpint),
              bytes_of(std::string_view("\x1e\0\0\0\5token\0\0\0\3\0\x80\1", 17)));
    EXPECT_EQ(build(wire::KexInit{token, key}, PublicForm::string),
              bytes_of(std::string_view("\x1e\0\0\0\5token\0\0\0\2\x80\1", 16)));
    EXPECT_EQ(build(wire::KexToken{token}), bytes_of(std::string_view("\x1f\0\0\0\5token", 10)));
    EXPECT_EQ(build(wire::KexComplete{key, token, std::nullopt}, PublicForm::mpint),
              bytes_of(std::string_view("\x20\0\0\0\3\0\x80\1\0\0\0\5token\0", 18)));
    EXPECT_EQ(build(wire::KexComplete{key, key, token}, PublicForm::string),
              bytes_of(std::string_view("\x20\0\0\0\2\x80\1\0\0\0\2\x80\1\1\0\0\0\5token", 23)));
    EXPECT_EQ(build(wire::KexHostKey{token}), bytes_of(std::string_view("\x21\0\0\0\5token", 10)));
    EXPECT_EQ(build(wire::KexError{0xd0000, 7, "no", "en"}),
              bytes_of(std::string_view("\x22\0\xd\0\0\0\0\0\7\0\0\0\2no\0\0\0\2en", 21)));
    EXPECT_EQ(build(wire::KexGroupRequest{2048, 3072, 8192}),
              bytes_of(std::string_view("\x28\0\0\x8\0\0\0\xc\0\0\0\x20\0", 13)));
    EXPECT_EQ(build(wire::KexGroup{key, Bytes{std::byte{2}}}),
              bytes_of(std::string_view("\x29\0\0\0\3\0\x80\1\0\0\0\1\2", 13)));
}

TEST(KexMessages, are_read_back_as_they_were_written) {
    for (const KexFamily family : all_families()) {
        const PublicForm form = form_of(family);
        for (const std::uint8_t number : numbers) {
            EXPECT_TRUE(parses(well_formed(number, family), form)) << unsigned(number);
        }
        const Bytes init = well_formed(kexgss::init, family);
        const auto parsed = wire::parse_kex_init(init, form);
        ASSERT_TRUE(parsed.has_value());
        EXPECT_EQ(build(*parsed, form), init);
        const Bytes complete = well_formed(kexgss::complete, family);
        EXPECT_EQ(build(wire::parse_kex_complete(complete, form).value(), form), complete);
    }
    const Bytes error = well_formed(kexgss::error, KexFamily::gex_sha1);
    EXPECT_EQ(build(wire::parse_kex_error(error).value()), error);
    const Bytes group = well_formed(kexgss::group, KexFamily::gex_sha1);
    EXPECT_EQ(build(wire::parse_kex_group(group).value()), group);
}

TEST(KexMessages, cut_or_lengthened_ones_are_none) {
    for (const KexFamily family : one_of_each_kind()) {
        const PublicForm form = form_of(family);
        for (const std::uint8_t number : numbers) {
            const Bytes whole = well_formed(number, family);
            for (std::size_t size = 1; size < whole.size(); ++size) {
                EXPECT_FALSE(parses(BytesView(whole).first(size), form));
            }
            EXPECT_FALSE(parses(whole + Bytes(1), form));
        }
    }
    EXPECT_FALSE(wire::parse_kex_token({}).has_value());
}

TEST(KexMessages, another_number_is_another_message) {
    Bytes payload = well_formed(kexgss::token, KexFamily::gex_sha1);
    EXPECT_TRUE(wire::parse_kex_token(payload).has_value());
    payload[0] = std::byte{kexgss::host_key};
    EXPECT_FALSE(wire::parse_kex_token(payload).has_value());
    EXPECT_TRUE(wire::parse_kex_host_key(payload).has_value());
}

TEST(KexMessages, fields_that_are_too_long_are_refused) {
    const auto token = [](std::size_t size) { return build(wire::KexToken{Bytes(size)}); };
    EXPECT_TRUE(wire::parse_kex_token(token(65536)).has_value());
    EXPECT_FALSE(wire::parse_kex_token(token(65537)).has_value());
    const auto host_key = [](std::size_t size) { return build(wire::KexHostKey{Bytes(size)}); };
    EXPECT_TRUE(wire::parse_kex_host_key(host_key(32768)).has_value());
    EXPECT_FALSE(wire::parse_kex_host_key(host_key(32769)).has_value());
    const auto init = [](std::size_t size, PublicForm form) {
        return parses(build(wire::KexInit{{}, Bytes(size, std::byte{0xff})}, form), form);
    };
    EXPECT_TRUE(init(1024, PublicForm::mpint));
    EXPECT_FALSE(init(1025, PublicForm::mpint));
    EXPECT_TRUE(init(133, PublicForm::string));
    EXPECT_FALSE(init(134, PublicForm::string));
    const auto mic = [](std::size_t size) {
        const Bytes key(32);
        return parses(build(wire::KexComplete{key, Bytes(size), std::nullopt}, PublicForm::string),
                      PublicForm::string);
    };
    EXPECT_TRUE(mic(4096));
    EXPECT_FALSE(mic(4097));
    // A length that lies beyond everything.
    const Bytes huge = wire::Writer(kexgss::token).uint32(0xffffffff).take();
    EXPECT_FALSE(wire::parse_kex_token(huge).has_value());
}

TEST(KexMessages, numbers_have_names) {
    for (unsigned number = 0; number < 256; ++number) {
        const bool ours = std::ranges::find(numbers, number) != numbers.end();
        EXPECT_NE(kexgss::name(static_cast<std::uint8_t>(number)).empty(), ours);
    }
}

} // namespace

} // namespace gss::test
