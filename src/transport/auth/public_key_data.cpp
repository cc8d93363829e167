// SPDX-License-Identifier: Apache-2.0
// What the signature of "publickey" covers.
#include "public_key_data.h"

#include "messages.h"
#include "writer.h"

namespace gss::inline v0::transport::detail {

Bytes public_key_request(const PublicKeyInput& input) {
    return ssh::wire::Writer(message::userauth_request, 256 + input.key.size())
        .text(input.user)
        .text(input.service)
        .text(public_key_method)
        .boolean(true)
        .text(input.algorithm)
        .string(input.key)
        .take();
}

// RFC 4252 s7: "The value of 'signature' is a signature by the corresponding private key over the
// following data, in the following order: string session identifier, byte SSH_MSG_USERAUTH_REQUEST,
// string user name, string service name, string "publickey", boolean TRUE, string public key
// algorithm name, string public key".
SecretBytes public_key_data(const PublicKeyInput& input) {
    const Bytes request = public_key_request(input);
    ssh::wire::Writer writer;
    writer.string(input.session_id).raw(request);
    Bytes data = writer.take();
    SecretBytes secret{BytesView(data)};
    secure_wipe(data);
    return secret;
}

} // namespace gss::inline v0::transport::detail
