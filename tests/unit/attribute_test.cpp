// SPDX-License-Identifier: Apache-2.0
// Attributes of names and their local accounts, on a fake.
#include "access.h"
#include "counting.h"
#include "fake_library.h"
#include "library_backend.h"
#include "local_account.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <algorithm>

#include <pwd.h>
#include <unistd.h>

namespace gss::test {
namespace {

template <typename T>
ErrorCode code_of(const Result<T>& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? ErrorCode::failure : result.error().code();
}

class Attributes : public testing::Test {
protected:
    FakeLibrary fake;
    CountingLibrary counted{fake.library()};
    Backend backend = counted.backend();
    void TearDown() override { EXPECT_EQ(counted.report(), ""); }

    [[nodiscard]] Name canonical(std::string_view text) const {
        return Name::import_name(backend, text).value().canonicalize(mechanism::krb5()).value();
    }
    static FakeAttribute indicators(std::size_t count) {
        FakeAttribute attribute{"auth-indicators", {}};
        for (std::size_t index = 0; index < count; ++index) {
            attribute.values.emplace_back("indicator " + std::to_string(index), "");
        }
        return attribute;
    }
};

TEST_F(Attributes, have_values_texts_and_marks) {
    fake.behaviour.attributes = {
        {"urn:x:groups", {{"\x01\x02", "staff"}, {"\x03", ""}}, true, false},
        {"urn:x:claimed", {{"root", "root"}}, false, true}};
    const Name name = canonical("alice");
    const NameAttributes all = name.attributes().value();
    EXPECT_EQ(all.names, (std::vector<std::string>{"urn:x:groups", "urn:x:claimed"}));
    EXPECT_TRUE(all.is_mechanism_name);
    EXPECT_EQ(all.mechanism, mechanism::krb5());
    const NameAttribute groups = name.attribute("urn:x:groups").value();
    ASSERT_EQ(groups.values.size(), 2U);
    EXPECT_EQ(as_text(groups.values[0].value), "\x01\x02");
    EXPECT_EQ(groups.values[0].display, "staff");
    EXPECT_EQ(as_text(groups.values[1].value), "\x03");
    EXPECT_EQ(groups.values[1].display, "");
    EXPECT_TRUE(groups.authenticated);
    EXPECT_FALSE(groups.complete);
    const NameAttribute claimed = name.attribute("urn:x:claimed").value();
    EXPECT_FALSE(claimed.authenticated);
    EXPECT_TRUE(claimed.complete);
}

TEST_F(Attributes, that_are_not_there_are_unavailable_and_named) {
    fake.behaviour.attributes = {indicators(1)};
    const Name name = canonical("alice");
    for (const std::string_view attribute : {"", "auth-indicator", "auth-indicators2"}) {
        const Result<NameAttribute> result = name.attribute(attribute);
        EXPECT_EQ(code_of(result), ErrorCode::unavailable);
        EXPECT_NE(result.error().text().find("alice"), std::string::npos);
    }
    EXPECT_NE(name.attribute("urn:nothing").error().text().find("urn:nothing"), std::string::npos);
    const Name plain = Name::import_name(backend, "alice").value();
    const NameAttributes none = plain.attributes().value();
    EXPECT_TRUE(none.names.empty());
    EXPECT_FALSE(none.is_mechanism_name);
    EXPECT_EQ(none.mechanism, std::nullopt);
}

TEST_F(Attributes, sec_A1_34_any_number_of_indicators_is_counted_and_bounded) {
    for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
        SCOPED_TRACE(count);
        fake.behaviour.attributes = {};
        if (count != 0) {
            fake.behaviour.attributes = {indicators(count)};
        }
        const Name name = canonical("alice");
        EXPECT_EQ(name.attributes().value().names.size(), count == 0 ? 0U : 1U);
        const Result<NameAttribute> attribute = name.attribute("auth-indicators");
        if (count == 0) {
            EXPECT_EQ(code_of(attribute), ErrorCode::unavailable);
            continue;
        }
        ASSERT_TRUE(attribute.has_value()) << attribute.error().text();
        ASSERT_EQ(attribute->values.size(), count);
        EXPECT_EQ(as_text(attribute->values.back().value),
                  "indicator " + std::to_string(count - 1));
    }
    // As many names of attributes, and one past each bound.
    fake.behaviour.attributes.assign(max_name_attributes, indicators(1));
    EXPECT_EQ(canonical("alice").attributes().value().names.size(), max_name_attributes);
    fake.behaviour.attributes.push_back(indicators(max_attribute_values + 1));
    EXPECT_EQ(code_of(canonical("alice").attributes()), ErrorCode::failure);
    fake.behaviour.attributes = {indicators(max_attribute_values)};
    EXPECT_EQ(canonical("alice").attribute("auth-indicators").value().values.size(),
              max_attribute_values);
    fake.behaviour.attributes = {indicators(max_attribute_values + 1)};
    EXPECT_EQ(code_of(canonical("alice").attribute("auth-indicators")), ErrorCode::failure);
}

TEST_F(Attributes, sec_A1_34_a_library_that_never_ends_and_values_without_measure_are_stopped) {
    fake.behaviour.attributes = {indicators(1)};
    fake.behaviour.endless_values = true;
    EXPECT_EQ(code_of(canonical("alice").attribute("auth-indicators")), ErrorCode::failure);
    EXPECT_LE(fake.table().count(Call::get_name_attribute), max_attribute_values + 1);
    fake.behaviour.attributes = {{"auth-indicators", {{std::string(1U << 20U, 'x'), ""}}}};
    EXPECT_EQ(code_of(canonical("alice").attribute("auth-indicators")), ErrorCode::failure);
    EXPECT_LE(fake.table().count(Call::get_name_attribute), max_attribute_values + 20);
}

TEST_F(Attributes, sec_A1_34_a_fetch_that_fails_midway_yields_nothing_and_leaks_nothing) {
    fake.behaviour.attributes = {indicators(5)};
    const Name name = canonical("alice");
    for (const auto carried : {NativeTable::Carried::not_at_all, NativeTable::Carried::out}) {
        for (std::size_t n = 1; n <= 5; ++n) {
            fake.table().fail_nth(n, {13U << 16, 99}, carried);
            const Result<NameAttribute> result = name.attribute("auth-indicators");
            EXPECT_EQ(code_of(result), ErrorCode::failure) << n;
            EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::buffer), 0U) << n;
        }
        fake.table().fail(Call::inquire_name, {13U << 16, 99}, 1, carried);
        EXPECT_EQ(code_of(name.attributes()), ErrorCode::failure);
        EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::buffer_set), 0U);
    }
    // A supplementary status is no success either.
    fake.table().fail(Call::get_name_attribute, {1, 0}, 1, NativeTable::Carried::out);
    EXPECT_FALSE(name.attribute("auth-indicators").has_value());
}

