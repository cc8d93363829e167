// SPDX-License-Identifier: Apache-2.0
// Our ABI header against Heimdal's: compiled by a test, linked into nothing.
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>

namespace abi_compare {
struct NativeKeyValue {
    const char* key;
    const char* value;
};
struct NativeKeyValueSet {
    OM_uint32 count;
    NativeKeyValue* elements;
};
} // namespace abi_compare

// Heimdal 7.8 has no MIC calls on buffer lists and no credential stores. These stand in, so that
// the one list of symbols can be walked; where Heimdal has its own one day, a difference between
// the two will not compile.
extern "C" {
OM_uint32 gss_acquire_cred_from(OM_uint32*, gss_name_t, OM_uint32, gss_OID_set, int,
                                const abi_compare::NativeKeyValueSet*, gss_cred_id_t*, gss_OID_set*,
                                OM_uint32*);
OM_uint32 gss_store_cred_into(OM_uint32*, gss_cred_id_t, int, gss_OID, OM_uint32, OM_uint32,
                              const abi_compare::NativeKeyValueSet*, gss_OID_set*, int*);
OM_uint32 gss_add_cred_from(OM_uint32*, gss_cred_id_t, gss_name_t, gss_OID, int, OM_uint32,
                            OM_uint32, const abi_compare::NativeKeyValueSet*, gss_cred_id_t*,
                            gss_OID_set*, OM_uint32*, OM_uint32*);
OM_uint32 gss_acquire_cred_impersonate_name(OM_uint32*, gss_cred_id_t, gss_name_t, OM_uint32,
                                            gss_OID_set, int, gss_cred_id_t*, gss_OID_set*,
                                            OM_uint32*);
OM_uint32 gss_add_cred_impersonate_name(OM_uint32*, gss_cred_id_t, gss_cred_id_t, gss_name_t,
                                        gss_OID, int, OM_uint32, OM_uint32, gss_cred_id_t*,
                                        gss_OID_set*, OM_uint32*, OM_uint32*);
OM_uint32 gss_set_neg_mechs(OM_uint32*, gss_cred_id_t, gss_OID_set);
OM_uint32 gss_krb5_set_cred_rcache(OM_uint32*, gss_cred_id_t, krb5_rcache);
OM_uint32 gss_get_mic_iov(OM_uint32*, gss_ctx_id_t, gss_qop_t, gss_iov_buffer_desc*, int);
OM_uint32 gss_get_mic_iov_length(OM_uint32*, gss_ctx_id_t, gss_qop_t, gss_iov_buffer_desc*, int);
OM_uint32 gss_verify_mic_iov(OM_uint32*, gss_ctx_id_t, gss_qop_t*, gss_iov_buffer_desc*, int);
}

#include "abi_compare.h"

namespace abi_compare {

static_assert(
    std::is_same_v<decltype(::krb5_kt_default_name), krb5_error_code(krb5_context, char*, size_t)>);
static_assert(offsetof(krb5_creds, client) == offsetof(abi::HeimdalTicketHead, client));
static_assert(offsetof(krb5_creds, server) == offsetof(abi::HeimdalTicketHead, server));
static_assert(offsetof(krb5_creds, ticket.length) == offsetof(abi::HeimdalTicketHead, ticket_size));
static_assert(offsetof(krb5_creds, ticket.data) == offsetof(abi::HeimdalTicketHead, ticket));
static_assert(sizeof(Ticket) <= sizeof(abi::DecodedTicketStruct));
static_assert(sizeof(krb5_kt_cursor) <= sizeof(abi::KeytabCursorStruct));
static_assert(offsetof(krb5_keytab_entry, principal) == 0);
static_assert(KRB5_GC_NO_STORE == 8 && KRB5_GC_FORWARDABLE == 16 &&
              KRB5_GC_CONSTRAINED_DELEGATION == 64);
static_assert(GSS_IOV_BUFFER_TYPE_FLAG_ALLOCATED == abi::iov_flag_allocated);
// A time is a time_t, as the traits say.
static_assert(std::is_same_v<decltype(::gsskrb5_extract_authtime_from_sec_context),
                             OM_uint32(OM_uint32*, gss_ctx_id_t, time_t*)>);
static_assert(sizeof(time_t) == sizeof(std::int64_t));
static_assert(std::is_same_v<decltype(::gss_krb5_get_tkt_flags),
                             OM_uint32(OM_uint32*, gss_ctx_id_t, OM_uint32*)>);

} // namespace abi_compare
