// SPDX-License-Identifier: Apache-2.0
// A native library that exists only in the test program, with the shape of RFC 2744.
//
// Its tokens, names, credentials and contexts have real content: what is altered, replayed,
// reflected or meant for another context is refused because it does not verify. Its behaviour
// can be bent in two ways: FakeBehaviour turns knobs of the library itself, and table() puts any
// function in place of any call (the honest ones are in table().honest()).
#pragma once

#include "call_table.h"
#include "native_memory.h"

#include <gssxx/backend.h>
#include <gssxx/flags.h>

#include <atomic>
#include <list>
#include <string>
#include <utility>
#include <vector>

namespace gss::test {

/// What a failing step does with a context that exists.
enum class OnError { clear, keep };

/// How the library verifies messages.
enum class Weakness {
    none,
    inverted_check,  ///< accepts MICs exactly when they are wrong (CVE-2022-45142)
    ignored_octet,   ///< leaves the last octet of the message out (CVE-2025-57736)
    accepts_replays, ///< keeps no window
    accepts_cut,     ///< compares only as much of the checksum as the token has
    supplementary,   ///< reports a gap for genuine tokens, before it has checked them
};

/// An attribute of names, with values and their texts.
struct FakeAttribute {
    std::string name;
    std::vector<std::pair<std::string, std::string>> values;
    bool authenticated = true;
    bool complete = true;
    friend bool operator==(const FakeAttribute&, const FakeAttribute&) = default;
};

/// Knobs; turn them before the calls that they concern.
struct FakeBehaviour {
    unsigned legs = 0; ///< tokens of an establishment; 0: two with mutual authentication, else one
    ContextFlags withheld;                    ///< never granted
    ContextFlags added;                       ///< always granted
    std::optional<Oid> claimed_mechanism;     ///< what contexts say they are
    abi::Uint32 context_lifetime = 3600;      ///< seconds
    std::optional<abi::Uint32> step_lifetime; ///< what steps tell instead
    abi::Uint32 credential_lifetime = 7200;   ///< seconds
    bool context_expired = false;             ///< GSS_S_CONTEXT_EXPIRED where it applies
    bool empty_continuations = false;         ///< wants more and sends nothing
    bool error_tokens = true;                 ///< a failing acceptor says so
    OnError on_error = OnError::clear;        ///< of contexts, in a failing step
    bool new_handle_each_step = false;        ///< each step yields another handle
    bool guarded_buffers = false;             ///< texts end where memory ends
    bool process_token_ends_context = false;  ///< every later call finds no context
    Weakness weakness = Weakness::none;
    std::vector<FakeAttribute> attributes; ///< of every mechanism name
    bool endless_values = false;           ///< of attributes: there is always one more
    bool stores_nothing = false;           ///< storing says it succeeded
};

struct FakeName;
struct FakeCredential;
struct FakeContext;

class FakeLibrary {
public:
    /// @p name is the family's; @p iov says whether the forms in the caller's memory are served
    /// by IOV calls. One with that name "importing" has no credential stores of its own, but a
    /// libkrb5 (FakeKrb5) and gss_krb5_import_cred.
    explicit FakeLibrary(std::string name = "fake", bool iov = false);
    ~FakeLibrary();
    FakeLibrary(const FakeLibrary&) = delete;
    FakeLibrary& operator=(const FakeLibrary&) = delete;

    FakeBehaviour behaviour;

    [[nodiscard]] rfc2744::Library library();
    /// A public backend on it. Several share one identity, as opening a library twice does.
    [[nodiscard]] Backend backend();
    [[nodiscard]] NativeTable& table() noexcept { return table_; }
    [[nodiscard]] const CallTable& honest() const noexcept { return table_.honest(); }
    /// For calls that are replaced: fills an output as the library does.
    void give(abi::BufferDesc* output, BytesView content);

private:
    using Uint32 = abi::Uint32;

    // One for each native function, with the parameters of its prototype.
#define GSSXX_METHOD(name, parameters) Uint32 name parameters;
    GSSXX_RFC2744_SYMBOLS(GSSXX_METHOD, GSSXX_METHOD)
#undef GSSXX_METHOD

    [[nodiscard]] CallTable own_calls();
    [[nodiscard]] bool imports() const noexcept {
        return family_ == "importing";
    }
    [[nodiscard]] abi::OidDesc* constant(const Oid& oid);
    void give_set(abi::OidSetDesc** output, const OidSet& oids);
    void give(abi::BufferDesc* output, std::string_view text) {
        give(output, as_bytes(text));
    }
    [[nodiscard]] ContextFlags granted(ContextFlags asked) const noexcept;

    [[nodiscard]] Uint32 first_initiator_step(FakeContext& context,
                                              const FakeCredential* credential,
                                              const FakeName* target,
                                              const abi::ChannelBindingsStruct* bindings,
                                              abi::BufferDesc* output);
    [[nodiscard]] Uint32 first_acceptor_step(FakeContext& context, const FakeCredential* credential,
                                             const abi::ChannelBindingsStruct* bindings,
                                             BytesView token, Uint32* minor);
    [[nodiscard]] Uint32 take_leg(FakeContext& context, BytesView token) const;
    [[nodiscard]] Uint32 next_leg(FakeContext& context, abi::BufferDesc* output);
    [[nodiscard]] Uint32 end_step(Uint32 major, FakeContext* context, abi::ContextHandle* handle,
                                  abi::OidDesc** mechanism, Uint32* flags, Uint32* lifetime);
    [[nodiscard]] Uint32 usable(const FakeContext* context) const noexcept;
    [[nodiscard]] Uint32 check(const FakeContext& context, std::uint64_t want, BytesView found,
                               bool mic) const noexcept;

    NativeMemory memory_;
    std::mutex mutex_;
    struct Constant;
    std::list<Constant> constants_;
    std::atomic<std::uint64_t> next_key_{1};
    std::string family_;
    bool iov_;
    NativeTable table_;
};

} // namespace gss::test
