// SPDX-License-Identifier: Apache-2.0
// The public engines of user authentication: options are checked, cores are made.
#include <gssxx/ssh/user_auth.h>

#include "auth_text.h"
#include "client_keyex.h"
#include "client_with_mic.h"
#include "server_session.h"

#include <charconv>
#include <memory>

namespace gss::inline v0::ssh {

namespace {

/// The engine's core as what create() has put there.
template <typename Core>
Core* core_as(const std::unique_ptr<detail::EngineCore>& core) noexcept {
    return static_cast<Core*>(core.get());
}

std::string_view fault_of(const ClientWithMicOptions& options) {
    if (options.context.use != ContextName::Use::authentication) {
        return "gssapi-with-mic makes a context of its own";
    }
    const std::size_t mechanisms = allowed_mechanisms(options.mechanisms).size();
    if (mechanisms == 0 || mechanisms > max_mechanisms) {
        return "there must be a mechanism that SSH may use, and at most 64";
    }
    return detail::fault_of(static_cast<const ClientAuthOptions&>(options));
}

std::string_view fault_of(const ClientKeyexOptions& options) noexcept {
    if (!detail::is_initial(options.context)) {
        return "gssapi-keyex needs the context of the initial key exchange";
    }
    // K04, X08: nobody in particular has no account.
    if (options.flags.contains(ContextFlag::anonymity)) {
        return "the key exchange was anonymous";
    }
    return detail::fault_of(static_cast<const ClientAuthOptions&>(options));
}

} // namespace

Result<ClientWithMic> ClientWithMic::create(const ClientWithMicOptions& options) {
    if (const auto fault = fault_of(options); !fault.empty()) {
        return detail::cannot_make("ClientWithMic", fault);
    }
    return ClientWithMic(std::make_unique<detail::ClientWithMicCore>(options));
}

Fed ClientWithMic::start() {
    auto* core = core_as<detail::ClientWithMicCore>(core_);
    return core != nullptr ? core->start() : Fed::ended;
}

Result<ClientKeyex> ClientKeyex::create(const ClientKeyexOptions& options) {
    if (const auto fault = fault_of(options); !fault.empty()) {
        return detail::cannot_make("ClientKeyex", fault);
    }
    return ClientKeyex(std::make_unique<detail::ClientKeyexCore>(options));
}

Fed ClientKeyex::start() {
    auto* core = core_as<detail::ClientKeyexCore>(core_);
    return core != nullptr ? core->start() : Fed::ended;
}

Result<ServerUserAuth> ServerUserAuth::create(const ServerUserAuthOptions& options) {
    if (const auto fault = detail::fault_of(options); !fault.empty()) {
        return detail::cannot_make("ServerUserAuth", fault);
    }
    return ServerUserAuth(std::make_unique<detail::ServerSession>(options));
}

Fed ServerUserAuth::other_method_failed() {
    auto* core = core_as<detail::ServerSession>(core_);
    return core != nullptr ? core->other_method_failed() : Fed::ended;
}

bool answers_error_tokens(std::string_view server_version) noexcept {
    constexpr std::string_view product = "SSH-2.0-OpenSSH_";
    if (!server_version.starts_with(product)) {
        return false;
    }
    server_version.remove_prefix(product.size());
    unsigned major = 0;
    unsigned minor = 0;
    const char* const end = server_version.data() + server_version.size();
    const auto first = std::from_chars(server_version.data(), end, major);
    if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') {
        return false;
    }
    const auto second = std::from_chars(first.ptr + 1, end, minor);
    return second.ec == std::errc() && (major > 10 || (major == 10 && minor >= 4));
}

} // namespace gss::inline v0::ssh
