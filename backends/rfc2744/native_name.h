// SPDX-License-Identifier: Apache-2.0
// A gss_name_t.
#pragma once

#include "abi.h"
#include "backend_interface.h"
#include "library.h"

#include <span>

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
    // native_name_forms.cpp
    [[nodiscard]] Result<NameInfo> inquire() const override;
    [[nodiscard]] Result<std::string> display_as(const Oid& type) const override;
    [[nodiscard]] Result<Buffer> export_composite() const override;
    [[nodiscard]] Result<detail::NamePtr> with_attribute(std::string_view name,
                                                         std::span<const BytesView> values,
                                                         bool complete) const override;
    [[nodiscard]] Result<detail::NamePtr> without_attribute(std::string_view name) const override;

private:
    /// A copy that may be changed, when the library lets anybody change names; else the reason.
    [[nodiscard]] Result<detail::NamePtr>
    changeable_copy(std::string_view operation, std::string_view attribute, bool has_call) const;
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

/// The Error for names of a mechanism that this family must not make.
[[nodiscard]] Error no_names(const Library& library, const Oid& mechanism,
                             std::string_view operation, std::string subject);

/// Why there are no names of that mechanism here; nothing where there may be. @p shown tells the
/// name's text, which is asked for when it is needed: it takes a native call.
template <typename Shown>
[[nodiscard]] std::optional<Error> no_names_of(const Library& library, const Oid& mechanism,
                                               std::string_view operation, const Shown& shown) {
    if (library.traits.names_crash == nullptr || !library.traits.names_crash(mechanism)) {
        return std::nullopt;
    }
    return no_names(library, mechanism, operation, shown());
}

/// What kind of name of this backend it is, which must not be null.
[[nodiscard]] inline NameForm form_of(const detail::NamePtr& name) noexcept {
    return static_cast<const NativeName&>(*name).form();
}

/// The name's text, for messages.
[[nodiscard]] std::string text_of(const detail::NamePtr& name);

/// The name's principal, as krb5_parse_name reads it back. Not the text that is displayed: Heimdal
/// leaves the quoting out there (RFC 1964 s2.1.1), and "a\/b" would become the principal a/b.
[[nodiscard]] Result<std::string> principal_of(const detail::NamePtr& name);

} // namespace gss::inline v0::rfc2744
