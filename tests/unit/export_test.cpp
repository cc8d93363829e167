// SPDX-License-Identifier: Apache-2.0
// The framing of exported contexts and names.
#include "counting.h"
#include "fake_library.h"
#include "pair.h"

#include "crc32.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

namespace gss::test {
namespace {

Bytes octets(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

Bytes copy_of(BytesView view) {
    return {view.begin(), view.end()};
}

/// Makes the checksum of a frame fit again, so that the checks behind it are reached.
Bytes with_checksum(Bytes frame) {
    frame.resize(frame.size() - 4);
    const std::uint32_t sum = crc32(frame);
    for (int shift = 24; shift >= 0; shift -= 8) {
        frame.push_back(static_cast<std::byte>((sum >> shift) & 0xffU));
    }
    return frame;
}

void expect_damaged(BytesView frame, const std::string& what) {
    const Result<ExportedContext> parsed = ExportedContext::parse(frame);
    ASSERT_FALSE(parsed) << what << " was accepted";
    EXPECT_EQ(parsed.error().code(), ErrorCode::damaged_export) << what;
}

Bytes sample_frame() {
    return copy_of(ExportedContext::frame("fake", as_bytes("native token")).value().bytes());
}

TEST(ExportedContext, a_frame_survives_the_journey) {
    const ExportedContext framed = ExportedContext::frame("fake", as_bytes("native token")).value();
    const ExportedContext parsed = ExportedContext::parse(framed.bytes()).value();
    EXPECT_EQ(parsed.backend(), "fake");
    EXPECT_EQ(as_text(parsed.native_token()), "native token");
    EXPECT_EQ(copy_of(parsed.bytes()), copy_of(framed.bytes()));
    EXPECT_EQ(framed.bytes().size(), 8U + 1 + 1 + 4 + 8 + 12 + 4);
    EXPECT_EQ(as_text(framed.bytes().first(8)), "GSSXXCTX");
}

TEST(ExportedContext, a_frame_cut_at_any_length_is_damaged) {
    const Bytes frame = sample_frame();
    for (std::size_t size = 0; size < frame.size(); ++size) {
        expect_damaged(BytesView(frame).first(size), "cut to " + std::to_string(size));
    }
}

TEST(ExportedContext, a_frame_altered_in_any_bit_is_damaged) {
    const Bytes frame = sample_frame();
    for (std::size_t index = 0; index < frame.size(); ++index) {
        for (unsigned value = 1; value < 256; ++value) {
            Bytes altered = frame;
            altered[index] ^= static_cast<std::byte>(value);
            expect_damaged(altered, "octet " + std::to_string(index));
        }
    }
}

TEST(ExportedContext, a_frame_with_more_behind_it_is_damaged) {
    Bytes frame = sample_frame();
    frame.push_back(std::byte{0});
    expect_damaged(frame, "an octet more");
    expect_damaged(with_checksum(frame), "an octet more with a fitting checksum");
    Bytes twice = sample_frame();
    const Bytes again = twice;
    twice.insert(twice.end(), again.begin(), again.end());
    expect_damaged(twice, "twice");
}

TEST(ExportedContext, lengths_that_do_not_fit_are_damaged_even_with_a_good_checksum) {
    const Bytes frame = sample_frame();
    for (unsigned length = 0; length < 256; ++length) {
        if (length != 4) {
            Bytes altered = frame;
            altered[9] = static_cast<std::byte>(length);
            expect_damaged(with_checksum(altered), "name length " + std::to_string(length));
        }
    }
    for (std::size_t index = 14; index < 22; ++index) {
        Bytes altered = frame;
        altered[index] = std::byte{0xff};
        expect_damaged(with_checksum(altered), "token length at " + std::to_string(index));
    }
    Bytes wrong_version = frame;
    wrong_version[8] = std::byte{2};
    expect_damaged(with_checksum(wrong_version), "version 2");
    // Short enough for the smallest frame, with lengths that reach past the end.
    Bytes tiny = copy_of(BytesView(frame).first(22));
    tiny[9] = std::byte{255};
    expect_damaged(with_checksum(tiny), "a name past the end");
}

TEST(ExportedContext, a_frame_holds_a_name_and_a_token) {
    EXPECT_EQ(ExportedContext::frame("", as_bytes("t")).error().code(),
              ErrorCode::malformed_parameter);
    EXPECT_EQ(ExportedContext::frame("fake", {}).error().code(), ErrorCode::malformed_parameter);
    EXPECT_EQ(ExportedContext::frame(std::string(65, 'x'), as_bytes("t")).error().code(),
              ErrorCode::malformed_parameter);
    EXPECT_TRUE(ExportedContext::frame(std::string(64, 'x'), as_bytes("t")).has_value());
}

TEST(ExportedContext, a_moved_from_frame_is_empty) {
    ExportedContext frame = ExportedContext::frame("fake", as_bytes("t")).value();
    const ExportedContext moved = std::move(frame);
    EXPECT_TRUE(frame.bytes().empty()); // NOLINT(bugprone-use-after-move): that is the promise
    EXPECT_TRUE(frame.native_token().empty());
    EXPECT_EQ(as_text(moved.native_token()), "t");
}

TEST(ExportedContext, damaged_frames_never_reach_the_native_library) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    {
        Pair pair = make_pair(counted.backend());
        const ExportedContext exported = pair.initiator.export_context().value();
        const Bytes frame = copy_of(exported.bytes());
        for (std::size_t size = 0; size < frame.size(); ++size) {
            const auto cut = ExportedContext::parse(BytesView(frame).first(size));
            EXPECT_FALSE(cut.has_value());
        }
        EXPECT_EQ(fake.table().count(Call::import_sec_context), 0U);
        EXPECT_TRUE(SecurityContext::import_context(counted.backend(), exported).has_value());
    }
    EXPECT_EQ(counted.report(), "");
}

TEST(ExportedContext, a_frame_of_another_backend_is_misuse_and_stays_outside) {
    FakeLibrary fake("fake");
    FakeLibrary other("other");
    Pair pair = make_pair(fake.backend());
    const ExportedContext exported = pair.initiator.export_context().value();
    const auto imported = SecurityContext::import_context(other.backend(), exported);
    ASSERT_FALSE(imported);
    EXPECT_EQ(imported.error().code(), ErrorCode::misuse);
    EXPECT_EQ(other.table().count(Call::import_sec_context), 0U);
}

TEST(ExportedContext, a_context_goes_on_where_it_was) {
    FakeLibrary fake;
    Pair pair = make_pair(fake.backend());
    const Buffer before = pair.initiator.get_mic(as_bytes("one")).value();
    ASSERT_TRUE(pair.acceptor.context.verify_mic(as_bytes("one"), before));
    const ExportedContext exported = pair.acceptor.context.export_context().value();
    SecurityContext imported = SecurityContext::import_context(fake.backend(), exported).value();
    EXPECT_EQ(imported.mechanism(), mechanism::krb5());
    EXPECT_EQ(imported.flags(), pair.acceptor.context.flags());
    // What was seen before the journey is a replay after it.
    EXPECT_EQ(imported.verify_mic(as_bytes("one"), before).error().code(),
              ErrorCode::duplicate_token);
    const Buffer next = pair.initiator.get_mic(as_bytes("two")).value();
    EXPECT_TRUE(imported.verify_mic(as_bytes("two"), next).has_value());
}

TEST(ExportedContext, after_an_export_the_context_is_gone) {
    FakeLibrary fake;
    Pair pair = make_pair(fake.backend());
    ASSERT_TRUE(pair.initiator.export_context().has_value());
    EXPECT_EQ(pair.initiator.export_context().error().code(), ErrorCode::misuse);
    EXPECT_EQ(pair.initiator.get_mic(as_bytes("x")).error().code(), ErrorCode::misuse);
}

TEST(ExportedContext, a_failed_export_leaves_the_context_usable) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    {
        Pair pair = make_pair(counted.backend());
        counted.table().fail(Call::export_sec_context, {16U << 16, 0});
        EXPECT_EQ(pair.initiator.export_context().error().code(), ErrorCode::unavailable);
        EXPECT_TRUE(pair.initiator.get_mic(as_bytes("x")).has_value());
        EXPECT_TRUE(pair.initiator.export_context().has_value());
    }
    EXPECT_EQ(counted.report(), "");
}

TEST(ExportedContext, sec_A3_08_a_failed_export_that_took_the_context_leaves_none) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    {
        Pair pair = make_pair(counted.backend());
        fake.table().replace(&CallTable::export_sec_context,
                             [&fake](auto* minor, auto* context, auto* token) {
                                 fake.honest().export_sec_context(minor, context, token);
                                 return abi::Uint32{13U << 16};
                             });
        EXPECT_EQ(pair.initiator.export_context().error().code(), ErrorCode::failure);
        EXPECT_EQ(pair.initiator.get_mic(as_bytes("x")).error().code(), ErrorCode::no_context);
    }
    EXPECT_EQ(counted.report(), "");
}

