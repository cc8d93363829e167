// SPDX-License-Identifier: Apache-2.0
// The client's side of "publickey" (RFC 4252 s7, RFC 8308 s3.1, RFC 8332 s3.2).
#include "client_method.h"

#include "public_key_data.h"
#include "writer.h"

#include <algorithm>

namespace gss::inline v0::transport::detail {

namespace {

class PublicKeyAttempt final : public RequestAttempt {
public:
    PublicKeyAttempt(ClientNeeds&& needs, PrivateKey key)
        : RequestAttempt(std::move(needs)), key_(std::move(key)) {}

    // RFC 4252 s7: "The client MAY send the signature directly without first verifying whether the
    // key is acceptable." That is one round trip less.
    void begin() override {
        const PublicKey& key = key_.public_key();
        const std::string_view algorithm = choose(key);
        if (algorithm.empty()) {
            return give_up("the server takes no signature algorithm of the key, which is " +
                           std::string(key.type_name()));
        }
        const PublicKeyInput input{needs().session_id, needs().user, needs().service, algorithm,
                                   key.blob()};
        const auto signature = key_.sign(algorithm, public_key_data(input).view());
        if (!signature) {
            return give_up("the signature could not be made: " + signature.error().text());
        }
        Bytes request = public_key_request(input);
        const Bytes rest = ssh::wire::Writer().string(*signature).take();
        request.insert(request.end(), rest.begin(), rest.end());
        needs().outlet.send(request);
    }

private:
    /// RFC 8308 s3.1: "a server MUST enumerate all public key algorithms it might accept during
    /// user authentication." Without a list: "a client MUST NOT make any assumptions".
    [[nodiscard]] std::string_view choose(const PublicKey& key) const {
        const auto& known = needs().signature_algorithms;
        for (const std::string_view name : key.algorithms()) {
            if (!known || std::find(known->begin(), known->end(), name) != known->end()) {
                return name;
            }
        }
        return {};
    }

    PrivateKey key_;
};

} // namespace

std::unique_ptr<ClientAttempt> make_public_key(ClientNeeds&& needs, AuthMethod&& method) {
    return std::make_unique<PublicKeyAttempt>(std::move(needs),
                                              std::move(std::get<WithPublicKey>(method).key));
}

} // namespace gss::inline v0::transport::detail
