// SPDX-License-Identifier: Apache-2.0
// The names of enumerators, as text.
#include <gssxx/realm/format.h>

namespace gss::inline v0::realm {

std::string_view to_string(KdcKind value) noexcept {
    switch (value) {
    case KdcKind::mit:
        return "mit";
    case KdcKind::heimdal:
        return "heimdal";
    }
    return "unknown";
}

} // namespace gss::inline v0::realm
