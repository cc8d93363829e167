// SPDX-License-Identifier: Apache-2.0
// Equal things are equal and have equal hashes; stores are walked through.
#include "conformance.h"

#include <unordered_map>
#include <unordered_set>

namespace gss::test {

namespace {

class Comparisons : public OnBackend {};

INSTANTIATE_TEST_SUITE_P(All, Comparisons, testing::ValuesIn(backend_names()), name_of_backend);

template <typename T>
void expect_same(const T& left, const T& right) {
    EXPECT_TRUE(left == right);
    EXPECT_EQ(std::hash<T>{}(left), std::hash<T>{}(right));
}

TEST(Hashes, OfEqualValuesAreEqual) {
    const Oid other = Oid::from_string("1.2.3").value();
    expect_same(other, Oid::from_string("{1 2 3}").value());
    expect_same(OidSet{other, mechanism::krb5()}, OidSet{mechanism::krb5(), other});
    expect_same(Lifetime(std::chrono::hours(1)), Lifetime(std::chrono::seconds(3600)));
    expect_same(NativeStatus{1, 2}, NativeStatus{1, 2});
    expect_same(ContextFlags(ContextFlag::mutual), ContextFlags::from_bits(2));
    expect_same(ErrorCode::failure, ErrorCode::failure);
}

TEST(Hashes, TellDifferentValuesApart) {
    const std::unordered_set<OidSet> sets{OidSet(), {mechanism::krb5()}, {mechanism::spnego()}};
    EXPECT_EQ(sets.size(), 3U);
    const std::unordered_set<Lifetime> lifetimes{Lifetime(std::chrono::seconds(0)),
                                                 Lifetime::indefinite(), Lifetime::not_supported()};
    EXPECT_EQ(lifetimes.size(), 3U);
    EXPECT_NE(std::hash<Lifetime>{}(Lifetime::indefinite()),
              std::hash<Lifetime>{}(Lifetime::not_supported()));
    EXPECT_NE((std::hash<NativeStatus>{}(NativeStatus{1, 2})),
              (std::hash<NativeStatus>{}(NativeStatus{2, 1})));
    const std::unordered_map<ErrorCode, int> counts{{ErrorCode::bad_mic, 1},
                                                    {ErrorCode::bad_name, 2}};
    EXPECT_EQ(counts.at(ErrorCode::bad_name), 2);
}

TEST(CompareErrors, ByAllThatIsKnown) {
    const Error error(ErrorCode::bad_name, "operation", "message");
    EXPECT_TRUE(error == Error(ErrorCode::bad_name, "operation", "message"));
    EXPECT_FALSE(error == Error(ErrorCode::bad_name, "operation", "another"));
    EXPECT_FALSE(error == Error(ErrorCode::bad_mic, "operation", "message"));
}

TEST(CompareOctets, OfBuffersAndSecrets) {
    EXPECT_TRUE(SecretBytes(as_bytes("abc")) == SecretBytes(as_bytes("abc")));
    for (const std::string_view other : {"xbc", "axc", "abx", "ab", "abcd", ""}) {
        EXPECT_FALSE(SecretBytes(as_bytes("abc")) == SecretBytes(as_bytes(other))) << other;
        EXPECT_FALSE(Buffer::copy_of(as_bytes("abc")) == Buffer::copy_of(as_bytes(other)));
    }
    EXPECT_TRUE(SecretBytes() == SecretBytes());
    // What is in it counts, not whether it is wiped.
    EXPECT_TRUE(Buffer::copy_of(as_bytes("abc")) ==
                Buffer::copy_of(as_bytes("abc"), Buffer::Content::secret));
    EXPECT_TRUE(Buffer::copy_of(as_bytes("a"), Buffer::Content::secret).is_secret());
    EXPECT_FALSE(Buffer::copy_of(as_bytes("a")).is_secret());
}

TEST(CompareStores, InWhateverOrder) {
    const auto store = [](std::initializer_list<CredentialStore::Element> elements) {
        return CredentialStore::of(elements).value();
    };
    const CredentialStore both = store({{"ccache", "MEMORY:a"}, {"keytab", "FILE:/b"}});
    EXPECT_TRUE(both == store({{"keytab", "FILE:/b"}, {"ccache", "MEMORY:a"}}));
    EXPECT_FALSE(both == store({{"ccache", "MEMORY:a"}}));
    EXPECT_FALSE(both == store({{"ccache", "MEMORY:a"}, {"keytab", "FILE:/c"}}));
    EXPECT_FALSE(both == store({{"ccache", "MEMORY:a"}, {"client_keytab", "FILE:/b"}}));
    EXPECT_TRUE(CredentialStore() == CredentialStore());
}

TEST(StoreElements, AreWalkedThroughInTheirOrder) {
    const CredentialStore store =
        CredentialStore::of({{"keytab", "FILE:/b"}, {"ccache", "MEMORY:a"}, {"verify", ""}})
            .value();
    std::vector<CredentialStore::Element> seen;
    for (const auto& [key, value] : store) {
        seen.emplace_back(key, value);
    }
    EXPECT_EQ(seen, store.elements());
    EXPECT_EQ(seen.size(), store.size());
    EXPECT_EQ(seen[1], (CredentialStore::Element{"ccache", "MEMORY:a"}));
    EXPECT_EQ(std::distance(store.begin(), store.end()), 3);
    const CredentialStore empty;
    EXPECT_EQ(empty.begin(), empty.end());
}

TEST_P(Comparisons, OfBackends) {
    expect_same(library(), library());
    for (const std::string& name : backend_names()) {
        EXPECT_EQ(backend(name) == library(), name == GetParam());
    }
}

TEST_P(Comparisons, OfWhatInquiriesTell) {
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    const AcquiredCredentials mine =
        Credentials::acquire(library(), CredentialUsage::initiate, options).value();
    const CredentialFields fields = CredentialFields(CredentialField::name) |
                                    CredentialField::usage | CredentialField::mechanisms;
    EXPECT_TRUE(mine.credentials.inquire(fields).value() ==
                mine.credentials.inquire(fields).value());
    EXPECT_FALSE(mine.credentials.inquire(fields).value() ==
                 mine.credentials.inquire(CredentialField::usage).value());
    const ContextPair both = establish(library(), library()).value();
    ContextInfo one = both.initiator.inquire().value();
    ContextInfo other = both.initiator.inquire().value();
    other.lifetime = one.lifetime; // a second may pass between them
    EXPECT_TRUE(one == other);
    other.flags.erase(ContextFlag::mutual);
    EXPECT_FALSE(one == other);
}

} // namespace

} // namespace gss::test
