// SPDX-License-Identifier: Apache-2.0
// Calls on messages in pieces, with associated data, and on the key, of a context that has expired.
// RFC 2743 s1.2.5: "When a per-message protection service is requested on an expired context".
#include "access.h"
#include "fake_library.h"
#include "library_backend.h"
#include "pair.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gss::test {
namespace {

namespace abi = rfc2744::abi;

std::size_t reached = 0;

/// GSS_S_CONTEXT_EXPIRED, whatever is asked.
template <typename... Arguments>
abi::Uint32 expired(abi::Uint32* minor, Arguments... /*arguments*/) {
    ++reached;
    *minor = 0;
    return 12U << 16U;
}

template <typename... Arguments>
void expire(abi::Uint32 (*&call)(abi::Uint32*, Arguments...)) {
    call = &expired<Arguments...>;
}

/// A library all of whose newer calls on messages answer that.
rfc2744::Library with_expired_calls(rfc2744::Library library) {
    rfc2744::Functions& call = library.loaded.call;
    expire(call.wrap_iov);
    expire(call.wrap_iov_length);
    expire(call.unwrap_iov);
    expire(call.get_mic_iov);
    expire(call.get_mic_iov_length);
    rfc2744::MessageFunctions& message = library.loaded.message;
    expire(message.verify_mic_iov);
    expire(message.wrap_aead);
    expire(message.unwrap_aead);
    expire(message.pseudo_random);
    return library;
}

template <typename T>
std::optional<Error> error_of(const Result<T>& result) {
    return result.has_value() ? std::nullopt : std::optional(result.error());
}

struct MessageCall {
    std::string operation;
    std::function<std::optional<Error>(MessageProtection&)> make;
};

/// Every call that protects or opens a message, beyond those of RFC 2744.
std::vector<MessageCall> message_calls() {
    static std::array<std::byte, 64> memory{};
    const auto sealed = [] {
        return std::array{IovBuffer::of(IovType::header, MutableBytes(memory).first(16)),
                          IovBuffer::of(IovType::data, MutableBytes(memory).subspan(16, 16)),
                          IovBuffer::of(IovType::trailer, MutableBytes(memory).subspan(32, 16))};
    };
    const auto signed_pieces = [] {
        return std::array{IovBuffer::of(IovType::data, MutableBytes(memory).first(16)),
                          IovBuffer::of(IovType::mic_token, MutableBytes(memory).subspan(16, 28))};
    };
    return {
        {"gss_wrap_iov",
         [=](MessageProtection& side) {
             auto pieces = sealed();
             return error_of(side.wrap_iov(pieces));
         }},
        {"gss_wrap_iov_length",
         [=](MessageProtection& side) {
             auto pieces = sealed();
             return error_of(side.wrap_iov_length(pieces));
         }},
        {"gss_wrap_iov_length",
         [](MessageProtection& side) { return error_of(side.wrap_iov_size_limit(1000)); }},
        {"gss_unwrap_iov",
         [=](MessageProtection& side) {
             auto pieces = sealed();
             return error_of(side.unwrap_iov(pieces));
         }},
        {"gss_get_mic_iov",
         [=](MessageProtection& side) {
             auto pieces = signed_pieces();
             return error_of(side.get_mic_iov(pieces));
         }},
        {"gss_get_mic_iov_length",
         [=](MessageProtection& side) {
             auto pieces = signed_pieces();
             return error_of(side.get_mic_iov_length(pieces));
         }},
        {"gss_verify_mic_iov",
         [=](MessageProtection& side) {
             const auto pieces = signed_pieces();
             return error_of(side.verify_mic_iov(pieces));
         }},
        {"gss_wrap_aead",
         [](MessageProtection& side) {
             return error_of(side.wrap_aead(as_bytes("message"), as_bytes("beside")));
         }},
        {"gss_unwrap_aead",
         [](MessageProtection& side) {
             return error_of(side.unwrap_aead(BytesView(memory), as_bytes("beside")));
         }},
        {"gss_unwrap_iov",
         [](MessageProtection& side) {
             return error_of(side.unwrap_aead_in_place(memory, as_bytes("beside")));
         }},
        {"gss_pseudo_random",
         [](MessageProtection& side) {
             return error_of(side.pseudo_random(PrfKey::full, as_bytes("in"), 16));
         }},
    };
}

class ExpiredContext : public testing::Test {
protected:
    FakeLibrary fake;
    Backend backend =
        detail::Access::backend(rfc2744::make_backend(with_expired_calls(fake.library())));

    /// Each call fails with context_expired and names itself, and @p natively says who noticed.
    void expect_expired(Pair& pair, bool natively) {
        for (MessageProtection* side : {static_cast<MessageProtection*>(&pair.initiator),
                                        static_cast<MessageProtection*>(&pair.acceptor.context)}) {
            for (const MessageCall& call : message_calls()) {
                reached = 0;
                const std::optional<Error> error = call.make(*side);
                ASSERT_TRUE(error.has_value()) << call.operation;
                EXPECT_EQ(error->code(), ErrorCode::context_expired) << error->text();
                EXPECT_EQ(error->operation(), call.operation);
                EXPECT_EQ(reached != 0, natively) << call.operation;
                EXPECT_EQ(error->native().has_value(), natively) << call.operation;
            }
        }
    }
};

TEST_F(ExpiredContext, newer_calls_on_messages_never_reach_the_library) {
    fake.behaviour.context_lifetime = 0;
    Pair pair = make_pair(backend);
    expect_expired(pair, false);
}

TEST_F(ExpiredContext, that_the_library_notices_itself_has_the_same_code) {
    Pair pair = make_pair(backend);
    expect_expired(pair, true);
}

} // namespace
} // namespace gss::test
