// SPDX-License-Identifier: Apache-2.0
// From native status to normalised codes, and the texts of failures.
#include "classify.h"
#include "fake_library.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <vector>

namespace gss::test {
namespace {

using rfc2744::Operation;

constexpr std::uint32_t kerberos(int offset) {
    return static_cast<std::uint32_t>(-1765328384 + offset);
}

ErrorCode classified(std::uint32_t major, std::uint32_t minor = 0,
                     Operation operation = Operation::other) {
    return rfc2744::classify({}, {major, minor}, operation);
}

TEST(Classify, each_part_of_the_status_has_its_code) {
    struct Row {
        std::uint32_t major;
        ErrorCode code;
    };
    const std::vector<Row> table{
        {1U << 24, ErrorCode::parameter_read},
        {2U << 24, ErrorCode::parameter_write},
        {3U << 24, ErrorCode::malformed_parameter},
        {0xffU << 24, ErrorCode::malformed_parameter},
        {1U << 16, ErrorCode::bad_mechanism},
        {2U << 16, ErrorCode::bad_name},
        {3U << 16, ErrorCode::bad_name_type},
        {4U << 16, ErrorCode::bad_channel_bindings},
        {5U << 16, ErrorCode::bad_status},
        {6U << 16, ErrorCode::bad_mic},
        {7U << 16, ErrorCode::no_credentials},
        {8U << 16, ErrorCode::no_context},
        {9U << 16, ErrorCode::invalid_token},
        {10U << 16, ErrorCode::invalid_credentials},
        {11U << 16, ErrorCode::credentials_expired},
        {12U << 16, ErrorCode::context_expired},
        {13U << 16, ErrorCode::failure},
        {14U << 16, ErrorCode::bad_qop},
        {15U << 16, ErrorCode::unauthorized},
        {16U << 16, ErrorCode::unavailable},
        {17U << 16, ErrorCode::duplicate_element},
        {18U << 16, ErrorCode::name_not_mechanism_name},
        {19U << 16, ErrorCode::failure},
        {0xffU << 16, ErrorCode::failure},
        {2, ErrorCode::duplicate_token},
        {4, ErrorCode::old_token},
        {8, ErrorCode::unsequenced_token},
        {16, ErrorCode::gap_token},
        {1, ErrorCode::failure},
        {0x8000, ErrorCode::failure},
        {2 | 4 | 8 | 16, ErrorCode::duplicate_token},
        {4 | 8 | 16, ErrorCode::old_token},
        {8 | 16, ErrorCode::unsequenced_token},
        // The routine error says more than the calling error or the supplementary bits.
        {(1U << 24) | (8U << 16), ErrorCode::no_context},
        {(6U << 16) | 2, ErrorCode::bad_mic},
        {(1U << 24) | 2, ErrorCode::parameter_read},
    };
    for (const Row& row : table) {
        EXPECT_EQ(to_string(classified(row.major)), to_string(row.code)) << std::hex << row.major;
    }
}

TEST(Classify, kerberos_causes_say_more_than_vague_majors) {
    struct Row {
        int offset;
        ErrorCode code;
    };
    const std::vector<Row> table{
        {6, ErrorCode::client_unknown},     {7, ErrorCode::service_unknown},
        {31, ErrorCode::decrypt_failed},    {32, ErrorCode::credentials_expired},
        {34, ErrorCode::replayed_token},    {37, ErrorCode::clock_skew},
        {44, ErrorCode::key_not_found},     {141, ErrorCode::ccache_not_found},
        {154, ErrorCode::realm_unknown},    {156, ErrorCode::kdc_unreachable},
        {181, ErrorCode::key_not_found},    {193, ErrorCode::ccache_unreadable},
        {195, ErrorCode::ccache_not_found}, {199, ErrorCode::ccache_corrupt},
        {235, ErrorCode::keytab_corrupt},
    };
    for (const Row& row : table) {
        // GSS_S_FAILURE, NO_CRED, DEFECTIVE_TOKEN, DEFECTIVE_CREDENTIAL
        for (const std::uint32_t routine : {13U, 7U, 9U, 10U}) {
            EXPECT_EQ(to_string(classified(routine << 16, kerberos(row.offset))),
                      to_string(row.code))
                << row.offset << " with " << routine;
        }
        // A clear major is believed: GSS_S_BAD_BINDINGS, BAD_MIC.
        EXPECT_EQ(classified(4U << 16, kerberos(row.offset)), ErrorCode::bad_channel_bindings);
        EXPECT_EQ(classified(6U << 16, kerberos(row.offset)), ErrorCode::bad_mic);
    }
}

TEST(Classify, minor_codes_that_are_not_kerberos_mean_nothing) {
    for (const std::uint32_t minor : {0U, 2U, 13U, 100001U, kerberos(-1), kerberos(10000)}) {
        EXPECT_EQ(classified(13U << 16, minor), ErrorCode::failure) << minor;
    }
}

TEST(Classify, message_calls_do_not_look_at_kerberos_causes) {
    // KRB_AP_ERR_BAD_INTEGRITY of an unwrap is a bad token, not a wrong service key.
    EXPECT_EQ(classified(9U << 16, kerberos(31), Operation::message), ErrorCode::invalid_token);
}

TEST(Classify, asn1_errors_blame_whoever_sent_the_octets) {
    EXPECT_EQ(classified(13U << 16, 1859794432U, Operation::initiate),
              ErrorCode::kdc_reply_invalid);
    EXPECT_EQ(classified(13U << 16, 1859794432U, Operation::accept), ErrorCode::invalid_token);
    EXPECT_EQ(classified(13U << 16, 1859794432U + 32, Operation::accept), ErrorCode::failure);
}

TEST(Classify, a_family_may_know_better) {
    rfc2744::Traits traits;
    traits.refine = [](const NativeStatus& status, Operation) -> std::optional<ErrorCode> {
        return status.minor == 42 ? std::optional(ErrorCode::clock_skew) : std::nullopt;
    };
    EXPECT_EQ(rfc2744::classify(traits, {13U << 16, 42}, Operation::other), ErrorCode::clock_skew);
    EXPECT_EQ(rfc2744::classify(traits, {13U << 16, 43}, Operation::other), ErrorCode::failure);
}

TEST(StatusText, all_messages_of_a_status_are_walked) {
    FakeLibrary fake;
    const auto texts = fake.backend().status_text(StatusKind::major, (6U << 16) | 2).value();
    EXPECT_EQ(texts, (std::vector<std::string>{"fake error 6", "fake supplementary 2"}));
    EXPECT_EQ(fake.backend().status_text(StatusKind::minor, 5, mechanism::krb5()).value(),
              (std::vector<std::string>{"fake minor code 5"}));
}

TEST(StatusText, sec_A3_26_a_message_context_that_never_ends_is_cut_at_eight_messages) {
    FakeLibrary fake;
    fake.table().replace(&CallTable::display_status, [&fake](auto* minor, auto code, int kind,
                                                             auto* oid, auto* more, auto* text) {
        const auto major = fake.honest().display_status(minor, code, kind, oid, more, text);
        *more = 1;
        return major;
    });
    EXPECT_EQ(fake.backend().status_text(StatusKind::major, 13U << 16).value().size(), 8U);
}

TEST(StatusText, sec_A3_26_endless_text_is_cut_at_4_kib) {
    FakeLibrary fake;
    fake.table().replace(
        &CallTable::display_status, [&fake](auto* minor, auto, int, auto*, auto* more, auto* text) {
            static_cast<void>(fake.honest().display_status(minor, 0, 2, nullptr, more, text));
            static_cast<void>(fake.honest().release_buffer(minor, text));
            const std::string endless(3000, 'x');
            abi::BufferDesc input{endless.size(), const_cast<char*>(endless.data())};
            abi::NameHandle name = nullptr;
            fake.honest().import_name(minor, &input, nullptr, &name);
            fake.honest().display_name(minor, name, text, nullptr);
            fake.honest().release_name(minor, &name);
            *more = 1;
            return abi::status_complete;
        });
    std::size_t size = 0;
    const auto texts = fake.backend().status_text(StatusKind::minor, 1).value();
    for (const std::string& text : texts) {
        size += text.size();
    }
    EXPECT_EQ(size, 4096U);
}

TEST(StatusText, sec_A1_32_texts_without_a_nul_are_not_read_past_their_end) {
    FakeLibrary fake;
    fake.behaviour.guarded_buffers = true;
    const Backend backend = fake.backend();
    EXPECT_EQ(backend.status_text(StatusKind::major, 13U << 16).value().front(), "fake error 13");
    const Name name = Name::import_name(backend, "alice").value();
    EXPECT_EQ(name.display().value().text, "alice");
    const Name mechanism_name = name.canonicalize(mechanism::krb5()).value();
    const Buffer exported = mechanism_name.export_name().value();
    EXPECT_EQ(ExportedName::parse(exported).value().mechanism, mechanism::krb5());
    EXPECT_TRUE(Name::import_exported(backend, exported).has_value());
    fake.table().fail(Call::canonicalize_name, {13U << 16, 7});
    const Error error = name.canonicalize(mechanism::krb5()).error();
    EXPECT_EQ(error.messages(), (std::vector<std::string>{"fake error 13", "fake minor code 7"}));
    EXPECT_EQ(error.subject(), "alice");
}

TEST(StatusText, a_library_without_text_still_yields_an_error) {
    FakeLibrary fake;
    fake.table().fail(Call::display_status, {5U << 16, 0}, 100);
    const auto texts = fake.backend().status_text(StatusKind::minor, 77);
    ASSERT_FALSE(texts);
    EXPECT_EQ(texts.error().code(), ErrorCode::bad_status);
    fake.table().fail(Call::import_name, {2U << 16, 9});
    const auto name = Name::import_name(fake.backend(), "alice");
    ASSERT_FALSE(name);
    EXPECT_EQ(name.error().code(), ErrorCode::bad_name);
    EXPECT_EQ(name.error().native(), (NativeStatus{2U << 16, 9}));
}

TEST(StatusText, a_text_without_memory_is_an_empty_text) {
    FakeLibrary fake;
    fake.table().replace(&CallTable::display_status,
                         [](auto* minor, auto, int, auto*, auto* more, auto* text) {
                             *minor = 0;
                             *more = 0;
                             text->length = 5;
                             text->value = nullptr;
                             return abi::status_complete;
                         });
    EXPECT_EQ(fake.backend().status_text(StatusKind::minor, 1).value(),
              (std::vector<std::string>{""}));
}

} // namespace
} // namespace gss::test