TEST_F(Attributes, sec_A1_34_buffers_without_a_nul_are_read_to_their_end_only) {
    fake.behaviour.guarded_buffers = true;
    fake.behaviour.attributes = {{"auth-indicators", {{"strong", "a text"}}}};
    const Name name = canonical("alice");
    EXPECT_EQ(name.attributes().value().names.front(), "auth-indicators");
    EXPECT_EQ(name.attribute("auth-indicators").value().values[0].display, "a text");
    EXPECT_EQ(name.local_name().value(), "alice");
}

TEST_F(Attributes, one_unauthenticated_value_makes_all_so) {
    fake.behaviour.attributes = {indicators(3)};
    std::size_t calls = 0;
    fake.table().replace(&CallTable::get_name_attribute, [&](auto* minor, auto name,
                                                             auto* attribute, int* authenticated,
                                                             int* complete, auto* value,
                                                             auto* display, int* more) {
        const auto major = fake.honest().get_name_attribute(minor, name, attribute, authenticated,
                                                            complete, value, display, more);
        *authenticated = ++calls == 2 ? 0 : 1;
        *complete = calls == 3 ? 0 : 1;
        return major;
    });
    const NameAttribute attribute = canonical("alice").attribute("auth-indicators").value();
    EXPECT_FALSE(attribute.authenticated);
    EXPECT_FALSE(attribute.complete);
}

std::string own_account() {
    return getpwuid(geteuid())->pw_name;
}

TEST_F(Attributes, local_names_are_what_the_library_says_without_a_nul) {
    EXPECT_EQ(canonical("alice").local_name().value(), "alice");
    EXPECT_EQ(canonical("alice").local_name(mechanism::krb5()).value(), "alice");
    EXPECT_EQ(code_of(canonical("alice").local_name(mechanism::ntlm())), ErrorCode::bad_mechanism);
    const Result<std::string> none = canonical("alice@OTHER").local_name();
    EXPECT_EQ(code_of(none), ErrorCode::unavailable);
    EXPECT_NE(none.error().text().find("alice@OTHER"), std::string::npos);
}

