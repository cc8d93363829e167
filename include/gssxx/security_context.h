// SPDX-License-Identifier: Apache-2.0
// Established security contexts and the messages they protect.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/credentials.h>
#include <gssxx/exported_context.h>
#include <gssxx/flags.h>
#include <gssxx/iov.h>
#include <gssxx/message.h>
#include <gssxx/name.h>
#include <gssxx/time.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace gss::inline v0 {

namespace detail {
class ContextInterface;
}

/// What gss_inquire_context tells (RFC 2744 s5.20). Names are absent for anonymous peers and
/// where the library does not know them yet.
struct ContextInfo {
    std::optional<Name> initiator_name;
    std::optional<Name> target_name;
    Lifetime lifetime = Lifetime::not_supported();
    std::optional<Oid> mechanism;
    ContextFlags flags;
    bool locally_initiated = false;
    bool open = false; ///< fully established
    friend bool operator==(const ContextInfo&, const ContextInfo&) = default;
};

/// Protects messages over a context. What SecurityContext and the half-open types share.
///
/// Not for two threads at once, on any backend. In none of these calls is a message copied
/// beyond what the native library does, unless the comment says so.
///
/// Each call that makes or takes a message fails with context_expired once the lifetime that the
/// library told at establishment or import has passed on the system clock (RFC 2743 s1.2.5, which
/// leaves it to the implementation; neither MIT nor Heimdal checks it).
class GSSXX_EXPORT MessageProtection {
public:
    /// gss_get_mic, RFC 2744 s5.14.
    [[nodiscard]] Result<Buffer> get_mic(BytesView message, Qop qop = default_qop);
    /// gss_get_mic into @p out; yields the size. Fails with parameter_write when @p out is too
    /// small. Without Capability::mic_in_caller_memory the native MIC is copied once.
    [[nodiscard]] Result<std::size_t> get_mic_into(BytesView message, MutableBytes out,
                                                   Qop qop = default_qop);
    /// gss_verify_mic, RFC 2744 s5.32. Succeeds only when the library says GSS_S_COMPLETE:
    /// altered is bad_mic, replayed duplicate_token, and so on. Empty MICs are invalid_token.
    [[nodiscard]] Result<VerifiedMic> verify_mic(BytesView message, BytesView mic);

    /// gss_wrap, RFC 2744 s5.33.
    [[nodiscard]] Result<Wrapped> wrap(BytesView message, Seal seal = Seal::required,
                                       Qop qop = default_qop);
    /// gss_wrap into @p out. Fails with parameter_write when @p out is too small, before a
    /// sequence number is spent where the backend writes there itself; without
    /// Capability::wrap_in_caller_memory the native token is copied once, and a number is spent.
    [[nodiscard]] Result<WrappedInto> wrap_into(BytesView message, MutableBytes out,
                                                Seal seal = Seal::required, Qop qop = default_qop);
    /// gss_unwrap, RFC 2744 s5.31. Succeeds only when the library says GSS_S_COMPLETE; nothing of
    /// the message is released otherwise. Copies the token first where the native library would
    /// write into it (Capability::input_never_written tells).
    [[nodiscard]] Result<Unwrapped> unwrap(BytesView token);
    /// The same without that copy: the octets of @p token may be overwritten.
    [[nodiscard]] Result<Unwrapped> unwrap(MutableBytes token);
    /// An owned token that is given up is overwritten like a mutable one.
    [[nodiscard]] Result<Unwrapped> unwrap(Bytes&& token) { return unwrap(MutableBytes(token)); }
    /// An owned token that is kept is left alone.
    [[nodiscard]] Result<Unwrapped> unwrap(const Bytes& token) { return unwrap(BytesView(token)); }
    /// A native buffer that is kept is left alone.
    [[nodiscard]] Result<Unwrapped> unwrap(const Buffer& token) { return unwrap(token.view()); }
    /// A native buffer that is given up is overwritten like a mutable one.
    [[nodiscard]] Result<Unwrapped> unwrap(Buffer&& token) { return unwrap(token.mutable_view()); }
    /// Unwraps inside the caller's memory: the message lies in @p token afterwards. Without
    /// Capability::unwrap_in_caller_memory the native message is copied there once.
    [[nodiscard]] Result<UnwrappedInPlace> unwrap_in_place(MutableBytes token);

    /// The longest message whose token has at most @p max_token_size octets (gss_wrap_size_limit,
    /// RFC 2744 s5.34).
    [[nodiscard]] Result<std::size_t> wrap_size_limit(std::size_t max_token_size,
                                                      Seal seal = Seal::required,
                                                      Qop qop = default_qop) const;

    // In pieces. None of these allocates for up to 16 pieces in the caller's memory, but what the
    // native library does, unless the comment says so. Each is refused with misuse when a piece is
    // missing, doubled, of the wrong kind, out of order, or overlaps another, and never half done.

