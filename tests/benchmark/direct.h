// SPDX-License-Identifier: Apache-2.0
// The same work without gssxx: plain C calls on the library that a backend opened.
#pragma once

#include <gssxx/gssxx.h>

#include "abi.h"
#include "symbols.h"

#include <utility>

namespace gss::bench {

namespace abi = rfc2744::abi;

/// The functions of the library that @p backend opened; throws when they cannot be found.
[[nodiscard]] rfc2744::Functions functions_of(const Backend& backend);

/// Throws unless @p major is GSS_S_COMPLETE.
void require_complete(abi::Uint32 major, const char* what);

[[nodiscard]] inline abi::BufferDesc input_of(BytesView octets) noexcept {
    return {octets.size(), const_cast<std::byte*>(octets.data())};
}

/// A gss_ctx_id_t.
class DirectContext {
public:
    explicit DirectContext(const rfc2744::Functions& call) noexcept : call_(&call) {}
    DirectContext(DirectContext&& other) noexcept
        : call_(other.call_), handle_(std::exchange(other.handle_, nullptr)) {}
    DirectContext& operator=(DirectContext&&) = delete;
    DirectContext(const DirectContext&) = delete;
    DirectContext& operator=(const DirectContext&) = delete;
    ~DirectContext() {
        if (handle_ != nullptr) {
            abi::Uint32 minor = 0;
            call_->delete_sec_context(&minor, &handle_, nullptr);
        }
    }
    [[nodiscard]] const rfc2744::Functions& call() const noexcept { return *call_; }
    [[nodiscard]] abi::ContextHandle get() const noexcept { return handle_; }
    [[nodiscard]] abi::ContextHandle* put() noexcept { return &handle_; }

private:
    const rfc2744::Functions* call_;
    abi::ContextHandle handle_ = nullptr;
};

/// A gss_name_t.
class DirectName {
public:
    explicit DirectName(const rfc2744::Functions& call) noexcept : call_(&call) {}
    DirectName(DirectName&& other) noexcept
        : call_(other.call_), handle_(std::exchange(other.handle_, nullptr)) {}
    DirectName& operator=(DirectName&&) = delete;
    DirectName(const DirectName&) = delete;
    DirectName& operator=(const DirectName&) = delete;
    ~DirectName() {
        if (handle_ != nullptr) {
            abi::Uint32 minor = 0;
            call_->release_name(&minor, &handle_);
        }
    }
    [[nodiscard]] abi::NameHandle* put() noexcept { return &handle_; }

private:
    const rfc2744::Functions* call_;
    abi::NameHandle handle_ = nullptr;
};

/// Both ends of a context, and whom the acceptor sees.
struct DirectPair {
    DirectContext initiator;
    DirectContext acceptor;
    DirectName peer;
};

/// What establishing needs each time: made once, as a server or client does.
class DirectParties {
public:
    explicit DirectParties(const Backend& backend);
    DirectParties(const DirectParties&) = delete;
    DirectParties& operator=(const DirectParties&) = delete;
    ~DirectParties();

    [[nodiscard]] const rfc2744::Functions& call() const noexcept { return call_; }
    /// Establishes a context with the same inputs and outputs as our calls have.
    [[nodiscard]] DirectPair establish() const;

private:
    rfc2744::Functions call_;
    abi::NameHandle target_ = nullptr;
    abi::CredentialHandle initiator_ = nullptr;
    abi::CredentialHandle acceptor_ = nullptr;
};

} // namespace gss::bench
