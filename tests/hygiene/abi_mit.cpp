// SPDX-License-Identifier: Apache-2.0
// Our ABI header against MIT's: compiled by a test, linked into nothing.
#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>

#include "abi_compare.h"

namespace abi_compare {

static_assert(GSS_IOV_BUFFER_TYPE_MIC_TOKEN == abi::iov_mic_token);
static_assert(GSS_IOV_BUFFER_FLAG_ALLOCATED == abi::iov_flag_allocated);
static_assert(is_value(GSS_C_CHANNEL_BOUND_FLAG, ContextFlag::channel_bound));
static_assert(is_value(GSS_C_AF_NETBIOS, AddressType::netbios));

} // namespace abi_compare
