// SPDX-License-Identifier: Apache-2.0
// A libkrb5 of our own, and a counter for any.
#pragma once

#include "library.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace gss::test {

/// Functions of a libkrb5 that exists only in the test program. "MEMORY:alice" is a cache of
/// alice@FAKE.REALM and "MEMORY:" an empty one; "MEMORY:host,ldap" is a keytab with keys of
/// host@FAKE.REALM and ldap@FAKE.REALM. Files are caches of what their last line says.
[[nodiscard]] rfc2744::Krb5Functions fake_krb5();

/// What such handles stand for, for the fake's own files.
struct FakeCache {
    std::string name;
};
struct FakeKeytab {
    std::string name;
};
struct FakePrincipal {
    std::string text;
};

/// Counts what a libkrb5 hands out and gets back, and lets calls fail. One at a time.
class CountingKrb5 {
public:
    explicit CountingKrb5(const rfc2744::Krb5Functions& original);
    ~CountingKrb5();
    CountingKrb5(const CountingKrb5&) = delete;
    CountingKrb5& operator=(const CountingKrb5&) = delete;

    /// The same functions, counted.
    [[nodiscard]] static rfc2744::Krb5Functions functions();
    /// Makes the n-th call that can fail (from 1) return @p code.
    void fail_nth(std::size_t n, std::int32_t code);
    /// Whether that call came.
    [[nodiscard]] bool was_hit() const;
    /// How many handles were ever given out.
    [[nodiscard]] std::size_t handed_out() const;
    /// How many caches were destroyed, not just closed.
    [[nodiscard]] std::size_t destroyed() const;
    /// What was given back twice, never given out, or never given back; empty when all is well.
    [[nodiscard]] std::string report() const;

    // For the functions.
    [[nodiscard]] const rfc2744::Krb5Functions& original() const noexcept { return original_; }
    [[nodiscard]] std::optional<std::int32_t> failure();
    void gave(const char* kind, const void* handle);
    void note_destroyed();
    /// False when it was not outstanding.
    [[nodiscard]] bool took(const char* kind, const void* handle);

private:
    rfc2744::Krb5Functions original_;
    mutable std::mutex mutex_;
    std::set<std::pair<std::string, const void*>> outstanding_;
    std::vector<std::string> faults_;
    std::size_t handed_out_ = 0;
    std::size_t destroyed_ = 0;
    std::size_t countdown_ = 0;
    std::int32_t code_ = 0;
    bool hit_ = false;
};

} // namespace gss::test
