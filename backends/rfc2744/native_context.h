// SPDX-License-Identifier: Apache-2.0
// A gss_ctx_id_t.
#pragma once

#include "abi.h"
#include "backend_interface.h"
#include "library.h"
#include "message_failure.h"
#include "token_parts.h"

#include <optional>
#include <span>
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

    [[nodiscard]] bool is_dce_style() const noexcept override {
        return flags_.contains(ContextFlag::dce_style);
    }
    [[nodiscard]] Result<bool> wrap_pieces(std::span<IovBuffer> pieces, bool seal,
                                           Qop qop) override;
    [[nodiscard]] Result<bool> wrap_pieces_length(std::span<IovBuffer> pieces, bool seal,
                                                  Qop qop) const override;
    [[nodiscard]] Result<UnwrappedIov> unwrap_pieces(std::span<IovBuffer> pieces,
                                                     bool out_of_order) override;
    [[nodiscard]] Result<std::size_t> token_size(std::size_t message_size, bool seal,
                                                 Qop qop) const override;
    [[nodiscard]] Result<void> get_mic_pieces(std::span<IovBuffer> pieces, Qop qop) override;
    [[nodiscard]] Result<std::size_t> mic_pieces_length(std::span<const IovBuffer> pieces,
                                                        Qop qop) const override;
    [[nodiscard]] Result<VerifiedMic> verify_mic_pieces(std::span<const IovBuffer> pieces,
                                                        bool out_of_order) override;
    [[nodiscard]] Result<Wrapped> wrap_aead(BytesView message, BytesView associated, bool seal,
                                            Qop qop) override;
    [[nodiscard]] Result<Unwrapped> unwrap_aead(MutableBytes token, BytesView associated,
                                                bool out_of_order) override;
    [[nodiscard]] Result<SecretBytes> pseudo_random(PrfKey key, BytesView input,
                                                    std::size_t octets) override;

    [[nodiscard]] Result<detail::NativeContextInfo> inquire() const override;
    [[nodiscard]] Result<Lifetime> remaining_lifetime() const override;
    [[nodiscard]] Result<Buffer> export_context() override;
    [[nodiscard]] Result<void> process_token(BytesView token) override;
    [[nodiscard]] Result<Buffer> delete_with_token() override;
    [[nodiscard]] Result<std::vector<Buffer>> inquire_by_oid(const Oid& question) const override;
    [[nodiscard]] Result<void> set_option(const Oid& option,
                                          std::optional<BytesView> value) override;
    [[nodiscard]] Result<krb5::Key> session_key() const override;
    [[nodiscard]] Result<krb5::LucidContext> export_lucid() override;
    [[nodiscard]] Result<std::chrono::system_clock::time_point>
    authentication_time() const override;
    [[nodiscard]] Result<std::optional<Buffer>>
    authorization_data(std::int32_t type) const override;
    [[nodiscard]] Result<krb5::TicketFlags> ticket_flags() const override;

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
    /// The same, and unavailable where the library does not do that for this mechanism.
    [[nodiscard]] std::optional<Error> refuse_absent(std::string_view operation,
                                                     Capability capability, bool has_call) const;
    [[nodiscard]] Error unavailable(std::string_view operation, std::string message) const;
    [[nodiscard]] const ContextFunctions& call() const noexcept {
        return library_.loaded.context_call;
    }
    [[nodiscard]] bool has_lucid() const noexcept {
        return call().gss_krb5_export_lucid_sec_context != nullptr &&
               call().gss_krb5_free_lucid_sec_context != nullptr;
    }
    /// What @p on_acceptor is for an acceptor is initiator_ticket_facts for an initiator.
    [[nodiscard]] Capability of_my_role(Capability on_acceptor) const noexcept;
    /// The ticket's privilege attribute certificate, where it is not to be had otherwise.
    [[nodiscard]] Result<std::optional<Buffer>> verified_pac() const;
    [[nodiscard]] Result<krb5::LucidContext> lucid(abi::ContextHandle* handle) const;
    /// Sets the options of a context that has not begun.
    [[nodiscard]] std::optional<Error>
    set_early_options(const detail::InitiateArguments& arguments);
    /// The caller's-memory forms where the library's own IOV calls serve them.
    [[nodiscard]] Result<std::size_t> get_mic_iov(BytesView message, MutableBytes out, Qop qop);
    [[nodiscard]] Result<WrappedInto> wrap_iov(BytesView message, MutableBytes out, bool seal,
                                               Qop qop);
    [[nodiscard]] Result<UnwrappedInPlace> unwrap_iov(MutableBytes token, bool out_of_order);
    [[nodiscard]] Result<UnwrappedInPlace> unwrap_cut(MutableBytes token, bool out_of_order);
    [[nodiscard]] bool uses_iov() const noexcept;
    /// Why a wrapping call on those pieces failed.
    [[nodiscard, gnu::cold]] Error wrap_error(std::string_view operation, NativeStatus status,
                                              std::span<const IovBuffer> pieces, bool seal,
                                              Qop qop) const;
    /// Why an unwrapping call failed on a token that begins like that.
    [[nodiscard, gnu::cold]] Error unwrap_error(NativeStatus status, BytesView beginning) const;
    [[nodiscard]] std::optional<Error> too_small_piece(std::span<const IovBuffer> pieces, bool seal,
                                                       Qop qop) const;
    [[nodiscard]] std::optional<Error> refuse_dce_trailer(std::string_view operation,
                                                          std::span<const IovBuffer> pieces) const;
    /// Whether every token of the context ends with padding.
    [[nodiscard]] bool pads() const;
    /// Pieces without padding where tokens have some; with @p shall_be_there also an empty one.
    [[nodiscard]] std::optional<Error> refuse_without_padding(std::string_view operation,
                                                              std::span<const IovBuffer> pieces,
                                                              bool shall_be_there) const;
    /// An empty piece of padding, which Heimdal takes, and makes tokens that nobody opens.
    [[nodiscard]] bool lacks_room_for_padding(std::span<const IovBuffer> pieces) const;
    /// Cuts off what the last octet of a verified message says is padding. False when the pieces
    /// have less data than the message.
    [[nodiscard]] static bool settle_padding(std::span<IovBuffer> pieces) noexcept;
    /// Signs without gss_wrap_iov, through a copy.
    [[nodiscard]] Result<bool> sign_in_dce_style(std::span<IovBuffer> pieces, Qop qop);
    [[nodiscard]] Result<UnwrappedIov> unwrap_parts(std::span<IovBuffer> pieces, bool out_of_order);
    /// Whether streams are cut by us.
    [[nodiscard]] bool cuts_streams(bool out_of_order) const noexcept {
        return library_.traits.unwraps_exact_pieces_only ||
               (out_of_order && library_.traits.streams_in_order_only);
    }
    /// A stream where the library knows none: cut into what it knows.
    [[nodiscard]] Result<UnwrappedIov> unwrap_stream(std::span<IovBuffer> pieces,
                                                     bool out_of_order);
    [[nodiscard]] Result<UnwrappedIov> unwrap_whole_stream(std::span<IovBuffer> pieces,
                                                           bool out_of_order);
    [[nodiscard]] Result<UnwrappedIov>
    unwrap_cut_stream(std::span<IovBuffer> pieces, const TokenParts& parts, bool out_of_order);
    /// Counts in a token that would make the library use memory beside the pieces.
    [[nodiscard]] std::optional<Error> refuse_false_counts(std::span<const IovBuffer> pieces,
                                                           BytesView beginning) const;
    [[nodiscard]] Result<void> get_gathered_mic(std::span<IovBuffer> pieces, Qop qop);
    [[nodiscard, gnu::cold]] Error too_small_mic(std::span<const IovBuffer> pieces,
                                                 std::size_t needed) const;
    /// Messages on which gss_wrap would end the process.
    [[nodiscard]] std::optional<Error> refuse_broken_blocks(BytesView message) const;
    /// Tokens on which the library's IOV calls would crash.
    [[nodiscard]] std::optional<Error> refuse_cut(std::string_view operation, TokenForm form,
                                                  BytesView token) const;
    [[nodiscard]] std::optional<Error> refuse_other_make(std::string_view operation, TokenForm form,
                                                         BytesView token) const;
    /// Of the context's tokens; asked for once.
    [[nodiscard]] TokenMake make() const;
    /// What a token adds to a message of that size.
    [[nodiscard]] Result<TokenOverhead> token_overhead(std::size_t message_size, bool seal,
                                                       Qop qop) const;
    /// The same for a call that is built from others: @p reason is why one of these failed.
    [[nodiscard, gnu::cold]] Error lacks_encryption_type(std::string_view operation,
                                                         const Error& reason) const;
    [[nodiscard, gnu::cold]] Error bad_token(std::string_view operation, TokenForm form,
                                             BytesView token, std::string message) const;
    [[nodiscard]] bool has_expired() const;
    /// Whether an established context is none.
    [[nodiscard]] bool is_hollow() const;
    /// A name of the context, as every call on names knows it.
    [[nodiscard]] detail::NamePtr settled(detail::NamePtr name) const;
    /// Whether the library has a target's name that it can tell.
    [[nodiscard]] Result<bool> knows_target() const;
    /// Notes what the library names as the mechanism, if it names one.
    void learn_mechanism(const abi::OidDesc* actual);
    void destroy() noexcept;

    const Library& library_;
    abi::ContextHandle handle_;
    detail::NamePtr target_;       // in the mechanism's form, until the context is established
    std::optional<Oid> mechanism_; // what the library named last
    ContextFlags flags_;           // what it granted last
    mutable std::optional<TokenMake> make_;
    bool initiates_ = false;  // this side is the initiator
    bool negotiated_ = false; // by SPNEGO
};

/// Where a token stood, for a status that counts as success: complete, or with @p out_of_order a
/// single one of the early and late bits. Nothing for everything else, duplicates included.
[[nodiscard]] std::optional<Order> accepted_order(abi::Uint32 major, bool out_of_order) noexcept;

} // namespace gss::inline v0::rfc2744
