// SPDX-License-Identifier: Apache-2.0
// What fuzzing has found stays found: every kept input, and every cut of it, through its target.
// With any compiler, in every run of the tests.
#include "fuzz_target.h"

#include <gtest/gtest.h>

#include <string>

namespace gss::test::fuzz {
namespace {

class Corpus : public testing::TestWithParam<Target> {};

// sec_A1_21: texts for logs are made of all this, too.
TEST_P(Corpus, sec_A1_21_is_survived_and_so_is_every_cut_of_it) {
    EXPECT_GE(replay(GetParam(), GSSXX_CORPORA), 30U)
        << "what was found for " << GetParam().name << " is missing";
}

INSTANTIATE_TEST_SUITE_P(, Corpus, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& about) { return std::string(about.param.name); });

} // namespace
} // namespace gss::test::fuzz
