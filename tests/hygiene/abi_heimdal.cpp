// SPDX-License-Identifier: Apache-2.0
// Our ABI header against Heimdal's: compiled by a test, linked into nothing.
#include <gssapi/gssapi.h>

// Heimdal 7.8 has no MIC calls on buffer lists. These stand in, so that the one list of symbols can
// be walked; where Heimdal has its own one day, a difference between the two will not compile.
extern "C" {
OM_uint32 gss_get_mic_iov(OM_uint32*, gss_ctx_id_t, gss_qop_t, gss_iov_buffer_desc*, int);
OM_uint32 gss_get_mic_iov_length(OM_uint32*, gss_ctx_id_t, gss_qop_t, gss_iov_buffer_desc*, int);
}

#include "abi_compare.h"

namespace abi_compare {

static_assert(GSS_IOV_BUFFER_TYPE_FLAG_ALLOCATED == abi::iov_flag_allocated);

} // namespace abi_compare
