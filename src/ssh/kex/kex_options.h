// SPDX-License-Identifier: Apache-2.0
// Whether the options of an exchange make sense, and what an engine keeps of them.
#pragma once

#include <gssxx/result.h>
#include <gssxx/ssh/key_exchange.h>

namespace gss::inline v0::ssh::detail {

/// What both roles keep.
struct KexSettings {
    const Crypto* crypto = nullptr;
    const KexFamilyInfo* family = nullptr;
    Oid mechanism;
    ContextName context;
    bool null_host_key = false;
    bool explain = true;
};

/// Fails with unavailable for a method that is not allowed, with misuse for the rest.
[[nodiscard]] Result<void> check_options(const ClientKexOptions& options);
[[nodiscard]] Result<void> check_options(const ServerKexOptions& options);

[[nodiscard]] KexSettings settings_of(const Crypto& crypto, const KexOptions& options);

/// True when @p key begins as every K_S does: with the name of its format.
[[nodiscard]] bool has_key_format(BytesView key) noexcept;

} // namespace gss::inline v0::ssh::detail
