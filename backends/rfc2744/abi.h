// SPDX-License-Identifier: Apache-2.0
// The C ABI of RFC 2744 appendix A as MIT Kerberos and Heimdal both have it, in our own words:
// gssxx includes no Kerberos header. tests/hygiene compares it with the real headers.
#pragma once

#include <cstddef>
#include <cstdint>

namespace gss::inline v0::rfc2744::abi {

#if defined(__APPLE__) && (defined(__x86_64__) || defined(__i386__) || defined(__ppc__))
#pragma pack(push, 2)
#endif

using Uint32 = std::uint32_t; // OM_uint32

struct NameStruct;
struct CredentialStruct;
struct ContextStruct;
using NameHandle = NameStruct*;             // gss_name_t
using CredentialHandle = CredentialStruct*; // gss_cred_id_t
using ContextHandle = ContextStruct*;       // gss_ctx_id_t

// libkrb5
struct Krb5ContextStruct;
struct CacheStruct;
struct PrincipalStruct;
struct KeytabStruct;
using Krb5ContextHandle = Krb5ContextStruct*; // krb5_context
using CacheHandle = CacheStruct*;             // krb5_ccache
using PrincipalHandle = PrincipalStruct*;     // krb5_principal
using KeytabHandle = KeytabStruct*;           // krb5_keytab
struct CursorStruct;
struct ReplayCacheStruct;
struct InitialOptionsStruct;
struct GetOptionsStruct;
using CursorHandle = CursorStruct*;                 // krb5_cccol_cursor, krb5_cc_cache_cursor
using ReplayCacheHandle = ReplayCacheStruct*;       // krb5_rcache
using InitialOptionsHandle = InitialOptionsStruct*; // krb5_get_init_creds_opt*
using GetOptionsHandle = GetOptionsStruct*;         // krb5_get_creds_opt (Heimdal)
struct KeytabCursorStruct { // room for a krb5_kt_cursor of Heimdal, where it is a structure
    alignas(16) std::byte octets[256] = {}; // NOLINT(modernize-avoid-c-arrays): a C structure
};
struct TicketStruct {                       // room for a krb5_creds of any family
    alignas(16) std::byte octets[512] = {}; // NOLINT(modernize-avoid-c-arrays): a C structure
};
struct TraceInfoStruct { // krb5_trace_info (MIT)
    const char* message = nullptr;
};
using TraceFunction = void (*)(Krb5ContextHandle, const TraceInfoStruct*, void*);
struct DecodedTicketStruct {                // room for a Ticket (Heimdal)
    alignas(16) std::byte octets[512] = {}; // NOLINT(modernize-avoid-c-arrays): a C structure
};
struct HeimdalTicketHead { // the first fields of Heimdal's krb5_creds
    PrincipalHandle client = nullptr;
    PrincipalHandle server = nullptr;
    std::int32_t key_type = 0;
    std::size_t key_size = 0;
    void* key = nullptr;
    std::int64_t times[4] = {}; // NOLINT(modernize-avoid-c-arrays): a C structure
    std::size_t ticket_size = 0;
    void* ticket = nullptr;
};
struct KeytabEntryStruct { // room for a krb5_keytab_entry of any family; nobody looks inside
    alignas(16) std::byte octets[256] = {}; // NOLINT(modernize-avoid-c-arrays): a C structure
};

struct OidDesc { // gss_OID_desc
    Uint32 length = 0;
    void* elements = nullptr;
};

struct OidSetDesc { // gss_OID_set_desc
    std::size_t count = 0;
    OidDesc* elements = nullptr;
};

struct BufferDesc { // gss_buffer_desc
    std::size_t length = 0;
    void* value = nullptr;
};

struct ChannelBindingsStruct { // struct gss_channel_bindings_struct
    Uint32 initiator_addrtype = 0;
    BufferDesc initiator_address;
    Uint32 acceptor_addrtype = 0;
    BufferDesc acceptor_address;
    BufferDesc application_data;
};

struct IovBufferDesc { // gss_iov_buffer_desc
    Uint32 type = 0;
    BufferDesc buffer;
};

struct BufferSetDesc { // gss_buffer_set_desc
    std::size_t count = 0;
    BufferDesc* elements = nullptr;
};

struct KeyValueDesc { // gss_key_value_element_desc (MIT)
    const char* key = nullptr;
    const char* value = nullptr;
};

struct KeyValueSetDesc { // gss_key_value_set_desc (MIT)
    Uint32 count = 0;
    KeyValueDesc* elements = nullptr;
};

#if defined(__APPLE__) && (defined(__x86_64__) || defined(__i386__) || defined(__ppc__))
#pragma pack(pop)
#endif

// Status, RFC 2744 s3.9.1
inline constexpr Uint32 status_complete = 0;
inline constexpr Uint32 status_continue_needed = 1;
inline constexpr Uint32 status_duplicate_token = 2;
inline constexpr Uint32 status_old_token = 4;
inline constexpr Uint32 status_unsequenced_token = 8;
inline constexpr Uint32 status_gap_token = 16;
inline constexpr Uint32 error_mask = 0xffff0000U; // calling and routine errors
inline constexpr unsigned routine_shift = 16;
inline constexpr unsigned calling_shift = 24;

enum class Routine : Uint32 { // GSS_S_* >> routine_shift
    none = 0,
    bad_mechanism = 1,
    bad_name = 2,
    bad_name_type = 3,
    bad_bindings = 4,
    bad_status = 5,
    bad_mic = 6,
    no_credentials = 7,
    no_context = 8,
    defective_token = 9,
    defective_credential = 10,
    credentials_expired = 11,
    context_expired = 12,
    failure = 13,
    bad_qop = 14,
    unauthorized = 15,
    unavailable = 16,
    duplicate_element = 17,
    name_not_mechanism_name = 18,
};

inline constexpr Uint32 lifetime_indefinite = 0xffffffffU; // GSS_C_INDEFINITE
inline constexpr int status_kind_gss = 1;                  // GSS_C_GSS_CODE
inline constexpr int status_kind_mechanism = 2;            // GSS_C_MECH_CODE

// IOV buffer types (gssapi_ext.h); allocation is asked for by a flag.
inline constexpr Uint32 iov_data = 1;
inline constexpr Uint32 iov_header = 2;
inline constexpr Uint32 iov_trailer = 7;
inline constexpr Uint32 iov_padding = 9;
inline constexpr Uint32 iov_stream = 10;
inline constexpr Uint32 iov_sign_only = 11;
inline constexpr Uint32 iov_mic_token = 12;
inline constexpr Uint32 iov_flag_allocate = 0x00010000U;
inline constexpr Uint32 iov_flag_allocated = 0x00020000U;

} // namespace gss::inline v0::rfc2744::abi
