// SPDX-License-Identifier: Apache-2.0
// Each allocation while a signature is checked fails in turn: what is not verified never becomes
// so. OpenSSL takes its memory from here, which it must be told before it takes any.
#include <gssxx/transport/keys.h>

#include <gtest/gtest.h>

#include <openssl/crypto.h>

#include <cstdlib>
#include <new>

namespace gss::test {
namespace {

/// Which allocation fails, counted from 1; 0: none.
int fail_at = 0;
int allocations = 0;

bool fails() {
    return fail_at != 0 && ++allocations == fail_at;
}

void* allocate(std::size_t size, const char* /*file*/, int /*line*/) {
    return fails() ? nullptr : std::malloc(size);
}
void* reallocate(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
    return fails() ? nullptr : std::realloc(memory, size);
}
void release(void* memory, const char* /*file*/, int /*line*/) {
    std::free(memory);
}

// Not inlined: GCC takes it for the wrong release of what `new` returned.
[[gnu::noinline]] void give_back(void* memory) noexcept {
    std::free(memory);
}

const bool installed = CRYPTO_set_mem_functions(&allocate, &reallocate, &release) == 1;

} // namespace
} // namespace gss::test

// The library's own allocations fail too.
void* operator new(std::size_t size) {
    void* const memory = gss::test::fails() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    return memory;
}
void operator delete(void* memory) noexcept {
    gss::test::give_back(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
    gss::test::give_back(memory);
}

namespace gss::test {
namespace {

using namespace transport;

enum class Verdict : std::uint8_t { verified, refused, out_of_memory };

Verdict verdict(const PublicKey& key, std::string_view algorithm, BytesView data,
                BytesView signature, int failing) {
    allocations = 0;
    fail_at = failing;
    Verdict verdict = Verdict::out_of_memory;
    try {
        const auto verified = key.verify(algorithm, data, signature);
        fail_at = 0;
        verdict = verified ? Verdict::verified : Verdict::refused;
        if (!verified) {
            EXPECT_EQ(verified.error().code(), ErrorCode::bad_mic) << verified.error().text();
        }
    } catch (const std::bad_alloc&) {
        fail_at = 0;
    }
    return verdict;
}

constexpr KeyType types[]{KeyType::ed25519, KeyType::ecdsa_nistp256, KeyType::ecdsa_nistp384,
                          KeyType::ecdsa_nistp521, KeyType::rsa};
constexpr int never = 1 << 30;

TEST(Allocations, sec_A2_10_and_sec_A2_11_no_failing_allocation_verifies_a_signature) {
    ASSERT_TRUE(installed);
    for (const KeyType type : types) {
        const PrivateKey private_key = PrivateKey::generate(type).value();
        const PublicKey& key = private_key.public_key();
        for (const std::string_view algorithm : key.algorithms()) {
            const BytesView data = as_bytes("data");
            const Bytes signature = private_key.sign(algorithm, data).value();
            Bytes bad = signature;
            bad.back() ^= std::byte{1};
            const Bytes cut(signature.begin(), signature.end() - 1);

            ASSERT_EQ(verdict(key, algorithm, data, signature, never), Verdict::verified);
            const int of_good = allocations;
            ASSERT_GT(of_good, 3) << algorithm;
            int seen = 0;
            for (int at = 1; at <= of_good; ++at) {
                // A good one may be found good without that allocation, or is not verified.
                seen += verdict(key, algorithm, data, signature, at) == Verdict::verified ? 0 : 1;
            }
            EXPECT_GT(seen, 0) << algorithm;
            for (const Bytes& wrong : {bad, cut}) {
                ASSERT_EQ(verdict(key, algorithm, data, wrong, never), Verdict::refused);
                const int count = allocations;
                for (int at = 1; at <= count; ++at) {
                    EXPECT_NE(verdict(key, algorithm, data, wrong, at), Verdict::verified)
                        << algorithm << " allocation " << at;
                }
            }
        }
    }
}

// A key that is read when memory runs out is the key, or none.
TEST(Allocations, sec_A2_10_no_failing_allocation_changes_a_key) {
    for (const KeyType type : types) {
        const PrivateKey private_key = PrivateKey::generate(type).value();
        const PublicKey& key = private_key.public_key();
        const std::string_view algorithm = key.algorithms().front();
        const Bytes signature = private_key.sign(algorithm, as_bytes("data")).value();
        const auto parse = [&key, &algorithm, &signature](int failing) {
            allocations = 0;
            fail_at = failing;
            try {
                const auto parsed = PublicKey::parse(key.blob());
                fail_at = 0;
                if (parsed) {
                    EXPECT_EQ(*parsed, key);
                    EXPECT_EQ(parsed->fingerprint(), key.fingerprint());
                    EXPECT_TRUE(parsed->verify(algorithm, as_bytes("data"), signature));
                    EXPECT_FALSE(parsed->verify(algorithm, as_bytes("date"), signature));
                }
                return parsed.has_value();
            } catch (const std::bad_alloc&) {
                fail_at = 0;
                return false;
            }
        };
        allocations = 0;
        fail_at = never;
        ASSERT_TRUE(PublicKey::parse(key.blob()));
        const int count = allocations;
        fail_at = 0;
        int refused = 0;
        for (int at = 1; at <= count; ++at) {
            refused += parse(at) ? 0 : 1;
        }
        EXPECT_GT(refused, 0);
        EXPECT_TRUE(parse(never));
    }
}

} // namespace
} // namespace gss::test
