// SPDX-License-Identifier: Apache-2.0
// A loaded library together with what is particular about it.
#pragma once

#include <gssxx/capability.h>
#include <gssxx/error.h>
#include <gssxx/oid.h>

#include "finding.h"
#include "loader.h"
#include "symbols.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gss::inline v0::rfc2744 {

/// What was being done when a call failed; the same native status may mean different things.
enum class Operation : std::uint8_t {
    name,
    credential,
    initiate,       ///< the first step: the KDC is asked, no token of the peer is read
    initiate_reply, ///< a later step: a token of the peer is read
    accept,
    message,
    context,
    other,
};

/// Data and differences of one family of libraries. Plain functions, no state.
struct Traits {
    std::string_view name;
    /// A symbol that only this family exports.
    std::string_view family_symbol;
    /// gss_wrap_iov, gss_get_mic_iov and gss_unwrap_iov(STREAM) may serve the forms that work in
    /// the caller's memory.
    bool iov_in_caller_memory = false;
    /// True when gss_unwrap does not write into that token.
    bool (*unwrap_leaves_alone)(BytesView token) = nullptr;
    bool (*supports)(Capability capability, const Oid& mechanism) = nullptr;
    /// gss_add_cred crashes for mechanisms without Capability::credential_elements.
    bool add_crashes_if_unsupported = false;
    /// What a status of this family means beyond what classify() knows; nothing: as classify().
    std::optional<ErrorCode> (*refine)(const NativeStatus& status, Operation operation) = nullptr;
    /// What a text of this family means, for a minor code that means nothing; may be null.
    std::optional<Finding> (*cause_of_text)(Operation operation, std::uint32_t minor,
                                            std::string_view text) = nullptr;
    /// Damaged caches and keytabs are refused by us, because this family crashes on them.
    bool crashes_on_damaged_files = false;
    /// The search for a principal's cache in a folder (DIR) reads address zero.
    bool crashes_in_cache_folders = false;
    /// gss_init_sec_context goes on with memory it never wrote when an answer has no frame.
    bool reads_unframed_answers = false;
    /// gss_init_sec_context imports a target that is no mechanism's name in each step anew.
    bool imports_target_in_each_step = false;
    /// gss_verify_mic and gss_unwrap read past the end of tokens of RFC 1964 that are cut.
    bool reads_past_cut_tokens = false;
    /// gss_inquire_context gives no names of an expired context, and leaks them.
    bool leaks_names_of_expired_context = false;
    /// gss_init_sec_context and gss_acquire_cred_impersonate_name take the default credentials in
    /// place of given ones that have no element of the mechanism.
    bool defaults_for_missing_elements = false;
    /// A failing gss_acquire_cred never says why, and gss_add_cred does.
    bool acquire_gives_no_reason = false;
    /// An acceptor's credential without a name has, when asked, a name with nothing inside, and
    /// every call on it crashes.
    bool unnamed_acceptor_has_hollow_name = false;
    /// gss_add_cred without an output handle crashes: a copy with the element takes its place.
    bool add_in_place_crashes = false;
    /// Names of that mechanism are memory of another kind in this family: canonicalizing to it,
    /// and reading its exported names, ends the process sooner or later. May be null.
    bool (*names_crash)(const Oid& mechanism) = nullptr;
    /// gss_duplicate_name crashes on names that some calls yield. Only where names never change.
    bool shares_duplicate_names = false;
    /// Names of contexts that SPNEGO made are SPNEGO's, which no call on local accounts and no
    /// canonicalization knows; exported and imported again they are Kerberos's.
    bool negotiated_names_are_strange = false;
    /// A quoted NUL in a principal ends it, and makes it that of somebody else.
    bool cuts_principals_at_quoted_nul = false;
    /// There is no gss_acquire_cred_from: gss_krb5_import_cred and gss_krb5_copy_ccache serve
    /// credential stores.
    bool acquires_from_store_by_import = false;
    /// gss_unwrap_iov knows no streams, does not undo rotation, and believes the counts in a token
    /// before it has checked them: it reads and writes past the pieces.
    bool unwraps_exact_pieces_only = false;
    /// gss_unwrap_iov and gss_verify_mic_iov crash on tokens that are not of the context's make.
    bool iov_crashes_on_other_makes = false;
    /// gss_unwrap_iov ends the process when the piece of padding is longer than what the token says
    /// is padding, if there is one piece of data.
    bool asserts_padding_fits = false;
    /// gss_unwrap_iov gives no data out of a stream that is early or late.
    bool streams_in_order_only = false;
    /// Contexts in DCE style have no trailer, and gss_wrap_iov does not sign there.
    bool dce_style_is_sealed_header = false;
    /// gss_wrap in DCE style with keys of triple DES, which have no other calls for wrapping, ends
    /// the process unless the message is made of whole blocks.
    bool dce_style_asserts_blocks = false;
    /// gss_wrap_iov and its kin fail without a minor code where they lack the encryption type; the
    /// others encrypt as asked, which gss_wrap_iov_length does not always tell.
    bool iov_lacks_encryption_types = false;
    /// gss_krb5_export_lucid_sec_context leaves the context alive, and may therefore be asked for
    /// what gss_inquire_sec_context_by_oid does not tell: the type of the session key.
    bool lucid_keeps_context = false;
    /// Flags of a ticket have bit 0 of the RFC lowest, not highest.
    bool ticket_flags_from_lowest = false;
    /// What gsskrb5_extract_authtime_from_sec_context yields is a time_t, not of 32 bits.
    bool authtime_is_time_t = false;
    /// gsskrb5_extract_authz_data_from_sec_context yields what the client put into its
    /// authenticator as if the ticket had it.
    bool authorization_data_of_anybody = false;
    /// krb5_cc_switch fails for caches in folders (DIR).
    bool cannot_switch_folders = false;
    /// gss_krb5_ccache_name does not take a null name.
    bool keeps_default_cache_name = false;
    /// An imported credential says that it lives for ever, whatever its tickets say.
    bool imported_lives_for_ever = false;
};

struct Library {
    LoadedLibrary loaded;
    Traits traits;

    [[nodiscard]] const Functions& call() const noexcept { return loaded.call; }
    [[nodiscard]] const MessageFunctions& message() const noexcept { return loaded.message; }
};

} // namespace gss::inline v0::rfc2744
