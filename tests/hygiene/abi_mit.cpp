// SPDX-License-Identifier: Apache-2.0
// Our ABI header against MIT's: compiled by a test, linked into nothing.
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <gssapi/gssapi_krb5.h>
#include <krb5.h>

namespace abi_compare {
using NativeKeyValue = gss_key_value_element_desc;
using NativeKeyValueSet = gss_key_value_set_desc;
} // namespace abi_compare

#include "abi_compare.h"

namespace abi_compare {

static_assert(GSS_IOV_BUFFER_TYPE_MIC_TOKEN == abi::iov_mic_token);
// Times and flags of 32 bits are what the traits say.
static_assert(std::is_same_v<decltype(::gsskrb5_extract_authtime_from_sec_context),
                             OM_uint32(OM_uint32*, gss_ctx_id_t, krb5_timestamp*)>);
static_assert(sizeof(krb5_timestamp) == sizeof(std::uint32_t));
static_assert(std::is_same_v<decltype(::gss_krb5_get_tkt_flags),
                             OM_uint32(OM_uint32*, gss_ctx_id_t, krb5_flags*)>);
static_assert(sizeof(krb5_flags) == sizeof(std::uint32_t));
// The message is all that a trace callback is told.
static_assert(sizeof(krb5_trace_info) == sizeof(abi::TraceInfoStruct));
static_assert(offsetof(krb5_trace_info, message) == offsetof(abi::TraceInfoStruct, message));
// The size of the buffer is an int here, and a size_t in Heimdal.
static_assert(
    std::is_same_v<decltype(::krb5_kt_default_name), krb5_error_code(krb5_context, char*, int)>);
static_assert(GSS_IOV_BUFFER_FLAG_ALLOCATED == abi::iov_flag_allocated);
static_assert(is_value(GSS_C_CHANNEL_BOUND_FLAG, ContextFlag::channel_bound));
static_assert(is_value(GSS_C_AF_NETBIOS, AddressType::netbios));

} // namespace abi_compare
