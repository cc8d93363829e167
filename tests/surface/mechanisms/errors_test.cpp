// SPDX-License-Identifier: Apache-2.0
// Every normalised code comes out of every backend, or the list of unreachable ones says why not.
#include "error_list.h"
#include "provocations.h"

#include <hostile.h>

#include <algorithm>

namespace gss::test {

namespace {

class Errors : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, Errors, testing::ValuesIn(backend_names()), backend_label);

TEST_P(Errors, EveryCodeIsProvokedOrListed) {
    std::size_t produced = 0;
    for (const ErrorCode code : all_error_codes()) {
        Outcome outcome;
        in_fresh_thread([&] { outcome = provoke(code, library()); });
        const bool came = outcome && outcome->code() == code;
        produced += came ? 1U : 0U;
        const std::string name(to_string(code));
        EXPECT_NE(came, is_listed(name, GetParam()))
            << name << (came ? " is listed and comes: " : " does not come: ")
            << (outcome ? outcome->text() : "no failure");
        if (came) {
            EXPECT_FALSE(outcome->operation().empty()) << name;
            EXPECT_FALSE(outcome->messages().empty()) << name;
        }
    }
    EXPECT_GE(produced, 20U);
    std::cout << "    " << produced << " codes" << std::endl;
}

TEST(ErrorCodes, HaveNamesUpToTheLastOne) {
    for (const ErrorCode code : all_error_codes()) {
        EXPECT_NE(to_string(code), "unknown") << static_cast<int>(code);
    }
    const auto behind = static_cast<ErrorCode>(static_cast<int>(all_error_codes().back()) + 1);
    EXPECT_EQ(to_string(behind), "unknown") << "a code that this test does not know";
}

TEST(ErrorCodes, ListHasKnownNamesAndReasonsOnly) {
    for (const ListedError& row : listed_errors()) {
        const auto codes = all_error_codes();
        const bool is_code = std::any_of(codes.begin(), codes.end(), [&](ErrorCode code) {
            return to_string(code) == row.name;
        });
        EXPECT_TRUE(is_code || row.name.starts_with("GSS_S_") || row.name.starts_with("class "))
            << row.name;
        EXPECT_TRUE(row.backend == "mit" || row.backend == "heimdal") << row.name;
        EXPECT_GT(row.reason.size(), 10U) << row.name;
    }
}

} // namespace

} // namespace gss::test
