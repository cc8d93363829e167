// SPDX-License-Identifier: Apache-2.0
// An exchange whose hash the server signs: Diffie-Hellman in groups and on curves (RFC 4253 s8,
// RFC 5656 s4, RFC 8268, RFC 8731). Both kinds have the same two messages.
#include "exchange.h"
#include "plain_methods.h"
#include "reader.h"
#include "transcript_hash.h"
#include "writer.h"

#include <gssxx/ssh/mechanism_policy.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace gss::inline v0::transport::detail {

namespace {

constexpr std::uint8_t init = 30;  ///< KEXDH_INIT, KEX_ECDH_INIT
constexpr std::uint8_t reply = 31; ///< KEXDH_REPLY, KEX_ECDH_REPLY

// The longest fields that are taken, in octets.
constexpr std::size_t max_host_key = 32768;
constexpr std::size_t max_group_value = 1024;
constexpr std::size_t max_point = 133; // uncompressed, of nistp521
constexpr std::size_t max_signature = 4096;

BytesView read_key(ssh::wire::Reader& reader, KeyForm form) noexcept {
    return form == KeyForm::mpint ? reader.mpint(max_group_value) : reader.string(max_point);
}

void write_key(ssh::wire::Writer& writer, KeyForm form, BytesView key) {
    if (form == KeyForm::mpint) {
        writer.mpint(key);
    } else {
        writer.string(key);
    }
}

/// What both roles do alike.
class PlainExchange : public Exchange {
protected:
    PlainExchange(const ExchangeSetup& setup, const PlainMethod& method)
        : crypto_(setup.crypto), method_(method), outlet_(setup.outlet),
          host_key_algorithm_(setup.algorithms.host_key),
          hash_(setup.crypto, method.hash, setup.transcript) {}

    [[nodiscard]] KeyForm form() const noexcept { return method_.form(); }
    [[nodiscard]] const std::string& host_key_algorithm() const noexcept {
        return host_key_algorithm_;
    }
    [[nodiscard]] Outlet& outlet() const noexcept { return outlet_; }

    [[nodiscard]] std::unique_ptr<ssh::KeyAgreement> make_key_pair() const {
        if (method_.curve) {
            return take(crypto_.ecdh(*method_.curve));
        }
        const auto group = ssh::fixed_group(method_.bits);
        if (!group) {
            exchange_fault("there is no group for " + std::string(method_.name), ssh::Fault::local);
        }
        return take(crypto_.dh(*group));
    }

    /// K, and H over it. The ephemeral pair is gone afterwards.
    [[nodiscard]] ssh::KexDone agree(std::unique_ptr<ssh::KeyAgreement> pair, BytesView peer_key,
                                     TranscriptParts parts) {
        // RFC 4253 s8: "Values of 'e' or 'f' that are not in the range [1, p-1] MUST NOT be sent or
        // accepted by either side." RFC 5656 s4: "All elliptic curve public keys MUST be validated
        // after they are received." RFC 8731 s3: "abort if the length of the received public keys
        // are not the expected lengths" and "MUST check whether the computed Diffie-Hellman shared
        // secret is the all-zero value". All of that is the agreement's.
        const SecretBytes secret = take(pair->shared_secret(peer_key), ssh::Fault::peer);
        ssh::KexDone done{SecretBytes(),
                          encode_secret(secret.view()),
                          method_.hash,
                          std::nullopt,
                          ssh::ContextName(),
                          ssh::MechanismPolicy::default_mechanism(), // of no meaning here
                          ContextFlags()};
        parts.form = form();
        parts.secret = done.shared_secret.view();
        done.exchange_hash = hash_.finish(parts);
        return done;
    }

    /// A message of another number than @p number does not belong here.
    static void require_number(BytesView payload, std::uint8_t number, bool in_place) {
        const auto got = payload.empty() ? 0 : std::to_integer<unsigned>(payload[0]);
        if (got != number || !in_place) {
            protocol_fault("message " + std::to_string(got) +
                           " out of its place in the key exchange");
        }
    }

private:
    const ssh::Crypto& crypto_;
    const PlainMethod& method_;
    Outlet& outlet_;
    std::string host_key_algorithm_;
    TranscriptHash hash_;
};

class PlainClient final : public PlainExchange {
public:
    PlainClient(const ExchangeSetup& setup, const PlainMethod& method)
        : PlainExchange(setup, method) {
        if (setup.known_host_key != nullptr) {
            known_.emplace(*setup.known_host_key);
        }
    }

    void start() override {
        pair_ = make_key_pair();
        ssh::wire::Writer message(init);
        write_key(message, form(), pair_->public_key());
        outlet().send(message.octets());
    }

