// SPDX-License-Identifier: Apache-2.0
// Engines of GSS key exchange, client and server (RFC 4462 s2, RFC 8732).
#pragma once

#include <gssxx/ssh/crypto.h>
#include <gssxx/ssh/engine.h>
#include <gssxx/ssh/method_names.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::ssh {

/// What both sides have said before the exchange; it goes into H (RFC 4462 s2.1). Read while the
/// engine is made, not kept.
struct KexTranscript {
    std::string_view client_version; ///< V_C, without CR LF
    std::string_view server_version; ///< V_S
    BytesView client_kexinit;        ///< I_C, the payload with its message number
    BytesView server_kexinit;        ///< I_S
};

/// What both roles need.
struct KexOptions {
    KexMethod method; ///< as negotiated
    KexTranscript transcript{};
    /// The negotiated host key algorithm is "null": no host key may be sent (RFC 4462 s5).
    bool null_host_key = false;
    ContextName context{ContextName::Use::key_exchange, 0};
    /// Must allow the method's family.
    KexPolicy policy{};
    /// IAKERB as mechanism of the method.
    bool iakerb = false;
    /// Tell the peer why a GSS call failed: KEXGSS_ERROR (servers) and error tokens. Off keeps what
    /// they reveal from a stranger (RFC 4462 s9).
    bool explain = true;
};

/// The sizes that a client asks for in a group exchange, in bits (RFC 4419 s3, RFC 8270).
struct GroupRequest {
    std::uint32_t min = 2048;
    std::uint32_t preferred = 3072;
    std::uint32_t max = 8192;
};

/// What a client needs besides.
struct ClientKexOptions : KexOptions {
    bool delegate = false; ///< ask for delegation of credentials
    /// Ask for anonymity: only where user authentication will not use this context.
    bool anonymous = false;
    GroupRequest group{}; ///< for gss-gex-*
};

/// Answers a group exchange: a group of at least min and at most max bits, the one nearest to
/// preferred from above, else the largest (RFC 4419 s3). Nothing when there is none.
using GroupSource = std::function<std::optional<DhGroup>(const GroupRequest& request)>;
/// The groups of RFC 3526 with 2048 bits and more.
[[nodiscard]] GSSXX_EXPORT std::optional<DhGroup> rfc3526_group(const GroupRequest& request);
/// The group of that size: 1024 (RFC 2409), 2048, 3072, 4096, 6144, 8192 (RFC 3526).
[[nodiscard]] GSSXX_EXPORT std::optional<DhGroup> fixed_group(unsigned bits);
/// The groups in the text of a moduli file (moduli(5)); lines that are no safe primes, and primes
/// under 2048 bits, are left out. Picks one of the fitting groups by turns.
[[nodiscard]] GSSXX_EXPORT GroupSource moduli_groups(std::string_view moduli_file_text);

/// What a server needs besides.
struct ServerKexOptions : KexOptions {
    /// K_S to send as KEXGSS_HOSTKEY; absent: none is sent, and K_S in H is the empty string.
    /// Debian's OpenSSH client ends the connection when it gets one.
    std::optional<Bytes> host_key{};
    GroupSource groups = rfc3526_group; ///< for gss-gex-*
};

/// The client's side of one exchange. Asks with GssStep and VerifyMic; ends with KexDone or Fail.
class GSSXX_EXPORT ClientKeyExchange : public Engine {
public:
    /// Fails with misuse or unavailable when the method is not allowed or an option makes no sense.
    /// @p crypto must outlive the engine.
    [[nodiscard]] static Result<ClientKeyExchange> create(const Crypto& crypto,
                                                          const ClientKexOptions& options);
    /// Begins; once.
    Fed start();

private:
    using Engine::Engine;
};

/// The server's side of one exchange. Asks with GssStep and GetMic; ends with KexDone or Fail.
class GSSXX_EXPORT ServerKeyExchange : public Engine {
public:
    /// As ClientKeyExchange::create.
    [[nodiscard]] static Result<ServerKeyExchange> create(const Crypto& crypto,
                                                          const ServerKexOptions& options);

private:
    using Engine::Engine;
};

/// RFC 4253 s7.2: HASH(K || H || letter || session_id), lengthened with HASH(K || H || key so far)
/// until there are @p size octets. @p letter is 'A' to 'F'.
[[nodiscard]] GSSXX_EXPORT Result<SecretBytes> derive_key(const Crypto& crypto, const KexDone& kex,
                                                          char letter, BytesView session_id,
                                                          std::size_t size);

} // namespace gss::inline v0::ssh
