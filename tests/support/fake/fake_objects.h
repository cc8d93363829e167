// SPDX-License-Identifier: Apache-2.0
// What the fake's handles point to. For the fake's own files only.
#pragma once

#include "content.h"
#include "fake_library.h"

#include <array>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace gss::test {

// Minor codes of the fake; their texts are "fake minor code N".
inline constexpr abi::Uint32 minor_wrong_acceptor = 101;

struct FakeName {
    std::string text;
    Oid type;
    std::optional<Oid> mechanism;        // set on mechanism names
    std::vector<FakeAttribute> set = {}; // by callers
    friend bool operator==(const FakeName&, const FakeName&) = default;
};

struct FakeElement {
    Oid mechanism;
    int usage = 0;
    abi::Uint32 initiator_lifetime = 0;
    abi::Uint32 acceptor_lifetime = 0;
};

struct FakeCredential {
    std::optional<FakeName> name;
    std::vector<FakeElement> elements;
    std::string cache = {};  // what a store named
    std::string keytab = {}; // likewise
    std::string store = {};  // all of it: "ccache=MEMORY:a keytab=MEMORY:b"
    [[nodiscard]] int usage() const noexcept {
        int common = elements.front().usage;
        for (const FakeElement& element : elements) {
            common = element.usage == common ? common : 0;
        }
        return common;
    }
};

/// Which tokens have been seen.
class SequenceWindow {
public:
    /// The status of RFC 2744 s3.9.1 for @p number; notes it.
    [[nodiscard]] abi::Uint32 note(std::uint64_t number, ContextFlags flags) noexcept;
    [[nodiscard]] std::uint64_t expected() const noexcept { return expected_; }
    [[nodiscard]] std::uint64_t seen() const noexcept { return seen_; }
    void restore(std::uint64_t expected, std::uint64_t seen) noexcept {
        expected_ = expected;
        seen_ = seen;
    }

private:
    std::uint64_t expected_ = 0;
    std::uint64_t seen_ = 0; // bit n: number expected_ - 1 - n
};

struct FakeContext {
    bool initiator = false;
    bool open = false;
    bool ended = false;
    unsigned leg = 0;
    unsigned legs = 0;
    std::uint64_t key = 0;
    Oid mechanism = mechanism::krb5();
    ContextFlags flags;
    std::string source;
    std::string target;
    std::uint64_t sent = 0;
    SequenceWindow window;
};

inline constexpr abi::Uint32 routine(abi::Routine error) noexcept {
    return static_cast<abi::Uint32>(error) << abi::routine_shift;
}

// GSS_S_CALL_*
inline constexpr abi::Uint32 inaccessible_read = 1U << abi::calling_shift;
inline constexpr abi::Uint32 bad_structure = 3U << abi::calling_shift;

[[nodiscard]] inline FakeName* object(abi::NameHandle handle) noexcept {
    return reinterpret_cast<FakeName*>(handle);
}
[[nodiscard]] inline FakeCredential* object(abi::CredentialHandle handle) noexcept {
    return reinterpret_cast<FakeCredential*>(handle);
}
[[nodiscard]] inline FakeContext* object(abi::ContextHandle handle) noexcept {
    return reinterpret_cast<FakeContext*>(handle);
}
[[nodiscard]] inline abi::NameHandle handle(FakeName* name) noexcept {
    return reinterpret_cast<abi::NameHandle>(name);
}
[[nodiscard]] inline abi::CredentialHandle handle(FakeCredential* credential) noexcept {
    return reinterpret_cast<abi::CredentialHandle>(credential);
}
[[nodiscard]] inline abi::ContextHandle handle(FakeContext* context) noexcept {
    return reinterpret_cast<abi::ContextHandle>(context);
}

[[nodiscard]] inline BytesView view(const abi::BufferDesc* buffer) noexcept {
    return buffer == nullptr || buffer->value == nullptr
               ? BytesView()
               : BytesView(static_cast<const std::byte*>(buffer->value), buffer->length);
}

/// The mechanisms of the fake: the identifiers of Kerberos and SPNEGO, which here do the same.
[[nodiscard]] const OidSet& fake_mechanisms();
[[nodiscard]] bool is_fake_mechanism(const abi::OidDesc* oid);
[[nodiscard]] std::optional<Oid> oid_of(const abi::OidDesc* oid);
/// "text" as a principal of the fake's one realm.
[[nodiscard]] FakeName canonical(const FakeName& name, const Oid& mechanism);

template <typename T>
void set(T* output, T value) {
    if (output != nullptr) {
        *output = value;
    }
}

} // namespace gss::test
