// SPDX-License-Identifier: Apache-2.0
// Enumerators as text: a log with a number in it helps nobody.
#include <gssxx/transport/format.h>

#include <gtest/gtest.h>

#include <set>
#include <sstream>
#include <string>

namespace gss::transport::test {
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
    expect_names<KeyType>(5);
    expect_names<HostAuthentication>(2);
    expect_names<PeerText::Kind>(2);
    expect_names<Disconnected::By>(3);
    EXPECT_EQ(written(KeyType::ecdsa_nistp384), "ecdsa_nistp384");
    EXPECT_EQ(written(HostKeyVerdict::known), "known");
    EXPECT_EQ(written(HostKeyVerdict::unknown), "unknown");
    EXPECT_EQ(written(HostKeyVerdict::changed), "changed");
    EXPECT_EQ(written(HostKeyVerdict::revoked), "revoked");
    EXPECT_EQ(written(HostKeyVerdict::failed), "failed");
}

} // namespace
} // namespace gss::transport::test
