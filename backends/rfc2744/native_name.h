// SPDX-License-Identifier: Apache-2.0
// A gss_name_t.
#pragma once

#include "abi.h"
#include "backend_interface.h"
#include "library.h"

namespace gss::inline v0::rfc2744 {

/// Whether a name is in a mechanism's own form (RFC 2743 s1.1.5). Only such names have an
/// exported form; Heimdal 7.8 exports others, too, and then equal names differ.
enum class NameForm : bool { any, mechanism };

class NativeName : public detail::NameInterface {
public:
    /// Takes ownership of @p handle.
    NativeName(detail::BackendPtr backend, abi::NameHandle handle, NameForm form) noexcept
        : NameInterface(std::move(backend)), handle_(handle), form_(form) {}
    ~NativeName() override;

    [[nodiscard]] abi::NameHandle handle() const noexcept { return handle_; }
    [[nodiscard]] NameForm form() const noexcept { return form_; }

    [[nodiscard]] Result<DisplayedName> display() const override;
    [[nodiscard]] Result<bool> equals(const NameInterface& other) const override;
    [[nodiscard]] Result<detail::NamePtr> canonicalize(const Oid& mechanism) const override;
    [[nodiscard]] Result<Buffer> export_name() const override;
    [[nodiscard]] Result<detail::NamePtr> duplicate() const override;
    [[nodiscard]] Result<OidSet> mechanisms() const override;
    [[nodiscard]] Result<std::string>
    local_name(const std::optional<Oid>& mechanism) const override;
    [[nodiscard]] Result<bool> user_ok(const std::string& user) const override;
    [[nodiscard]] Result<NameAttributes> attributes() const override;
    [[nodiscard]] Result<NameAttribute> attribute(std::string_view name) const override;

private:
    /// The name's text, for messages; empty when it cannot be shown.
    [[nodiscard]] std::string shown() const;
    [[nodiscard]] Error error(std::string_view operation, NativeStatus status) const;
    abi::NameHandle handle_;
    NameForm form_;
};

/// Receives a gss_name_t; releases it unless it is taken.
class OutputName {
public:
    /// @p backend outlives this.
    explicit OutputName(const detail::BackendPtr& backend) noexcept : backend_(backend) {}
    explicit OutputName(detail::BackendPtr&&) = delete;
    OutputName(const OutputName&) = delete;
    OutputName& operator=(const OutputName&) = delete;
    ~OutputName();
    [[nodiscard]] abi::NameHandle* get() noexcept { return &handle_; }
    /// The name as an object; null when the library gave none.
    [[nodiscard]] detail::NamePtr take(NameForm form = NameForm::mechanism);

private:
    const detail::BackendPtr& backend_;
    abi::NameHandle handle_ = nullptr;
};

/// The handle of a name of this backend; GSS_C_NO_NAME for null.
[[nodiscard]] inline abi::NameHandle handle_of(const detail::NamePtr& name) noexcept {
    return name ? static_cast<const NativeName&>(*name).handle() : nullptr;
}

/// What kind of name of this backend it is, which must not be null.
[[nodiscard]] inline NameForm form_of(const detail::NamePtr& name) noexcept {
    return static_cast<const NativeName&>(*name).form();
}

/// The name's text, for messages.
[[nodiscard]] std::string text_of(const detail::NamePtr& name);

} // namespace gss::inline v0::rfc2744
