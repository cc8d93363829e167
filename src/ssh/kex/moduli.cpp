// SPDX-License-Identifier: Apache-2.0
// Groups from the text of a moduli file.
#include <gssxx/ssh/key_exchange.h>

#include "group_check.h"

#include <array>
#include <atomic>
#include <charconv>
#include <cstddef>
#include <memory>
#include <utility>

namespace gss::inline v0::ssh {

namespace {

// moduli(5): time, type, tests, trials, size, generator, modulus.
constexpr std::size_t fields_of_a_line = 7;
constexpr unsigned type_safe = 2;      ///< "Safe prime; a prime number such that (p-1)/2 is prime"
constexpr unsigned test_composite = 1; ///< "Composite number -- not prime"
// A prime of most_group_bits, and zeros in front of it.
constexpr std::size_t most_hex_digits = detail::most_group_bits / 4 + 16;

std::optional<std::array<std::string_view, fields_of_a_line>> split(std::string_view line) {
    std::array<std::string_view, fields_of_a_line> fields;
    std::size_t count = 0;
    while (!line.empty()) {
        const std::size_t blank = line.find_first_of(" \t\r");
        const std::string_view field = line.substr(0, blank);
        if (!field.empty()) {
            if (count == fields.size()) {
                return std::nullopt;
            }
            fields.at(count++) = field;
        }
        line.remove_prefix(blank == std::string_view::npos ? line.size() : blank + 1);
    }
    return count == fields.size() ? std::optional(fields) : std::nullopt;
}

std::optional<unsigned> number(std::string_view text, int base = 10) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(value)
                                                                    : std::nullopt;
}

/// Hexadecimal digits as a magnitude without leading zeros; empty when there is anything else.
Bytes magnitude(std::string_view digits) {
    while (digits.starts_with('0')) {
        digits.remove_prefix(1);
    }
    Bytes octets;
    octets.reserve(digits.size() / 2 + 1);
    for (std::size_t odd = digits.size() % 2; !digits.empty(); odd = 0) {
        const auto octet = number(digits.substr(0, 2 - odd), 16);
        if (!octet) {
            return {};
        }
        octets.push_back(static_cast<std::byte>(*octet));
        digits.remove_prefix(2 - odd);
    }
    return octets;
}

std::optional<DhGroup> group_of(std::string_view line) {
    const auto fields = split(line);
    if (!fields) {
        return std::nullopt;
    }
    const auto& [time, type, tests, trials, size, generator, modulus] = *fields;
    const auto tested = number(tests);
    if (number(type) != type_safe || !tested || (*tested & test_composite) != 0 ||
        (*tested & ~test_composite) == 0) {
        return std::nullopt;
    }
    if (modulus.size() > most_hex_digits || generator.size() > most_hex_digits) {
        return std::nullopt;
    }
    DhGroup group{magnitude(modulus), magnitude(generator)};
    // The file counts the bits of (p-1)/2.
    const auto stated = number(size);
    if (!stated || *stated + 1 != detail::bits_of(group.p) ||
        !detail::usable_group(group, detail::least_group_bits, detail::most_group_bits)) {
        return std::nullopt;
    }
    return group;
}

/// What the file says, and whose turn it is.
class ModuliFile {
public:
    explicit ModuliFile(std::string_view text) {
        while (!text.empty()) {
            const std::size_t end = text.find('\n');
            const std::string_view line = text.substr(0, end);
            if (!line.starts_with('#')) {
                if (auto group = group_of(line)) {
                    groups_.push_back(std::move(*group));
                }
            }
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        }
    }

    /// One group of the best size that fits.
    std::optional<DhGroup> pick(const GroupRequest& request) {
        std::uint32_t best = 0;
        std::size_t count = 0;
        for (const DhGroup& group : groups_) {
            const std::uint32_t bits = detail::bits_of(group.p);
            if (bits < request.min || bits > request.max) {
                continue;
            }
            if (better(bits, best, request.preferred)) {
                best = bits;
                count = 0;
            }
            count += bits == best ? 1U : 0U;
        }
        if (count == 0) {
            return std::nullopt;
        }
        std::size_t turn = turns_.fetch_add(1, std::memory_order_relaxed) % count;
        for (const DhGroup& group : groups_) {
            if (detail::bits_of(group.p) == best && turn-- == 0) {
                return group;
            }
        }
        return std::nullopt;
    }

private:
    /// RFC 4419 s3: "the smallest group it knows that is larger than the size the client
    /// requested", else "the largest group it knows".
    static bool better(std::uint32_t bits, std::uint32_t best, std::uint32_t preferred) noexcept {
        return best < preferred ? bits > best : bits >= preferred && bits < best;
    }

    std::vector<DhGroup> groups_;
    std::atomic<std::size_t> turns_{0};
};

} // namespace

GroupSource moduli_groups(std::string_view moduli_file_text) {
    return [file = std::make_shared<ModuliFile>(moduli_file_text)](const GroupRequest& request) {
        return file->pick(request);
    };
}

} // namespace gss::inline v0::ssh
