// SPDX-License-Identifier: Apache-2.0
// How a backend gets a new ticket into a cache.
#pragma once

#include <gssxx/krb5/renewer.h>
#include <gssxx/result.h>

namespace gss::inline v0::detail {

class RenewalCalls {
public:
    /// Fills the cache of @p options; keeps it as it is when that fails.
    [[nodiscard]] virtual Result<krb5::RenewalSource>
    renew_ticket(const krb5::RenewerOptions& options) const;

protected:
    RenewalCalls() = default;
    ~RenewalCalls() = default;
};

} // namespace gss::inline v0::detail
