// SPDX-License-Identifier: Apache-2.0
// Opens a native library and finds its functions.
#pragma once

#include <gssxx/result.h>

#include "context_symbols.h"
#include "symbols.h"

#include <string>
#include <string_view>

namespace gss::inline v0::rfc2744 {

/// A library that stays mapped for the life of the process.
struct LoadedLibrary {
    std::string path; // the soname or path that was asked for
    Functions call;
    MessageFunctions message;
    ContextFunctions context_call;
    Krb5Functions krb5;
};

/// Opens @p library, a soname or an absolute path; relative paths are refused, because what they
/// name depends on the working directory. @p family_symbol is a symbol that only libraries of the
/// wanted family export. Fails with backend_unavailable, naming the library and what is missing.
[[nodiscard]] Result<LoadedLibrary> load(std::string_view backend, std::string_view library,
                                         std::string_view family_symbol);

} // namespace gss::inline v0::rfc2744
