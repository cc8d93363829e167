// SPDX-License-Identifier: Apache-2.0
// What the SSH engines cost by themselves: a key exchange and gssapi-keyex on both sides, with
// answers that cost nothing, over the GSS-API calls and the cryptography that the same login needs.
#include "ours.h"
#include "suite.h"

#include <gssxx/ssh/key_exchange.h>
#include <gssxx/ssh/token.h>
#include <gssxx/ssh/user_auth.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace gss::bench {

namespace {

using namespace gss::ssh;

constexpr double most_of_a_login = 0.05;
constexpr KexFamily family = KexFamily::curve25519_sha256;
constexpr std::size_t key_size = 32;

/// Sizes as Kerberos has them; the content does not matter to an engine.
const Bytes kexinit(1000, std::byte{20});
const Bytes answer_token(156, std::byte{1});
const Bytes mic(28, std::byte{4});

Bytes first_token() {
    Bytes token = mechanism::krb5().to_der();
    token.resize(700, std::byte{1});
    Bytes framed;
    framed.reserve(704);
    // RFC 2743 s3.1: a length of two octets, 700.
    for (const unsigned octet : {0x60U, 0x82U, 700U >> 8U, 700U & 0xffU}) {
        framed.push_back(static_cast<std::byte>(octet));
    }
    framed.insert(framed.end(), token.begin(), token.end());
    return framed;
}

/// No cryptography at all.
class FreeHash : public Hash {
public:
    Result<void> update(BytesView /*octets*/) override { return {}; }
    Result<SecretBytes> finish() override { return SecretBytes(key_size); }
};
class FreeKeys : public KeyAgreement {
public:
    BytesView public_key() const noexcept override { return key_; }
    Result<SecretBytes> shared_secret(BytesView peer) override { return SecretBytes(peer); }

private:
    Bytes key_ = Bytes(key_size, std::byte{9});
};
class FreeCrypto : public Crypto {
public:
    Result<std::unique_ptr<Hash>> hash(HashAlgorithm /*algorithm*/) const override {
        return std::unique_ptr<Hash>(std::make_unique<FreeHash>());
    }
    Result<std::unique_ptr<KeyAgreement>> ecdh(EcdhCurve /*curve*/) const override {
        return std::unique_ptr<KeyAgreement>(std::make_unique<FreeKeys>());
    }
    Result<std::unique_ptr<KeyAgreement>> dh(const DhGroup& /*group*/) const override {
        return ecdh(EcdhCurve::x25519);
    }
};

template <typename Options>
Options kex_options() {
    Options options;
    options.method = {family, mechanism::krb5()};
    options.transcript = {"SSH-2.0-client", "SSH-2.0-server", kexinit, kexinit};
    return options;
}

/// Answers at once what costs a native library its time.
class Answers {
public:
    Answers() : first_token_(first_token()) {}

    void operator()(Engine& engine, const GssStep& step) const {
        StepAnswer answer;
        answer.status =
            step.initiate && step.first ? StepAnswer::Status::more : StepAnswer::Status::done;
        if (step.first) {
            answer.token = step.initiate ? first_token_ : answer_token;
        }
        answer.flags = ssh_required_flags;
        answer.mechanism = step.mechanism;
        engine.answer(step.id, std::move(answer));
    }
    void operator()(Engine& engine, const GetMic& question) const {
        engine.answer(question.id, MicAnswer{mic, {}});
    }
    void operator()(Engine& engine, const VerifyMic& question) const {
        engine.answer(question.id, VerifyAnswer{true, {}});
    }
    void operator()(Engine& engine, const Authorize& question) const {
        engine.answer(question.id, AuthorizeAnswer{AuthorizeAnswer::Decision::allow, {}, {}});
    }

private:
    Bytes first_token_;
};

/// Pumps until neither engine has anything to say; how many of them ended well.
int converse(const Answers& answers, Engine& left, Engine& right) {
    int done = 0;
    bool moved = true;
    const auto pump = [&](Engine& engine, Engine& peer) {
        while (std::optional<Action> action = engine.poll()) {
            moved = true;
            std::visit(
                [&](auto& what) {
                    using What = std::decay_t<decltype(what)>;
                    if constexpr (std::is_invocable_v<const Answers&, Engine&, const What&>) {
                        answers(engine, what);
                    } else if constexpr (std::is_same_v<What, SendMessage>) {
                        peer.receive(what.payload);
                    } else {
                        done += std::is_same_v<What, KexDone> || std::is_same_v<What, AuthDone>;
                    }
                },
                *action);
        }
    };
    while (moved) {
        moved = false;
        pump(left, right);
        pump(right, left);
    }
    return done;
}

class LoginContest : public Contest {
public:
    explicit LoginContest(const Backend& backend)
        : backend_(backend), target_(target_name_of(backend)),
          initiator_(acquire(backend, CredentialUsage::initiate)),
          acceptor_(acquire(backend, CredentialUsage::accept)) {}

