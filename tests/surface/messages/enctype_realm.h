// SPDX-License-Identifier: Apache-2.0
// Realms that know one encryption type each, running until the tests have ended.
#pragma once

#include "conformance.h"

#include <functional>
#include <string>
#include <vector>

namespace gss::test {

/// Whether both libraries of a pair have the encryption type.
[[nodiscard]] bool have_enctype(const Pair& pair, const std::string& enctype);
/// RFC 4121 tokens; the others are those of RFC 1964 and 4757.
[[nodiscard]] bool is_modern(const std::string& enctype);

struct EnctypeCase {
    std::string enctype;
    Pair pair;
};
void PrintTo(const EnctypeCase& given, std::ostream* out);
/// Every encryption type that the realm's KDC has, with every pair of libraries that has it.
[[nodiscard]] std::vector<EnctypeCase> all_enctype_cases();
/// The same with one library on both sides.
[[nodiscard]] std::vector<EnctypeCase> single_library_cases();
[[nodiscard]] std::string name_of_enctype_case(const testing::TestParamInfo<EnctypeCase>& info);

class OnEnctype : public testing::TestWithParam<EnctypeCase> {
protected:
    [[nodiscard]] static bool is_modern() { return test::is_modern(GetParam().enctype); }
    [[nodiscard]] static bool initiator_is(std::string_view name) {
        return GetParam().pair.initiator == name;
    }
    [[nodiscard]] static bool acceptor_is(std::string_view name) {
        return GetParam().pair.acceptor == name;
    }
    /// Runs @p test on a context whose keys are of that type, in a thread that knows no other
    /// realm.
    static void with_context(const std::function<void(ContextPair&)>& test,
                             const EstablishOptions& options = {});
};

} // namespace gss::test
