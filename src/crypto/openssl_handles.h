// SPDX-License-Identifier: Apache-2.0
// Owners of OpenSSL's objects, and what its failures become.
#pragma once

#include <gssxx/error.h>

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>

#include <memory>
#include <string>
#include <string_view>

namespace gss::inline v0::ssh::detail {

template <auto release>
struct Releases {
    template <typename T>
    void operator()(T* object) const noexcept {
        release(object);
    }
};

using PkeyPtr = std::unique_ptr<EVP_PKEY, Releases<&EVP_PKEY_free>>;
using PkeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, Releases<&EVP_PKEY_CTX_free>>;
using DigestPtr = std::unique_ptr<EVP_MD, Releases<&EVP_MD_free>>;
using DigestContextPtr = std::unique_ptr<EVP_MD_CTX, Releases<&EVP_MD_CTX_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Releases<&OSSL_PARAM_free>>;
using ParamsBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Releases<&OSSL_PARAM_BLD_free>>;
// Clears on release: whoever owns the number need not know whether it is a secret.
using NumberPtr = std::unique_ptr<BIGNUM, Releases<&BN_clear_free>>;

/// While it lives, what OpenSSL puts into the thread's error queue is ours; the caller finds its
/// own entries as they were.
class OwnErrors {
public:
    OwnErrors() noexcept { ERR_set_mark(); }
    OwnErrors(const OwnErrors&) = delete;
    OwnErrors& operator=(const OwnErrors&) = delete;
    ~OwnErrors() { ERR_pop_to_mark(); }
};

/// OpenSSL's functions say 1 for success; 0, negative numbers and, some of them, more than 1 are
/// failures. Nothing else is ever asked of their return values.
[[nodiscard]] inline bool succeeded(int returned) noexcept {
    return returned == 1;
}

/// The failure of @p function during @p operation, with OpenSSL's own reason.
[[nodiscard]] Error openssl_failure(std::string_view operation, std::string_view function,
                                    ErrorCode code = ErrorCode::failure);
/// A public key of the peer that must not be used.
[[nodiscard]] Error bad_peer_key(std::string_view operation, std::string what);

} // namespace gss::inline v0::ssh::detail
