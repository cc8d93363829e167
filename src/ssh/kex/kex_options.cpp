// SPDX-License-Identifier: Apache-2.0
#include "kex_options.h"

#include <gssxx/ssh/mechanism_policy.h>

#include "group_check.h"
#include "kex_messages.h"
#include "reader.h"

#include <cstddef>
#include <string>

namespace gss::inline v0::ssh::detail {

namespace {

Error fault(ErrorCode code, std::string message) {
    return {code, "key exchange", std::move(message)};
}

Error misuse(std::string message) {
    return fault(ErrorCode::misuse, std::move(message));
}

// RFC 4253 s4.2: "SSH-protoversion-softwareversion SP comments CR LF", at most 255 characters.
bool is_version(std::string_view text) noexcept {
    constexpr std::size_t most = 255;
    constexpr std::string_view line_ends("\r\n\0", 3);
    return text.starts_with("SSH-") && text.size() <= most &&
           text.find_first_of(line_ends) == std::string_view::npos;
}

// H covers the payload with its message number: without it no peer would agree.
bool is_kexinit(BytesView payload) noexcept {
    constexpr std::byte number{20};
    return !payload.empty() && payload[0] == number;
}

Result<void> check_transcript(const KexTranscript& transcript) {
    if (!is_version(transcript.client_version) || !is_version(transcript.server_version)) {
        return misuse("a version string is the line that begins with \"SSH-\", without CR LF");
    }
    if (!is_kexinit(transcript.client_kexinit) || !is_kexinit(transcript.server_kexinit)) {
        return misuse("a KEXINIT is the payload, its message number included");
    }
    return {};
}

Result<void> check_common(const KexOptions& options) {
    if (!allows(options.policy, options.method.family)) {
        return fault(ErrorCode::unavailable, "the policy does not allow the method's family");
    }
    const MechanismPolicy mechanisms{{options.method.mechanism}, options.iakerb};
    if (!allows(mechanisms, options.method.mechanism)) {
        return fault(ErrorCode::unavailable, "SSH must not use the method's mechanism");
    }
    if (options.context.use != ContextName::Use::key_exchange) {
        return misuse("the context's name is not that of a key exchange");
    }
    return check_transcript(options.transcript);
}

bool is_group_exchange(const KexOptions& options) noexcept {
    return info(options.method.family).kind == KexKind::dh_group_exchange;
}

} // namespace

// RFC 4253 s6.6: every public key and certificate is "string certificate or public key format
// identifier, byte[n] key/certificate data".
bool has_key_format(BytesView key) noexcept {
    constexpr std::size_t longest_name = 64; // RFC 4251 s6
    wire::Reader reader(key);
    return !reader.string(longest_name).empty() && !reader.failed();
}

Result<void> check_options(const ClientKexOptions& options) {
    if (auto common = check_common(options); !common) {
        return common;
    }
    const GroupRequest& group = options.group;
    if (is_group_exchange(options) &&
        (group.min < least_group_bits || group.min > group.preferred ||
         group.preferred > group.max || group.max > most_group_bits)) {
        return misuse("the sizes of a group are 2048 <= min <= preferred <= max <= 8192");
    }
    return {};
}

Result<void> check_options(const ServerKexOptions& options) {
    if (auto common = check_common(options); !common) {
        return common;
    }
    if (options.host_key && options.null_host_key) {
        // RFC 4462 s2.1: "If the "null" host key algorithm [...] is used, this message MUST NOT be
        // sent."
        return misuse("there is a host key to send, and the host key algorithm is null");
    }
    if (options.host_key &&
        (!has_key_format(*options.host_key) || options.host_key->size() > wire::max_host_key)) {
        return misuse("the host key is no SSH public key");
    }
    if (is_group_exchange(options) && !options.groups) {
        return misuse("there is no source of groups");
    }
    return {};
}

KexSettings settings_of(const Crypto& crypto, const KexOptions& options) {
    return {&crypto,         &info(options.method.family), options.method.mechanism,
            options.context, options.null_host_key,        options.explain};
}

} // namespace gss::inline v0::ssh::detail
