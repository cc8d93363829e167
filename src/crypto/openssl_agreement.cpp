// SPDX-License-Identifier: Apache-2.0
// Derives a shared secret: the part that is the same for curves and groups.
#include "openssl_agreement.h"

namespace gss::inline v0::ssh::detail {

namespace {

BytesView without_leading_zeros(BytesView magnitude) noexcept {
    while (!magnitude.empty() && magnitude[0] == std::byte{0}) {
        magnitude = magnitude.subspan(1);
    }
    return magnitude;
}

/// As OpenSSL writes it: of fixed length for curves.
Result<SecretBytes> derive(EVP_PKEY& own, EVP_PKEY& peer, std::string_view operation) {
    const PkeyContextPtr context(EVP_PKEY_CTX_new_from_pkey(nullptr, &own, nullptr));
    if (!context) {
        return openssl_failure(operation, "EVP_PKEY_CTX_new_from_pkey");
    }
    if (!succeeded(EVP_PKEY_derive_init(context.get()))) {
        return openssl_failure(operation, "EVP_PKEY_derive_init");
    }
    // The peer's key has been checked; checking it here again would cost a whole exponentiation.
    if (!succeeded(EVP_PKEY_derive_set_peer_ex(context.get(), &peer, 0))) {
        return openssl_failure(operation, "EVP_PKEY_derive_set_peer_ex");
    }
    std::size_t size = 0;
    if (!succeeded(EVP_PKEY_derive(context.get(), nullptr, &size))) {
        return openssl_failure(operation, "EVP_PKEY_derive");
    }
    SecretBytes secret(size);
    std::size_t written = size;
    if (!succeeded(EVP_PKEY_derive(context.get(), reinterpret_cast<unsigned char*>(secret.data()),
                                   &written)) ||
        written > size) {
        return openssl_failure(operation, "EVP_PKEY_derive");
    }
    return SecretBytes(secret.view().first(written));
}

} // namespace

Result<SecretBytes> OpensslAgreement::shared_secret(BytesView peer) {
    const OwnErrors errors;
    const PkeyPtr own = std::move(own_);
    if (!own) {
        return Error(ErrorCode::misuse, std::string(operation_),
                     "a key pair serves one exchange only");
    }
    const Result<PkeyPtr> imported = import_peer(peer);
    if (!imported) {
        return imported.error();
    }
    const Result<SecretBytes> derived = derive(*own, **imported, operation_);
    if (!derived) {
        return derived.error();
    }
    const BytesView magnitude = without_leading_zeros(derived->view());
    // RFC 8732 s5.1: "implementations MUST check whether the computed Diffie-Hellman shared secret
    // is the all-zero value and abort if so". RFC 4419 s3: "they MUST accept the shared secret K
    // only if 1 < K < p - 1".
    if (magnitude.empty() || (magnitude.size() == 1 && magnitude[0] == std::byte{1})) {
        return bad_peer_key(operation_, "leads to a secret that everybody knows");
    }
    if (const Result<void> checked = check_secret(magnitude); !checked) {
        return checked.error();
    }
    return SecretBytes(magnitude);
}

Result<void> OpensslAgreement::check_secret(BytesView /*secret*/) const {
    return {};
}

} // namespace gss::inline v0::ssh::detail