TEST(ExportedContext, an_export_that_leaves_the_handle_is_deleted_once) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    {
        Pair pair = make_pair(counted.backend());
        fake.table().replace(&CallTable::export_sec_context, [](auto* minor, auto*, auto* token) {
            *minor = 0;
            *token = {};
            return abi::status_complete;
        });
        // No octets: nothing to frame.
        EXPECT_FALSE(pair.initiator.export_context().has_value());
    }
    EXPECT_EQ(counted.report(), "");
}

TEST(ExportedContext, half_open_contexts_are_not_imported) {
    FakeLibrary fake;
    CountingLibrary counted(fake.library());
    {
        Pair pair = make_pair(counted.backend());
        const ExportedContext exported = pair.initiator.export_context().value();
        fake.table().replace(
            &CallTable::inquire_context,
            [&fake](auto* minor, auto context, auto* source, auto* target, auto* lifetime,
                    auto** oid, auto* flags, int* local, int* open) {
                const auto major = fake.honest().inquire_context(minor, context, source, target,
                                                                 lifetime, oid, flags, local, open);
                *open = 0;
                return major;
            });
        const auto imported = SecurityContext::import_context(counted.backend(), exported);
        ASSERT_FALSE(imported);
        EXPECT_EQ(imported.error().code(), ErrorCode::no_context);
    }
    EXPECT_EQ(counted.report(), "");
}

