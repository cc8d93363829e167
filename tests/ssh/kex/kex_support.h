// SPDX-License-Identifier: Apache-2.0
// Pairs of key exchange engines for tests, with everything that they need.
#pragma once

#include <gssxx/mechanism.h>
#include <gssxx/ssh/key_exchange.h>

#include "kex_messages.h"
#include "scripted_pair.h"
#include "toy_crypto.h"

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

// Names of what the tests speak of all the time.
using ssh::ClientKexOptions;
using ssh::ClientKeyExchange;
using ssh::ContextName;
using ssh::Fail;
using ssh::Fault;
using ssh::Fed;
using ssh::KexDone;
using ssh::KexFamily;
using ssh::KexKind;
using ssh::ServerKexOptions;
using ssh::ServerKeyExchange;
namespace wire = ssh::wire;
namespace kexgss = ssh::wire::kexgss;

inline constexpr std::uint32_t disconnect_protocol_error = 2;
inline constexpr std::uint32_t disconnect_key_exchange_failed = 3;

/// All 13 families.
[[nodiscard]] std::vector<KexFamily> all_families();
/// One family of each kind: curve25519, group14, group exchange.
[[nodiscard]] std::vector<KexFamily> one_of_each_kind();
[[nodiscard]] std::string name_of(KexFamily family);
[[nodiscard]] wire::PublicForm form_of(KexFamily family);

/// What was said before the exchange, kept for the options that view it.
struct Transcript {
    std::string client_version = "SSH-2.0-client_1.0";
    std::string server_version = "SSH-2.0-server_2.5 with a comment";
    Bytes client_kexinit;
    Bytes server_kexinit;

    /// KEXINITs of @p size octets.
    explicit Transcript(std::size_t size = 300, unsigned salt = 0);
    [[nodiscard]] ssh::KexTranscript view() const;
};

/// A K_S as it looks: string "ssh-ed25519", string key.
[[nodiscard]] Bytes sample_host_key(char salt = 'k');
/// A policy that allows every family.
[[nodiscard]] ssh::KexPolicy every_family();

/// What an exchange is made of.
struct KexCase {
    KexFamily family = KexFamily::curve25519_sha256;
    unsigned tokens = 2;        ///< of the scripted mechanism
    bool host_key = false;      ///< the server sends KEXGSS_HOSTKEY
    std::uint32_t exchange = 0; ///< 0: the initial one
};

/// Options for either role, from @p transcript.
[[nodiscard]] ClientKexOptions client_options(const KexCase& what, const Transcript& transcript);
[[nodiscard]] ServerKexOptions server_options(const KexCase& what, const Transcript& transcript);

/// Two engines and their hosts.
class KexPair {
public:
    explicit KexPair(const KexCase& made_of = {}) : KexPair(made_of, {}, {}) {}
    /// The functions change the options before the engines are made.
    KexPair(const KexCase& made_of, const std::function<void(ClientKexOptions&)>& change_client,
            const std::function<void(ServerKexOptions&)>& change_server);

    // The engines look at crypto.
    KexPair(const KexPair&) = delete;
    KexPair& operator=(const KexPair&) = delete;
    ~KexPair() = default;

    /// Starts the client and pumps to the end.
    PairRun run(const PairHooks& hooks = {});

    /// Runs until the message of that number was sent by that side, delivers everything before it
    /// and returns it undelivered. Fails the test when it never comes.
    [[nodiscard]] Bytes run_until(Side from, std::uint8_t number);

    KexCase what;
    Transcript transcript;
    ToyCrypto crypto;
    ScriptedHost client_host;
    ScriptedHost server_host;
    std::optional<ClientKeyExchange> client;
    std::optional<ServerKeyExchange> server;
};

/// Feeds @p payload, and what @p host answers, until nothing more happens.
struct Outcome {
    Fed fed = Fed::taken;
    std::vector<Bytes> sent;
    std::vector<ssh::Action> actions; ///< without messages, questions and Release
    [[nodiscard]] const Fail* fail() const noexcept;
    [[nodiscard]] const KexDone* done() const noexcept;
    [[nodiscard]] bool sent_number(std::uint8_t number) const noexcept;
};
[[nodiscard]] Outcome feed(ssh::Engine& engine, ScriptedHost& host, BytesView payload);
/// The same without a message: what an engine does by itself.
[[nodiscard]] Outcome settle(ssh::Engine& engine, ScriptedHost& host);

/// A message of that number that every parser takes, or just the number when it is none of ours.
[[nodiscard]] Bytes well_formed(std::uint8_t number, KexFamily family);
/// A public key that passes the cheap checks.
[[nodiscard]] Bytes sample_public_key(KexFamily family);

[[nodiscard]] Bytes bytes_of(std::string_view text);
[[nodiscard]] Bytes operator+(Bytes left, BytesView right);
/// True when @p needle is somewhere in @p haystack.
[[nodiscard]] bool contains(BytesView haystack, BytesView needle);

/// Both sides have ended well and agree.
void expect_agreement(const PairRun& run);
/// That side ended with a Fail of that fault and a reason to disconnect, and put out no KexDone.
void expect_failure(const PairRun& run, Side side, Fault fault);
void expect_failure(const Outcome& outcome, Fault fault);

} // namespace gss::test