    void receive(BytesView payload) override {
        require_number(payload, reply, pair_ != nullptr);
        ssh::wire::Reader reader(payload.subspan(1));
        const BytesView blob = reader.string(max_host_key);
        const BytesView server_key = read_key(reader, form());
        const BytesView signature = reader.string(max_signature);
        if (!reader.done()) {
            protocol_fault("a malformed reply in the key exchange");
        }
        PublicKey host_key = take(PublicKey::parse(blob), ssh::Fault::peer);
        require_fitting(host_key, host_key_algorithm());
        TranscriptParts parts;
        parts.host_key = blob;
        const Bytes own_key(pair_->public_key().begin(), pair_->public_key().end());
        parts.client_key = own_key;
        parts.server_key = server_key;
        ssh::KexDone keys = agree(std::move(pair_), server_key, parts);
        // RFC 4253 s8: "verifies the signature on H."
        if (const auto verified =
                host_key.verify(host_key_algorithm(), keys.exchange_hash.view(), signature);
            !verified) {
            exchange_fault("the host key's signature of the key exchange did not verify: " +
                           verified.error().text());
        }
        agreed_.emplace(ExchangeResult{std::move(keys), HostAuthentication::by_host_key, host_key});
        if (known_ && *known_ == host_key) {
            return accept();
        }
        // RFC 4253 s8: "C verifies that K_S really is the host key for S (e.g., using certificates
        // or a local database)." In a re-exchange too: the key may be another one.
        const RequestId id = outlet().new_id();
        outlet().put(HostKeyQuestion{id, std::move(host_key), host_key_algorithm()});
        question_ = id;
    }

    [[nodiscard]] bool owns(RequestId id) const noexcept override { return question_ == id; }
    ssh::Fed answer(RequestId id, Answer&& answer) override {
        if (!owns(id)) {
            return ssh::Fed::stale;
        }
        question_.reset();
        const HostKeyAnswer* const decided = std::get_if<HostKeyAnswer>(&answer);
        if (decided == nullptr || !decided->accepted) {
            std::string text = "the host key is not accepted";
            if (decided != nullptr && !decided->reason.empty()) {
                text.append(": ").append(decided->reason);
            }
            throw SessionFault(reason::host_key_not_verifiable, std::move(text), ssh::Fault::local);
        }
        accept();
        return ssh::Fed::taken;
    }
    [[nodiscard]] bool waits() const noexcept override { return question_.has_value(); }

private:
    void accept() noexcept {
        finish(std::move(*agreed_));
        agreed_.reset();
    }

    std::optional<PublicKey> known_;
    std::unique_ptr<ssh::KeyAgreement> pair_; ///< between our message and the server's
    std::optional<ExchangeResult> agreed_;    ///< the signature is good; is it the host's key?
    std::optional<RequestId> question_;
};

class PlainServer final : public PlainExchange {
public:
    PlainServer(const ExchangeSetup& setup, const PlainMethod& method)
        : PlainExchange(setup, method),
          host_key_(host_key_for(*setup.server, setup.algorithms.host_key)) {}

    void start() override {}

    void receive(BytesView payload) override {
        require_number(payload, init, !replied_);
        replied_ = true;
        ssh::wire::Reader reader(payload.subspan(1));
        const BytesView client_key = read_key(reader, form());
        if (!reader.done()) {
            protocol_fault("a malformed first message in the key exchange");
        }
        auto pair = make_key_pair();
        const Bytes own_key(pair->public_key().begin(), pair->public_key().end());
        TranscriptParts parts;
        parts.host_key = host_key_.public_key().blob();
        parts.client_key = client_key;
        parts.server_key = own_key;
        ssh::KexDone keys = agree(std::move(pair), client_key, parts);
        const Bytes signature =
            take(host_key_.sign(host_key_algorithm(), keys.exchange_hash.view()));
        ssh::wire::Writer message(reply);
        message.string(parts.host_key);
        write_key(message, form(), own_key);
        message.string(signature);
        outlet().send(message.octets());
        finish({std::move(keys), HostAuthentication::by_host_key, host_key_.public_key()});
    }

    [[nodiscard]] bool owns(RequestId /*id*/) const noexcept override { return false; }
    ssh::Fed answer(RequestId /*id*/, Answer&& /*answer*/) override { return ssh::Fed::stale; }
    [[nodiscard]] bool waits() const noexcept override { return false; }

private:
    PrivateKey host_key_;
    bool replied_ = false;
};

} // namespace

std::unique_ptr<Exchange> make_plain_exchange(const ExchangeSetup& setup) {
    const PlainMethod* const method = find_plain_method(setup.algorithms.key_exchange);
    if (method == nullptr) {
        exchange_fault("no key exchange method is called " + setup.algorithms.key_exchange,
                       ssh::Fault::local);
    }
    if (setup.role == Role::client) {
        return std::make_unique<PlainClient>(setup, *method);
    }
    return std::make_unique<PlainServer>(setup, *method);
}

} // namespace gss::inline v0::transport::detail
