// SPDX-License-Identifier: Apache-2.0
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <string>

namespace gss::inline v0 {

namespace {

constexpr unsigned char more_bit = 0x80;
constexpr unsigned char digit_mask = 0x7f;
constexpr unsigned char oid_tag = 0x06;

Error malformed(std::string message) {
    return {ErrorCode::malformed_parameter, "object identifier", std::move(message)};
}

/// X.690 s8.19.2: "The subidentifier shall be encoded in the fewest possible octets".
bool is_minimal_sequence(std::string_view content) noexcept {
    bool at_start = true;
    for (const char octet : content) {
        const auto value = static_cast<unsigned char>(octet);
        if (at_start && value == more_bit) {
            return false;
        }
        at_start = (value & more_bit) == 0;
    }
    return at_start;
}

void append_base128(std::string& content, std::uint64_t number) {
    std::string digits(1, static_cast<char>(number & digit_mask));
    for (number >>= 7; number != 0; number >>= 7) {
        digits.push_back(static_cast<char>((number & digit_mask) | more_bit));
    }
    content.append(digits.rbegin(), digits.rend());
}

/// Adds @p addend to a decimal number of any length after multiplying it by 128.
void shift_in_base128(std::string& decimal, unsigned addend) {
    unsigned carry = addend;
    // NOLINTNEXTLINE(modernize-loop-convert): C++20 has no reversed range without views
    for (auto digit = decimal.rbegin(); digit != decimal.rend(); ++digit) {
        const unsigned value = static_cast<unsigned>(*digit - '0') * 128U + carry;
        *digit = static_cast<char>('0' + static_cast<char>(value % 10U));
        carry = value / 10U;
    }
    for (; carry != 0; carry /= 10U) {
        decimal.insert(decimal.begin(), static_cast<char>('0' + static_cast<char>(carry % 10U)));
    }
}

/// Subtracts 80 from a decimal number that is at least 80.
void subtract_80(std::string& decimal) {
    int borrow = 8;
    for (auto digit = decimal.rbegin() + 1; digit != decimal.rend() && borrow != 0; ++digit) {
        int value = *digit - '0' - borrow;
        borrow = value < 0 ? 1 : 0;
        value += borrow * 10;
        *digit = static_cast<char>('0' + value);
    }
    const std::size_t first = decimal.find_first_not_of('0');
    decimal.erase(0, first == std::string::npos ? decimal.size() - 1 : first);
}

bool is_at_least_80(const std::string& decimal) {
    return decimal.size() > 2 || (decimal.size() == 2 && decimal >= "80");
}

/// The first subidentifier holds two numbers (X.690 s8.19.4): 40 * first + second.
std::string split_first_subidentifier(std::string decimal) {
    if (is_at_least_80(decimal)) {
        subtract_80(decimal);
        return "2." + decimal;
    }
    unsigned value = 0;
    std::from_chars(decimal.data(), decimal.data() + decimal.size(), value);
    return std::to_string(value / 40U) + "." + std::to_string(value % 40U);
}

/// "{1 2 840}" is the form that gss_oid_to_str writes.
std::string without_braces(std::string_view text) {
    std::string dotted(text);
    if (dotted.size() >= 2 && dotted.front() == '{' && dotted.back() == '}') {
        dotted = dotted.substr(1, dotted.size() - 2);
        const std::size_t first = dotted.find_first_not_of(' ');
        const std::size_t last = dotted.find_last_not_of(' ');
        dotted = first == std::string::npos ? "" : dotted.substr(first, last - first + 1);
        std::replace(dotted.begin(), dotted.end(), ' ', '.');
    }
    return dotted;
}

} // namespace

Result<Oid> Oid::from_content(BytesView content) {
    if (content.empty()) {
        return malformed("no octets");
    }
    if (content.size() > max_size) {
        return malformed("longer than 128 octets: " + std::to_string(content.size()));
    }
    if (!is_minimal_sequence(as_text(content))) {
        return malformed("not a sequence of minimal base-128 numbers");
    }
    return Oid(std::string(as_text(content)));
}

Result<Oid> Oid::from_der(BytesView element) {
    if (element.size() < 2 || element[0] != std::byte{oid_tag}) {
        return malformed("does not begin with tag 06 and a length");
    }
    auto length = std::to_integer<std::size_t>(element[1]);
    std::size_t header = 2;
    // DER (X.690 s10.1): the long form only where the short one does not fit; 128 is the one
    // length that needs it here.
    if (length == 0x81 && element.size() > 2 && element[2] >= std::byte{more_bit}) {
        length = std::to_integer<std::size_t>(element[2]);
        header = 3;
    } else if (length >= more_bit) {
        return malformed("length is not DER or over 128 octets");
    }
    if (element.size() - header != length) {
        return malformed("length says " + std::to_string(length) + " octets, " +
                         std::to_string(element.size() - header) + " follow");
    }
    return from_content(element.subspan(header));
}

Result<Oid> Oid::from_string(std::string_view text) {
    const std::string dotted = without_braces(text);
    std::vector<std::uint64_t> numbers;
    const char* cursor = dotted.data();
    const char* const end = dotted.data() + dotted.size();
    while (true) {
        std::uint64_t number = 0;
        const auto parsed = std::from_chars(cursor, end, number);
        if (parsed.ec != std::errc()) {
            return malformed("not a dotted number of up to 64 bits: \"" + dotted + "\"");
        }
        numbers.push_back(number);
        if (parsed.ptr == end) {
            break;
        }
        if (*parsed.ptr != '.') {
            return malformed("not a dotted number: \"" + dotted + "\"");
        }
        cursor = parsed.ptr + 1;
    }
    return from_integers(numbers);
}

Result<Oid> Oid::from_integers(std::span<const std::uint64_t> numbers) {
    if (numbers.size() < 2) {
        return malformed("fewer than two numbers");
    }
    if (numbers[0] > 2 || (numbers[0] < 2 && numbers[1] >= 40)) {
        return malformed("must begin with 0, 1 or 2, and 0 to 39 after 0 and 1");
    }
    if (numbers[1] > std::numeric_limits<std::uint64_t>::max() - 80) {
        return malformed("second number is too large");
    }
    std::string content;
    append_base128(content, numbers[0] * 40 + numbers[1]);
    for (const std::uint64_t number : numbers.subspan(2)) {
        append_base128(content, number);
    }
    return from_content(as_bytes(content));
}

Bytes Oid::to_der() const {
    Bytes element{std::byte{oid_tag}};
    if (content_.size() >= more_bit) {
        element.push_back(std::byte{0x81});
    }
    element.push_back(static_cast<std::byte>(content_.size()));
    element.insert(element.end(), content().begin(), content().end());
    return element;
}

std::string Oid::to_string() const {
    std::string dotted;
    std::string decimal = "0";
    for (const char octet : content_) {
        const auto value = static_cast<unsigned char>(octet);
        shift_in_base128(decimal, value & digit_mask);
        if ((value & more_bit) == 0) {
            dotted += dotted.empty() ? split_first_subidentifier(decimal) : "." + decimal;
            decimal.assign(1, '0');
        }
    }
    return dotted;
}

OidSet::OidSet(std::initializer_list<Oid> oids) {
    for (const Oid& oid : oids) {
        insert(oid);
    }
}

bool OidSet::contains(const Oid& oid) const noexcept {
    return std::find(oids_.begin(), oids_.end(), oid) != oids_.end();
}

bool OidSet::insert(const Oid& oid) {
    if (contains(oid)) {
        return false;
    }
    oids_.push_back(oid);
    return true;
}

bool OidSet::erase(const Oid& oid) {
    const auto found = std::find(oids_.begin(), oids_.end(), oid);
    if (found == oids_.end()) {
        return false;
    }
    oids_.erase(found);
    return true;
}

bool operator==(const OidSet& left, const OidSet& right) noexcept {
    return left.size() == right.size() &&
           std::all_of(left.begin(), left.end(),
                       [&right](const Oid& oid) { return right.contains(oid); });
}

} // namespace gss::inline v0
