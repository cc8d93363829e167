// SPDX-License-Identifier: Apache-2.0
// One exchange by one method, whichever: what KeyExchange sees of it.
#pragma once

#include "fault.h"
#include "outlet.h"

#include <gssxx/result.h>
#include <gssxx/ssh/actions.h>
#include <gssxx/ssh/key_exchange.h>
#include <gssxx/transport/session.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace gss::inline v0::transport::detail {

/// Where the files of host keys say what names of algorithms the agreement may have: RFC 4462 s5.
inline constexpr std::string_view null_host_key = "null";

/// What an exchange is made of. Read while it is made, but for what is said to outlive it.
struct ExchangeSetup {
    Role role = Role::client;
    const SessionOptions& options;         ///< outlives it
    const ClientOptions* client = nullptr; ///< outlives it; of one's own role, the other is null
    const ServerOptions* server = nullptr;
    const ssh::Crypto& crypto; ///< outlives it
    const AgreedAlgorithms& algorithms;
    ssh::KexTranscript transcript;
    std::uint32_t number = 0;                  ///< 0: the initial one; n: the n-th re-exchange
    const PublicKey* known_host_key = nullptr; ///< a client's: of an earlier exchange; null
    Outlet& outlet;                            ///< outlives it; what it is sent is not held back
};

/// What an exchange came to.
struct ExchangeResult {
    ssh::KexDone keys; ///< context, mechanism and flags: only of a GSS method
    HostAuthentication host = HostAuthentication::by_host_key;
    std::optional<PublicKey> host_key; ///< verified, and accepted or vouched for
};

/// Whatever fails is a SessionFault, after which the exchange is of no use.
class Exchange {
public:
    Exchange(const Exchange&) = delete;
    Exchange& operator=(const Exchange&) = delete;
    virtual ~Exchange() = default;

    /// Both KEXINITs are there: whoever has the first word says it.
    virtual void start() = 0;
    /// A message 30 to 49; not while waits().
    virtual void receive(BytesView payload) = 0;
    /// True when that question is the open one.
    [[nodiscard]] virtual bool owns(RequestId id) const noexcept = 0;
    virtual ssh::Fed answer(RequestId id, Answer&& answer) = 0;
    /// A question is open.
    [[nodiscard]] virtual bool waits() const noexcept = 0;

    /// The result, once, when everything has been verified; the exchange has ended then.
    [[nodiscard]] std::optional<ExchangeResult> take_result() noexcept {
        return std::exchange(result_, std::nullopt);
    }

protected:
    Exchange() = default;
    void finish(ExchangeResult&& result) noexcept { result_.emplace(std::move(result)); }

private:
    std::optional<ExchangeResult> result_;
};

/// By the method that was agreed on.
[[nodiscard]] std::unique_ptr<Exchange> make_exchange(const ExchangeSetup& setup);
[[nodiscard]] std::unique_ptr<Exchange> make_gss_exchange(const ExchangeSetup& setup);
[[nodiscard]] std::unique_ptr<Exchange> make_plain_exchange(const ExchangeSetup& setup);

/// RFC 4253 s7.1, s11.1: an exchange that fails ends the connection.
[[noreturn]] inline void exchange_fault(std::string text, ssh::Fault fault = ssh::Fault::peer) {
    throw SessionFault(reason::key_exchange_failed, std::move(text), fault);
}

/// What @p result holds. A failure ends the session, by @p fault.
template <typename T>
[[nodiscard]] T take(Result<T> result, ssh::Fault fault = ssh::Fault::local) {
    if (!result) {
        exchange_fault(result.error().text(), fault);
    }
    return *std::move(result);
}

/// Throws unless @p key serves @p algorithm.
void require_fitting(const PublicKey& key, std::string_view algorithm);
/// A server's key for @p algorithm. There is one: it was offered for that.
[[nodiscard]] const PrivateKey& host_key_for(const ServerOptions& options,
                                             std::string_view algorithm);

} // namespace gss::inline v0::transport::detail