    /// gss_wrap_iov: encrypts or signs the pieces of data where they lie. Yields whether they were
    /// encrypted. Wants a header, and around the data, in this order: header, data, padding,
    /// trailer; these one after another are a token of wrap. Pieces of sign_only may stand
    /// anywhere. Without a trailer its octets come into the header. In DCE style the order is free,
    /// and there is no trailer. Fails with parameter_write when a piece is too small (its index,
    /// the octets needed and present are told), and spends no number then; with
    /// insufficient_protection and the token's parts wiped when it cannot encrypt and must.
    [[nodiscard]] Result<bool> wrap_iov(std::span<IovBuffer> pieces, Seal seal = Seal::required,
                                        Qop qop = default_qop);
    /// gss_wrap_iov_length: sets IovBuffer::needed of every piece. Octets of data are not read, but
    /// their sizes count. Yields whether wrap_iov would encrypt.
    [[nodiscard]] Result<bool> wrap_iov_length(std::span<IovBuffer> pieces,
                                               Seal seal = Seal::required,
                                               Qop qop = default_qop) const;
    /// gss_unwrap_iov, of the pieces that wrap_iov takes with the sizes that it left there, or of a
    /// stream (a whole token), one empty piece of data and any of sign_only: the data then is where
    /// it lies inside the stream, or allocated. Succeeds only when the library says GSS_S_COMPLETE;
    /// otherwise the octets of data and stream are wiped.
    [[nodiscard]] Result<UnwrappedIov> unwrap_iov(std::span<IovBuffer> pieces);
    /// The longest data that wrap_iov makes a token of at most @p max_token_size octets of: those
    /// of header, data, padding and trailer together. Zero when there is none.
    [[nodiscard]] Result<std::size_t> wrap_iov_size_limit(std::size_t max_token_size,
                                                          Seal seal = Seal::required,
                                                          Qop qop = default_qop) const;

    /// gss_get_mic_iov: the MIC of all pieces of data and sign_only, one after another, into the
    /// piece mic_token; the same as of get_mic. Where the library has no such call, several pieces
    /// are copied together first, and the MIC is copied once.
    [[nodiscard]] Result<void> get_mic_iov(std::span<IovBuffer> pieces, Qop qop = default_qop);
    /// gss_get_mic_iov_length: sets IovBuffer::needed of the piece mic_token.
    [[nodiscard]] Result<void> get_mic_iov_length(std::span<IovBuffer> pieces,
                                                  Qop qop = default_qop) const;
    /// gss_verify_mic_iov. As verify_mic.
    [[nodiscard]] Result<VerifiedMic> verify_mic_iov(std::span<const IovBuffer> pieces);

    /// gss_wrap_aead: a token of @p message that opens only beside the same @p associated octets,
    /// which it does not contain.
    [[nodiscard]] Result<Wrapped> wrap_aead(BytesView message, BytesView associated,
                                            Seal seal = Seal::required, Qop qop = default_qop);
    /// gss_unwrap_aead. As unwrap; copies the token once.
    [[nodiscard]] Result<Unwrapped> unwrap_aead(BytesView token, BytesView associated);
    /// Unwraps inside the caller's memory: the message lies in @p token afterwards. After a failure
    /// the token is wiped.
    [[nodiscard]] Result<UnwrappedInPlace> unwrap_aead_in_place(MutableBytes token,
                                                                BytesView associated);

    /// gss_pseudo_random (RFC 4401): @p octets of key material, the same for both sides of the
    /// context and the same @p input. At most max_prf_octets; none is malformed_parameter (RFC 4401
    /// s2: "The minimum desired_output_len is one"). Fails with unavailable while there is no key.
    [[nodiscard]] Result<SecretBytes> pseudo_random(PrfKey key, BytesView input,
                                                    std::size_t octets);

    /// From now on tokens that arrive early, late or too late to tell are accepted and marked in
    /// the result; duplicates stay errors
    /// within the library's window (64 numbers on MIT), and a replay from before it comes back as
    /// unsequenced or old, never as in order. Fails with unavailable where the library reports the
    /// order before it has checked the checksum (Heimdal 7.8): without
    /// Capability::out_of_order_delivery such a token may be forged.
    [[nodiscard]] Result<void> accept_out_of_order();

    /// gss_sign of version 1 (RFC 2743 s2.3: the old names of get_mic and so on).
    [[nodiscard, deprecated("use get_mic")]] Result<Buffer> sign(BytesView message) {
        return get_mic(message);
    }
    /// gss_verify of version 1.
    [[nodiscard, deprecated("use verify_mic")]] Result<VerifiedMic> verify(BytesView message,
                                                                           BytesView mic) {
        return verify_mic(message, mic);
    }
    /// gss_seal of version 1.
    [[nodiscard, deprecated("use wrap")]] Result<Wrapped> seal(BytesView message,
                                                               Seal seal = Seal::required) {
        return wrap(message, seal);
    }
    /// gss_unseal of version 1.
    [[nodiscard, deprecated("use unwrap")]] Result<Unwrapped> unseal(BytesView token) {
        return unwrap(token);
    }

