// SPDX-License-Identifier: Apache-2.0
// Hashes of OpenSSL.
#include "openssl_hash.h"

#include "openssl_handles.h"

namespace gss::inline v0::ssh::detail {

namespace {

constexpr std::string_view operation = "hash";

const char* name_of(HashAlgorithm algorithm) noexcept {
    switch (algorithm) {
    case HashAlgorithm::sha1:
        return "SHA1";
    case HashAlgorithm::sha256:
        return "SHA256";
    case HashAlgorithm::sha384:
        return "SHA384";
    case HashAlgorithm::sha512:
        return "SHA512";
    }
    return "";
}

class OpensslHash final : public Hash {
public:
    OpensslHash(DigestContextPtr context, std::size_t size) noexcept
        : context_(std::move(context)), size_(size) {}

    Result<void> update(BytesView octets) override {
        const OwnErrors errors;
        if (!context_) {
            return used_up();
        }
        if (!succeeded(EVP_DigestUpdate(context_.get(), octets.data(), octets.size()))) {
            // Half an update is no state to go on from.
            context_.reset();
            return openssl_failure(operation, "EVP_DigestUpdate");
        }
        return {};
    }

    Result<SecretBytes> finish() override {
        const OwnErrors errors;
        const DigestContextPtr context = std::move(context_);
        if (!context) {
            return used_up();
        }
        SecretBytes digest(size_);
        unsigned written = 0;
        if (!succeeded(EVP_DigestFinal_ex(
                context.get(), reinterpret_cast<unsigned char*>(digest.data()), &written)) ||
            written != size_) {
            return openssl_failure(operation, "EVP_DigestFinal_ex");
        }
        return digest;
    }

private:
    static Error used_up() {
        return {ErrorCode::misuse, std::string(operation), "the hash is finished or has failed"};
    }

    DigestContextPtr context_;
    std::size_t size_;
};

} // namespace

Result<std::unique_ptr<Hash>> openssl_hash(HashAlgorithm algorithm) {
    const OwnErrors errors;
    const DigestPtr digest(EVP_MD_fetch(nullptr, name_of(algorithm), nullptr));
    if (!digest) {
        return openssl_failure(operation, "EVP_MD_fetch", ErrorCode::unavailable);
    }
    const int size = EVP_MD_get_size(digest.get());
    if (size <= 0 || size > EVP_MAX_MD_SIZE) {
        return openssl_failure(operation, "EVP_MD_get_size");
    }
    DigestContextPtr context(EVP_MD_CTX_new());
    if (!context) {
        return openssl_failure(operation, "EVP_MD_CTX_new");
    }
    if (!succeeded(EVP_DigestInit_ex2(context.get(), digest.get(), nullptr))) {
        return openssl_failure(operation, "EVP_DigestInit_ex2");
    }
    return std::unique_ptr<Hash>(
        std::make_unique<OpensslHash>(std::move(context), static_cast<std::size_t>(size)));
}

} // namespace gss::inline v0::ssh::detail
