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
    /// gss_init_sec_context goes on with memory it never wrote when an answer has no frame.
    bool reads_unframed_answers = false;
    /// gss_init_sec_context imports a target that is no mechanism's name in each step anew.
    bool imports_target_in_each_step = false;
    /// gss_inquire_context gives no names of an expired context, and leaks them.
    bool leaks_names_of_expired_context = false;
    /// A failing gss_acquire_cred never says why, and gss_add_cred does.
    bool acquire_gives_no_reason = false;
    /// An acceptor's credential without a name has, when asked, a name with nothing inside, and
    /// every call on it crashes.
    bool unnamed_acceptor_has_hollow_name = false;
    /// gss_add_cred without an output handle crashes: a copy with the element takes its place.
    bool add_in_place_crashes = false;
    /// gss_duplicate_name crashes on names that some calls yield. Only where names never change.
    bool shares_duplicate_names = false;
    /// There is no gss_acquire_cred_from: gss_krb5_import_cred and gss_krb5_copy_ccache serve
    /// credential stores.
    bool acquires_from_store_by_import = false;
};

struct Library {
    LoadedLibrary loaded;
    Traits traits;

    [[nodiscard]] const Functions& call() const noexcept { return loaded.call; }
};

} // namespace gss::inline v0::rfc2744
