// SPDX-License-Identifier: Apache-2.0
// What every fuzz target needs: its input cut into operands, and the end when a promise is broken.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gss::test::fuzz {

/// Ends the process, which the fuzzer and the tests see.
[[noreturn]] void broken(const char* promise);
inline void hold(bool condition, const char* promise) {
    if (!condition) {
        broken(promise);
    }
}
/// Texts for people have no control characters, but for those of @p allowed.
void hold_shown(std::string_view text, std::string_view allowed = {});

/// Cuts octets off the front; zeros and empty views once they have run out.
class Cursor {
public:
    explicit Cursor(BytesView octets) noexcept : rest_(octets) {}
    [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }
    [[nodiscard]] BytesView rest() const noexcept { return rest_; } ///< not taken yet
    [[nodiscard]] std::uint8_t byte() noexcept;
    [[nodiscard]] bool flag() noexcept { return (byte() & 1U) != 0; }
    [[nodiscard]] std::uint32_t uint16() noexcept; ///< big-endian
    [[nodiscard]] std::uint32_t uint32() noexcept; ///< big-endian
    [[nodiscard]] BytesView string() noexcept;     ///< length in two octets, cut at the end
    [[nodiscard]] std::string_view text() noexcept { return as_text(string()); }
    /// A number that is small, or in the region of 2^32: the first octet says which.
    [[nodiscard]] std::uint32_t amount() noexcept;

private:
    BytesView rest_;
};

} // namespace gss::test::fuzz
