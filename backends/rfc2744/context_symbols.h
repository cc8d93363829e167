// SPDX-License-Identifier: Apache-2.0
// Native functions that tell more of a context than RFC 2744 has. All may be null.
#pragma once

#include "abi.h"

#include <cstdint>

namespace gss::inline v0::rfc2744 {

namespace abi {

#if defined(__APPLE__) && (defined(__x86_64__) || defined(__i386__) || defined(__ppc__))
#pragma pack(push, 2)
#endif

struct LucidKeyStruct { // gss_krb5_lucid_key_t
    Uint32 type = 0;
    Uint32 length = 0;
    void* data = nullptr;
};

struct LucidRfc1964Struct { // gss_krb5_rfc1964_keydata_t
    Uint32 sign_alg = 0;
    Uint32 seal_alg = 0;
    LucidKeyStruct ctx_key;
};

struct LucidCfxStruct { // gss_krb5_cfx_keydata_t
    Uint32 have_acceptor_subkey = 0;
    LucidKeyStruct ctx_key;
    LucidKeyStruct acceptor_subkey;
};

struct LucidContextStruct { // gss_krb5_lucid_context_v1_t
    Uint32 version = 0;
    Uint32 initiate = 0;
    Uint32 endtime = 0;
    std::uint64_t send_seq = 0;
    std::uint64_t recv_seq = 0;
    Uint32 protocol = 0;
    LucidRfc1964Struct rfc1964_kd;
    LucidCfxStruct cfx_kd;
};

#if defined(__APPLE__) && (defined(__x86_64__) || defined(__i386__) || defined(__ppc__))
#pragma pack(pop)
#endif

} // namespace abi

// clang-format off
// What they are called, and under which name we keep them.
#define GSSXX_CONTEXT_SYMBOLS(FUNCTION)                                                            \
    FUNCTION(gss_inquire_sec_context_by_oid, (abi::Uint32*, abi::ContextHandle, abi::OidDesc*,     \
        abi::BufferSetDesc**))                                                                     \
    FUNCTION(gss_set_sec_context_option, (abi::Uint32*, abi::ContextHandle*, abi::OidDesc*,        \
        abi::BufferDesc*))                                                                         \
    FUNCTION(gss_krb5_export_lucid_sec_context, (abi::Uint32*, abi::ContextHandle*, abi::Uint32,   \
        void**))                                                                                   \
    FUNCTION(gss_krb5_free_lucid_sec_context, (abi::Uint32*, void*))                               \
    FUNCTION(gsskrb5_extract_authz_data_from_sec_context, (abi::Uint32*, abi::ContextHandle, int,  \
        abi::BufferDesc*))
// The families disagree about the type of what is yielded.
#define GSSXX_CONTEXT_LOOSE_SYMBOLS(FUNCTION)                                                      \
    FUNCTION(gss_krb5_get_tkt_flags, (abi::Uint32*, abi::ContextHandle, void*))                    \
    FUNCTION(gsskrb5_extract_authtime_from_sec_context, (abi::Uint32*, abi::ContextHandle, void*))
// clang-format on

struct ContextFunctions {
#define GSSXX_DECLARE(name, parameters) abi::Uint32(*name) parameters = nullptr;
    GSSXX_CONTEXT_SYMBOLS(GSSXX_DECLARE)
    GSSXX_CONTEXT_LOOSE_SYMBOLS(GSSXX_DECLARE)
#undef GSSXX_DECLARE
};

} // namespace gss::inline v0::rfc2744
