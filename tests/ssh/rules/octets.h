// SPDX-License-Identifier: Apache-2.0
// Octets written by hand.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <cstddef>
#include <initializer_list>
#include <string_view>

namespace gss::test {

inline Bytes octets(std::initializer_list<int> values) {
    Bytes bytes;
    for (const int value : values) {
        bytes.push_back(static_cast<std::byte>(value));
    }
    return bytes;
}

inline Bytes joined(std::initializer_list<BytesView> parts) {
    Bytes whole;
    for (const BytesView part : parts) {
        whole.insert(whole.end(), part.begin(), part.end());
    }
    return whole;
}

/// Memory that ends where the octets end, so that a sanitizer sees every read past them.
inline Bytes exact(BytesView octets) {
    return {octets.begin(), octets.end()};
}

inline Oid oid(std::string_view dotted) {
    return Oid::from_string(dotted).value();
}

} // namespace gss::test
