// SPDX-License-Identifier: Apache-2.0
// MIT Kerberos: what is particular about libgssapi_krb5.
#include "causes.h"
#include "dlopen_note.h"
#include "library_backend.h"

namespace gss::inline v0::detail {

namespace {

constexpr std::string_view soname = "libgssapi_krb5.so.2";

[[gnu::used, gnu::section(".note.dlopen"), gnu::aligned(4)]] const auto dlopen_note =
    rfc2744::make_dlopen_note(
        R"([{"feature":"mit","description":"GSSAPI over MIT Kerberos","priority":"recommended",)"
        R"("soname":["libgssapi_krb5.so.2"]}])");

/// RFC 4121 s4.2.6.2: octets 0 and 1 are 05 04; flag 2 says sealed; octets 6 and 7 are the RRC.
/// MIT rotates in place when there is something to rotate, and clears EC and RRC of
/// integrity-only tokens.
bool unwrap_leaves_alone(BytesView token) {
    constexpr std::size_t header_size = 16;
    constexpr std::byte sealed{0x02};
    return token.size() >= header_size && token[0] == std::byte{0x05} &&
           token[1] == std::byte{0x04} && (token[2] & sealed) != std::byte{0} &&
           token[6] == std::byte{0} && token[7] == std::byte{0};
}

bool is_kerberos(const Oid& oid) {
    return oid == mechanism::krb5() || oid == mechanism::iakerb();
}

bool supports(Capability capability, const Oid& oid) {
    const bool kerberos = is_kerberos(oid);
    const bool kerberos_or_spnego = kerberos || oid == mechanism::spnego();
    const bool ntlm = oid == mechanism::ntlm(); // Debian: gss-ntlmssp
    switch (capability) {
    case Capability::contexts:
    case Capability::context_export:
    case Capability::channel_bindings:
    case Capability::credential_elements:
    case Capability::replay_cache: // in NTLM by the acceptor's challenge
    case Capability::credential_passwords:
    case Capability::acceptor_credential_export:
    case Capability::channel_bound_flag:
        return kerberos_or_spnego || ntlm;
    case Capability::wrap_in_caller_memory:
    case Capability::mic_in_caller_memory:
    case Capability::unwrap_in_caller_memory:
    case Capability::out_of_order_delivery:
    case Capability::delegation:
    case Capability::credential_store:
    case Capability::credential_store_extras:
    case Capability::iov:
    case Capability::iov_stream:
    case Capability::iov_mic:
    case Capability::aead:
    case Capability::pseudo_random:
    case Capability::adding_from_store:
    case Capability::credential_export:
    case Capability::constrained_delegation_of_accepted:
    case Capability::credential_options:
    case Capability::replay_cache_choice:
    case Capability::dce_style:
    case Capability::session_key:
    case Capability::lucid_export:
    case Capability::authentication_time:
    case Capability::ticket_flags:
    case Capability::initiator_ticket_facts:
    case Capability::authorization_data:
        return kerberos_or_spnego;
    case Capability::renewal:
    case Capability::renewal_trace:
    case Capability::credential_storing:
    case Capability::native_krb5:
        return oid == mechanism::krb5();
    case Capability::impersonation: // IAKERB has no such call
    case Capability::constrained_delegation:
        return oid == mechanism::krb5() || oid == mechanism::spnego();
    case Capability::negotiable_mechanisms:
        return oid == mechanism::spnego();
    case Capability::local_names:
    case Capability::name_attributes:
    case Capability::name_attribute_setting:
    case Capability::composite_names:
        return kerberos_or_spnego; // the names that SPNEGO yields have what Kerberos's have
    case Capability::mechanism_attributes:
    case Capability::sasl_names:
    case Capability::context_inquiry:
        return kerberos_or_spnego || ntlm;
    case Capability::context_options:
        return ntlm; // Kerberos has none
    // Without a context it asks Kerberos, whatever the mechanism will be.
    case Capability::early_context_options:
        return false;
    case Capability::input_never_written:
        return ntlm;
    // Its modules (PAC, authentication indicators, constrained delegation) delete nothing.
    case Capability::name_attribute_deletion:
        return false;
    }
    return false;
}

std::optional<ErrorCode> refine(const NativeStatus& status, rfc2744::Operation operation) {
    // gss_inquire_cred_by_mech says "bad bindings" for a mechanism that lacks the call (SPNEGO).
    constexpr std::uint32_t bad_bindings = 4;
    if (operation == rfc2744::Operation::credential && status.routine() == bad_bindings) {
        return ErrorCode::unavailable;
    }
    constexpr std::uint32_t bad_length = 39756038; // KG_BAD_LENGTH
    if (operation == rfc2744::Operation::accept && status.minor == bad_length) {
        return ErrorCode::invalid_token;
    }
    return std::nullopt;
}

constexpr rfc2744::Traits traits{
    .name = "mit",
    .family_symbol = "gss_mech_krb5",
    .iov_in_caller_memory = true,
    .unwrap_leaves_alone = &unwrap_leaves_alone,
    .supports = &supports,
    .refine = &refine,
    .cause_of_text = &mit_cause_of_text,
    .imports_target_in_each_step = true,
    .leaks_names_of_expired_context = true,
    .defaults_for_missing_elements = true,
    .iov_crashes_on_other_makes = true,
    .asserts_padding_fits = true,
    .streams_in_order_only = true,
    .authorization_data_of_anybody = true,
};

} // namespace

[[nodiscard]] BackendEntry mit_backend(); // declared for backend_list.cpp, which the build writes

BackendEntry mit_backend() {
    return {traits.name, soname,
            [](std::string_view library) { return rfc2744::open_backend(traits, library); }};
}

} // namespace gss::inline v0::detail
