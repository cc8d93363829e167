// SPDX-License-Identifier: Apache-2.0
#include "signature_hash.h"

#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/rsa.h>

#include <string>

namespace gss::inline v0::tls::detail {

namespace {

using PssPtr = std::unique_ptr<RSA_PSS_PARAMS, Releases<&RSA_PSS_PARAMS_free>>;
using AlgorithmPtr = std::unique_ptr<X509_ALGOR, Releases<&X509_ALGOR_free>>;

Error undefined(int algorithm, std::string_view why) {
    const char* name = OBJ_nid2ln(algorithm);
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = "tls-server-end-point";
    details.subject = "signature algorithm " + std::string(name == nullptr ? "unknown" : name);
    details.messages.push_back("RFC 5929 s4.1 leaves the binding undefined: " + std::string(why));
    return Error(std::move(details));
}

int algorithm_in(const X509_ALGOR* algorithm) noexcept {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
    return OBJ_obj2nid(object);
}

/// An element inside the parameter of an algorithm identifier; null when there is none.
const ASN1_STRING* parameter_of(const X509_ALGOR* algorithm) noexcept {
    int type = 0;
    const void* value = nullptr;
    X509_ALGOR_get0(nullptr, &type, &value, algorithm);
    return type == V_ASN1_SEQUENCE ? static_cast<const ASN1_STRING*>(value) : nullptr;
}

/// The one hash function of an RSASSA-PSS signature (RFC 4055 s3.1, SHA-1 by default); NID_undef
/// when the mask is made with another one, or when nobody can tell.
int pss_hash(const X509_ALGOR* signature) {
    const ASN1_STRING* parameter = parameter_of(signature);
    if (parameter == nullptr) {
        return NID_undef;
    }
    const unsigned char* octets = ASN1_STRING_get0_data(parameter);
    const PssPtr pss(d2i_RSA_PSS_PARAMS(nullptr, &octets, ASN1_STRING_length(parameter)));
    if (!pss) {
        return NID_undef;
    }
    const int hash = pss->hashAlgorithm == nullptr ? NID_sha1 : algorithm_in(pss->hashAlgorithm);
    int mask_hash = NID_sha1;
    if (pss->maskGenAlgorithm != nullptr) {
        const ASN1_STRING* inner = parameter_of(pss->maskGenAlgorithm);
        if (algorithm_in(pss->maskGenAlgorithm) != NID_mgf1 || inner == nullptr) {
            return NID_undef;
        }
        const unsigned char* cursor = ASN1_STRING_get0_data(inner);
        const AlgorithmPtr mask(d2i_X509_ALGOR(nullptr, &cursor, ASN1_STRING_length(inner)));
        mask_hash = mask ? algorithm_in(mask.get()) : NID_undef;
    }
    return hash == mask_hash ? hash : NID_undef;
}

} // namespace

Result<const EVP_MD*> end_point_hash(const X509& certificate) {
    const X509_ALGOR* signature = nullptr;
    X509_get0_signature(nullptr, &signature, &certificate);
    const int algorithm = algorithm_in(signature);
    int hash = NID_undef;
    if (algorithm == NID_rsassaPss) {
        hash = pss_hash(signature);
    } else if (OBJ_find_sigid_algs(algorithm, &hash, nullptr) != 1) {
        return undefined(algorithm, "nothing is known of the algorithm");
    }
    // RFC 5929 s4.1: "if the certificate's signatureAlgorithm uses a single hash function, and
    // that hash function is either MD5 or SHA-1, then use SHA-256".
    if (hash == NID_md5 || hash == NID_sha1) {
        return EVP_sha256();
    }
    // RFC 5929 s4.1: "if the certificate's signatureAlgorithm uses no hash functions or uses
    // multiple hash functions, then this channel binding type's channel bindings are undefined".
    if (hash == NID_undef || hash == NID_md5_sha1) {
        return undefined(algorithm, "it uses no hash function, or more than one");
    }
    const EVP_MD* found = EVP_get_digestbynid(hash);
    if (found == nullptr) {
        return undefined(algorithm, "OpenSSL does not have its hash function");
    }
    return found;
}

} // namespace gss::inline v0::tls::detail
