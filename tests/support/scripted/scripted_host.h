// SPDX-License-Identifier: Apache-2.0
// A host for engines whose GSS mechanism follows a script: no native library, no realm, no network.
//
// A context is made of Script::tokens tokens that go to and fro, the initiator's first; whoever has
// no token left to send or to get is complete. With 1 the initiator is complete at once and the
// acceptor sends nothing; with 2 (as Kerberos with mutual authentication) the acceptor is complete
// first and its final token goes with its completion; with 3 the initiator is complete first; and
// so on. The rest of Script makes an end misbehave.
//
// The key of a context comes from all its tokens, so that a MIC of another context, of another
// session or of the same end never verifies; the MIC depends on every octet of the message and of
// itself. It is no cryptography: whoever sees the tokens has the key.
#pragma once

#include <gssxx/mechanism.h>
#include <gssxx/ssh/actions.h>
#include <gssxx/ssh/engine.h>

#include "keyed_sum.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace gss::test {

inline constexpr std::uint32_t status_bad_mic = 6U << 16;
inline constexpr std::uint32_t status_defective_token = 9U << 16;
inline constexpr std::uint32_t status_no_context = 8U << 16;
inline constexpr std::uint32_t status_failure = 13U << 16;

/// What one end does. Legs are counted by each end for itself, from 1.
struct Script {
    /// How many tokens travel in all, 1 to 10. Both ends must agree, unless a test wants otherwise.
    unsigned tokens = 2;
    /// The leg at which this end says that it is complete, whatever Script::tokens says; 0: none.
    unsigned done_at = 0;
    /// The leg at which this end fails, with these words; 0: none.
    unsigned fail_at = 0;
    std::uint32_t major = status_failure;
    std::uint32_t minor = 4711;
    std::string text = "as the script says";
    /// A failed leg yields an error token (legs that fail by themselves too).
    bool error_token = false;
    /// The leg whose token is left out although one is due; 0: none.
    unsigned no_token_at = 0;
    /// The leg that yields a token although none is due; 0: none.
    unsigned token_at = 0;
    /// Octets without meaning in every token, to make it long.
    std::size_t padding = 0;

    /// Taken from, and added to, the flags that were asked for.
    ContextFlags without;
    ContextFlags with;
    /// The mechanism that this end says it used, instead of the one that was asked for.
    std::optional<Oid> claims;
    /// Whether it says which mechanism it used.
    bool names_mechanism = true;

    /// The major status of GSS_GetMIC and, for a MIC that is good, of GSS_VerifyMIC.
    std::uint32_t get_mic_status = 0;
    std::uint32_t verify_status = 0;

    /// The answer to every Authorize.
    ssh::AuthorizeAnswer authorization = {ssh::AuthorizeAnswer::Decision::allow, {}, {}};
};

/// How often something was asked for.
struct ScriptedCounts {
    std::size_t steps = 0;
    std::size_t mics = 0;
    std::size_t verified = 0; ///< VerifyMic, whatever the answer
    std::size_t refused = 0;  ///< of those, with another answer than yes
    std::size_t authorized = 0;
    std::size_t released = 0;
    /// Questions that make no sense: a leg of a context that is complete or was released, a MIC
    /// of one that is not complete, a first leg of one that exists, Release of what is not there.
    std::size_t misuses = 0;
};

/// Keeps contexts by name, as the host of one end of an SSH session does. Copies keep the contexts:
/// a copy taken in the middle of a conversation can go on from there.
class ScriptedHost {
public:
    /// @p seed makes the nonces, and so the keys; hosts without one get different ones.
    explicit ScriptedHost(Script script = {}, std::uint64_t seed = next_seed());

    /// What the end does from now on.
    [[nodiscard]] Script& script() noexcept { return script_; }
    [[nodiscard]] const ScriptedCounts& counts() const noexcept { return counts_; }
    /// True while a context of that name has not been released.
    [[nodiscard]] bool has(const ssh::ContextName& name) const { return contexts_.contains(name); }
    [[nodiscard]] std::size_t contexts() const noexcept { return contexts_.size(); }
    /// True when the context of that name is complete.
    [[nodiscard]] bool complete(const ssh::ContextName& name) const;

    [[nodiscard]] ssh::StepAnswer step(const ssh::GssStep& question);
    [[nodiscard]] ssh::MicAnswer get_mic(const ssh::GetMic& question);
    [[nodiscard]] ssh::VerifyAnswer verify_mic(const ssh::VerifyMic& question);
    [[nodiscard]] ssh::AuthorizeAnswer authorize(const ssh::Authorize& question);
    void release(const ssh::ContextName& name);

    /// Does what @p action asks: answers questions, deletes what is released. False for every
    /// other action, which the caller must look at.
    bool handle(ssh::Engine& engine, const ssh::Action& action);

    /// The MIC that @p name's context would make over @p data, without counting it.
    [[nodiscard]] Bytes mic_of(const ssh::ContextName& name, BytesView data);

private:
    struct Context {
        bool initiator = false;
        bool complete = false;
        Oid mechanism = mechanism::krb5();
        ContextFlags asked;
        unsigned legs = 0;   ///< of this end
        unsigned tokens = 0; ///< so far, in both directions
        Bytes transcript;    ///< all tokens so far
        std::uint64_t sequence = 0;
    };

    static std::uint64_t next_seed() noexcept;
    [[nodiscard]] ssh::StepAnswer failed(Context& context, std::uint32_t major, std::uint32_t minor,
                                         std::string text) const;
    [[nodiscard]] bool take_token(Context& context, BytesView octets, bool& peer_failed) const;
    [[nodiscard]] Bytes make_token(Context& context, bool error) const;
    [[nodiscard]] ssh::StepAnswer leg(Context& context) const;
    [[nodiscard]] ssh::StepAnswer answered(const Context& context, ssh::StepAnswer answer) const;

    Script script_;
    std::uint64_t seed_;
    ScriptedCounts counts_;
    std::map<ssh::ContextName, Context> contexts_;
};

} // namespace gss::test
