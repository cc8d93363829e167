// SPDX-License-Identifier: Apache-2.0
// Turns a failed native call into an Error, while its message can still be had.
#pragma once

#include "library.h"

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
};

/// Captures the messages now: the native libraries keep them per thread, for the last failure.
[[nodiscard]] Error make_error(const Library& library, Failure failure);

/// The default cache and keytab of this library, as "default cache FILE:/tmp/krb5cc_0"; a fixed
/// text when it does not tell. For failure paths only: it reads krb5.conf.
[[nodiscard]] std::string default_cache(const Library& library);
[[nodiscard]] std::string default_keytab(const Library& library);

} // namespace gss::inline v0::rfc2744