    ~MessageProtection();

protected:
    // Nobody moves the context out of an object that goes on to use it.
    MessageProtection(MessageProtection&&) noexcept;
    MessageProtection& operator=(MessageProtection&&) noexcept;
    friend struct detail::Access;
    explicit MessageProtection(std::unique_ptr<detail::ContextInterface> self) noexcept;

    /// From now on the context is good for @p lifetime; failures name @p peer, which may be null.
    void live_for(Lifetime lifetime, std::shared_ptr<detail::NameInterface> peer) noexcept;

    std::unique_ptr<detail::ContextInterface> self_;
    std::shared_ptr<detail::NameInterface> peer_;
    std::chrono::system_clock::time_point end_ = std::chrono::system_clock::time_point::max();
    bool out_of_order_ = false;

private:
    /// What every message call asks first: is there a context, does it live, can it count so far?
    [[nodiscard]] bool may_protect(std::size_t octets) const noexcept;
    [[nodiscard]] bool may_protect(BytesView octets) const noexcept {
        return may_protect(octets.size());
    }
    /// Why not.
    [[nodiscard, gnu::cold]] Error refusal(std::string_view operation, std::size_t octets) const;
    [[nodiscard, gnu::cold]] Error refusal(std::string_view operation, BytesView octets) const {
        return refusal(operation, octets.size());
    }
    [[nodiscard, gnu::cold]] Error token_refusal(std::string_view operation, BytesView token) const;
    [[nodiscard, gnu::cold]] Error expired(std::string_view operation) const;
};

/// An established security context (RFC 2743 s1.1.3). Move-only; one thread at a time; after a
/// fork only one of the processes may use it.
class GSSXX_EXPORT SecurityContext : public MessageProtection {
public:
    SecurityContext(SecurityContext&&) noexcept = default;
    SecurityContext& operator=(SecurityContext&&) noexcept = default;
    ~SecurityContext() = default;

    /// gss_import_sec_context, RFC 2744 s5.17, of a frame that export_context made. A frame of
    /// another backend is misuse.
    [[nodiscard]] static Result<SecurityContext> import_context(const Backend& backend,
                                                                const ExportedContext& exported);
    /// Hands a native interprocess token to the library unchecked. Only for octets of trusted
    /// origin: both native libraries crash on some malformed ones.
    [[nodiscard]] static Result<SecurityContext> import_trusted(const Backend& backend,
                                                                BytesView native_token);
    /// gss_export_sec_context, RFC 2744 s5.15. The context is gone afterwards; when the export
    /// failed before the library touched it, it stays usable.
    [[nodiscard]] Result<ExportedContext> export_context();

    /// gss_inquire_context, RFC 2744 s5.20.
    [[nodiscard]] Result<ContextInfo> inquire() const;
    /// What is left of the context's life: zero when expired (gss_context_time, RFC 2744 s5.6).
    [[nodiscard]] Result<Lifetime> remaining_lifetime() const;
    /// gss_inquire_sec_context_by_oid: what the mechanism tells under that identifier, in as many
    /// pieces as there are, each wiped before it is released, as they may be keys. Fails with what
    /// the library says of identifiers that it does not know: unavailable on MIT, failure on
    /// Heimdal; with misuse where it would yield an address (lucid contexts of MIT). On MIT
    /// authorization data (1.2.840.113554.1.2.2.5.10) may be what the client says of itself.
    /// Capability::context_inquiry.
    [[nodiscard]] Result<std::vector<Buffer>> inquire_by_oid(const Oid& question) const;
    /// gss_set_sec_context_option. What a value must look like is the option's business, and
    /// libraries trust it. It is copied, so that what is written there is lost. Misuse for options
    /// that take addresses (Heimdal's plugins and ways to the KDC). Capability::context_options.
    [[nodiscard]] Result<void> set_option(const Oid& option,
                                          std::optional<BytesView> value = std::nullopt);
    /// The mechanism that was used, and what it granted.
    [[nodiscard]] const Oid& mechanism() const noexcept { return mechanism_; }
    [[nodiscard]] ContextFlags flags() const noexcept { return flags_; }

    /// gss_process_context_token, RFC 2744 s5.25. A native library may delete the context in
    /// this call; later calls then fail with no_context.
    [[deprecated("RFC 2743 s2.2.4: kept for version 1 peers")]] Result<void>
    process_context_token(BytesView token);
    /// gss_delete_sec_context with its output token, RFC 2744 s5.9; empty on current libraries.
    /// The context is gone afterwards.
    [[deprecated("contexts are deleted by their destructor")]] Result<Buffer> delete_context();

    /// The backend that the context belongs to.
    [[nodiscard]] Backend backend() const;

private:
    friend struct detail::Access;
    SecurityContext(MessageProtection&& protection, Oid mechanism, ContextFlags flags) noexcept;

    Oid mechanism_;
    ContextFlags flags_;
};

} // namespace gss::inline v0
