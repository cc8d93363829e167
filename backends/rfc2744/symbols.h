// SPDX-License-Identifier: Apache-2.0
// The one list of native functions. REQUIRED ones make a library usable, OPTIONAL ones may be
// null: whether a thing works is a Capability, never the presence of a symbol.
#pragma once

#include "abi.h"

namespace gss::inline v0::rfc2744 {

// clang-format off
#define GSSXX_RFC2744_SYMBOLS(REQUIRED, OPTIONAL)                                                  \
    REQUIRED(acquire_cred, (abi::Uint32*, abi::NameHandle, abi::Uint32, abi::OidSetDesc*, int,     \
        abi::CredentialHandle*, abi::OidSetDesc**, abi::Uint32*))                                  \
    REQUIRED(release_cred, (abi::Uint32*, abi::CredentialHandle*))                                 \
    REQUIRED(add_cred, (abi::Uint32*, abi::CredentialHandle, abi::NameHandle, abi::OidDesc*, int,  \
        abi::Uint32, abi::Uint32, abi::CredentialHandle*, abi::OidSetDesc**, abi::Uint32*,         \
        abi::Uint32*))                                                                             \
    REQUIRED(inquire_cred, (abi::Uint32*, abi::CredentialHandle, abi::NameHandle*, abi::Uint32*,   \
        int*, abi::OidSetDesc**))                                                                  \
    REQUIRED(inquire_cred_by_mech, (abi::Uint32*, abi::CredentialHandle, abi::OidDesc*,            \
        abi::NameHandle*, abi::Uint32*, abi::Uint32*, int*))                                       \
    REQUIRED(init_sec_context, (abi::Uint32*, abi::CredentialHandle, abi::ContextHandle*,          \
        abi::NameHandle, abi::OidDesc*, abi::Uint32, abi::Uint32, abi::ChannelBindingsStruct*,     \
        abi::BufferDesc*, abi::OidDesc**, abi::BufferDesc*, abi::Uint32*, abi::Uint32*))           \
    REQUIRED(accept_sec_context, (abi::Uint32*, abi::ContextHandle*, abi::CredentialHandle,        \
        abi::BufferDesc*, abi::ChannelBindingsStruct*, abi::NameHandle*, abi::OidDesc**,           \
        abi::BufferDesc*, abi::Uint32*, abi::Uint32*, abi::CredentialHandle*))                     \
    REQUIRED(delete_sec_context, (abi::Uint32*, abi::ContextHandle*, abi::BufferDesc*))            \
    REQUIRED(process_context_token, (abi::Uint32*, abi::ContextHandle, abi::BufferDesc*))          \
    REQUIRED(context_time, (abi::Uint32*, abi::ContextHandle, abi::Uint32*))                       \
    REQUIRED(inquire_context, (abi::Uint32*, abi::ContextHandle, abi::NameHandle*,                 \
        abi::NameHandle*, abi::Uint32*, abi::OidDesc**, abi::Uint32*, int*, int*))                 \
    REQUIRED(wrap_size_limit, (abi::Uint32*, abi::ContextHandle, int, abi::Uint32, abi::Uint32,    \
        abi::Uint32*))                                                                             \
    REQUIRED(export_sec_context, (abi::Uint32*, abi::ContextHandle*, abi::BufferDesc*))            \
    REQUIRED(import_sec_context, (abi::Uint32*, abi::BufferDesc*, abi::ContextHandle*))            \
    REQUIRED(get_mic, (abi::Uint32*, abi::ContextHandle, abi::Uint32, abi::BufferDesc*,            \
        abi::BufferDesc*))                                                                         \
    REQUIRED(verify_mic, (abi::Uint32*, abi::ContextHandle, abi::BufferDesc*, abi::BufferDesc*,    \
        abi::Uint32*))                                                                             \
    REQUIRED(wrap, (abi::Uint32*, abi::ContextHandle, int, abi::Uint32, abi::BufferDesc*, int*,    \
        abi::BufferDesc*))                                                                         \
    REQUIRED(unwrap, (abi::Uint32*, abi::ContextHandle, abi::BufferDesc*, abi::BufferDesc*, int*,  \
        abi::Uint32*))                                                                             \
    REQUIRED(display_status, (abi::Uint32*, abi::Uint32, int, abi::OidDesc*, abi::Uint32*,         \
        abi::BufferDesc*))                                                                         \
    REQUIRED(indicate_mechs, (abi::Uint32*, abi::OidSetDesc**))                                    \
    REQUIRED(compare_name, (abi::Uint32*, abi::NameHandle, abi::NameHandle, int*))                 \
    REQUIRED(display_name, (abi::Uint32*, abi::NameHandle, abi::BufferDesc*, abi::OidDesc**))      \
    REQUIRED(import_name, (abi::Uint32*, abi::BufferDesc*, abi::OidDesc*, abi::NameHandle*))       \
    REQUIRED(export_name, (abi::Uint32*, abi::NameHandle, abi::BufferDesc*))                       \
    REQUIRED(release_name, (abi::Uint32*, abi::NameHandle*))                                       \
    REQUIRED(release_buffer, (abi::Uint32*, abi::BufferDesc*))                                     \
    REQUIRED(release_oid_set, (abi::Uint32*, abi::OidSetDesc**))                                   \
    REQUIRED(inquire_names_for_mech, (abi::Uint32*, abi::OidDesc*, abi::OidSetDesc**))             \
    REQUIRED(inquire_mechs_for_name, (abi::Uint32*, abi::NameHandle, abi::OidSetDesc**))           \
    REQUIRED(canonicalize_name, (abi::Uint32*, abi::NameHandle, abi::OidDesc*, abi::NameHandle*))  \
    REQUIRED(duplicate_name, (abi::Uint32*, abi::NameHandle, abi::NameHandle*))                    \
    OPTIONAL(wrap_iov, (abi::Uint32*, abi::ContextHandle, int, abi::Uint32, int*,                  \
        abi::IovBufferDesc*, int))                                                                 \
    OPTIONAL(wrap_iov_length, (abi::Uint32*, abi::ContextHandle, int, abi::Uint32, int*,           \
        abi::IovBufferDesc*, int))                                                                 \
    OPTIONAL(unwrap_iov, (abi::Uint32*, abi::ContextHandle, int*, abi::Uint32*,                    \
        abi::IovBufferDesc*, int))                                                                 \
    OPTIONAL(release_iov_buffer, (abi::Uint32*, abi::IovBufferDesc*, int))                         \
    OPTIONAL(get_mic_iov, (abi::Uint32*, abi::ContextHandle, abi::Uint32, abi::IovBufferDesc*,     \
        int))                                                                                      \
    OPTIONAL(get_mic_iov_length, (abi::Uint32*, abi::ContextHandle, abi::Uint32,                   \
        abi::IovBufferDesc*, int))                                                                 \
    OPTIONAL(acquire_cred_from, (abi::Uint32*, abi::NameHandle, abi::Uint32, abi::OidSetDesc*,     \
        int, abi::KeyValueSetDesc*, abi::CredentialHandle*, abi::OidSetDesc**, abi::Uint32*))      \
    OPTIONAL(store_cred_into, (abi::Uint32*, abi::CredentialHandle, int, abi::OidDesc*,            \
        abi::Uint32, abi::Uint32, abi::KeyValueSetDesc*, abi::OidSetDesc**, int*))                 \
    OPTIONAL(krb5_import_cred, (abi::Uint32*, abi::CacheHandle, abi::PrincipalHandle,              \
        abi::KeytabHandle, abi::CredentialHandle*))                                                \
    OPTIONAL(krb5_copy_ccache, (abi::Uint32*, abi::CredentialHandle, abi::CacheHandle))            \
    OPTIONAL(acquire_cred_with_password, (abi::Uint32*, abi::NameHandle, abi::BufferDesc*,         \
        abi::Uint32, abi::OidSetDesc*, int, abi::CredentialHandle*, abi::OidSetDesc**,             \
        abi::Uint32*))                                                                             \
    OPTIONAL(add_cred_with_password, (abi::Uint32*, abi::CredentialHandle, abi::NameHandle,        \
        abi::OidDesc*, abi::BufferDesc*, int, abi::Uint32, abi::Uint32, abi::CredentialHandle*,    \
        abi::OidSetDesc**, abi::Uint32*, abi::Uint32*))                                            \
    OPTIONAL(add_cred_from, (abi::Uint32*, abi::CredentialHandle, abi::NameHandle, abi::OidDesc*,  \
        int, abi::Uint32, abi::Uint32, abi::KeyValueSetDesc*, abi::CredentialHandle*,              \
        abi::OidSetDesc**, abi::Uint32*, abi::Uint32*))                                            \
    OPTIONAL(acquire_cred_impersonate_name, (abi::Uint32*, abi::CredentialHandle, abi::NameHandle, \
        abi::Uint32, abi::OidSetDesc*, int, abi::CredentialHandle*, abi::OidSetDesc**,             \
        abi::Uint32*))                                                                             \
    OPTIONAL(add_cred_impersonate_name, (abi::Uint32*, abi::CredentialHandle,                      \
        abi::CredentialHandle, abi::NameHandle, abi::OidDesc*, int, abi::Uint32, abi::Uint32,      \
        abi::CredentialHandle*, abi::OidSetDesc**, abi::Uint32*, abi::Uint32*))                    \
    OPTIONAL(export_cred, (abi::Uint32*, abi::CredentialHandle, abi::BufferDesc*))                 \
    OPTIONAL(import_cred, (abi::Uint32*, abi::BufferDesc*, abi::CredentialHandle*))                \
    OPTIONAL(store_cred, (abi::Uint32*, abi::CredentialHandle, int, abi::OidDesc*, abi::Uint32,    \
        abi::Uint32, abi::OidSetDesc**, int*))                                                     \
    OPTIONAL(set_neg_mechs, (abi::Uint32*, abi::CredentialHandle, abi::OidSetDesc*))               \
    OPTIONAL(set_cred_option, (abi::Uint32*, abi::CredentialHandle*, abi::OidDesc*,                \
        abi::BufferDesc*))                                                                         \
    OPTIONAL(inquire_cred_by_oid, (abi::Uint32*, abi::CredentialHandle, abi::OidDesc*,             \
        abi::BufferSetDesc**))                                                                     \
    OPTIONAL(krb5_ccache_name, (abi::Uint32*, const char*, const char**))                          \
    OPTIONAL(krb5_set_allowable_enctypes, (abi::Uint32*, abi::CredentialHandle, abi::Uint32,       \
        std::int32_t*))                                                                            \
    OPTIONAL(krb5_set_cred_rcache, (abi::Uint32*, abi::CredentialHandle, abi::ReplayCacheHandle))  \
    OPTIONAL(localname, (abi::Uint32*, abi::NameHandle, abi::OidDesc*, abi::BufferDesc*))          \
    OPTIONAL(authorize_localname, (abi::Uint32*, abi::NameHandle, abi::NameHandle))                \
    OPTIONAL(inquire_name, (abi::Uint32*, abi::NameHandle, int*, abi::OidDesc**,                   \
        abi::BufferSetDesc**))                                                                     \
    OPTIONAL(get_name_attribute, (abi::Uint32*, abi::NameHandle, abi::BufferDesc*, int*, int*,     \
        abi::BufferDesc*, abi::BufferDesc*, int*))                                                 \
    OPTIONAL(release_buffer_set, (abi::Uint32*, abi::BufferSetDesc**))                             \
    OPTIONAL(release_oid, (abi::Uint32*, abi::OidDesc**))                                          \
    OPTIONAL(set_name_attribute, (abi::Uint32*, abi::NameHandle, int, abi::BufferDesc*,            \
        abi::BufferDesc*))                                                                         \
    OPTIONAL(delete_name_attribute, (abi::Uint32*, abi::NameHandle, abi::BufferDesc*))             \
    OPTIONAL(display_name_ext, (abi::Uint32*, abi::NameHandle, abi::OidDesc*, abi::BufferDesc*))   \
    OPTIONAL(export_name_composite, (abi::Uint32*, abi::NameHandle, abi::BufferDesc*))             \
    OPTIONAL(inquire_attrs_for_mech, (abi::Uint32*, abi::OidDesc*, abi::OidSetDesc**,              \
        abi::OidSetDesc**))                                                                        \
    OPTIONAL(display_mech_attr, (abi::Uint32*, abi::OidDesc*, abi::BufferDesc*, abi::BufferDesc*,  \
        abi::BufferDesc*))                                                                         \
    OPTIONAL(inquire_saslname_for_mech, (abi::Uint32*, abi::OidDesc*, abi::BufferDesc*,            \
        abi::BufferDesc*, abi::BufferDesc*))                                                       \
    OPTIONAL(inquire_mech_for_saslname, (abi::Uint32*, abi::BufferDesc*, abi::OidDesc**))

// Messages beyond RFC 2744; all may be null.
#define GSSXX_MESSAGE_SYMBOLS(FUNCTION)                                                            \
    FUNCTION(verify_mic_iov, (abi::Uint32*, abi::ContextHandle, abi::Uint32*,                      \
        abi::IovBufferDesc*, int))                                                                 \
    FUNCTION(wrap_aead, (abi::Uint32*, abi::ContextHandle, int, abi::Uint32, abi::BufferDesc*,     \
        abi::BufferDesc*, int*, abi::BufferDesc*))                                                 \
    FUNCTION(unwrap_aead, (abi::Uint32*, abi::ContextHandle, abi::BufferDesc*, abi::BufferDesc*,   \
        abi::BufferDesc*, int*, abi::Uint32*))                                                     \
    FUNCTION(pseudo_random, (abi::Uint32*, abi::ContextHandle, int, abi::BufferDesc*,              \
        std::ptrdiff_t, abi::BufferDesc*))

// Of the libkrb5 that belongs to the library, where both families agree; all may be null.
#define GSSXX_KRB5_SYMBOLS(FUNCTION)                                                               \
    FUNCTION(std::int32_t, init_context, (abi::Krb5ContextHandle*))                                \
    FUNCTION(void, free_context, (abi::Krb5ContextHandle))                                         \
    FUNCTION(const char*, cc_default_name, (abi::Krb5ContextHandle))                               \
    FUNCTION(std::int32_t, cc_resolve, (abi::Krb5ContextHandle, const char*, abi::CacheHandle*))   \
    FUNCTION(std::int32_t, cc_close, (abi::Krb5ContextHandle, abi::CacheHandle))                   \
    FUNCTION(std::int32_t, cc_destroy, (abi::Krb5ContextHandle, abi::CacheHandle))                 \
    FUNCTION(std::int32_t, cc_get_principal, (abi::Krb5ContextHandle, abi::CacheHandle,            \
        abi::PrincipalHandle*))                                                                    \
    FUNCTION(std::int32_t, kt_resolve, (abi::Krb5ContextHandle, const char*, abi::KeytabHandle*))  \
    FUNCTION(std::int32_t, kt_close, (abi::Krb5ContextHandle, abi::KeytabHandle))                  \
    FUNCTION(std::int32_t, kt_have_content, (abi::Krb5ContextHandle, abi::KeytabHandle))           \
    FUNCTION(std::int32_t, kt_get_entry, (abi::Krb5ContextHandle, abi::KeytabHandle,               \
        abi::PrincipalHandle, std::uint32_t, std::int32_t, abi::KeytabEntryStruct*))               \
    FUNCTION(std::int32_t, kt_free_entry, (abi::Krb5ContextHandle, abi::KeytabEntryStruct*))       \
    FUNCTION(std::int32_t, parse_name, (abi::Krb5ContextHandle, const char*,                       \
        abi::PrincipalHandle*))                                                                    \
    FUNCTION(std::int32_t, unparse_name, (abi::Krb5ContextHandle, abi::PrincipalHandle, char**))   \
    FUNCTION(void, free_principal, (abi::Krb5ContextHandle, abi::PrincipalHandle))                 \
    FUNCTION(void, free_unparsed_name, (abi::Krb5ContextHandle, char*))

// Of the same libkrb5, where a family may lack some: each use looks first.
#define GSSXX_KRB5_MORE_SYMBOLS(FUNCTION)                                                          \
    FUNCTION(std::int32_t, get_renewed_creds, (abi::Krb5ContextHandle, abi::TicketStruct*,         \
        abi::PrincipalHandle, abi::CacheHandle, const char*))                                      \
    FUNCTION(std::int32_t, cc_new_unique, (abi::Krb5ContextHandle, const char*, const char*,       \
        abi::CacheHandle*))                                                                        \
    FUNCTION(std::int32_t, cc_initialize, (abi::Krb5ContextHandle, abi::CacheHandle,               \
        abi::PrincipalHandle))                                                                     \
    FUNCTION(std::int32_t, cc_store_cred, (abi::Krb5ContextHandle, abi::CacheHandle,               \
        abi::TicketStruct*))                                                                       \
    FUNCTION(const char*, cc_get_name, (abi::Krb5ContextHandle, abi::CacheHandle))                 \
    FUNCTION(const char*, cc_get_type, (abi::Krb5ContextHandle, abi::CacheHandle))                 \
    FUNCTION(std::int32_t, cc_set_default_name, (abi::Krb5ContextHandle, const char*))             \
    FUNCTION(std::int32_t, cc_get_lifetime, (abi::Krb5ContextHandle, abi::CacheHandle,             \
        std::int64_t*))                                                                            \
    FUNCTION(std::int32_t, kt_start_seq_get, (abi::Krb5ContextHandle, abi::KeytabHandle,           \
        abi::KeytabCursorStruct*))                                                                 \
    FUNCTION(std::int32_t, kt_next_entry, (abi::Krb5ContextHandle, abi::KeytabHandle,              \
        abi::KeytabEntryStruct*, abi::KeytabCursorStruct*))                                        \
    FUNCTION(std::int32_t, kt_end_seq_get, (abi::Krb5ContextHandle, abi::KeytabHandle,             \
        abi::KeytabCursorStruct*))                                                                 \
    FUNCTION(std::int32_t, cc_switch, (abi::Krb5ContextHandle, abi::CacheHandle))                  \
    FUNCTION(int, cc_support_switch, (abi::Krb5ContextHandle, const char*))                        \
    FUNCTION(std::int32_t, cccol_cursor_new, (abi::Krb5ContextHandle, abi::CursorHandle*))         \
    FUNCTION(std::int32_t, cccol_cursor_next, (abi::Krb5ContextHandle, abi::CursorHandle,          \
        abi::CacheHandle*))                                                                        \
    FUNCTION(std::int32_t, cccol_cursor_free, (abi::Krb5ContextHandle, abi::CursorHandle*))        \
    FUNCTION(std::int32_t, cc_cache_get_first, (abi::Krb5ContextHandle, const char*,               \
        abi::CursorHandle*))                                                                       \
    FUNCTION(std::int32_t, cc_cache_next, (abi::Krb5ContextHandle, abi::CursorHandle,              \
        abi::CacheHandle*))                                                                        \
    FUNCTION(std::int32_t, cc_cache_end_seq_get, (abi::Krb5ContextHandle, abi::CursorHandle))      \
    FUNCTION(std::int32_t, get_init_creds_keytab, (abi::Krb5ContextHandle, abi::TicketStruct*,     \
        abi::PrincipalHandle, abi::KeytabHandle, std::int64_t, const char*,                        \
        abi::InitialOptionsHandle))                                                                \
    FUNCTION(std::int32_t, get_init_creds_password, (abi::Krb5ContextHandle, abi::TicketStruct*,   \
        abi::PrincipalHandle, const char*, void*, void*, std::int64_t, const char*,                \
        abi::InitialOptionsHandle))                                                                \
    FUNCTION(std::int32_t, get_init_creds_opt_alloc, (abi::Krb5ContextHandle,                      \
        abi::InitialOptionsHandle*))                                                               \
    FUNCTION(void, get_init_creds_opt_free, (abi::Krb5ContextHandle, abi::InitialOptionsHandle))   \
    FUNCTION(void, get_init_creds_opt_set_default_flags, (abi::Krb5ContextHandle, const char*,     \
        const char*, abi::InitialOptionsHandle))                                                   \
    FUNCTION(void, get_init_creds_opt_set_tkt_life, (abi::InitialOptionsHandle, std::int64_t))     \
    FUNCTION(std::int32_t, verify_init_creds, (abi::Krb5ContextHandle, abi::TicketStruct*,         \
        abi::PrincipalHandle, abi::KeytabHandle, abi::CacheHandle*, void*))                        \
    FUNCTION(std::int32_t, free_cred_contents, (abi::Krb5ContextHandle, abi::TicketStruct*))       \
    FUNCTION(std::int32_t, free_creds, (abi::Krb5ContextHandle, abi::TicketStruct*))               \
    FUNCTION(std::int32_t, get_creds, (abi::Krb5ContextHandle, abi::GetOptionsHandle,              \
        abi::CacheHandle, abi::PrincipalHandle, abi::TicketStruct**))                              \
    FUNCTION(std::int32_t, get_creds_opt_alloc, (abi::Krb5ContextHandle, abi::GetOptionsHandle*))  \
    FUNCTION(void, get_creds_opt_free, (abi::Krb5ContextHandle, abi::GetOptionsHandle))            \
    FUNCTION(std::int32_t, get_creds_opt_set_impersonate, (abi::Krb5ContextHandle,                 \
        abi::GetOptionsHandle, abi::PrincipalHandle))                                              \
    FUNCTION(void, get_creds_opt_add_options, (abi::Krb5ContextHandle, abi::GetOptionsHandle,      \
        std::uint32_t))                                                                            \
    FUNCTION(std::int32_t, get_creds_opt_set_ticket, (abi::Krb5ContextHandle,                      \
        abi::GetOptionsHandle, const abi::DecodedTicketStruct*))                                   \
    FUNCTION(const char*, get_error_message, (abi::Krb5ContextHandle, std::int32_t))               \
    FUNCTION(void, free_error_message, (abi::Krb5ContextHandle, const char*))                      \
    FUNCTION(std::int32_t, enctype_valid, (abi::Krb5ContextHandle, std::int32_t))                  \
    FUNCTION(std::uint32_t, c_valid_enctype, (std::int32_t))
// clang-format on

/// The functions of one library, filled by the loader; every one returns an OM_uint32 major.
struct Functions {
#define GSSXX_DECLARE(name, parameters) abi::Uint32(*name) parameters = nullptr;
    GSSXX_RFC2744_SYMBOLS(GSSXX_DECLARE, GSSXX_DECLARE)
#undef GSSXX_DECLARE
};

/// What libraries have for messages beyond RFC 2744.
struct MessageFunctions {
#define GSSXX_DECLARE(name, parameters) abi::Uint32(*name) parameters = nullptr;
    GSSXX_MESSAGE_SYMBOLS(GSSXX_DECLARE)
#undef GSSXX_DECLARE
};

/// Functions of the libkrb5 that belongs to the library. Caches and keytabs that a caller names are
/// resolved with them; on failure paths they say which default was meant.
struct Krb5Functions {
#define GSSXX_DECLARE(result, name, parameters) result(*name) parameters = nullptr;
    GSSXX_KRB5_SYMBOLS(GSSXX_DECLARE)
    GSSXX_KRB5_MORE_SYMBOLS(GSSXX_DECLARE)
#undef GSSXX_DECLARE
    // Of Heimdal's libasn1, and of MIT's libkrb5 for its own libgssapi: names without "krb5_".
    int (*decode_ticket)(const void*, std::size_t, abi::DecodedTicketStruct*,
                         std::size_t*) = nullptr;
    void (*free_ticket)(abi::DecodedTicketStruct*) = nullptr;
    std::int32_t (*rc_resolve)(abi::Krb5ContextHandle, const char*,
                               abi::ReplayCacheHandle*) = nullptr;
    void (*rc_close)(abi::Krb5ContextHandle, abi::ReplayCacheHandle) = nullptr;
    // MIT only.
    std::int32_t (*set_trace_callback)(abi::Krb5ContextHandle, abi::TraceFunction, void*) = nullptr;
    // The families disagree about the type of the size, which is an int or a size_t in a register.
    std::int32_t (*kt_default_name)(abi::Krb5ContextHandle, char*, std::size_t) = nullptr;
};

} // namespace gss::inline v0::rfc2744
