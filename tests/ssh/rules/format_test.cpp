// SPDX-License-Identifier: Apache-2.0
// Enumerators as text: a log with a number in it helps nobody.
#include <gssxx/ssh/format.h>

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

namespace gss::ssh::test {
namespace {

template <typename T>
std::string written(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

/// The first @p count numbers have names, all different, and the next has none.
template <typename Enum>
void expect_names(unsigned count) {
    std::set<std::string> seen;
    for (unsigned number = 0; number < count; ++number) {
        const std::string text = written(static_cast<Enum>(number));
        EXPECT_NE(text, "unknown") << number;
        EXPECT_TRUE(seen.insert(text).second) << text;
    }
    EXPECT_EQ(written(static_cast<Enum>(count)), "unknown");
}

TEST(Format, EnumeratorsAreTheirNames) {
    expect_names<KexFamily>(13);
    expect_names<KexKind>(3);
    expect_names<HashAlgorithm>(4);
    expect_names<EcdhCurve>(5);
    expect_names<ContextName::Use>(2);
    expect_names<Fault>(4);
    expect_names<StepAnswer::Status>(3);
    expect_names<AuthorizeAnswer::Decision>(3);
    expect_names<Fed>(4);
    EXPECT_EQ(written(KexFamily::curve25519_sha256), "curve25519_sha256");
    EXPECT_EQ(written(Fault::refused), "refused");
}

} // namespace
} // namespace gss::ssh::test
