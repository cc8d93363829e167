// SPDX-License-Identifier: Apache-2.0
// Hashes of OpenSSL.
#include "openssl_hash.h"

#include "openssl_handles.h"

#include <algorithm>
#include <array>

namespace gss::inline v0::ssh::detail {

namespace {

constexpr std::string_view operation = "hash";

struct Algorithm {
    HashAlgorithm algorithm;
    const char* name;
    int size; ///< of a digest, in octets
};

constexpr std::array<Algorithm, 4> algorithms{{
    {HashAlgorithm::sha1, "SHA1", 20},
    {HashAlgorithm::sha256, "SHA256", 32},
    {HashAlgorithm::sha384, "SHA384", 48},
    {HashAlgorithm::sha512, "SHA512", 64},
}};

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

Result<std::unique_ptr<Hash>> openssl_hash(HashAlgorithm wanted) {
    const OwnErrors errors;
    const auto known =
        std::find_if(algorithms.begin(), algorithms.end(),
                     [wanted](const Algorithm& entry) { return entry.algorithm == wanted; });
    if (known == algorithms.end()) {
        return Error(ErrorCode::unavailable, std::string(operation), "there is no such algorithm");
    }
    const DigestPtr digest(EVP_MD_fetch(nullptr, known->name, nullptr));
    if (!digest) {
        return openssl_failure(operation, "EVP_MD_fetch", ErrorCode::unavailable);
    }
    // EVP_DigestFinal_ex writes as much as the digest has, whatever room there is.
    if (EVP_MD_get_size(digest.get()) != known->size) {
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
        std::make_unique<OpensslHash>(std::move(context), static_cast<std::size_t>(known->size)));
}

} // namespace gss::inline v0::ssh::detail