    void run(Side side, std::size_t count) override {
        for (std::size_t i = 0; i < count; ++i) {
            side == Side::ours ? engines() : work();
        }
    }

private:
    static Name target_name_of(const Backend& backend) {
        return ssh::target_name(backend, "localhost").value();
    }
    static Credentials acquire(const Backend& backend, CredentialUsage usage) {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        return std::move(Credentials::acquire(backend, usage, options).value().credentials);
    }

    void engines() {
        ClientKeyExchange client =
            ClientKeyExchange::create(free_, kex_options<ClientKexOptions>()).value();
        ServerKeyExchange server =
            ServerKeyExchange::create(free_, kex_options<ServerKexOptions>()).value();
        client.start();
        int done = converse(answers_, client, server);
        ClientKeyexOptions by;
        by.user = "alice";
        by.session_id = Bytes(key_size);
        ServerUserAuthOptions to;
        to.session_id = by.session_id;
        to.key_exchange = KexContext{{}, mechanism::krb5(), ssh_required_flags};
        ClientKeyex login = ClientKeyex::create(by).value();
        ServerUserAuth accept = ServerUserAuth::create(to).value();
        login.start();
        done += converse(answers_, login, accept);
        if (done != 4) {
            throw std::runtime_error("the engines did not log in");
        }
    }

    /// The same login without an engine.
    void work() {
        TokenInitiatorOptions initiate;
        initiate.credentials = &initiator_;
        TokenInitiator initiator = TokenInitiator::create(target_, initiate).value();
        TokenAcceptorOptions accept;
        accept.credentials = &acceptor_;
        TokenAcceptor acceptor = TokenAcceptor::create(backend_, accept).value();
        const Step request = initiator.step();
        const Step reply = acceptor.step(request.token);
        static_cast<void>(initiator.step(reply.token));
        SecurityContext here = initiator.finish().value();
        AcceptedContext there = acceptor.finish().value();
        const auto ours = openssl_crypto().ecdh(EcdhCurve::x25519).value();
        const auto theirs = openssl_crypto().ecdh(EcdhCurve::x25519).value();
        static_cast<void>(ours->shared_secret(theirs->public_key()).value());
        static_cast<void>(theirs->shared_secret(ours->public_key()).value());
        const SecretBytes hash = digest();
        static_cast<void>(digest()); // the other side's
        static_cast<void>(
            here.verify_mic(hash.view(), there.context.get_mic(hash.view()).value()).value());
        const MicInput input{hash.view(), "alice", connection_service, keyex_method};
        check_mic(there.context, input, make_mic(here, input).value()).value();
    }

    static SecretBytes digest() {
        const auto hash = openssl_crypto().hash(HashAlgorithm::sha256).value();
        for (const Bytes& part : {kexinit, kexinit, answer_token}) {
            hash->update(part).value();
        }
        return hash->finish().value();
    }

    Backend backend_;
    Name target_;
    Credentials initiator_;
    Credentials acceptor_;
    FreeCrypto free_;
    Answers answers_;
};

} // namespace

void add_ssh_login(Suite& suite, const Backend& backend) {
    suite.add_times(std::string(backend.name()) + "/ssh_engines", most_of_a_login, suite.settings(),
                    [backend] { return std::make_unique<LoginContest>(backend); });
}

} // namespace gss::bench
