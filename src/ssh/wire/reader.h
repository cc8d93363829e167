// SPDX-License-Identifier: Apache-2.0
// Reads the data types of RFC 4251 s5 from octets that a stranger sent.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gss::inline v0::ssh::wire {

/// Walks over a payload. The first thing that does not fit makes it fail for good: everything read
/// afterwards is zero or empty, so a parser reads all fields and asks once, with done(). Views
/// point into the payload; nothing is allocated.
class Reader {
public:
    explicit Reader(BytesView payload) noexcept : rest_(payload) {}

    [[nodiscard]] std::uint8_t byte() noexcept;
    /// Any octet but 0 is true (RFC 4251 s5).
    [[nodiscard]] bool boolean() noexcept { return byte() != 0; }
    [[nodiscard]] std::uint32_t uint32() noexcept;
    /// At most @p most octets; a longer one fails.
    [[nodiscard]] BytesView string(std::size_t most) noexcept;
    [[nodiscard]] std::string_view text(std::size_t most) noexcept { return as_text(string(most)); }
    /// A positive mpint or zero as a big-endian magnitude without leading zeros. Fails for negative
    /// numbers and for encodings with needless leading octets (RFC 4251 s5: "MUST NOT be
    /// included").
    [[nodiscard]] BytesView mpint(std::size_t most) noexcept;

    /// Makes the reader fail: what was read makes no sense.
    void reject() noexcept;
    [[nodiscard]] bool failed() const noexcept { return failed_; }
    [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }
    /// True when nothing failed and nothing is left: trailing octets are an error.
    [[nodiscard]] bool done() const noexcept { return !failed_ && rest_.empty(); }

private:
    [[nodiscard]] BytesView take(std::size_t count) noexcept;

    BytesView rest_;
    bool failed_ = false;
};

} // namespace gss::inline v0::ssh::wire
