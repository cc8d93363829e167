// SPDX-License-Identifier: Apache-2.0
// Handles of the libkrb5 that belongs to a library, each given back once.
#pragma once

#include "library.h"

#include <string>

namespace gss::inline v0::rfc2744 {

/// Where a function of libkrb5 puts a handle, and who closes it. The context must outlive it.
template <typename Handle, auto close>
class Krb5Handle {
public:
    Krb5Handle(const Krb5Functions& krb5, abi::Krb5ContextHandle context) noexcept
        : krb5_(krb5), context_(context) {}
    Krb5Handle(const Krb5Handle&) = delete;
    Krb5Handle& operator=(const Krb5Handle&) = delete;
    ~Krb5Handle() {
        if (handle_ != nullptr) {
            (krb5_.*close)(context_, handle_);
        }
    }
    [[nodiscard]] Handle* receive() noexcept { return &handle_; }
    [[nodiscard]] Handle get() const noexcept { return handle_; }
    /// Gives it to a function that closes it.
    [[nodiscard]] Handle release() noexcept {
        const Handle handle = handle_;
        handle_ = nullptr;
        return handle;
    }

private:
    const Krb5Functions& krb5_;
    abi::Krb5ContextHandle context_;
    Handle handle_ = nullptr;
};

using CacheOwner = Krb5Handle<abi::CacheHandle, &Krb5Functions::cc_close>;
using KeytabOwner = Krb5Handle<abi::KeytabHandle, &Krb5Functions::kt_close>;
using PrincipalOwner = Krb5Handle<abi::PrincipalHandle, &Krb5Functions::free_principal>;
using TextOwner = Krb5Handle<char*, &Krb5Functions::free_unparsed_name>;

/// A krb5_creds that a function of libkrb5 fills, emptied at the end.
class TicketOwner {
public:
    TicketOwner(const Krb5Functions& krb5, abi::Krb5ContextHandle context) noexcept
        : krb5_(krb5), context_(context) {}
    TicketOwner(const TicketOwner&) = delete;
    TicketOwner& operator=(const TicketOwner&) = delete;
    ~TicketOwner() {
        if (filled_) {
            krb5_.free_cred_contents(context_, &ticket_);
        }
    }
    [[nodiscard]] abi::TicketStruct* get() noexcept { return &ticket_; }
    /// Passes the result of the function that fills it on.
    [[nodiscard]] std::int32_t filled_by(std::int32_t code) noexcept {
        filled_ = code == 0;
        return code;
    }

private:
    const Krb5Functions& krb5_;
    abi::Krb5ContextHandle context_;
    abi::TicketStruct ticket_;
    bool filled_ = false;
};

/// True when all of GSSXX_KRB5_SYMBOLS are there.
[[nodiscard]] bool is_complete(const Krb5Functions& krb5) noexcept;

} // namespace gss::inline v0::rfc2744
