// SPDX-License-Identifier: Apache-2.0
// Functions of libkrb5 that get a ticket and put it into a cache. All may be null.
#pragma once

#include "abi.h"

#include <cstddef>
#include <cstdint>

namespace gss::inline v0::rfc2744 {

namespace abi {

struct NewTicketStruct { // room for a krb5_creds of any family; nobody looks inside
    alignas(16) std::byte octets[512] = {}; // NOLINT(modernize-avoid-c-arrays): a C structure
};

struct TraceInfoStruct { // krb5_trace_info (MIT)
    const char* message = nullptr;
};
using TraceFunction = void (*)(Krb5ContextHandle, const TraceInfoStruct*, void*);

} // namespace abi

// clang-format off
#define GSSXX_RENEWAL_SYMBOLS(FUNCTION)                                                            \
    FUNCTION(std::int32_t, get_renewed_creds, (abi::Krb5ContextHandle, abi::NewTicketStruct*,      \
        abi::PrincipalHandle, abi::CacheHandle, const char*))                                      \
    FUNCTION(std::int32_t, cc_initialize, (abi::Krb5ContextHandle, abi::CacheHandle,               \
        abi::PrincipalHandle))                                                                     \
    FUNCTION(std::int32_t, cc_store_cred, (abi::Krb5ContextHandle, abi::CacheHandle,               \
        abi::NewTicketStruct*))
// clang-format on

struct RenewalFunctions {
#define GSSXX_DECLARE(result, name, parameters) result(*name) parameters = nullptr;
    GSSXX_RENEWAL_SYMBOLS(GSSXX_DECLARE)
#undef GSSXX_DECLARE
    // The start time is of 32 bits in one family, of 64 in the other: both in a register. What
    // follows are names of a service and options, null here.
    std::int32_t (*get_init_creds_keytab)(abi::Krb5ContextHandle, abi::NewTicketStruct*,
                                          abi::PrincipalHandle, abi::KeytabHandle, std::int64_t,
                                          const char*, void*) = nullptr;
    // Yields nothing in one family, a status in the other: not looked at.
    void (*free_cred_contents)(abi::Krb5ContextHandle, abi::NewTicketStruct*) = nullptr;
    // MIT only.
    std::int32_t (*set_trace_callback)(abi::Krb5ContextHandle, abi::TraceFunction, void*) = nullptr;

    [[nodiscard]] bool is_complete() const noexcept {
        return get_renewed_creds != nullptr && cc_initialize != nullptr &&
               cc_store_cred != nullptr && get_init_creds_keytab != nullptr &&
               free_cred_contents != nullptr;
    }
};

} // namespace gss::inline v0::rfc2744
