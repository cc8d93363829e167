// SPDX-License-Identifier: Apache-2.0
// What a backend may tell of an established context beyond RFC 2743. Each call has a default that
// says that the backend does not have it.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/krb5/context.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace gss::inline v0::detail {

class ContextCalls {
public:
    [[nodiscard]] virtual Result<std::vector<Buffer>> inquire_by_oid(const Oid& question) const;
    /// The library may write into what it is given: that is a copy.
    [[nodiscard]] virtual Result<void> set_option(const Oid& option,
                                                  std::optional<BytesView> value);

    [[nodiscard]] virtual Result<krb5::Key> session_key() const;
    /// The context is gone after success.
    [[nodiscard]] virtual Result<krb5::LucidContext> export_lucid();
    [[nodiscard]] virtual Result<std::chrono::system_clock::time_point> authentication_time() const;
    [[nodiscard]] virtual Result<std::optional<Buffer>> authorization_data(std::int32_t type) const;
    [[nodiscard]] virtual Result<krb5::TicketFlags> ticket_flags() const;

protected:
    ContextCalls() = default;
    ~ContextCalls() = default;
};

} // namespace gss::inline v0::detail
