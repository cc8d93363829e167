// SPDX-License-Identifier: Apache-2.0
// Texts and octets that both sides of user authentication need.
#include "auth_text.h"

#include "auth_messages.h"
#include "escape.h"

namespace gss::inline v0::ssh::detail {

SecretBytes secret_mic_data(const MicInput& input) {
    Bytes data = mic_data(input);
    SecretBytes secret{BytesView(data)};
    secure_wipe(data);
    return secret;
}

// RFC 4462 s3.2: "the 'user name' value is encoded in ISO-10646 UTF-8". A NUL would end the name
// early in every host that is written in C.
bool is_user_name(std::string_view user) noexcept {
    return user.size() <= wire::max_user_size && user.find('\0') == std::string_view::npos &&
           is_utf8(user);
}

std::string shown(std::string_view text) {
    // An escaped text is UTF-8; it is cut where a character begins.
    std::string escaped = escape_control_characters(text.substr(0, wire::max_text_size));
    if (escaped.size() > wire::max_text_size) {
        std::size_t end = wire::max_text_size;
        while (end > 0 && (static_cast<unsigned char>(escaped[end]) & 0xc0U) == 0x80U) {
            --end;
        }
        escaped.resize(end);
    }
    return escaped;
}

std::string_view fault_of(const ClientAuthOptions& options) noexcept {
    if (!is_user_name(options.user)) {
        return "the user name must be UTF-8 without NUL, of at most 1024 octets";
    }
    if (!wire::is_list_name(options.service) || options.service.size() > wire::max_name_size) {
        return "the service needs a name";
    }
    if (options.session_id.empty()) {
        return "there is no session id";
    }
    return {};
}

// RFC 4462 s4: "Any context established during key exchange for the purpose of rekeying MUST NOT be
// used with this method."
bool is_initial(const ContextName& context) noexcept {
    return context.use == ContextName::Use::key_exchange && context.number == 0;
}

Error cannot_make(std::string_view engine, std::string_view why) {
    return {ErrorCode::misuse, std::string(engine), std::string(why)};
}

} // namespace gss::inline v0::ssh::detail