TEST(ExportedContext, a_library_that_gives_no_context_is_not_believed) {
    FakeLibrary fake;
    fake.table().fail(Call::import_sec_context, {abi::status_complete, 0});
    const auto imported = SecurityContext::import_trusted(fake.backend(), as_bytes("token"));
    ASSERT_FALSE(imported);
    EXPECT_EQ(imported.error().code(), ErrorCode::no_context);
    EXPECT_EQ(SecurityContext::import_trusted(fake.backend(), {}).error().code(),
              ErrorCode::invalid_token);
}

Bytes exported_name(BytesView mechanism, std::string_view name) {
    Bytes out = octets({4, 1, 0, static_cast<int>(mechanism.size())});
    out.insert(out.end(), mechanism.begin(), mechanism.end());
    for (const int octet : {0, 0, 0, static_cast<int>(name.size())}) {
        out.push_back(static_cast<std::byte>(octet));
    }
    out.insert(out.end(), as_bytes(name).begin(), as_bytes(name).end());
    return out;
}

void expect_damaged_name(BytesView exported, const std::string& what) {
    // A copy of exactly that size, so that the sanitizer sees every octet read past it.
    const std::vector<std::byte> exact(exported.begin(), exported.end());
    const Result<ExportedName> parsed = ExportedName::parse(exact);
    ASSERT_FALSE(parsed) << what << " was accepted";
    EXPECT_EQ(parsed.error().code(), ErrorCode::damaged_export) << what;
}

