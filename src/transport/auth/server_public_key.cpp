// SPDX-License-Identifier: Apache-2.0
// The server's side of "publickey" (RFC 4252 s7).
#include "server_method.h"

#include "auth_messages.h"
#include "public_key_data.h"
#include "reader.h"
#include "writer.h"

#include <algorithm>

namespace gss::inline v0::transport::detail {

namespace {

/// An RSA key of 16384 bits has a little over 2 KiB, its signature too; certificates, which are
/// refused and not faults, have more.
constexpr std::size_t max_key = std::size_t{32} * 1024;
constexpr std::uint8_t key_ok = 60;

class KeyRequested final : public MethodAttempt {
public:
    using MethodAttempt::MethodAttempt;

    MethodVerdict begin(BytesView rest) override {
        ssh::wire::Reader reader(rest);
        signed_ = reader.boolean();
        algorithm_ = reader.text(ssh::wire::max_name_size);
        const BytesView blob = reader.string(max_key);
        const BytesView signature = signed_ ? reader.string(max_key) : BytesView();
        if (!reader.done()) {
            protocol_fault("a damaged request for \"publickey\"");
        }
        // RFC 4252 s7: "If the server does not support some algorithm, it MUST simply reject the
        // request."
        auto key = PublicKey::parse(blob);
        if (!key) {
            return refused("a key that cannot be used: " + key.error().text());
        }
        const auto names = key->algorithms();
        if (std::find(names.begin(), names.end(), algorithm_) == names.end()) {
            return refused("a signature algorithm that is none for the key");
        }
        // s7: the server "MUST check that the signature is valid." Before anybody is asked: nobody
        // shall decide by a key that was only named.
        if (signed_) {
            const PublicKeyInput input{needs().session_id, needs().user, needs().service,
                                       algorithm_, blob};
            if (!key->verify(algorithm_, public_key_data(input).view(), signature)) {
                return refused("the signature is not by the key");
            }
        } else {
            blob_.assign(blob.begin(), blob.end());
        }
        ask(PublicKeyRequest{0, {}, {}, *std::move(key), algorithm_, signed_});
        return std::nullopt;
    }

private:
    MethodVerdict decided(ssh::AuthorizeAnswer&& answer) override {
        if (signed_ || answer.decision == ssh::AuthorizeAnswer::Decision::deny) {
            return MethodAttempt::decided(std::move(answer));
        }
        // s7: "byte SSH_MSG_USERAUTH_PK_OK, string public key algorithm name from the request,
        // string public key blob from the request". The yes was to the key, not to its owner.
        needs().outlet.send(ssh::wire::Writer(key_ok, 8 + algorithm_.size() + blob_.size())
                                .text(algorithm_)
                                .string(blob_)
                                .octets());
        return MethodEnd{MethodEnd::What::replied, {}, {}};
    }

    std::string algorithm_;
    Bytes blob_;
    bool signed_ = false;
};

} // namespace

std::unique_ptr<MethodAttempt> take_public_key(ServerNeeds&& needs) {
    return std::make_unique<KeyRequested>(std::move(needs));
}

} // namespace gss::inline v0::transport::detail
