// SPDX-License-Identifier: Apache-2.0
#include "message_failure.h"

namespace gss::inline v0::rfc2744 {

namespace {

/// RFC 4121 s4.2.6: token id 04 04 or 05 04, flags, filler ff (in MICs 5 of them), 16 octets.
bool has_sound_header(TokenForm form, BytesView token) noexcept {
    constexpr std::size_t header_size = 16;
    constexpr std::byte filler{0xff};
    const std::byte first = form == TokenForm::mic ? std::byte{0x04} : std::byte{0x05};
    const std::size_t fillers_end = form == TokenForm::mic ? 8 : 4;
    if (token.size() < header_size || token[0] != first) {
        return false;
    }
    for (std::size_t at = 3; at < fillers_end; ++at) {
        if (token[at] != filler) {
            return false;
        }
    }
    return true;
}

} // namespace

ErrorCode incoming_code(ErrorCode code, TokenForm form, BytesView token) noexcept {
    const bool is_rfc4121 = token.size() >= 2 && token[1] == std::byte{0x04} &&
                            (token[0] == std::byte{0x04} || token[0] == std::byte{0x05});
    if (!is_rfc4121 || (code != ErrorCode::bad_mic && code != ErrorCode::invalid_token)) {
        return code;
    }
    return has_sound_header(form, token) ? ErrorCode::bad_mic : ErrorCode::invalid_token;
}

} // namespace gss::inline v0::rfc2744
