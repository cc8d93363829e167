// SPDX-License-Identifier: Apache-2.0
// What a native inquiry tells, as public objects.
#pragma once

#include <gssxx/security_context.h>

#include "access.h"

#include <utility>

namespace gss::inline v0::detail {

[[nodiscard]] inline Result<ContextInfo> to_public(Result<NativeContextInfo> native) {
    if (!native) {
        return native.error();
    }
    ContextInfo info;
    info.initiator_name = Access::optional_name(std::move(native->initiator));
    info.target_name = Access::optional_name(std::move(native->target));
    info.lifetime = native->lifetime;
    info.mechanism = std::move(native->mechanism);
    info.flags = native->flags;
    info.locally_initiated = native->locally_initiated;
    info.open = native->open;
    if (info.open) {
        // RFC 2743 s1.2.7: an established context is ready to protect; libraries differ in saying
        // so.
        info.flags.insert(ContextFlag::protection_ready);
    }
    return info;
}

} // namespace gss::inline v0::detail
