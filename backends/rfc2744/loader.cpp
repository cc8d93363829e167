// SPDX-License-Identifier: Apache-2.0
#include "loader.h"

#include <dlfcn.h>

namespace gss::inline v0::rfc2744 {

namespace {

Error unavailable(std::string_view backend, std::string_view library, std::string message) {
    ErrorDetails details;
    details.code = ErrorCode::backend_unavailable;
    details.operation = "open backend";
    details.backend = backend;
    details.subject = library;
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

template <typename Function>
void find(void* handle, const char* name, Function*& slot) noexcept {
    slot = reinterpret_cast<Function*>(dlsym(handle, name));
}

/// Names of REQUIRED symbols that are missing.
std::string fill(void* handle, Functions& call) {
    std::string missing;
#define GSSXX_OPTIONAL(name, parameters) find(handle, "gss_" #name, call.name);
#define GSSXX_REQUIRED(name, parameters)                                                           \
    GSSXX_OPTIONAL(name, parameters)                                                               \
    if (call.name == nullptr) {                                                                    \
        missing += " gss_" #name;                                                                  \
    }
    GSSXX_RFC2744_SYMBOLS(GSSXX_REQUIRED, GSSXX_OPTIONAL)
#undef GSSXX_REQUIRED
#undef GSSXX_OPTIONAL
    return missing;
}

void fill(void* handle, MessageFunctions& message) noexcept {
#define GSSXX_FIND(name, parameters) find(handle, "gss_" #name, message.name);
    GSSXX_MESSAGE_SYMBOLS(GSSXX_FIND)
#undef GSSXX_FIND
}

void fill(void* handle, ContextFunctions& call) noexcept {
#define GSSXX_FIND(name, parameters) find(handle, #name, call.name);
    GSSXX_CONTEXT_SYMBOLS(GSSXX_FIND)
    GSSXX_CONTEXT_LOOSE_SYMBOLS(GSSXX_FIND)
#undef GSSXX_FIND
}

/// dlsym also searches what the library itself depends on: its own libkrb5 and no other.
void fill(void* handle, Krb5Functions& krb5) noexcept {
#define GSSXX_KRB5(result, name, parameters) find(handle, "krb5_" #name, krb5.name);
    GSSXX_KRB5_SYMBOLS(GSSXX_KRB5)
    GSSXX_KRB5_MORE_SYMBOLS(GSSXX_KRB5)
#undef GSSXX_KRB5
    find(handle, "krb5_kt_default_name", krb5.kt_default_name);
    find(handle, "krb5_set_trace_callback", krb5.set_trace_callback);
    find(handle, "decode_Ticket", krb5.decode_ticket);
    find(handle, "free_Ticket", krb5.free_ticket);
    find(handle, "k5_rc_resolve", krb5.rc_resolve);
    find(handle, "k5_rc_close", krb5.rc_close);
}

bool is_soname_or_absolute(std::string_view library) noexcept {
    return !library.empty() &&
           (library.front() == '/' || library.find('/') == std::string_view::npos);
}

} // namespace

Result<LoadedLibrary> load(std::string_view backend, std::string_view library,
                           std::string_view family_symbol) {
    if (!is_soname_or_absolute(library) || library.find('\0') != std::string_view::npos) {
        return unavailable(backend, library, "neither a soname nor an absolute path");
    }
    LoadedLibrary loaded;
    loaded.path = library;
    // RTLD_LOCAL keeps the symbols of two families apart. RTLD_NODELETE: buffers and error tables
    // of the library may outlive every object of ours, and some of them run code at unloading.
    void* handle = dlopen(loaded.path.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    if (handle == nullptr) {
        const char* reason = dlerror(); // NOLINT(concurrency-mt-unsafe): per thread in practice
        return unavailable(backend, library, reason == nullptr ? "cannot be opened" : reason);
    }
    const std::string missing = fill(handle, loaded.call);
    fill(handle, loaded.message);
    fill(handle, loaded.context_call);
    fill(handle, loaded.krb5);
    const bool right_family = dlsym(handle, std::string(family_symbol).c_str()) != nullptr;
    dlclose(handle); // the mapping stays
    if (!missing.empty()) {
        return unavailable(backend, library, "lacks" + missing);
    }
    if (!right_family) {
        return unavailable(backend, library,
                           "is not of this family: it lacks " + std::string(family_symbol));
    }
    return loaded;
}

} // namespace gss::inline v0::rfc2744
