// SPDX-License-Identifier: Apache-2.0
// Counts what a native library hands out and what it gets back.
//
//     CountingLibrary counted(library);           // of MIT, Heimdal or a fake
//     const Backend backend = counted.backend();  // or make_backend(counted.library())
//     ...                                         // objects of that backend live and die
//     EXPECT_EQ(counted.report(), "");
//
// Several may exist at once, and threads may use them. The counter must outlive every object and
// Buffer of its backend.
#pragma once

#include "call_table.h"

#include <gssxx/backend.h>

#include <array>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace gss::test {

class CountingLibrary {
public:
    /// What is counted.
    enum class Kind : std::size_t { name, credential, context, buffer, oid_set, buffer_set, oid };

    explicit CountingLibrary(rfc2744::Library library);
    CountingLibrary(const CountingLibrary&) = delete;
    CountingLibrary& operator=(const CountingLibrary&) = delete;

    /// The same library with functions that count. Other objects of the original do not mix with
    /// those made here.
    [[nodiscard]] const rfc2744::Library& library() const noexcept { return library_; }
    /// A public backend on it.
    [[nodiscard]] Backend backend() const;
    /// For scripts and for counts of calls.
    [[nodiscard]] NativeTable& table() noexcept { return table_; }

    /// How many were handed out and not given back.
    [[nodiscard]] std::size_t outstanding() const;
    [[nodiscard]] std::size_t outstanding(Kind kind) const;
    /// How many were ever handed out.
    [[nodiscard]] std::size_t handed_out(Kind kind) const;
    /// What was given back twice or never handed out.
    [[nodiscard]] std::vector<std::string> faults() const;
    /// Faults and leftovers as text; empty when everything was given back exactly once.
    [[nodiscard]] std::string report() const;

private:
    [[nodiscard]] CallTable counting_calls();
    void count_names(CallTable& calls);
    void count_credentials(CallTable& calls);
    void count_stores(CallTable& calls);
    void count_attributes(CallTable& calls);
    void count_mechanisms(CallTable& calls);
    void count_contexts(CallTable& calls);
    void count_messages(CallTable& calls);
    void count_iov(CallTable& calls);
    void count_releases(CallTable& calls);

    void gave(Kind kind, const void* what, Call by);
    void gave(const abi::BufferDesc* buffer, Call by);
    /// False when it was not outstanding: then the native library must not be bothered with it.
    [[nodiscard]] bool took(Kind kind, const void* what, Call by);
    void context_changed(const void* before, const void* after, Call by);

    rfc2744::Library original_;
    mutable std::mutex mutex_;
    std::array<std::map<const void*, std::vector<Call>>, 7> outstanding_;
    std::array<std::size_t, 7> handed_out_{};
    std::vector<std::string> faults_;
    NativeTable table_;
    rfc2744::Library library_;
};

/// The usual test fixture's view: a text for EXPECT_EQ(counted.report(), "").
[[nodiscard]] std::string_view name_of(CountingLibrary::Kind kind) noexcept;

} // namespace gss::test
