// SPDX-License-Identifier: Apache-2.0
// Compares our RFC 2744 ABI header with the native header that was included before this one.
// Nothing here runs: a difference is a compile error that names the function or the field.
#pragma once

#include "abi.h"
#include "context_symbols.h"
#include "symbols.h"

#include <gssxx/channel_bindings.h>
#include <gssxx/credentials.h>
#include <gssxx/flags.h>
#include <gssxx/message.h>

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace abi_compare {

namespace abi = gss::rfc2744::abi;
using gss::rfc2744::Functions;

// Our type for a native one. Const is dropped behind pointers, because the two libraries set it
// differently and it is no part of a call's binary form.
template <typename T>
struct Ours {
    using Type = T;
};
template <typename T>
struct Ours<T*> {
    using Type = typename Ours<std::remove_const_t<T>>::Type*;
};
template <typename R, typename... A>
struct Ours<R(A...)> {
    using Type = typename Ours<R>::Type(typename Ours<A>::Type...);
};
template <typename R, typename... A>
struct Ours<R(A...) noexcept> : Ours<R(A...)> {};
template <>
struct Ours<std::remove_const_t<std::remove_pointer_t<gss_name_t>>> {
    using Type = abi::NameStruct;
};
template <>
struct Ours<std::remove_const_t<std::remove_pointer_t<gss_cred_id_t>>> {
    using Type = abi::CredentialStruct;
};
template <>
struct Ours<std::remove_const_t<std::remove_pointer_t<gss_ctx_id_t>>> {
    using Type = abi::ContextStruct;
};
template <>
struct Ours<gss_OID_desc> {
    using Type = abi::OidDesc;
};
template <>
struct Ours<gss_OID_set_desc> {
    using Type = abi::OidSetDesc;
};
template <>
struct Ours<gss_buffer_desc> {
    using Type = abi::BufferDesc;
};
template <>
struct Ours<std::remove_pointer_t<gss_channel_bindings_t>> {
    using Type = abi::ChannelBindingsStruct;
};
template <>
struct Ours<gss_iov_buffer_desc> {
    using Type = abi::IovBufferDesc;
};

template <>
struct Ours<gss_buffer_set_desc> {
    using Type = abi::BufferSetDesc;
};
template <>
struct Ours<NativeKeyValueSet> {
    using Type = abi::KeyValueSetDesc;
};
template <>
struct Ours<std::remove_pointer_t<krb5_context>> {
    using Type = abi::Krb5ContextStruct;
};
template <>
struct Ours<std::remove_pointer_t<krb5_ccache>> {
    using Type = abi::CacheStruct;
};
template <>
struct Ours<std::remove_pointer_t<krb5_principal>> {
    using Type = abi::PrincipalStruct;
};
template <>
struct Ours<std::remove_pointer_t<krb5_keytab>> {
    using Type = abi::KeytabStruct;
};
template <>
struct Ours<std::remove_pointer_t<krb5_rcache>> {
    using Type = abi::ReplayCacheStruct;
};
template <>
struct Ours<krb5_keytab_entry> {
    using Type = abi::KeytabEntryStruct;
};

template <typename Native, typename Own>
inline constexpr bool same_call =
    std::is_same_v<typename Ours<Native>::Type, typename Ours<std::remove_pointer_t<Own>>::Type>;

#define GSSXX_SAME_CALL(name, parameters)                                                          \
    static_assert(same_call<decltype(::gss_##name), decltype(Functions::name)>);
GSSXX_RFC2744_SYMBOLS(GSSXX_SAME_CALL, GSSXX_SAME_CALL)
#undef GSSXX_SAME_CALL

using gss::rfc2744::MessageFunctions;
#define GSSXX_SAME_MESSAGE_CALL(name, parameters)                                                  \
    static_assert(same_call<decltype(::gss_##name), decltype(MessageFunctions::name)>);
GSSXX_MESSAGE_SYMBOLS(GSSXX_SAME_MESSAGE_CALL)
#undef GSSXX_SAME_MESSAGE_CALL
using gss::rfc2744::ContextFunctions;
#define GSSXX_SAME_CONTEXT_CALL(name, parameters)                                                  \
    static_assert(same_call<decltype(::name), decltype(ContextFunctions::name)>);
GSSXX_CONTEXT_SYMBOLS(GSSXX_SAME_CONTEXT_CALL)
#undef GSSXX_SAME_CONTEXT_CALL

// In libkrb5 the families name the same numbers differently: int, unsigned int, an enumeration.
template <typename T>
constexpr bool is_number() {
    if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
        return sizeof(T) == sizeof(std::int32_t);
    }
    return false;
}
template <typename T>
using Number = std::conditional_t<is_number<T>(), std::int32_t, typename Ours<T>::Type>;
template <typename T>
struct Loose;
template <typename R, typename... A>
struct Loose<R(A...)> {
    using Type = Number<R>(Number<A>...);
};
template <typename R, typename... A>
struct Loose<R(A...) noexcept> : Loose<R(A...)> {};

template <typename Native, typename Own>
inline constexpr bool same_krb5_call =
    std::is_same_v<typename Loose<Native>::Type, typename Loose<std::remove_pointer_t<Own>>::Type>;

using gss::rfc2744::Krb5Functions;
#define GSSXX_SAME_KRB5_CALL(result, name, parameters)                                             \
    static_assert(same_krb5_call<decltype(::krb5_##name), decltype(Krb5Functions::name)>);
GSSXX_KRB5_SYMBOLS(GSSXX_SAME_KRB5_CALL)
static_assert(sizeof(krb5_creds) <= sizeof(abi::TicketStruct));
static_assert(alignof(krb5_creds) <= alignof(abi::TicketStruct));
static_assert(sizeof(krb5_keytab_entry) <= sizeof(abi::KeytabEntryStruct));
static_assert(alignof(krb5_keytab_entry) <= alignof(abi::KeytabEntryStruct));

template <>
struct Ours<krb5_creds> {
    using Type = abi::TicketStruct;
};
// Of the others, those that both families have alike.
GSSXX_SAME_KRB5_CALL(, get_renewed_creds, )
GSSXX_SAME_KRB5_CALL(, cc_initialize, )
GSSXX_SAME_KRB5_CALL(, cc_store_cred, )
#undef GSSXX_SAME_KRB5_CALL

template <typename Native, typename Own>
inline constexpr bool same_shape = sizeof(Native) == sizeof(Own) && alignof(Native) == alignof(Own);

#define GSSXX_SAME_FIELD(native, native_field, own, own_field)                                     \
    static_assert(offsetof(native, native_field) == offsetof(own, own_field));                     \
    static_assert(same_shape<decltype(native::native_field), decltype(own::own_field)>)

static_assert(std::is_same_v<OM_uint32, abi::Uint32>);

static_assert(same_shape<gss_OID_desc, abi::OidDesc>);
GSSXX_SAME_FIELD(gss_OID_desc, length, abi::OidDesc, length);
GSSXX_SAME_FIELD(gss_OID_desc, elements, abi::OidDesc, elements);

static_assert(same_shape<gss_OID_set_desc, abi::OidSetDesc>);
GSSXX_SAME_FIELD(gss_OID_set_desc, count, abi::OidSetDesc, count);
GSSXX_SAME_FIELD(gss_OID_set_desc, elements, abi::OidSetDesc, elements);

static_assert(same_shape<gss_buffer_desc, abi::BufferDesc>);
GSSXX_SAME_FIELD(gss_buffer_desc, length, abi::BufferDesc, length);
GSSXX_SAME_FIELD(gss_buffer_desc, value, abi::BufferDesc, value);

using NativeBindings = std::remove_pointer_t<gss_channel_bindings_t>;
static_assert(same_shape<NativeBindings, abi::ChannelBindingsStruct>);
GSSXX_SAME_FIELD(NativeBindings, initiator_addrtype, abi::ChannelBindingsStruct,
                 initiator_addrtype);
GSSXX_SAME_FIELD(NativeBindings, initiator_address, abi::ChannelBindingsStruct, initiator_address);
GSSXX_SAME_FIELD(NativeBindings, acceptor_addrtype, abi::ChannelBindingsStruct, acceptor_addrtype);
GSSXX_SAME_FIELD(NativeBindings, acceptor_address, abi::ChannelBindingsStruct, acceptor_address);
GSSXX_SAME_FIELD(NativeBindings, application_data, abi::ChannelBindingsStruct, application_data);

static_assert(same_shape<gss_iov_buffer_desc, abi::IovBufferDesc>);
GSSXX_SAME_FIELD(gss_iov_buffer_desc, type, abi::IovBufferDesc, type);
GSSXX_SAME_FIELD(gss_iov_buffer_desc, buffer, abi::IovBufferDesc, buffer);

static_assert(same_shape<gss_buffer_set_desc, abi::BufferSetDesc>);
GSSXX_SAME_FIELD(gss_buffer_set_desc, count, abi::BufferSetDesc, count);
GSSXX_SAME_FIELD(gss_buffer_set_desc, elements, abi::BufferSetDesc, elements);

static_assert(same_shape<NativeKeyValue, abi::KeyValueDesc>);
GSSXX_SAME_FIELD(NativeKeyValue, key, abi::KeyValueDesc, key);
GSSXX_SAME_FIELD(NativeKeyValue, value, abi::KeyValueDesc, value);
static_assert(same_shape<NativeKeyValueSet, abi::KeyValueSetDesc>);
GSSXX_SAME_FIELD(NativeKeyValueSet, count, abi::KeyValueSetDesc, count);
GSSXX_SAME_FIELD(NativeKeyValueSet, elements, abi::KeyValueSetDesc, elements);

using NativeLucid = gss_krb5_lucid_context_v1_t;
static_assert(same_shape<NativeLucid, abi::LucidContextStruct>);
GSSXX_SAME_FIELD(NativeLucid, version, abi::LucidContextStruct, version);
GSSXX_SAME_FIELD(NativeLucid, initiate, abi::LucidContextStruct, initiate);
GSSXX_SAME_FIELD(NativeLucid, endtime, abi::LucidContextStruct, endtime);
GSSXX_SAME_FIELD(NativeLucid, send_seq, abi::LucidContextStruct, send_seq);
GSSXX_SAME_FIELD(NativeLucid, recv_seq, abi::LucidContextStruct, recv_seq);
GSSXX_SAME_FIELD(NativeLucid, protocol, abi::LucidContextStruct, protocol);
GSSXX_SAME_FIELD(NativeLucid, rfc1964_kd, abi::LucidContextStruct, rfc1964_kd);
GSSXX_SAME_FIELD(NativeLucid, cfx_kd, abi::LucidContextStruct, cfx_kd);
GSSXX_SAME_FIELD(gss_krb5_rfc1964_keydata_t, sign_alg, abi::LucidRfc1964Struct, sign_alg);
GSSXX_SAME_FIELD(gss_krb5_rfc1964_keydata_t, seal_alg, abi::LucidRfc1964Struct, seal_alg);
GSSXX_SAME_FIELD(gss_krb5_rfc1964_keydata_t, ctx_key, abi::LucidRfc1964Struct, ctx_key);
GSSXX_SAME_FIELD(gss_krb5_cfx_keydata_t, have_acceptor_subkey, abi::LucidCfxStruct,
                 have_acceptor_subkey);
GSSXX_SAME_FIELD(gss_krb5_cfx_keydata_t, ctx_key, abi::LucidCfxStruct, ctx_key);
GSSXX_SAME_FIELD(gss_krb5_cfx_keydata_t, acceptor_subkey, abi::LucidCfxStruct, acceptor_subkey);
GSSXX_SAME_FIELD(gss_krb5_lucid_key_t, type, abi::LucidKeyStruct, type);
GSSXX_SAME_FIELD(gss_krb5_lucid_key_t, length, abi::LucidKeyStruct, length);
GSSXX_SAME_FIELD(gss_krb5_lucid_key_t, data, abi::LucidKeyStruct, data);
#undef GSSXX_SAME_FIELD

static_assert(GSS_S_COMPLETE == abi::status_complete);
static_assert(GSS_S_CONTINUE_NEEDED == abi::status_continue_needed);
static_assert(GSS_S_DUPLICATE_TOKEN == abi::status_duplicate_token);
static_assert(GSS_S_OLD_TOKEN == abi::status_old_token);
static_assert(GSS_S_UNSEQ_TOKEN == abi::status_unsequenced_token);
static_assert(GSS_S_GAP_TOKEN == abi::status_gap_token);
static_assert(GSS_C_ROUTINE_ERROR_OFFSET == abi::routine_shift);
static_assert(GSS_C_CALLING_ERROR_OFFSET == abi::calling_shift);
static_assert(GSS_ERROR(0xffffffffU) == abi::error_mask);

constexpr bool is_routine(OM_uint32 native, abi::Routine own) {
    return native == static_cast<OM_uint32>(own) << abi::routine_shift;
}
static_assert(is_routine(GSS_S_BAD_MECH, abi::Routine::bad_mechanism));
static_assert(is_routine(GSS_S_BAD_NAME, abi::Routine::bad_name));
static_assert(is_routine(GSS_S_BAD_NAMETYPE, abi::Routine::bad_name_type));
static_assert(is_routine(GSS_S_BAD_BINDINGS, abi::Routine::bad_bindings));
static_assert(is_routine(GSS_S_BAD_STATUS, abi::Routine::bad_status));
static_assert(is_routine(GSS_S_BAD_MIC, abi::Routine::bad_mic));
static_assert(is_routine(GSS_S_NO_CRED, abi::Routine::no_credentials));
static_assert(is_routine(GSS_S_NO_CONTEXT, abi::Routine::no_context));
static_assert(is_routine(GSS_S_DEFECTIVE_TOKEN, abi::Routine::defective_token));
static_assert(is_routine(GSS_S_DEFECTIVE_CREDENTIAL, abi::Routine::defective_credential));
static_assert(is_routine(GSS_S_CREDENTIALS_EXPIRED, abi::Routine::credentials_expired));
static_assert(is_routine(GSS_S_CONTEXT_EXPIRED, abi::Routine::context_expired));
static_assert(is_routine(GSS_S_FAILURE, abi::Routine::failure));
static_assert(is_routine(GSS_S_BAD_QOP, abi::Routine::bad_qop));
static_assert(is_routine(GSS_S_UNAUTHORIZED, abi::Routine::unauthorized));
static_assert(is_routine(GSS_S_UNAVAILABLE, abi::Routine::unavailable));
static_assert(is_routine(GSS_S_DUPLICATE_ELEMENT, abi::Routine::duplicate_element));
static_assert(is_routine(GSS_S_NAME_NOT_MN, abi::Routine::name_not_mechanism_name));

static_assert(GSS_C_INDEFINITE == abi::lifetime_indefinite);
static_assert(GSS_C_GSS_CODE == abi::status_kind_gss);
static_assert(GSS_C_MECH_CODE == abi::status_kind_mechanism);

static_assert(GSS_IOV_BUFFER_TYPE_DATA == abi::iov_data);
static_assert(GSS_IOV_BUFFER_TYPE_HEADER == abi::iov_header);
static_assert(GSS_IOV_BUFFER_TYPE_TRAILER == abi::iov_trailer);
static_assert(GSS_IOV_BUFFER_TYPE_PADDING == abi::iov_padding);
static_assert(GSS_IOV_BUFFER_TYPE_STREAM == abi::iov_stream);

template <typename Own>
constexpr bool is_value(long long native, Own own) {
    return native == static_cast<long long>(own);
}
using gss::ContextFlag;
static_assert(is_value(GSS_C_DELEG_FLAG, ContextFlag::delegate_to_peer));
static_assert(is_value(GSS_C_MUTUAL_FLAG, ContextFlag::mutual));
static_assert(is_value(GSS_C_REPLAY_FLAG, ContextFlag::replay_detection));
static_assert(is_value(GSS_C_SEQUENCE_FLAG, ContextFlag::sequence_detection));
static_assert(is_value(GSS_C_CONF_FLAG, ContextFlag::confidentiality));
static_assert(is_value(GSS_C_INTEG_FLAG, ContextFlag::integrity));
static_assert(is_value(GSS_C_ANON_FLAG, ContextFlag::anonymity));
static_assert(is_value(GSS_C_PROT_READY_FLAG, ContextFlag::protection_ready));
static_assert(is_value(GSS_C_TRANS_FLAG, ContextFlag::transferable));
static_assert(is_value(GSS_C_DCE_STYLE, ContextFlag::dce_style));
static_assert(is_value(GSS_C_IDENTIFY_FLAG, ContextFlag::identify));
static_assert(is_value(GSS_C_EXTENDED_ERROR_FLAG, ContextFlag::extended_error));
static_assert(is_value(GSS_C_DELEG_POLICY_FLAG, ContextFlag::delegate_by_policy));

using gss::CredentialUsage;
static_assert(is_value(GSS_C_BOTH, CredentialUsage::both));
static_assert(is_value(GSS_C_INITIATE, CredentialUsage::initiate));
static_assert(is_value(GSS_C_ACCEPT, CredentialUsage::accept));
static_assert(is_value(GSS_C_QOP_DEFAULT, gss::default_qop));

using gss::AddressType;
static_assert(is_value(GSS_C_AF_UNSPEC, AddressType::unspecified));
static_assert(is_value(GSS_C_AF_LOCAL, AddressType::local));
static_assert(is_value(GSS_C_AF_INET, AddressType::inet));
static_assert(is_value(GSS_C_AF_IMPLINK, AddressType::arpanet_imp));
static_assert(is_value(GSS_C_AF_PUP, AddressType::pup));
static_assert(is_value(GSS_C_AF_CHAOS, AddressType::chaos));
static_assert(is_value(GSS_C_AF_NS, AddressType::xerox_ns));
static_assert(is_value(GSS_C_AF_NBS, AddressType::nbs));
static_assert(is_value(GSS_C_AF_ECMA, AddressType::ecma));
static_assert(is_value(GSS_C_AF_DATAKIT, AddressType::datakit));
static_assert(is_value(GSS_C_AF_CCITT, AddressType::ccitt));
static_assert(is_value(GSS_C_AF_SNA, AddressType::sna));
static_assert(is_value(GSS_C_AF_DECnet, AddressType::decnet));
static_assert(is_value(GSS_C_AF_DLI, AddressType::dli));
static_assert(is_value(GSS_C_AF_LAT, AddressType::lat));
static_assert(is_value(GSS_C_AF_HYLINK, AddressType::nsc_hyperchannel));
static_assert(is_value(GSS_C_AF_APPLETALK, AddressType::appletalk));
static_assert(is_value(GSS_C_AF_BSC, AddressType::bsc));
static_assert(is_value(GSS_C_AF_DSS, AddressType::dss));
static_assert(is_value(GSS_C_AF_OSI, AddressType::osi));
static_assert(is_value(GSS_C_AF_X25, AddressType::x25));
static_assert(is_value(GSS_C_AF_NULLADDR, AddressType::null));

} // namespace abi_compare
