// SPDX-License-Identifier: Apache-2.0
// What RFC 6680 asks of a backend's names beyond reading attributes. Each call has a default that
// says `unavailable`, so that a backend implements what its library has.
#pragma once

#include <gssxx/name.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gss::inline v0::detail {

class NameInterface;

class NameCalls {
public:
    NameCalls() = default;
    NameCalls(const NameCalls&) = delete;
    NameCalls& operator=(const NameCalls&) = delete;
    virtual ~NameCalls() = default;

    [[nodiscard]] virtual Result<NameInfo> inquire() const;
    /// The native gss_display_name_ext; what can be built of other calls is the public class's.
    [[nodiscard]] virtual Result<std::string> display_as(const Oid& type) const;
    [[nodiscard]] virtual Result<Buffer> export_composite() const;
    /// Another name: the same with the attribute. This one is as before.
    [[nodiscard]] virtual Result<std::shared_ptr<NameInterface>>
    with_attribute(std::string_view name, std::span<const BytesView> values, bool complete) const;
    [[nodiscard]] virtual Result<std::shared_ptr<NameInterface>>
    without_attribute(std::string_view name) const;

private:
    [[nodiscard]] virtual std::string_view backend_name() const noexcept = 0;
};

} // namespace gss::inline v0::detail
