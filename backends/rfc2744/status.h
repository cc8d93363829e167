// SPDX-License-Identifier: Apache-2.0
// Turns a failed native call into an Error, while its message can still be had.
#pragma once

#include "library.h"
#include "sources.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::rfc2744 {

/// All texts for a status word, bounded in number and size whatever the library does.
[[nodiscard]] Result<std::vector<std::string>> display_status(const Library& library,
                                                              std::uint32_t code, int native_kind,
                                                              const std::optional<Oid>& mechanism);

/// What a failing call tells about itself.
struct Failure {
    std::string_view operation; // "gss_wrap"
    Operation kind = Operation::other;
    NativeStatus status;
    std::optional<Oid> mechanism; // whose minor code it is; none: Kerberos
    std::string subject;
    Sources sources = {}; // what the call needed of the files behind credentials
};

/// Captures the messages now: the native libraries keep them per thread, for the last failure.
/// The sources are added to the subject, and looked at when the status does not tell the cause.
[[nodiscard]] Error make_error(const Library& library, Failure failure);

} // namespace gss::inline v0::rfc2744
