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
    switch (capability) {
    case Capability::contexts:
        return kerberos_or_spnego || oid == mechanism::ntlm();
    case Capability::wrap_in_caller_memory:
    case Capability::mic_in_caller_memory:
    case Capability::unwrap_in_caller_memory:
    case Capability::out_of_order_delivery:
    case Capability::context_export:
    case Capability::channel_bindings:
    case Capability::delegation:
    case Capability::replay_cache:
    case Capability::credential_elements:
    case Capability::credential_store:
    case Capability::credential_store_extras:
        return kerberos_or_spnego;
    case Capability::credential_storing:
        return oid == mechanism::krb5();
    case Capability::local_names:
    case Capability::name_attributes:
        return kerberos; // the names that SPNEGO yields are Kerberos's
    case Capability::input_never_written:
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
};

} // namespace

[[nodiscard]] BackendEntry mit_backend(); // declared for backend_list.cpp, which the build writes

BackendEntry mit_backend() {
    return {traits.name, soname,
            [](std::string_view library) { return rfc2744::open_backend(traits, library); }};
}

} // namespace gss::inline v0::detail
