// SPDX-License-Identifier: Apache-2.0
// Heimdal: what is particular about libgssapi.
#include "dlopen_note.h"
#include "library_backend.h"

namespace gss::inline v0::detail {

namespace {

constexpr std::string_view soname = "libgssapi.so.3";

[[gnu::used, gnu::section(".note.dlopen"), gnu::aligned(4)]] const auto dlopen_note =
    rfc2744::make_dlopen_note(
        R"([{"feature":"heimdal","description":"GSSAPI over Heimdal","priority":"suggested",)"
        R"("soname":["libgssapi.so.3"]}])");

/// Heimdal rotates sealed and integrity-only tokens in place.
bool unwrap_leaves_alone(BytesView /*token*/) {
    return false;
}

bool supports(Capability capability, const Oid& oid) {
    const bool kerberos_or_spnego = oid == mechanism::krb5() || oid == mechanism::spnego();
    switch (capability) {
    case Capability::contexts:
    case Capability::context_export:
    case Capability::channel_bindings:
    case Capability::delegation:
    case Capability::iov:
    case Capability::iov_stream:
    case Capability::iov_mic:
    case Capability::aead:
    case Capability::pseudo_random:
    case Capability::context_inquiry:
    case Capability::context_options:
    case Capability::dce_style:
    case Capability::session_key:
    case Capability::lucid_export:
    case Capability::authentication_time:
    case Capability::ticket_flags:
    case Capability::authorization_data:
    case Capability::local_names:
        return kerberos_or_spnego;
    case Capability::renewal:
    case Capability::credential_elements:
    case Capability::credential_store:
    case Capability::credential_storing:
    // client_keytab, password and verify: tickets by its libkrb5, into the cache that it imports.
    case Capability::credential_store_extras:
    case Capability::credential_passwords:
    case Capability::credential_export:
    case Capability::credential_options:
    // Both by its libkrb5 alone; its acceptor does not hand out the ticket that it got.
    case Capability::impersonation:
    case Capability::constrained_delegation:
    case Capability::native_krb5:
        return oid == mechanism::krb5();
    case Capability::mechanism_attributes:
    case Capability::sasl_names:
        return kerberos_or_spnego || oid == mechanism::ntlm();
    // Its IOV calls are slower than its plain ones, and there is none for MICs. It reports the
    // order of a token before it has checked the checksum.
    case Capability::wrap_in_caller_memory:
    case Capability::mic_in_caller_memory:
    case Capability::unwrap_in_caller_memory:
    case Capability::input_never_written:
    case Capability::out_of_order_delivery:
    // Its acceptor never opens a replay cache, whatever KRB5RCACHENAME says.
    case Capability::replay_cache:
    // An import of two exported credentials has one element.
    case Capability::adding_from_store:
    case Capability::acceptor_credential_export:
    case Capability::constrained_delegation_of_accepted:
    case Capability::negotiable_mechanisms:
    case Capability::replay_cache_choice:
    // It exports the calls, and they fail for names of every mechanism.
    case Capability::name_attributes:
    case Capability::name_attribute_setting:
    case Capability::name_attribute_deletion:
    case Capability::composite_names:
    // Without a context the call fails before it looks at the option.
    case Capability::early_context_options:
    // The flag is newer than 7.8.
    case Capability::channel_bound_flag:
    // An initiator keeps no ticket that the calls would look into.
    case Capability::initiator_ticket_facts:
    // There is no krb5_set_trace_callback.
    case Capability::renewal_trace:
        return false;
    }
    return false;
}

std::optional<ErrorCode> refine(const NativeStatus& status, rfc2744::Operation operation) {
    // A name type that no mechanism knows is called "not a mechanism name"; what that status
    // says elsewhere is said by NativeName itself.
    constexpr std::uint32_t name_not_mechanism_name = 18;
    if (operation == rfc2744::Operation::name && status.routine() == name_not_mechanism_name) {
        return ErrorCode::bad_name_type;
    }
    constexpr std::uint32_t failure = 13;
    // A folder of caches (DIR) without its primary has no status but that of the system.
    constexpr std::uint32_t no_such_file = 2; // ENOENT
    if (operation == rfc2744::Operation::initiate && status.routine() == failure &&
        status.minor == no_such_file) {
        return ErrorCode::ccache_not_found;
    }
    // A number that was skipped before has no status of its own.
    if (operation == rfc2744::Operation::message && status.routine() == failure &&
        status.minor == 0) {
        return ErrorCode::unsequenced_token;
    }
    // Its IOV calls tell a wrong checksum by KRB5KRB_AP_ERR_BAD_INTEGRITY alone.
    constexpr std::uint32_t bad_integrity = 2529638943;
    if (operation == rfc2744::Operation::message && status.routine() == failure &&
        status.minor == bad_integrity) {
        return ErrorCode::bad_mic;
    }
    return std::nullopt;
}

constexpr rfc2744::Traits traits{
    .name = "heimdal",
    .family_symbol = "gss_mo_get",
    .iov_in_caller_memory = false,
    .unwrap_leaves_alone = &unwrap_leaves_alone,
    .supports = &supports,
    // For SPNEGO it calls itself until the stack ends, for unknown ones it reads address zero.
    .add_crashes_if_unsupported = true,
    .refine = &refine,
    .crashes_on_damaged_files = true,
    .crashes_in_cache_folders = true,
    .reads_unframed_answers = true,
    .reads_past_cut_tokens = true,
    .acquire_gives_no_reason = true,
    .unnamed_acceptor_has_hollow_name = true,
    .add_in_place_crashes = true,
    .names_crash = [](const Oid& oid) { return oid == mechanism::spnego(); },
    .shares_duplicate_names = true,
    .negotiated_names_are_strange = true,
    .cuts_principals_at_quoted_nul = true,
    .acquires_from_store_by_import = true,
    .unwraps_exact_pieces_only = true,
    .dce_style_is_sealed_header = true,
    .dce_style_asserts_blocks = true,
    .iov_lacks_encryption_types = true,
    .lucid_keeps_context = true,
    .ticket_flags_from_lowest = true,
    .authtime_is_time_t = true,
    .cannot_switch_folders = true,
    .keeps_default_cache_name = true,
    .imported_lives_for_ever = true,
};

} // namespace

[[nodiscard]] BackendEntry
heimdal_backend(); // declared for backend_list.cpp, which the build writes

BackendEntry heimdal_backend() {
    return {traits.name, soname,
            [](std::string_view library) { return rfc2744::open_backend(traits, library); }};
}

} // namespace gss::inline v0::detail
