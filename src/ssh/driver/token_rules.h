// SPDX-License-Identifier: Apache-2.0
// What initiators and acceptors of the token level share.
#pragma once

#include <gssxx/error.h>
#include <gssxx/name.h>
#include <gssxx/ssh/mechanism_policy.h>

#include <optional>
#include <string>
#include <string_view>

namespace gss::inline v0::ssh::detail {

inline constexpr std::string_view initiate_operation = "initiate a context for SSH";
inline constexpr std::string_view accept_operation = "accept a context for SSH";

/// Refuses mechanisms that SSH must not use.
[[nodiscard]] std::optional<Error> refuse_mechanism(const Oid& mechanism, bool iakerb,
                                                    std::string_view operation);
/// Refuses a token that is too long to be looked at.
[[nodiscard]] std::optional<Error> refuse_size(BytesView token, std::string_view operation);
/// The failure when the library used another mechanism than it was told to.
[[nodiscard]] Error other_mechanism(const Oid& wanted, const Oid& used, std::string_view operation);

/// The host in a name "host@..." of a service; nothing for names of another form.
[[nodiscard]] Result<std::optional<std::string>> host_in(const Name& target);
/// Refuses a token with a ticket in it for anything else than the SSH service of @p host: the
/// library has made another name out of that one, by DNS or by rules of its own (RFC 8732 s8.3).
[[nodiscard]] std::optional<Error> refuse_other_service(BytesView token, const std::string& host);

} // namespace gss::inline v0::ssh::detail
