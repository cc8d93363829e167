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
        abi::IovBufferDesc*, int))
// clang-format on

/// The functions of one library, filled by the loader; every one returns an OM_uint32 major.
struct Functions {
#define GSSXX_DECLARE(name, parameters) abi::Uint32(*name) parameters = nullptr;
    GSSXX_RFC2744_SYMBOLS(GSSXX_DECLARE, GSSXX_DECLARE)
#undef GSSXX_DECLARE
};

/// A few functions of the libkrb5 that belongs to the library; used on failure paths only, to say
/// which cache or keytab was meant. All may be null.
struct Krb5Functions {
    std::int32_t (*init_context)(void**) = nullptr;
    void (*free_context)(void*) = nullptr;
    const char* (*cc_default_name)(void*) = nullptr;
    std::int32_t (*kt_default_name)(void*, char*, int) = nullptr;
};

} // namespace gss::inline v0::rfc2744
