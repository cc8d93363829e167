// SPDX-License-Identifier: Apache-2.0
// A gss_ctx_id_t.
#pragma once

#include "abi.h"
#include "backend_interface.h"
#include "library.h"
#include "message_failure.h"

#include <optional>
#include <string>

namespace gss::inline v0::rfc2744 {

class NativeContext : public detail::ContextInterface {
public:
    /// Takes ownership of @p handle, which may be GSS_C_NO_CONTEXT.
    NativeContext(detail::BackendPtr backend, abi::ContextHandle handle) noexcept;
    ~NativeContext() override;

    /// Where an import puts the handle; only while there is none.
    [[nodiscard]] abi::ContextHandle* receive() noexcept { return &handle_; }
    /// Learns the mechanism and the flags of an imported context.
    [[nodiscard]] Result<void> adopt();

    [[nodiscard]] detail::NativeStep initiate(const detail::InitiateArguments& arguments,
                                              BytesView token) override;
    [[nodiscard]] detail::NativeStep accept(const detail::AcceptArguments& arguments,
                                            BytesView token) override;
    /// An AP-REP is checked with keys that are there (RFC 4120 s3.2.5); a KRB-ERROR may make
    /// Heimdal begin anew, and other mechanisms may ask whom they like.
    [[nodiscard]] bool answers_at_once(const detail::InitiateArguments& arguments,
                                       BytesView token) const override;

    [[nodiscard]] Result<Buffer> get_mic(BytesView message, Qop qop) override;
    [[nodiscard]] Result<std::size_t> get_mic_into(BytesView message, MutableBytes out,
                                                   Qop qop) override;
    [[nodiscard]] Result<VerifiedMic> verify_mic(BytesView message, BytesView mic,
                                                 bool out_of_order) override;
    [[nodiscard]] Result<Wrapped> wrap(BytesView message, bool seal, Qop qop) override;
    [[nodiscard]] Result<WrappedInto> wrap_into(BytesView message, MutableBytes out, bool seal,
                                                Qop qop) override;
    [[nodiscard]] Result<Unwrapped> unwrap(MutableBytes token, bool out_of_order) override;
    [[nodiscard]] bool leaves_alone(BytesView token) const noexcept override;
    [[nodiscard]] Result<UnwrappedInPlace> unwrap_in_place(MutableBytes token,
                                                           bool out_of_order) override;
    [[nodiscard]] Result<std::size_t> wrap_size_limit(std::size_t max_token_size, bool seal,
                                                      Qop qop) const override;

    [[nodiscard]] Result<detail::NativeContextInfo> inquire() const override;
    [[nodiscard]] Result<Lifetime> remaining_lifetime() const override;
    [[nodiscard]] Result<Buffer> export_context() override;
    [[nodiscard]] Result<void> process_token(BytesView token) override;
    [[nodiscard]] Result<Buffer> delete_with_token() override;
    [[nodiscard]] const std::optional<Oid>& mechanism() const noexcept override {
        return mechanism_;
    }
    [[nodiscard]] bool exists() const noexcept override { return handle_ != nullptr; }

private:
    /// The Error of a message that the library refused; names the context.
    [[nodiscard]] Error incoming_error(std::string_view operation, NativeStatus status,
                                       TokenForm form, BytesView token) const;
    /// The target is no mechanism's name, and the library imports it each time that it sees it.
    [[nodiscard]] bool is_imported_in_each_step(const detail::InitiateArguments& arguments) const;
    /// The target as the library shall see it: imported once, in the first step. To import it may
    /// be to ask DNS, and when the peer's answer has come nobody shall be asked any more.
    [[nodiscard]] abi::NameHandle target_of(const detail::InitiateArguments& arguments);
    /// An answer that the library must not see.
    [[nodiscard]] std::optional<Error> refuse_answer(const detail::InitiateArguments& arguments,
                                                     BytesView answer) const;
    [[nodiscard]] Error initiate_error(const detail::InitiateArguments& arguments, Operation kind,
                                       NativeStatus status);
    [[nodiscard]] Error error(std::string_view operation, Operation kind, NativeStatus status,
                              std::string subject = {}) const;
    [[nodiscard]] std::optional<Error> refuse_without_context(std::string_view operation) const;
    /// The caller's-memory forms where the library's own IOV calls serve them.
    [[nodiscard]] Result<std::size_t> get_mic_iov(BytesView message, MutableBytes out, Qop qop);
    [[nodiscard]] Result<WrappedInto> wrap_iov(BytesView message, MutableBytes out, bool seal,
                                               Qop qop);
    [[nodiscard]] Result<UnwrappedInPlace> unwrap_iov(MutableBytes token, bool out_of_order);
    [[nodiscard]] bool uses_iov() const noexcept;
    [[nodiscard]] bool has_expired() const;
    /// Notes what the library names as the mechanism, if it names one.
    void learn_mechanism(const abi::OidDesc* actual);
    void destroy() noexcept;

    const Library& library_;
    abi::ContextHandle handle_;
    detail::NamePtr target_;       // in the mechanism's form, until the context is established
    std::optional<Oid> mechanism_; // what the library named last
    ContextFlags flags_;           // what it granted last
};

/// Where a token stood, for a status that counts as success: complete, or with @p out_of_order a
/// single one of the early and late bits. Nothing for everything else, duplicates included.
[[nodiscard]] std::optional<Order> accepted_order(abi::Uint32 major, bool out_of_order) noexcept;

} // namespace gss::inline v0::rfc2744
