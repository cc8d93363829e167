// SPDX-License-Identifier: Apache-2.0
// What fuzzing has found stays found: every kept input, and every cut of it, through its engine.
// With any compiler, in every run of the tests.
#include "subjects.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace gss::test::fuzz {
namespace {

Bytes content_of(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const BytesView octets = as_bytes(text);
    return {octets.begin(), octets.end()};
}

class Corpus : public testing::TestWithParam<Target> {};

// sec_A1_21: texts for logs are made of all this, too.
TEST_P(Corpus, sec_A1_21_is_survived_and_so_is_every_cut_of_it) {
    const Target& target = GetParam();
    std::size_t inputs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(GSSXX_CORPORA) + "/" +
                                                                 std::string(target.name))) {
        const Bytes input = content_of(entry.path());
        ++inputs;
        for (std::size_t size = 0; size <= input.size(); ++size) {
            run(BytesView(input).first(size), target.make, target.success);
        }
    }
    EXPECT_GE(inputs, 30U) << "what was found for " << target.name << " is missing";
}

INSTANTIATE_TEST_SUITE_P(, Corpus, testing::ValuesIn(targets().begin(), targets().end()),
                         [](const auto& about) { return std::string(about.param.name); });

} // namespace
} // namespace gss::test::fuzz
