// SPDX-License-Identifier: Apache-2.0
// An option of a security context, and what it is set to.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/oid.h>

#include <optional>

namespace gss::inline v0 {

/// What gss_set_sec_context_option takes. Options belong to mechanisms and libraries, which trust
/// the value to have the shape that the option wants.
struct ContextOption {
    Oid option;
    std::optional<Bytes> value; ///< absent: none is handed over
};

} // namespace gss::inline v0
