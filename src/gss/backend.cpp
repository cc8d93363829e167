// SPDX-License-Identifier: Apache-2.0
#include <gssxx/backend.h>
#include <gssxx/version.h>

#include "access.h"
#include "backend_interface.h"
#include "version_string.h"

#include <array>
#include <utility>

namespace gss::inline v0 {

namespace {

std::string known_names() {
    std::string names;
    for (const detail::BackendEntry& entry : detail::backend_list()) {
        names += (names.empty() ? "" : ", ") + std::string(entry.name);
    }
    return names;
}

std::string joined(const std::vector<std::string>& messages) {
    std::string text;
    for (const std::string& message : messages) {
        text += (text.empty() ? "" : "; ") + message;
    }
    return text;
}

using CapabilityName = std::pair<Capability, std::string_view>;
constexpr std::array capability_names{
    CapabilityName{Capability::contexts, "contexts"},
    CapabilityName{Capability::wrap_in_caller_memory, "wrap_in_caller_memory"},
    CapabilityName{Capability::mic_in_caller_memory, "mic_in_caller_memory"},
    CapabilityName{Capability::unwrap_in_caller_memory, "unwrap_in_caller_memory"},
    CapabilityName{Capability::input_never_written, "input_never_written"},
    CapabilityName{Capability::out_of_order_delivery, "out_of_order_delivery"},
    CapabilityName{Capability::context_export, "context_export"},
    CapabilityName{Capability::channel_bindings, "channel_bindings"},
    CapabilityName{Capability::delegation, "delegation"},
    CapabilityName{Capability::replay_cache, "replay_cache"},
    CapabilityName{Capability::credential_elements, "credential_elements"},
    CapabilityName{Capability::credential_store, "credential_store"},
    CapabilityName{Capability::credential_store_extras, "credential_store_extras"},
    CapabilityName{Capability::credential_storing, "credential_storing"},
    CapabilityName{Capability::local_names, "local_names"},
    CapabilityName{Capability::name_attributes, "name_attributes"},
    CapabilityName{Capability::name_attribute_setting, "name_attribute_setting"},
    CapabilityName{Capability::name_attribute_deletion, "name_attribute_deletion"},
    CapabilityName{Capability::composite_names, "composite_names"},
    CapabilityName{Capability::mechanism_attributes, "mechanism_attributes"},
    CapabilityName{Capability::sasl_names, "sasl_names"},
    CapabilityName{Capability::iov, "iov"},
    CapabilityName{Capability::iov_stream, "iov_stream"},
    CapabilityName{Capability::iov_mic, "iov_mic"},
    CapabilityName{Capability::aead, "aead"},
    CapabilityName{Capability::pseudo_random, "pseudo_random"},
    CapabilityName{Capability::context_inquiry, "context_inquiry"},
    CapabilityName{Capability::context_options, "context_options"},
    CapabilityName{Capability::early_context_options, "early_context_options"},
    CapabilityName{Capability::channel_bound_flag, "channel_bound_flag"},
    CapabilityName{Capability::dce_style, "dce_style"},
    CapabilityName{Capability::session_key, "session_key"},
    CapabilityName{Capability::lucid_export, "lucid_export"},
    CapabilityName{Capability::authentication_time, "authentication_time"},
    CapabilityName{Capability::ticket_flags, "ticket_flags"},
    CapabilityName{Capability::initiator_ticket_facts, "initiator_ticket_facts"},
    CapabilityName{Capability::authorization_data, "authorization_data"},
    CapabilityName{Capability::renewal, "renewal"},
    CapabilityName{Capability::renewal_trace, "renewal_trace"},
    CapabilityName{Capability::credential_passwords, "credential_passwords"},
    CapabilityName{Capability::adding_from_store, "adding_from_store"},
    CapabilityName{Capability::credential_export, "credential_export"},
    CapabilityName{Capability::acceptor_credential_export, "acceptor_credential_export"},
    CapabilityName{Capability::impersonation, "impersonation"},
    CapabilityName{Capability::constrained_delegation, "constrained_delegation"},
    CapabilityName{Capability::constrained_delegation_of_accepted,
                   "constrained_delegation_of_accepted"},
    CapabilityName{Capability::negotiable_mechanisms, "negotiable_mechanisms"},
    CapabilityName{Capability::credential_options, "credential_options"},
    CapabilityName{Capability::replay_cache_choice, "replay_cache_choice"},
    CapabilityName{Capability::native_krb5, "native_krb5"},
};

} // namespace

std::string_view to_string(Capability capability) noexcept {
    for (const CapabilityName& entry : capability_names) {
        if (entry.first == capability) {
            return entry.second;
        }
    }
    return "unknown";
}

std::string_view version() noexcept {
    return detail::version_string;
}

Result<Backend> Backend::open_default() {
    std::string tried;
    for (const detail::BackendEntry& entry : detail::backend_list()) {
        Result<detail::BackendPtr> opened = entry.open(entry.library);
        if (opened) {
            return Backend(*std::move(opened));
        }
        tried += (tried.empty() ? "" : "; ") + std::string(entry.name) + ": " +
                 joined(opened.error().messages());
    }
    return Error(ErrorCode::backend_unavailable, "open the default backend",
                 tried.empty() ? "no backend was built in" : tried);
}

Result<Backend> Backend::open(std::string_view name) {
    for (const detail::BackendEntry& entry : detail::backend_list()) {
        if (entry.name == name) {
            return open_library(name, entry.library);
        }
    }
    return open_library(name, "");
}

Result<Backend> Backend::open_library(std::string_view name, std::string_view library) {
    for (const detail::BackendEntry& entry : detail::backend_list()) {
        if (entry.name == name) {
            Result<detail::BackendPtr> opened = entry.open(library);
            if (!opened) {
                return opened.error();
            }
            return Backend(*std::move(opened));
        }
    }
    return Error(ErrorCode::backend_unavailable, "open backend \"" + std::string(name) + "\"",
                 "no such backend; built in: " + known_names());
}

std::vector<BackendStatus> Backend::available() {
    std::vector<BackendStatus> statuses;
    for (const detail::BackendEntry& entry : detail::backend_list()) {
        const Result<detail::BackendPtr> opened = entry.open(entry.library);
        statuses.push_back({std::string(entry.name), std::string(entry.library), opened.has_value(),
                            opened ? std::string() : joined(opened.error().messages())});
    }
    return statuses;
}

std::string_view Backend::name() const noexcept {
    return self_ ? self_->name() : std::string_view();
}

std::string_view Backend::library() const noexcept {
    return self_ ? self_->library() : std::string_view();
}

bool Backend::supports(Capability capability, const Oid& mechanism) const noexcept {
    return self_ && self_->supports(capability, mechanism);
}

bool operator==(const Backend& left, const Backend& right) noexcept {
    return detail::same_library(left.self_, right.self_);
}

Result<OidSet> Backend::mechanisms() const {
    return self_ ? self_->mechanisms() : detail::empty_object("gss_indicate_mechs");
}

Result<OidSet> Backend::name_types(const Oid& mechanism) const {
    return self_ ? self_->name_types(mechanism)
                 : detail::empty_object("gss_inquire_names_for_mech");
}

Result<std::vector<std::string>> Backend::status_text(StatusKind kind, std::uint32_t code,
                                                      const std::optional<Oid>& mechanism) const {
    return self_ ? self_->status_text(kind, code, mechanism)
                 : detail::empty_object("gss_display_status");
}

Result<void> Backend::preload() const {
    return self_ ? self_->preload() : detail::empty_object("preload");
}

} // namespace gss::inline v0
