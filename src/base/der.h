// SPDX-License-Identifier: Apache-2.0
// Reads elements of DER (X.690) out of octets that nobody has checked.
#pragma once

#include <gssxx/bytes.h>

#include <cstddef>
#include <cstdint>
#include <optional>

namespace gss::inline v0::der {

/// One element of DER: its tag and what is inside.
struct Element {
    std::byte tag{};
    BytesView whole;
    BytesView content;
};

/// Takes elements off the front; the first that does not fit ends it.
class Reader {
public:
    explicit Reader(BytesView octets) noexcept : rest_(octets) {}

    std::optional<Element> next() noexcept {
        if (rest_.size() < 2) {
            return std::nullopt;
        }
        std::size_t header = 2;
        auto length = std::to_integer<std::size_t>(rest_[1]);
        if (length >= 0x80) {
            const std::size_t octets = length - 0x80;
            header += octets;
            if (octets == 0 || octets > 4 || rest_.size() < header) {
                return std::nullopt;
            }
            length = 0;
            for (const std::byte octet : rest_.subspan(2, octets)) {
                length = (length << 8U) | std::to_integer<std::size_t>(octet);
            }
        }
        if (length > rest_.size() - header) {
            return std::nullopt;
        }
        const Element element{rest_[0], rest_.first(header + length),
                              rest_.subspan(header, length)};
        rest_ = rest_.subspan(header + length);
        return element;
    }
    /// The content of the next element if it has that tag; empty otherwise.
    BytesView inside(std::byte tag) noexcept {
        const std::optional<Element> element = next();
        return element && element->tag == tag ? element->content : BytesView();
    }
    /// The content of the element with that tag, here or later.
    BytesView find(std::byte tag) noexcept {
        while (const std::optional<Element> element = next()) {
            if (element->tag == tag) {
                return element->content;
            }
        }
        return {};
    }
    [[nodiscard]] BytesView rest() const noexcept { return rest_; }

private:
    BytesView rest_;
};

inline constexpr std::byte integer{0x02};
inline constexpr std::byte object_identifier{0x06};
inline constexpr std::byte general_string{0x1b};
inline constexpr std::byte sequence{0x30};

constexpr std::byte application(unsigned number) noexcept {
    return std::byte{0x60} | static_cast<std::byte>(number);
}

constexpr std::byte tagged(unsigned number) noexcept {
    return std::byte{0xa0} | static_cast<std::byte>(number);
}

/// A number of 32 bits, in its own tag.
inline std::optional<std::uint32_t> number(BytesView tagged_content) noexcept {
    const BytesView octets = Reader(tagged_content).inside(integer);
    if (octets.empty() || octets.size() > 5) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (const std::byte octet : octets) {
        value = (value << 8U) | std::to_integer<std::uint32_t>(octet);
    }
    return value;
}

} // namespace gss::inline v0::der
