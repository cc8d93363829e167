// SPDX-License-Identifier: Apache-2.0
// Who may log in to gssxx-sshd, and what is run for them.
#pragma once

#include "sshd_arguments.h"

#include <gssxx/transport/server.h>

#include <string>

namespace gss::inline v0::transport {

/// What all connections share. Read by many threads.
struct SshdPolicy {
    LocalUser user;
    ssh::Authorizer gss;
    std::optional<std::string> authorized_keys;
    int verbose = 0;
};

class SshdHandler final : public ServerHandler {
public:
    SshdHandler(const SshdPolicy& policy, const std::optional<Endpoints>& endpoints);

    ssh::AuthorizeAnswer gss(const ssh::AuthorizationRequest& request) override;
    ssh::AuthorizeAnswer public_key(const PublicKeyRequest& request) override;
    CommandAnswer run(const CommandRequest& request) override;
    void log(int level, std::string_view line) override;

private:
    const SshdPolicy& policy_;
    std::string peer_;
};

/// The keys of an authorized_keys file (sshd(8)). Lines with options are left out: what an option
/// would forbid is not known here.
[[nodiscard]] std::vector<PublicKey> parse_authorized_keys(std::string_view text);

} // namespace gss::inline v0::transport
