// SPDX-License-Identifier: Apache-2.0
// What RFC 5587 and RFC 5801 ask of a backend. Each call has a default that says `unavailable`.
#pragma once

#include <gssxx/mechanism_info.h>

#include <string_view>

namespace gss::inline v0::detail {

class MechanismCalls {
public:
    MechanismCalls() = default;
    MechanismCalls(const MechanismCalls&) = delete;
    MechanismCalls& operator=(const MechanismCalls&) = delete;
    virtual ~MechanismCalls() = default;

    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    [[nodiscard]] virtual Result<MechanismAttributes> mechanism_attributes(const Oid& oid) const;
    [[nodiscard]] virtual Result<MechanismAttributeText>
    describe_mechanism_attribute(const Oid& attribute) const;
    [[nodiscard]] virtual Result<SaslName> sasl_name(const Oid& oid) const;
    [[nodiscard]] virtual Result<Oid> mechanism_of_sasl_name(std::string_view sasl_name) const;
};

} // namespace gss::inline v0::detail
