// SPDX-License-Identifier: Apache-2.0
// Messages in pieces: protected where they lie, with the parts of their token beside them.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/message.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gss::inline v0 {

/// What a piece is; the values are those of gss_iov_buffer_desc.
enum class IovType : std::uint32_t {
    empty = 0,                ///< left out
    data = 1,                 ///< of the message; encrypted and decrypted where it lies
    header = 2,               ///< of the token: what comes before the message
    mechanism_parameters = 3, ///< reserved by the native libraries; refused
    trailer = 7,              ///< of the token: what comes behind the message
    padding = 9,              ///< of the token: between message and trailer; often empty
    stream = 10,              ///< unwrap_iov: a whole token, beside one piece of data
    sign_only = 11,           ///< protected and no part of the token; read, never written
    mic_token = 12,           ///< get_mic_iov, verify_mic_iov: the MIC
};

/// The name of the enumerator, for logs.
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(IovType type) noexcept;

/// One piece (gss_iov_buffer_desc). A caller's array of them is the argument of the IOV calls.
/// It owns no memory but what the native library allocates for it.
struct IovBuffer {
    IovType type = IovType::data;
    /// The caller's memory, which must not overlap that of another piece. After success the part
    /// of it that is in use. What was allocated, and the data of a stream, is viewed here as well.
    MutableBytes octets{};
    /// Of header, padding, trailer and mic_token, and of the data beside a stream: the native
    /// library shall allocate it. `octets` must be empty.
    bool allocate = false;
    /// What was allocated; wiped and given back to that library when the piece goes.
    Buffer allocated{};
    /// After wrap_iov_length and get_mic_iov_length: how many octets the piece needs.
    std::size_t needed = 0;

    /// A piece in the caller's memory.
    [[nodiscard]] static IovBuffer of(IovType type, MutableBytes octets) {
        IovBuffer piece;
        piece.type = type;
        piece.octets = octets;
        return piece;
    }
    /// A piece that the native library allocates.
    [[nodiscard]] static IovBuffer to_allocate(IovType type) {
        IovBuffer piece;
        piece.type = type;
        piece.allocate = true;
        return piece;
    }
    /// Octets that are protected and no part of the token, such as a header of the caller's own.
    [[nodiscard]] static IovBuffer sign_only(BytesView octets) {
        // No library writes there.
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
        return of(IovType::sign_only, {const_cast<std::byte*>(octets.data()), octets.size()});
    }
};

/// What unwrap_iov yields beside the pieces.
struct UnwrappedIov {
    bool sealed = false; ///< the data had been encrypted
    Qop qop = default_qop;
    Order order = Order::in_order;
    friend bool operator==(const UnwrappedIov&, const UnwrappedIov&) = default;
};

} // namespace gss::inline v0