TEST_F(Attributes, local_names_that_no_account_can_have_are_refused) {
    using namespace std::string_literals;
    const Name name = canonical("alice");
    for (const std::string& odd : {""s, "\0"s, "ro\0ot"s}) {
        fake.table().replace(
            &CallTable::localname, [&](auto* minor, auto given, auto*, auto* text) {
                // The only honest way to memory of the library's.
                const auto major = fake.honest().display_name(minor, given, text, nullptr);
                std::copy(odd.begin(), odd.end(), static_cast<char*>(text->value));
                text->length = odd.size();
                return major;
            });
        EXPECT_EQ(code_of(name.local_name()), ErrorCode::bad_name);
    }
}

TEST_F(Attributes, a_user_is_asked_about_only_when_there_is_an_account) {
    EXPECT_TRUE(canonical(own_account()).user_ok(own_account()).value());
    EXPECT_FALSE(canonical("somebody-else").user_ok(own_account()).value());
    EXPECT_EQ(fake.table().count(Call::authorize_localname), 2U);
    // The fake would say yes.
    EXPECT_FALSE(canonical("no-such-account").user_ok("no-such-account").value());
    EXPECT_EQ(fake.table().count(Call::authorize_localname), 2U);
}

TEST_F(Attributes, a_user_is_not_judged_by_a_name_that_anybody_wrote_down) {
    const Name plain = Name::import_name(backend, own_account()).value();
    EXPECT_EQ(code_of(plain.user_ok(own_account())), ErrorCode::name_not_mechanism_name);
    EXPECT_EQ(fake.table().count(Call::authorize_localname), 0U);
}

TEST_F(Attributes, a_user_that_is_empty_or_would_be_cut_is_refused) {
    using namespace std::string_view_literals;
    const Name name = canonical("root");
    for (const std::string_view user : {""sv, "root\0x"sv, "\0"sv}) {
        EXPECT_EQ(code_of(name.user_ok(user)), ErrorCode::malformed_parameter);
    }
}

TEST_F(Attributes, a_user_is_refused_by_either_status_and_anything_else_is_an_error) {
    const Name name = canonical(own_account());
    for (const std::uint32_t no : {15U << 16, 16U << 16}) { // unauthorized, unavailable
        fake.table().fail(Call::authorize_localname, {no, 0});
        EXPECT_FALSE(name.user_ok(own_account()).value());
    }
    for (const std::uint32_t odd : {13U << 16, 1U, 2U, 4U, 8U, 16U, 1U << 24U}) {
        fake.table().fail(Call::authorize_localname, {odd, 0});
        EXPECT_FALSE(name.user_ok(own_account()).has_value()) << odd;
    }
    fake.table().fail(Call::import_name, {13U << 16, 0});
    EXPECT_FALSE(name.user_ok(own_account()).has_value());
}

TEST_F(Attributes, of_a_library_without_the_calls_are_unavailable) {
    rfc2744::Library library = counted.library();
    library.loaded.call.inquire_name = nullptr;
    library.loaded.call.get_name_attribute = nullptr;
    library.loaded.call.localname = nullptr;
    library.loaded.call.authorize_localname = nullptr;
    const Backend bare = detail::Access::backend(rfc2744::make_backend(library));
    const Name name =
        Name::import_name(bare, own_account()).value().canonicalize(mechanism::krb5()).value();
    EXPECT_EQ(code_of(name.attributes()), ErrorCode::unavailable);
    EXPECT_EQ(code_of(name.attribute("x")), ErrorCode::unavailable);
    EXPECT_EQ(code_of(name.local_name()), ErrorCode::unavailable);
    EXPECT_EQ(code_of(name.user_ok(own_account())), ErrorCode::unavailable);
}

TEST(Account, is_there_or_not) {
    EXPECT_TRUE(look_up_account("root").exists);
    EXPECT_FALSE(look_up_account("no-such-account-anywhere").exists);
    EXPECT_EQ(look_up_account("no-such-account-anywhere").error, 0);
    EXPECT_FALSE(look_up_account("").exists);
    EXPECT_FALSE(look_up_account(std::string(100000, 'x')).exists);
}

} // namespace
} // namespace gss::test
