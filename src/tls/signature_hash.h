// SPDX-License-Identifier: Apache-2.0
// Which hash function a certificate's signature uses.
#pragma once

#include <gssxx/result.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace gss::inline v0::tls::detail {

template <auto release>
struct Releases {
    template <typename T>
    void operator()(T* object) const noexcept {
        release(object);
    }
};
using CertificatePtr = std::unique_ptr<X509, Releases<&X509_free>>;

/// The hash that tls-server-end-point wants for that certificate; lives for ever.
[[nodiscard]] Result<const EVP_MD*> end_point_hash(const X509& certificate);

} // namespace gss::inline v0::tls::detail
