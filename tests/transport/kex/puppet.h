// SPDX-License-Identifier: Apache-2.0
// The other side of a key exchange, made by the test itself: it computes H and keys on its own and
// does what no end of ours does.
#pragma once

#include "kex_rig.h"
#include "kexinit.h"

#include <gssxx/ssh/key_exchange.h>

#include <memory>
#include <string>
#include <vector>

namespace gss::test {

/// A method as the tables of the RFCs have it.
struct MethodFacts {
    std::string name;
    ssh::HashAlgorithm hash;
    std::optional<ssh::EcdhCurve> curve;
    unsigned bits; ///< of the group, where there is no curve
};
[[nodiscard]] const MethodFacts& facts_of(const std::string& name);

/// What the puppet says before an exchange.
struct PuppetWords {
    std::string method = "curve25519-sha256"; ///< that will be agreed on
    std::vector<std::string> first;           ///< names in front of it in KEXINIT
    bool guess_flag = false;
    std::vector<Bytes> guessed; ///< sent right after KEXINIT
    std::string host_key = "ssh-ed25519";
    std::string cipher = "chacha20-poly1305@openssh.com";
    std::string mac = "hmac-sha2-256";
    std::optional<Bytes> gss_host_key = {}; ///< of a server: sent as KEXGSS_HOSTKEY
};

class Puppet {
public:
    /// Talks to @p end, in the other role.
    explicit Puppet(End& end);

    /// Identification strings go both ways, and the end's KEXINIT comes out.
    void meet();
    /// An exchange from KEXINIT to NEWKEYS both ways; false when the end had a fault. The method's
    /// messages are the puppet's own.
    [[nodiscard]] bool exchange(const PuppetWords& words);
    /// The pieces of it.
    void send_kexinit(const PuppetWords& words);
    [[nodiscard]] bool run_method(const PuppetWords& words);
    [[nodiscard]] bool switch_keys(const PuppetWords& words);

    void send(BytesView payload);
    /// Lets the end work on what was sent.
    void deliver();
    /// The next payload from the end; nothing when there is none.
    [[nodiscard]] std::optional<Bytes> read();
    /// The next one of that number; fails the test when it is another one.
    [[nodiscard]] std::optional<Bytes> expect(unsigned number);

    End& end;
    PacketReader reader;
    PacketWriter writer;
    ScriptedHost host;
    Bytes session_id;
    std::optional<PublicKey> host_key_seen;

private:
    [[nodiscard]] bool run_plain_client(const MethodFacts& method);
    [[nodiscard]] bool run_plain_server(const MethodFacts& method, const PuppetWords& words);
    [[nodiscard]] bool run_gss(const PuppetWords& words);
    void agree(const MethodFacts& method, BytesView host_key, BytesView client_key,
               BytesView server_key, BytesView secret);
    [[nodiscard]] std::unique_ptr<transport::detail::PacketProtection>
    protection(const PuppetWords& words, bool to_server, bool seal) const;
    [[nodiscard]] bool is_client() const noexcept { return !end.is_client(); }
    [[nodiscard]] std::string version() const;

    Bytes own_kexinit_;
    Bytes end_kexinit_;
    std::optional<ssh::KexDone> keys_;
    std::uint32_t exchanges_ = 0;
    bool strict_ = true;
};

/// A public key of that method and its pair.
[[nodiscard]] std::unique_ptr<ssh::KeyAgreement> key_pair_for(const MethodFacts& method);
/// KEXDH_INIT or KEX_ECDH_INIT with that key.
[[nodiscard]] Bytes init_message(const MethodFacts& method, BytesView key);

} // namespace gss::test
