// SPDX-License-Identifier: Apache-2.0
#include "fake_ssh.h"

#include <utility>

namespace gss::test {

using ssh::StepAnswer;

ssh::GssStep leg(const ssh::ContextName& context, bool initiate, bool first, BytesView token,
                 ContextFlags flags) {
    return {1, context, initiate, first, mechanism::krb5(), flags, octets_of(token)};
}

Legs establish(ssh::Driver& client, ssh::Driver& server, const ssh::ContextName& context,
               ContextFlags flags) {
    Legs legs;
    legs.client.status = StepAnswer::Status::more;
    legs.server.status = StepAnswer::Status::more;
    for (bool first = true; !legs.done(); first = false) {
        if (legs.client.status == StepAnswer::Status::more) {
            legs.client = client.step(leg(context, true, first, legs.server.token, flags));
            if (legs.client.status == StepAnswer::Status::failed) {
                return legs;
            }
        }
        if (legs.server.status == StepAnswer::Status::more) {
            legs.server = server.step(leg(context, false, first, legs.client.token));
            if (legs.server.status == StepAnswer::Status::failed) {
                return legs;
            }
        }
    }
    return legs;
}

ssh::Driver driver(const Backend& backend, ssh::DriverOptions options) {
    return ssh::Driver::create(backend, std::move(options)).value();
}

ssh::DriverOptions to_host(std::string host) {
    ssh::DriverOptions options;
    options.host = std::move(host);
    return options;
}

ssh::DriverOptions with_authorizer(ssh::Authorizer authorizer) {
    ssh::DriverOptions options;
    options.authorizer = std::move(authorizer);
    return options;
}

ssh::Authorize may_be(const ssh::ContextName& context, std::string user) {
    return {1,
            context,
            std::move(user),
            std::string(ssh::connection_service),
            std::string(ssh::with_mic_method),
            mechanism::krb5(),
            ssh::ssh_required_flags};
}

ssh::AuthDone done_with(const ssh::ContextName& context, bool partial) {
    return {"alice",
            std::string(ssh::connection_service),
            std::string(ssh::with_mic_method),
            context,
            mechanism::krb5(),
            ssh::ssh_required_flags,
            partial,
            {}};
}

Bytes octets_of(BytesView view) {
    return {view.begin(), view.end()};
}

SecretBytes secret(std::string_view text) {
    return SecretBytes(as_bytes(text));
}

} // namespace gss::test
