// SPDX-License-Identifier: Apache-2.0
// What the conformance tests share: the backends and pairs of backends they run on.
#pragma once

#include <gssxx/gssxx.h>

#include <test_realm.h>

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::test {

/// Succeeds when @p result is the failure @p code; says what it is otherwise.
template <typename T>
[[nodiscard]] testing::AssertionResult fails_with(const Result<T>& result, ErrorCode code) {
    if (result.has_value()) {
        return testing::AssertionFailure() << "succeeded instead of " << to_string(code);
    }
    if (result.error().code() != code) {
        return testing::AssertionFailure()
               << "not " << to_string(code) << " but: " << result.error().text();
    }
    return testing::AssertionSuccess();
}

/// The same for a step of establishment.
[[nodiscard]] testing::AssertionResult fails_with(const Step& step, ErrorCode code);

/// Succeeds when @p result has a value; prints the error otherwise.
template <typename T>
[[nodiscard]] testing::AssertionResult succeeds(const Result<T>& result) {
    return result.has_value() ? testing::AssertionSuccess()
                              : testing::AssertionFailure() << result.error().text();
}

/// Tests that run on every backend.
class OnBackend : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] static Backend library() { return backend(GetParam()); }
    [[nodiscard]] static bool is_mit() { return GetParam() == "mit"; }
};

/// Which backend initiates and which accepts.
struct Pair {
    std::string initiator;
    std::string acceptor;
};
[[nodiscard]] std::vector<Pair> all_pairs();
void PrintTo(const Pair& pair, std::ostream* out);

/// Tests that run on every pair of backends.
class OnPair : public testing::TestWithParam<Pair> {
protected:
    [[nodiscard]] static Backend initiator() { return backend(GetParam().initiator); }
    [[nodiscard]] static Backend acceptor() { return backend(GetParam().acceptor); }
    [[nodiscard]] static bool mit_accepts() { return GetParam().acceptor == "mit"; }
    [[nodiscard]] static Result<ContextPair> try_establish(const EstablishOptions& options = {}) {
        return establish(initiator(), acceptor(), options);
    }
    [[nodiscard]] static ContextPair pair(const EstablishOptions& options = {}) {
        return try_establish(options).value();
    }
};

/// Parts of test names: "mit", "mit_heimdal".
[[nodiscard]] std::string name_of_backend(const testing::TestParamInfo<std::string>& info);
[[nodiscard]] std::string name_of_pair(const testing::TestParamInfo<Pair>& info);

/// "name@REALM" in the shared realm.
[[nodiscard]] std::string in_realm(std::string_view principal);

/// A name as the library wants it; throws when it cannot be imported.
[[nodiscard]] Name principal(const Backend& library, std::string_view name);
[[nodiscard]] Name service(const Backend& library, std::string_view name);

/// Default options that ask for @p flags and require nothing more than @p required.
[[nodiscard]] EstablishOptions with_flags(ContextFlags flags,
                                          ContextFlags required = require_mutual_and_integrity);
[[nodiscard]] EstablishOptions with_mechanism(const Oid& mechanism);

/// @p octets with one of them changed.
[[nodiscard]] Bytes altered(BytesView octets, std::size_t index, std::byte bits = std::byte{1});

/// Octets as text, for comparisons that print.
[[nodiscard]] std::string text(BytesView octets);

/// A fresh path in the realm's folder.
[[nodiscard]] std::string fresh_path(std::string_view stem);

} // namespace gss::test
