// SPDX-License-Identifier: Apache-2.0
#include "random_text.h"

#include <cstddef>
#include <random>
#include <string_view>

namespace gss::inline v0::realm {

std::string random_text() {
    constexpr std::size_t length = 32;
    constexpr std::string_view digits = "0123456789abcdef";
    std::random_device source;
    std::string text(length, '0');
    for (char& digit : text) {
        digit = digits[source() % digits.size()];
    }
    return text;
}

} // namespace gss::inline v0::realm
