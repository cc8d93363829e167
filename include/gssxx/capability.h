// SPDX-License-Identifier: Apache-2.0
// What a backend can do for a mechanism.
#pragma once

#include <cstdint>
#include <string_view>

#include <gssxx/export.h>

namespace gss::inline v0 {

/// A thing that not every backend does for every mechanism. Present means that a real call on a
/// real object succeeds; an absent one yields Error{unavailable} when it is called.
enum class Capability : std::uint8_t {
    /// Contexts can be established and messages protected.
    contexts,
    /// SecurityContext::wrap_into writes the token straight into the caller's memory.
    wrap_in_caller_memory,
    /// SecurityContext::get_mic_into writes the MIC straight into the caller's memory.
    mic_in_caller_memory,
    /// SecurityContext::unwrap_in_place decrypts inside the caller's memory.
    unwrap_in_caller_memory,
    /// unwrap and verify_mic leave their input alone whatever the token looks like.
    input_never_written,
    /// SecurityContext::accept_out_of_order: the library checks the checksum before the order.
    out_of_order_delivery,
    /// Established contexts can be exported and imported in another process.
    context_export,
    /// The acceptor refuses channel bindings that differ from its own.
    channel_bindings,
    /// Credentials can be delegated to the acceptor.
    delegation,
    /// What an initiator has sent is refused when it comes again, also where mutual authentication
    /// was not asked for.
    replay_cache,
    /// An element of the mechanism can be added to credentials (Credentials::add and its kin).
    credential_elements,
    /// AcquireOptions::store may name a cache and a keytab (keys ccache and keytab).
    credential_store,
    /// The store may also have the keys client_keytab, password and verify.
    credential_store_extras,
    /// Credentials::store_into.
    credential_storing,
    /// Name::local_name and Name::user_ok.
    local_names,
    /// Name::attributes and Name::attribute.
    name_attributes,
    // Names and mechanisms beyond RFC 2744:
    /// Name::set_attribute, for attributes that a module of the library lets callers set.
    name_attribute_setting,
    /// Name::delete_attribute. Nowhere: MIT 1.20 has the call, and no module that comes with it
    /// deletes anything; one that was installed beside them may.
    name_attribute_deletion,
    /// Name::export_composite and Name::import_composite.
    composite_names,
    /// Mechanism::attributes and Mechanism::by_attributes.
    mechanism_attributes,
    /// Mechanism::sasl_name and Mechanism::from_sasl_name.
    sasl_names,
    // Messages in pieces
    /// SecurityContext::wrap_iov, wrap_iov_length and unwrap_iov with header, data and trailer.
    iov,
    /// SecurityContext::unwrap_iov with a stream, unwrap_aead_in_place.
    iov_stream,
    /// SecurityContext::get_mic_iov, get_mic_iov_length and verify_mic_iov.
    iov_mic,
    /// SecurityContext::wrap_aead, unwrap_aead.
    aead,
    /// SecurityContext::pseudo_random.
    pseudo_random,
    // Contexts
    /// SecurityContext::inquire_by_oid.
    context_inquiry,
    /// SecurityContext::set_option.
    context_options,
    /// InitiateOptions::context_options: options of a context that has not begun.
    early_context_options,
    /// The acceptor is told whether the initiator's bindings were checked
    /// (ContextFlag::channel_bound).
    channel_bound_flag,
    /// Contexts in DCE style, with a third leg (ContextFlag::dce_style).
    dce_style,
    /// krb5::session_key.
    session_key,
    /// krb5::export_lucid.
    lucid_export,
    /// krb5::authentication_time of an accepted context.
    authentication_time,
    /// krb5::ticket_flags of an accepted context.
    ticket_flags,
    /// krb5::authentication_time and ticket_flags of an initiated context.
    initiator_ticket_facts,
    /// krb5::authorization_data of an accepted context.
    authorization_data,
    /// krb5::Renewer.
    renewal,
    /// RenewerOptions::trace.
    renewal_trace,
    // Credentials
    /// Credentials::acquire_with_password.
    credential_passwords,
    /// Adding to credentials that exist: with AddOptions::store, by password, by impersonation.
    adding_from_store,
    /// Credentials::export_credentials of initiating credentials, and importing them.
    credential_export,
    /// The same of accepting ones.
    acceptor_credential_export,
    /// Credentials::impersonate, add_impersonating (S4U2Self).
    impersonation,
    /// Impersonated credentials reach other services (S4U2Proxy).
    constrained_delegation,
    /// An acceptor of usage both takes the initiator's ticket as constrained credentials.
    constrained_delegation_of_accepted,
    /// Credentials::set_negotiable_mechanisms.
    negotiable_mechanisms,
    /// Credentials::set_option.
    credential_options,
    /// The store key rcache, and krb5::set_replay_cache.
    replay_cache_choice,
    /// krb5::import_credentials, copy_cache, set_allowable_enctypes, MemoryCache, CacheCollection.
    native_krb5,
};

/// The name of the enumerator, for logs and tables.
[[nodiscard]] GSSXX_EXPORT std::string_view to_string(Capability capability) noexcept;

} // namespace gss::inline v0
