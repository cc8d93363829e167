// SPDX-License-Identifier: Apache-2.0
#include <gssxx/flags.h>

#include <gtest/gtest.h>

#include <vector>

namespace gss::test {
namespace {

constexpr std::uint32_t unknown_bits = 0x00080400U; // bits without an enumerator

TEST(FlagSet, unknown_bits_are_kept_through_every_operation) {
    const auto set = ContextFlags::from_bits(unknown_bits | 2U);
    EXPECT_EQ(set.bits(), unknown_bits | 2U);
    EXPECT_EQ((set | ContextFlag::integrity).bits(), unknown_bits | 2U | 32U);
    EXPECT_EQ((set - ContextFlag::mutual).bits(), unknown_bits);
    EXPECT_EQ((set & ContextFlags::from_bits(0xffffffffU)), set);
    EXPECT_EQ(set.size(), 3U);
}

TEST(FlagSet, iteration_goes_from_the_lowest_bit_and_shows_unknown_ones) {
    const auto set = ContextFlags::from_bits(unknown_bits | 0x80000000U | 2U | 32U);
    std::vector<std::uint32_t> seen;
    for (const ContextFlag flag : set) {
        seen.push_back(static_cast<std::uint32_t>(flag));
    }
    EXPECT_EQ(seen, (std::vector<std::uint32_t>{2, 32, 0x400, 0x80000, 0x80000000U}));
    EXPECT_EQ(ContextFlags().begin(), ContextFlags().end());
    auto place = set.begin();
    EXPECT_EQ(*place++, ContextFlag::mutual);
    EXPECT_EQ(*place, ContextFlag::integrity);
}

TEST(FlagSet, membership_is_asked_for_all_bits_of_a_question) {
    constexpr ContextFlags set{ContextFlag::mutual, ContextFlag::integrity};
    EXPECT_TRUE(set.contains(ContextFlag::mutual));
    EXPECT_FALSE(set.contains(ContextFlag::confidentiality));
    EXPECT_TRUE(set.contains_all(ContextFlag::mutual | ContextFlag::integrity));
    EXPECT_FALSE(set.contains_all(ContextFlag::mutual | ContextFlag::confidentiality));
    EXPECT_TRUE(set.contains_all({}));
    EXPECT_TRUE(ContextFlags().is_subset_of(set));
    EXPECT_TRUE(set.is_subset_of(set));
    EXPECT_TRUE(ContextFlags(ContextFlag::mutual).is_subset_of(set));
    EXPECT_FALSE(set.is_subset_of(ContextFlag::mutual));
}

TEST(FlagSet, operators_are_those_of_sets) {
    constexpr ContextFlags left{ContextFlag::mutual, ContextFlag::integrity};
    constexpr ContextFlags right{ContextFlag::integrity, ContextFlag::anonymity};
    EXPECT_EQ((left | right).bits(), 2U | 32U | 64U);
    EXPECT_EQ((left & right).bits(), 32U);
    EXPECT_EQ((left ^ right).bits(), 2U | 64U);
    EXPECT_EQ((left - right).bits(), 2U);
    ContextFlags set = left;
    EXPECT_EQ((set |= right).bits(), 2U | 32U | 64U);
    EXPECT_EQ((set &= left).bits(), left.bits());
    EXPECT_EQ((set ^= right).bits(), 2U | 64U);
    EXPECT_EQ((set -= ContextFlag::anonymity).bits(), 2U);
}

TEST(FlagSet, members_come_and_go) {
    ContextFlags set;
    EXPECT_TRUE(set.empty());
    set.insert(ContextFlag::mutual);
    set.insert(ContextFlag::mutual);
    EXPECT_EQ(set.size(), 1U);
    set.erase(ContextFlag::integrity);
    EXPECT_EQ(set, ContextFlags(ContextFlag::mutual));
    set.erase(ContextFlag::mutual);
    EXPECT_TRUE(set.empty());
    set = ContextFlags::from_bits(0xffffffffU);
    set.clear();
    EXPECT_TRUE(set.empty());
}

TEST(FlagSet, defaults_ask_for_protection_and_not_for_delegation) {
    EXPECT_EQ(default_context_flags.bits(), 2U | 4U | 8U | 32U);
    EXPECT_EQ(require_mutual_and_integrity.bits(), 2U | 32U);
    EXPECT_EQ(require_integrity_only.bits(), 32U);
    EXPECT_TRUE(require_nothing.empty());
}

} // namespace
} // namespace gss::test
