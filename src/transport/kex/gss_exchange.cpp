// SPDX-License-Identifier: Apache-2.0
// An exchange by a method of RFC 4462 s2, with the engines of gssxx-ssh.
#include "engine_bridge.h"
#include "exchange.h"

#include <gssxx/ssh/mechanism_policy.h>
#include <gssxx/ssh/method_names.h>

#include <string>
#include <type_traits>

namespace gss::inline v0::transport::detail {

namespace {

template <typename Engine>
class GssExchange final : public Exchange {
public:
    GssExchange(Engine&& engine, std::string_view host_key_algorithm, Outlet& outlet)
        : engine_(std::move(engine)), host_key_algorithm_(host_key_algorithm), bridge_(outlet) {}

    void start() override {
        if constexpr (std::is_same_v<Engine, ssh::ClientKeyExchange>) {
            engine_.start();
            drain();
        }
    }
    void receive(BytesView payload) override {
        engine_.receive(payload);
        drain();
    }
    [[nodiscard]] bool owns(RequestId id) const noexcept override { return bridge_.owns(id); }
    ssh::Fed answer(RequestId id, Answer&& answer) override {
        const ssh::Fed fed = bridge_.answer(engine_, id, std::move(answer));
        drain();
        return fed;
    }
    [[nodiscard]] bool waits() const noexcept override { return bridge_.waiting(); }

private:
    void drain() {
        bridge_.drain(engine_, [this](ssh::Action&& action) { take_end(std::move(action)); });
    }
    void take_end(ssh::Action&& action) {
        if (ssh::Fail* const failure = std::get_if<ssh::Fail>(&action)) {
            throw SessionFault(failure->disconnect_reason != 0 ? failure->disconnect_reason
                                                               : reason::key_exchange_failed,
                               std::move(failure->text), failure->fault);
        }
        ssh::KexDone* const done = std::get_if<ssh::KexDone>(&action);
        if (done == nullptr) {
            exchange_fault("the key exchange engine asked for what it never asks for",
                           ssh::Fault::local);
        }
        // RFC 4462 s2.1: "host keys sent via the SSH_MSG_KEXGSS_HOSTKEY message are authenticated
        // as part of the GSS-API key exchange": it is reported, and nobody is asked.
        std::optional<PublicKey> host_key;
        if (done->host_key) {
            host_key = take(PublicKey::parse(*done->host_key), ssh::Fault::peer);
            require_fitting(*host_key, host_key_algorithm_);
        }
        finish({std::move(*done), HostAuthentication::by_gss, std::move(host_key)});
    }

    Engine engine_;
    std::string host_key_algorithm_;
    EngineBridge bridge_;
};

/// What both roles' engines need.
void set_common(ssh::KexOptions& options, const ExchangeSetup& setup) {
    const SessionOptions& session = setup.options;
    const auto method = ssh::parse_kex_method(setup.algorithms.key_exchange,
                                              ssh::allowed_mechanisms(session.mechanisms));
    if (!method) {
        exchange_fault("no mechanism of ours is that of " + setup.algorithms.key_exchange,
                       ssh::Fault::local);
    }
    options.method = *method;
    options.transcript = setup.transcript;
    options.null_host_key = setup.algorithms.host_key == null_host_key;
    options.context = {ssh::ContextName::Use::key_exchange, setup.number};
    // It was agreed on, so that our own list has it; families with SHA-1 need a word besides.
    options.policy = {{method->family}, session.algorithms.legacy};
    options.iakerb = session.mechanisms.iakerb;
    options.explain = session.explain;
}

} // namespace

std::unique_ptr<Exchange> make_gss_exchange(const ExchangeSetup& setup) {
    const std::string& algorithm = setup.algorithms.host_key;
    if (setup.role == Role::client) {
        ssh::ClientKexOptions options;
        set_common(options, setup);
        options.delegate = setup.client->delegate;
        options.group = setup.client->group;
        return std::make_unique<GssExchange<ssh::ClientKeyExchange>>(
            take(ssh::ClientKeyExchange::create(setup.crypto, options)), algorithm, setup.outlet);
    }
    ssh::ServerKexOptions options;
    set_common(options, setup);
    options.groups = setup.server->groups;
    if (setup.server->send_host_key_message && !options.null_host_key) {
        const BytesView blob = host_key_for(*setup.server, algorithm).public_key().blob();
        options.host_key.emplace(blob.begin(), blob.end());
    }
    return std::make_unique<GssExchange<ssh::ServerKeyExchange>>(
        take(ssh::ServerKeyExchange::create(setup.crypto, options)), algorithm, setup.outlet);
}

} // namespace gss::inline v0::transport::detail