TEST(ExportedName, the_parts_are_found) {
    const Bytes exported = exported_name(mechanism::krb5().to_der(), "alice@REALM");
    const ExportedName parts = ExportedName::parse(exported).value();
    EXPECT_EQ(parts.mechanism, mechanism::krb5());
    EXPECT_EQ(as_text(parts.name), "alice@REALM");
    EXPECT_FALSE(parts.composite);
    EXPECT_EQ(parts.name.data(), exported.data() + exported.size() - 11); // a view, not a copy

    Bytes composite = exported;
    composite[1] = std::byte{2};
    EXPECT_TRUE(ExportedName::parse(composite).value().composite);
    EXPECT_TRUE(ExportedName::parse(exported_name(mechanism::krb5().to_der(), "")).has_value());
}

TEST(ExportedName, sec_A1_11_cut_at_every_length) {
    const Bytes exported = exported_name(mechanism::krb5().to_der(), "alice@REALM");
    for (std::size_t size = 0; size < exported.size(); ++size) {
        expect_damaged_name(BytesView(exported).first(size), "cut to " + std::to_string(size));
    }
}

TEST(ExportedName, sec_A1_11_lengths_that_lie) {
    const Bytes exported = exported_name(mechanism::krb5().to_der(), "alice");
    const std::size_t name_length = 4 + mechanism::krb5().to_der().size();
    for (std::size_t index = name_length; index < name_length + 4; ++index) {
        Bytes altered = exported;
        altered[index] = std::byte{0xff};
        expect_damaged_name(altered, "name length octet " + std::to_string(index));
    }
    Bytes huge = exported;
    std::fill_n(huge.begin() + static_cast<std::ptrdiff_t>(name_length), 4, std::byte{0xff});
    expect_damaged_name(huge, "a name of 0xffffffff octets");
    for (const int length : {0, 1, 255}) {
        Bytes altered = exported;
        altered[3] = static_cast<std::byte>(length);
        expect_damaged_name(altered, "mechanism length " + std::to_string(length));
        altered = exported;
        altered[5] = static_cast<std::byte>(length);
        expect_damaged_name(altered, "DER length " + std::to_string(length));
    }
    Bytes large = exported;
    large[2] = std::byte{0xff};
    large[3] = std::byte{0xff};
    expect_damaged_name(large, "a mechanism of 65535 octets");
}

TEST(ExportedName, sec_A1_11_octets_behind_the_name) {
    Bytes exported = exported_name(mechanism::krb5().to_der(), "alice");
    exported.push_back(std::byte{'x'});
    expect_damaged_name(exported, "a trailing octet");
}

TEST(ExportedName, other_token_ids_are_damaged) {
    const Bytes exported = exported_name(mechanism::krb5().to_der(), "alice");
    for (const auto& [first, second] : {std::pair{4, 0}, {4, 3}, {3, 1}, {0x60, 1}, {0, 0}}) {
        Bytes altered = exported;
        altered[0] = static_cast<std::byte>(first);
        altered[1] = static_cast<std::byte>(second);
        expect_damaged_name(altered, "a token id");
    }
}

TEST(ExportedName, damaged_names_never_reach_the_native_library) {
    FakeLibrary fake;
    const Backend backend = fake.backend();
    const Bytes exported = exported_name(mechanism::krb5().to_der(), "alice@REALM");
    for (std::size_t size = 0; size < exported.size(); ++size) {
        EXPECT_EQ(Name::import_exported(backend, BytesView(exported).first(size)).error().code(),
                  ErrorCode::damaged_export);
        EXPECT_EQ(Name::import_name(backend, as_text(BytesView(exported).first(size)),
                                    name_type::exported())
                      .error()
                      .code(),
                  ErrorCode::damaged_export);
    }
    const Bytes nul = exported_name(mechanism::krb5().to_der(), std::string_view("al\0ice", 6));
    EXPECT_EQ(Name::import_exported(backend, nul).error().code(), ErrorCode::damaged_export);
    EXPECT_EQ(fake.table().count(Call::import_name), 0U);
    EXPECT_EQ(Name::import_exported(backend, exported).value().display().value().text,
              "alice@REALM");
}

} // namespace
} // namespace gss::test
