// SPDX-License-Identifier: Apache-2.0
#include <gssxx/error.h>
#include <gssxx/result.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

namespace gss::test {
namespace {

constexpr auto last_code = ErrorCode::damaged_export;
constexpr auto last_class = ErrorClass::token_too_early;

Error of_code(ErrorCode code) {
    return {code, "operation", "message"};
}

/// A failure that is told by its native status alone.
Error of_status(std::uint32_t major) {
    ErrorDetails details;
    details.code = ErrorCode::failure;
    details.native = NativeStatus{major, 0};
    return Error(std::move(details));
}

std::vector<ErrorClass> classes_of(const Error& error) {
    std::vector<ErrorClass> found;
    for (std::size_t value = 0; value <= static_cast<std::size_t>(last_class); ++value) {
        if (error.is(static_cast<ErrorClass>(value))) {
            found.push_back(static_cast<ErrorClass>(value));
        }
    }
    return found;
}

using Classes = std::vector<ErrorClass>;

TEST(Error, every_code_has_a_name_of_its_own) {
    std::set<std::string_view> names;
    for (std::size_t value = 0; value <= static_cast<std::size_t>(last_code); ++value) {
        const std::string_view name = to_string(static_cast<ErrorCode>(value));
        EXPECT_NE(name, "unknown") << value;
        EXPECT_TRUE(names.insert(name).second) << name;
    }
    EXPECT_EQ(to_string(static_cast<ErrorCode>(static_cast<int>(last_code) + 1)), "unknown");
}

struct Membership {
    ErrorCode code;
    Classes classes; // besides `any`
};

TEST(Error, each_code_belongs_to_its_families_and_no_other) {
    using enum ErrorClass;
    const std::vector<Membership> table{
        {ErrorCode::parameter_read, {parameter_read}},
        {ErrorCode::parameter_write, {parameter_write}},
        {ErrorCode::malformed_parameter, {malformed_parameter}},
        {ErrorCode::bad_mechanism, {bad_mechanism}},
        {ErrorCode::bad_name, {bad_name}},
        {ErrorCode::bad_name_type, {bad_name_type}},
        {ErrorCode::bad_channel_bindings, {bad_channel_bindings}},
        {ErrorCode::bad_status, {bad_status}},
        {ErrorCode::bad_mic, {bad_mic}},
        {ErrorCode::no_credentials, {missing_credentials}},
        {ErrorCode::ccache_not_found, {missing_credentials}},
        {ErrorCode::keytab_not_found, {missing_credentials}},
        {ErrorCode::key_not_found, {missing_credentials}},
        {ErrorCode::no_context, {missing_context}},
        {ErrorCode::invalid_token, {invalid_token}},
        {ErrorCode::invalid_credentials, {invalid_credentials}},
        {ErrorCode::ccache_unreadable, {invalid_credentials}},
        {ErrorCode::ccache_corrupt, {invalid_credentials}},
        {ErrorCode::keytab_unreadable, {invalid_credentials}},
        {ErrorCode::keytab_corrupt, {invalid_credentials}},
        {ErrorCode::credentials_expired, {expired_credentials}},
        {ErrorCode::context_expired, {expired_context}},
        {ErrorCode::failure, {}},
        {ErrorCode::bad_qop, {bad_qop}},
        {ErrorCode::unauthorized, {unauthorized}},
        {ErrorCode::unavailable, {unavailable}},
        {ErrorCode::duplicate_element, {duplicate_credentials_element}},
        {ErrorCode::name_not_mechanism_name, {mechanism_name_required}},
        {ErrorCode::duplicate_token, {supplementary, duplicate_token}},
        {ErrorCode::replayed_token, {supplementary, duplicate_token}},
        {ErrorCode::old_token, {supplementary, expired_token}},
        {ErrorCode::unsequenced_token, {supplementary, token_out_of_sequence, token_too_late}},
        {ErrorCode::gap_token, {supplementary, token_out_of_sequence, token_too_early}},
        {ErrorCode::service_unknown, {}},
        {ErrorCode::timed_out, {}},
        {ErrorCode::misuse, {}},
        {ErrorCode::insufficient_protection, {}},
        {ErrorCode::backend_unavailable, {}},
        {ErrorCode::damaged_export, {}},
    };
    for (const Membership& row : table) {
        Classes expected = row.classes;
        expected.insert(expected.begin(), any);
        EXPECT_EQ(classes_of(of_code(row.code)), expected) << to_string(row.code);
    }
}

TEST(Error, every_family_has_a_member) {
    std::set<ErrorClass> reached;
    for (std::uint32_t calling = 0; calling <= 3; ++calling) {
        for (std::uint32_t routine = 0; routine <= 18; ++routine) {
            for (const std::uint32_t bits : {0U, 2U, 4U, 8U, 16U}) {
                for (const ErrorClass one :
                     classes_of(of_status((calling << 24) | (routine << 16) | bits))) {
                    reached.insert(one);
                }
            }
        }
    }
    EXPECT_EQ(reached.size(), static_cast<std::size_t>(last_class) + 1);
}

TEST(Error, combined_families_want_both_parts) {
    using enum ErrorClass;
    struct Row {
        ErrorClass family;
        std::uint32_t calling;
        std::uint32_t routine;
    };
    const std::vector<Row> table{
        {name_read, 1, 2},         {name_type_read, 1, 3},   {token_read, 1, 9},
        {context_read, 1, 8},      {credentials_read, 1, 7}, {context_write, 2, 8},
        {credentials_write, 2, 7},
    };
    for (const Row& row : table) {
        for (std::uint32_t calling = 0; calling <= 3; ++calling) {
            for (std::uint32_t routine = 0; routine <= 18; ++routine) {
                const Error error = of_status((calling << 24) | (routine << 16));
                EXPECT_EQ(error.is(row.family), calling == row.calling && routine == row.routine)
                    << calling << "," << routine;
            }
        }
    }
}

TEST(Error, several_supplementary_bits_belong_to_several_families) {
    using enum ErrorClass;
    EXPECT_EQ(classes_of(of_status(2 | 4 | 8 | 16)),
              (Classes{any, supplementary, duplicate_token, expired_token, token_out_of_sequence,
                       token_too_late, token_too_early}));
    // A supplementary bit beside a routine error counts, too.
    EXPECT_EQ(classes_of(of_status((6U << 16) | 2)),
              (Classes{any, bad_mic, supplementary, duplicate_token}));
}

TEST(Error, text_names_operation_thing_cause_codes_and_backend) {
    ErrorDetails details;
    details.code = ErrorCode::service_unknown;
    details.native = NativeStatus{0xd0000, static_cast<std::uint32_t>(-1765328377)};
    details.operation = "gss_init_sec_context";
    details.backend = "mit";
    details.subject = "target host@nowhere";
    details.messages = {"Unspecified failure", "Server not found"};
    EXPECT_EQ(Error(std::move(details)).text(),
              "gss_init_sec_context (target host@nowhere): Unspecified failure; Server not found "
              "[service_unknown, mit, major 0x000d0000, minor -1765328377]");
}

TEST(Error, text_without_anything_native_says_just_the_code) {
    EXPECT_EQ(Error(ErrorCode::misuse, "gss_wrap", "moved from").text(),
              "gss_wrap: moved from [misuse]");
    EXPECT_EQ(of_status(0x01020304).text(), " [failure, major 0x01020304, minor 0]");
}

TEST(Error, text_does_not_hand_on_control_characters) {
    ErrorDetails details;
    details.operation = "op";
    details.subject = "a\nb\x1b[31m";
    details.messages = {"c\r\n[misuse]", "\xff"};
    const std::string text = Error(std::move(details)).text();
    EXPECT_EQ(text, "op (a\\x0ab\\x1b[31m): c\\x0d\\x0a[misuse]; \\xff [failure]");
}

TEST(Error, copies_share_one_record) {
    const Error error = of_code(ErrorCode::failure);
    const Error copy = error; // NOLINT(performance-unnecessary-copy-initialization)
    EXPECT_EQ(&copy.details(), &error.details());
}

TEST(NativeStatus, splits_as_rfc_2744_defines) {
    constexpr NativeStatus status{0x03120016, 7};
    EXPECT_EQ(status.calling(), 3U);
    EXPECT_EQ(status.routine(), 0x12U);
    EXPECT_EQ(status.supplementary(), 0x16U);
}

TEST(Result, value_throws_the_error_that_it_holds) {
    const Result<int> failed = of_code(ErrorCode::bad_mic);
    ASSERT_FALSE(failed);
    try {
        static_cast<void>(failed.value());
        FAIL() << "value() returned";
    } catch (const Exception& exception) {
        EXPECT_EQ(exception.error().code(), ErrorCode::bad_mic);
        EXPECT_EQ(std::string(exception.what()), exception.error().text());
    }
    const Result<void> nothing = of_code(ErrorCode::misuse);
    EXPECT_THROW(nothing.value(), Exception);
    EXPECT_EQ(nothing.error().code(), ErrorCode::misuse);
}

TEST(Result, holds_move_only_values) {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
    ASSERT_TRUE(result);
    EXPECT_EQ(**result, 7);
    const std::unique_ptr<int> taken = std::move(result).value();
    EXPECT_EQ(*taken, 7);
    EXPECT_EQ(*Result<std::unique_ptr<int>>(of_code(ErrorCode::failure))
                   .value_or(std::make_unique<int>(3)),
              3);
}

TEST(Result, success_of_void_is_success) {
    const Result<void> done;
    EXPECT_TRUE(done.has_value());
    EXPECT_NO_THROW(done.value());
}

} // namespace
} // namespace gss::test
