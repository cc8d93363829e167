// SPDX-License-Identifier: Apache-2.0
// What both roles of a key exchange do alike.
#pragma once

#include "engine_core.h"
#include "exchange_hash.h"
#include "kex_options.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gss::inline v0::ssh::detail {

class KexCore : public EngineCore {
protected:
    KexCore(KexSettings settings, ExchangeHash hash);

    [[nodiscard]] const KexSettings& settings() const noexcept { return settings_; }
    [[nodiscard]] wire::PublicForm form() const noexcept;
    [[nodiscard]] bool group_exchange() const noexcept;
    /// Null for curves, and before a group is known.
    [[nodiscard]] const DhGroup* group() const noexcept { return group_ ? &*group_ : nullptr; }
    void set_group(DhGroup group) { group_ = std::move(group); }
    /// For methods whose name says which group: that one.
    void set_fixed_group();

    // Keys. Each of these has ended the engine when it says false ------------------------------
    /// Our ephemeral key pair.
    [[nodiscard]] bool make_key_pair();
    [[nodiscard]] BytesView public_key() const noexcept { return key_pair_->public_key(); }
    /// The peer's public key, as far as it can be checked without arithmetic.
    [[nodiscard]] bool check_public_key(BytesView key);
    /// K from our key pair and the peer's public key.
    [[nodiscard]] bool agree(BytesView peer_key);
    /// H. K, both keys and K_S must be known.
    [[nodiscard]] bool compute_hash(const GroupRequest& request, BytesView client_key,
                                    BytesView server_key);

    // Steps ------------------------------------------------------------------------------------
    /// Asks for a leg. The engine ends instead when there were too many.
    void ask_step(bool initiate, bool first, ContextFlags flags, BytesView token);
    /// Checks what a leg says beside its status: the mechanism, and once the context is complete
    /// the granted flags. False when that has ended the engine.
    [[nodiscard]] bool check_step(const StepAnswer& answer);
    /// Ends the engine because a leg failed. What the peer is told was sent before.
    void fail_step(const StepAnswer& answer);

    // The end ----------------------------------------------------------------------------------
    void violation(std::uint8_t number, std::string_view where);
    void malformed(std::uint8_t number);
    /// RFC 4462 s2.1: "the key exchange MUST fail".
    void fail_exchange(Fault fault, std::string_view text);
    /// Nothing of the peer's is held at the end. False when that has ended the engine.
    [[nodiscard]] bool nothing_follows();
    /// The exchange has succeeded.
    void finish_exchange();

    [[nodiscard]] SecretBytes hash_copy() const { return SecretBytes(exchange_hash_.view()); }
    std::optional<Bytes> host_key_; ///< K_S; absent when none was, or will be, sent

private:
    KexSettings settings_;
    ExchangeHash hash_;
    std::optional<DhGroup> group_;
    std::unique_ptr<KeyAgreement> key_pair_;
    SecretBytes secret_; ///< K, encoded
    SecretBytes exchange_hash_;
    ContextFlags granted_;
    unsigned legs_ = 0;
};

/// At most @p most octets of @p text, not cut within a character.
[[nodiscard]] std::string cut_text(std::string text, std::size_t most);

} // namespace gss::inline v0::ssh::detail
