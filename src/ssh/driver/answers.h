// SPDX-License-Identifier: Apache-2.0
// What an engine gets to know of a failure.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/ssh/actions.h>

#include <cstdint>
#include <string>

namespace gss::inline v0::ssh::detail {

/// Who reads the text: an acceptor's reaches a stranger, an initiator's the local user.
enum class Reader : std::uint8_t { stranger, user };

/// For strangers the texts of the GSS major status alone: those of the minor status name keytabs,
/// hosts and principals.
[[nodiscard]] std::string text_of(const Backend& backend, const Error& error, Reader reader);

/// The answer that a leg failed; the token, if any, is the library's error token.
[[nodiscard]] StepAnswer failed_step(const Backend& backend, const Error& error, Reader reader,
                                     BytesView token = {});

} // namespace gss::inline v0::ssh::detail
