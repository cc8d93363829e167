// SPDX-License-Identifier: Apache-2.0
// Where a library looks for credentials: the names of its default cache and keytab.
#pragma once

#include <gssxx/credentials.h>

#include "library.h"

#include <string>

namespace gss::inline v0::rfc2744 {

/// Names as the library writes them, "FILE:/tmp/krb5cc_0"; empty: not involved, or not known.
struct Sources {
    std::string cache;
    std::string keytab;
    bool chosen = false; ///< by the caller; else they are the library's defaults
};

/// A context of the library's own libkrb5; null inside when there is none.
class Krb5Context {
public:
    explicit Krb5Context(const Krb5Functions& krb5) noexcept;
    ~Krb5Context();
    Krb5Context(const Krb5Context&) = delete;
    Krb5Context& operator=(const Krb5Context&) = delete;

    [[nodiscard]] const Krb5Functions& functions() const noexcept { return krb5_; }
    /// Null when there is no context.
    [[nodiscard]] abi::Krb5ContextHandle get() const noexcept { return context_; }
    [[nodiscard]] std::string default_cache() const;
    [[nodiscard]] std::string default_keytab() const;
    [[nodiscard]] bool is_of(const Krb5Functions& krb5) const noexcept {
        return krb5_.init_context == krb5.init_context;
    }

private:
    Krb5Functions krb5_;
    abi::Krb5ContextHandle context_ = nullptr;
};

/// The defaults for credentials of that usage. Reads krb5.conf.
[[nodiscard]] Sources default_sources(const Krb5Context& context, CredentialUsage usage);
[[nodiscard]] Sources default_sources(const Library& library, CredentialUsage usage);

/// "default cache FILE:/tmp/krb5cc_0, default keytab FILE:/etc/krb5.keytab".
[[nodiscard]] std::string describe(const Sources& sources);

} // namespace gss::inline v0::rfc2744
