// SPDX-License-Identifier: Apache-2.0
// Messages over an established context, on fakes: with and without IOV calls.
#include "counting.h"
#include "fake_library.h"
#include "pair.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace gss::test {
namespace {

using abi::Uint32;

ErrorCode code_of(const auto& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? ErrorCode::failure : result.error().code();
}

Bytes copy_of(BytesView view) {
    return {view.begin(), view.end()};
}

const std::string text = "attack at dawn";

/// The parameter: whether the forms in the caller's memory go through IOV calls.
class Messages : public testing::TestWithParam<bool> {
protected:
    FakeLibrary fake{"fake", GetParam()};
    CountingLibrary counted{fake.library()};
    std::optional<Pair> pair = make_pair(counted.backend());
    SecurityContext& ours = pair->initiator;
    SecurityContext& theirs = pair->acceptor.context;

    void TearDown() override {
        pair.reset();
        EXPECT_EQ(counted.report(), "");
    }
};

INSTANTIATE_TEST_SUITE_P(Plain, Messages, testing::Values(false));
INSTANTIATE_TEST_SUITE_P(Iov, Messages, testing::Values(true));

TEST_P(Messages, every_form_of_every_call_works) {
    std::array<std::byte, 200> memory{};
    const BytesView message = as_bytes(text);
    const Buffer mic = ours.get_mic(message).value();
    EXPECT_TRUE(theirs.verify_mic(message, mic));
    const std::size_t size = ours.get_mic_into(message, memory).value();
    EXPECT_TRUE(theirs.verify_mic(message, BytesView(memory).first(size)));

    const Wrapped wrapped = ours.wrap(message).value();
    EXPECT_TRUE(wrapped.sealed);
    EXPECT_EQ(wrapped.token.text().find("dawn"), std::string_view::npos);
    const Unwrapped opened = theirs.unwrap(wrapped.token).value();
    EXPECT_EQ(opened.message.text(), text);
    EXPECT_TRUE(opened.sealed);
    EXPECT_EQ(opened.order, Order::in_order);

    const WrappedInto into = ours.wrap_into(message, memory, Seal::integrity_only).value();
    EXPECT_FALSE(into.sealed);
    EXPECT_EQ(into.size, wrapped.token.size());
    const UnwrappedInPlace in_place =
        theirs.unwrap_in_place(MutableBytes(memory).first(into.size)).value();
    EXPECT_EQ(as_text(in_place.message), text);
    EXPECT_FALSE(in_place.sealed);
    EXPECT_GE(in_place.message.data(), memory.data());
    EXPECT_LE(in_place.message.data() + in_place.message.size(), memory.data() + memory.size());

    EXPECT_EQ(theirs.unwrap(copy_of(ours.wrap(message).value().token)).value().message.text(),
              text);
    EXPECT_EQ(theirs.unwrap(std::move(ours.wrap(message).value().token)).value().message.text(),
              text);
}

TEST_P(Messages, empty_messages_are_messages) {
    std::array<std::byte, 64> memory{};
    EXPECT_TRUE(theirs.verify_mic({}, ours.get_mic({}).value()));
    EXPECT_TRUE(theirs.unwrap(ours.wrap({}).value().token).value().message.empty());
    const WrappedInto into = ours.wrap_into({}, memory).value();
    EXPECT_TRUE(
        theirs.unwrap_in_place(MutableBytes(memory).first(into.size)).value().message.empty());
}

TEST_P(Messages, unwrap_of_const_octets_leaves_them_alone) {
    const Buffer token = ours.wrap(as_bytes(text)).value().token;
    const Bytes before = copy_of(token);
    ASSERT_TRUE(theirs.unwrap(token.view()).has_value());
    EXPECT_EQ(copy_of(token), before);
}

TEST_P(Messages, memory_that_is_too_small_is_refused) {
    const std::size_t mic_size = ours.get_mic(as_bytes(text)).value().size();
    const std::size_t token_size = ours.wrap(as_bytes(text)).value().token.size();
    for (const std::size_t less : {std::size_t{1}, std::size_t{2}, token_size}) {
        Bytes memory(token_size, std::byte{0x11});
        const std::size_t size = token_size - less;
        EXPECT_EQ(code_of(ours.wrap_into(as_bytes(text), MutableBytes(memory).first(size))),
                  ErrorCode::parameter_write);
        EXPECT_EQ(memory, Bytes(token_size, std::byte{0x11})) << "octets were written";
    }
    Bytes memory(mic_size);
    EXPECT_EQ(code_of(ours.get_mic_into(as_bytes(text), MutableBytes(memory).first(mic_size - 1))),
              ErrorCode::parameter_write);
    EXPECT_EQ(ours.get_mic_into(as_bytes(text), memory).value(), mic_size);
}

TEST_P(Messages, exactly_enough_memory_is_enough) {
    const std::size_t token_size = ours.wrap(as_bytes(text)).value().token.size();
    Bytes memory(token_size);
    EXPECT_EQ(ours.wrap_into(as_bytes(text), memory).value().size, token_size);
}

TEST_P(Messages, too_small_memory_spends_a_number_only_without_iov) {
    std::array<std::byte, 4> tiny{};
    EXPECT_EQ(code_of(ours.wrap_into(as_bytes(text), tiny)), ErrorCode::parameter_write);
    const auto next = theirs.unwrap(ours.wrap(as_bytes(text)).value().token);
    if (GetParam()) {
        EXPECT_TRUE(next.has_value());
    } else {
        EXPECT_EQ(code_of(next), ErrorCode::gap_token);
    }
}

TEST_P(Messages, sealing_that_is_required_and_not_done_is_an_error) {
    fake.behaviour.withheld = ContextFlag::confidentiality;
    Pair open = make_pair(counted.backend());
    std::array<std::byte, 200> memory{};
    EXPECT_EQ(code_of(open.initiator.wrap(as_bytes(text))), ErrorCode::insufficient_protection);
    EXPECT_EQ(code_of(open.initiator.wrap_into(as_bytes(text), memory)),
              ErrorCode::insufficient_protection);
    // The message stood there in the clear.
    EXPECT_EQ(as_text(memory).find("dawn"), std::string_view::npos);
    const Wrapped wrapped = open.initiator.wrap(as_bytes(text), Seal::if_available).value();
    EXPECT_FALSE(wrapped.sealed);
    EXPECT_FALSE(
        open.initiator.wrap_into(as_bytes(text), memory, Seal::if_available).value().sealed);
    EXPECT_TRUE(open.initiator.wrap(as_bytes(text), Seal::integrity_only).has_value());
}

TEST_P(Messages, altered_messages_and_tokens_are_refused) {
    for (std::size_t index = 0; index < text.size(); ++index) {
        Bytes altered = copy_of(as_bytes(text));
        altered[index] ^= std::byte{1};
        const Buffer mic = ours.get_mic(as_bytes(text)).value();
        EXPECT_EQ(code_of(theirs.verify_mic(altered, mic)), ErrorCode::bad_mic);
        ASSERT_TRUE(theirs.verify_mic(as_bytes(text), mic));
    }
    const Bytes token = copy_of(ours.wrap(as_bytes(text)).value().token);
    for (std::size_t index = 0; index < token.size(); ++index) {
        Bytes altered = token;
        altered[index] ^= std::byte{1};
        EXPECT_FALSE(theirs.unwrap(BytesView(altered)).has_value()) << index;
        EXPECT_FALSE(theirs.unwrap_in_place(altered).has_value()) << index;
        EXPECT_FALSE(theirs.unwrap(BytesView(token).first(index)).has_value()) << index;
    }
    EXPECT_TRUE(theirs.unwrap(token).has_value());
}

TEST_P(Messages, tokens_of_another_direction_or_context_are_refused) {
    const Buffer mic = ours.get_mic(as_bytes(text)).value();
    EXPECT_FALSE(ours.verify_mic(as_bytes(text), mic).has_value());
    Pair other = make_pair(counted.backend());
    EXPECT_EQ(code_of(other.acceptor.context.verify_mic(as_bytes(text), mic)), ErrorCode::bad_mic);
    EXPECT_FALSE(theirs.unwrap(mic).has_value());
}

TEST_P(Messages, order_is_an_error_until_it_is_asked_to_be_none) {
    std::vector<Buffer> mics;
    for (int index = 0; index < 70; ++index) {
        mics.push_back(ours.get_mic(as_bytes(text)).value());
    }
    const auto verify = [this, &mics](std::size_t index) {
        return theirs.verify_mic(as_bytes(text), mics[index]);
    };
    EXPECT_EQ(code_of(verify(1)), ErrorCode::gap_token);
    EXPECT_EQ(code_of(verify(0)), ErrorCode::unsequenced_token);
    EXPECT_EQ(code_of(verify(0)), ErrorCode::duplicate_token);
    ASSERT_TRUE(theirs.accept_out_of_order().has_value());
    EXPECT_EQ(verify(5).value().order, Order::gap);
    EXPECT_EQ(verify(4).value().order, Order::unsequenced);
    EXPECT_EQ(code_of(verify(4)), ErrorCode::duplicate_token);
    EXPECT_EQ(verify(69).value().order, Order::gap);
    EXPECT_EQ(verify(3).value().order, Order::old);
    Bytes altered = copy_of(mics[68]);
    altered.back() ^= std::byte{1};
    EXPECT_EQ(code_of(theirs.verify_mic(as_bytes(text), altered)), ErrorCode::bad_mic);
}

TEST_P(Messages, sec_A1_38_nothing_but_complete_verifies_a_mic) {
    const Buffer mic = ours.get_mic(as_bytes(text)).value();
    const std::array<std::pair<Uint32, ErrorCode>, 8> statuses{{
        {2, ErrorCode::duplicate_token},
        {4, ErrorCode::old_token},
        {8, ErrorCode::unsequenced_token},
        {16, ErrorCode::gap_token},
        {1, ErrorCode::failure},
        {0x20, ErrorCode::failure},
        {0x8000, ErrorCode::failure},
        {2 | 16, ErrorCode::duplicate_token},
    }};
    for (const auto& [major, code] : statuses) {
        fake.table().fail(Call::verify_mic, {major, 0});
        EXPECT_EQ(to_string(code_of(theirs.verify_mic(as_bytes(text), mic))), to_string(code))
            << major;
    }
    EXPECT_TRUE(theirs.verify_mic(as_bytes(text), mic).has_value());
}

TEST_P(Messages, sec_A1_38_nothing_but_complete_yields_plaintext) {
    for (const Uint32 major : {2U, 4U, 8U, 16U, 1U, 0x20U, 0x8000U, 6U << 16, 1U << 24}) {
        Bytes token = copy_of(ours.wrap(as_bytes(text)).value().token);
        fake.table().replace(&CallTable::unwrap, [&](auto* minor, auto context, auto* input,
                                                     auto* message, auto* sealed, auto* qop) {
            EXPECT_EQ(fake.honest().unwrap(minor, context, input, message, sealed, qop),
                      abi::status_complete);
            return Uint32{major};
        });
        fake.table().replace(&CallTable::unwrap_iov, [&](auto* minor, auto context, auto* sealed,
                                                         auto* qop, auto* iov, auto count) {
            EXPECT_EQ(fake.honest().unwrap_iov(minor, context, sealed, qop, iov, count),
                      abi::status_complete);
            return Uint32{major};
        });
        // sec A3-25: what had been decrypted is overwritten before it is released.
        Bytes released;
        fake.table().replace(&CallTable::release_buffer, [&](auto* minor, auto* buffer) {
            const auto* octets = static_cast<const std::byte*>(buffer->value);
            if (buffer->length == text.size()) {
                released.assign(octets, octets + buffer->length);
            }
            return fake.honest().release_buffer(minor, buffer);
        });
        EXPECT_FALSE(theirs.unwrap(BytesView(token)).has_value()) << major;
        EXPECT_EQ(released, Bytes(text.size(), std::byte{0})) << major;
        fake.table().replace(&CallTable::release_buffer, nullptr);
        fake.table().replace(&CallTable::unwrap, nullptr);
        fake.table().replace(&CallTable::unwrap_iov, nullptr);
        static_cast<void>(theirs.unwrap(copy_of(ours.wrap({}).value().token)));
    }
}

TEST_P(Messages, sec_A1_38_nothing_but_complete_unwraps_in_place) {
    for (const Uint32 major : {2U, 4U, 8U, 16U, 1U, 0x20U, 0x8000U, 6U << 16}) {
        Bytes token = copy_of(ours.wrap(as_bytes(text), Seal::integrity_only).value().token);
        const auto refuse = [major](auto&&... arguments) {
            static_cast<void>(sizeof...(arguments));
            return Uint32{major};
        };
        fake.table().replace(&CallTable::unwrap, refuse);
        fake.table().replace(&CallTable::unwrap_iov, refuse);
        EXPECT_FALSE(theirs.unwrap_in_place(token).has_value());
        EXPECT_EQ(as_text(token).find("dawn"), std::string_view::npos) << "plaintext is left";
    }
}

TEST_P(Messages, sec_A3_25_opened_messages_are_overwritten_before_they_are_released) {
    Bytes released;
    std::optional<Unwrapped> opened =
        theirs.unwrap(ours.wrap(as_bytes(text)).value().token).value();
    fake.table().replace(&CallTable::release_buffer, [&](auto* minor, auto* buffer) {
        const auto* octets = static_cast<const std::byte*>(buffer->value);
        released.assign(octets, octets + buffer->length);
        return fake.honest().release_buffer(minor, buffer);
    });
    opened.reset();
    EXPECT_EQ(released, Bytes(text.size(), std::byte{0}));
    // Tokens that are not encrypted hold the message, too.
    const std::size_t size = ours.wrap(as_bytes(text), Seal::integrity_only).value().token.size();
    EXPECT_EQ(released, Bytes(size, std::byte{0}));
}

TEST_P(Messages, sec_A3_25_exported_keys_are_overwritten_before_they_are_released) {
    Bytes released;
    fake.table().replace(&CallTable::release_buffer, [&](auto* minor, auto* buffer) {
        const auto* octets = static_cast<const std::byte*>(buffer->value);
        released.assign(octets, octets + buffer->length);
        return fake.honest().release_buffer(minor, buffer);
    });
    const std::size_t size = ours.export_context().value().native_token().size();
    EXPECT_EQ(released, Bytes(size, std::byte{0}));
}

TEST_P(Messages, sec_A3_05_empty_tokens_never_reach_the_library) {
    const std::size_t calls = fake.table().count();
    EXPECT_EQ(code_of(theirs.verify_mic(as_bytes(text), {})), ErrorCode::invalid_token);
    EXPECT_EQ(code_of(theirs.unwrap(BytesView{})), ErrorCode::invalid_token);
    EXPECT_EQ(code_of(theirs.unwrap(MutableBytes{})), ErrorCode::invalid_token);
    EXPECT_EQ(code_of(theirs.unwrap_in_place({})), ErrorCode::invalid_token);
    EXPECT_EQ(code_of(theirs.process_context_token({})), ErrorCode::invalid_token);
    EXPECT_EQ(fake.table().count(), calls);
}

TEST_P(Messages, an_unknown_quality_is_bad_qop) {
    std::array<std::byte, 200> memory{};
    EXPECT_EQ(code_of(ours.get_mic(as_bytes(text), 7)), ErrorCode::bad_qop);
    EXPECT_EQ(code_of(ours.get_mic_into(as_bytes(text), memory, 7)), ErrorCode::bad_qop);
    EXPECT_EQ(code_of(ours.wrap(as_bytes(text), Seal::required, 7)), ErrorCode::bad_qop);
    EXPECT_EQ(code_of(ours.wrap_into(as_bytes(text), memory, Seal::required, 7)),
              ErrorCode::bad_qop);
    EXPECT_EQ(code_of(ours.wrap_size_limit(100, Seal::required, 7)), ErrorCode::bad_qop);
    EXPECT_EQ(as_text(memory).find("dawn"), std::string_view::npos) << "plaintext is left";
}

TEST_P(Messages, the_size_limit_is_that_of_real_tokens) {
    const std::size_t limit = ours.wrap_size_limit(100).value();
    EXPECT_EQ(ours.wrap(Bytes(limit)).value().token.size(), 100U);
    EXPECT_EQ(ours.wrap_size_limit(0).value(), 0U);
    // Past 32 bits the library is asked for what 32 bits can say.
    EXPECT_EQ(ours.wrap_size_limit(std::size_t{1} << 40).value(), 0xffffffffU - 20);
}

TEST_P(Messages, deprecated_names_do_the_same) {
    EXPECT_TRUE(theirs.verify(as_bytes(text), ours.sign(as_bytes(text)).value()).has_value());
    const Wrapped sealed = ours.seal(as_bytes(text)).value();
    EXPECT_EQ(theirs.unseal(sealed.token).value().message.text(), text);
}

TEST_P(Messages, sec_A3_06_a_context_that_a_token_ended_is_no_context_and_deleted_once) {
    fake.behaviour.process_token_ends_context = true;
    ASSERT_TRUE(theirs.process_context_token(as_bytes("delete")).has_value());
    EXPECT_EQ(code_of(theirs.get_mic(as_bytes(text))), ErrorCode::no_context);
    EXPECT_EQ(code_of(theirs.unwrap(as_bytes(text))), ErrorCode::no_context);
    EXPECT_EQ(code_of(theirs.inquire()), ErrorCode::no_context);
    EXPECT_EQ(code_of(theirs.export_context()), ErrorCode::no_context);
    const std::size_t deleted = fake.table().count(Call::delete_sec_context);
    pair.reset();
    EXPECT_EQ(fake.table().count(Call::delete_sec_context), deleted + 2);
}

TEST_P(Messages, sec_A3_06_hostile_context_tokens_leave_the_context_usable) {
    for (std::size_t size = 1; size < 40; ++size) {
        EXPECT_FALSE(theirs.process_context_token(Bytes(size, std::byte{0x60})).has_value());
    }
    EXPECT_TRUE(theirs.get_mic(as_bytes(text)).has_value());
}

TEST_P(Messages, a_deleted_context_is_gone) {
    EXPECT_TRUE(ours.delete_context().value().empty());
    EXPECT_EQ(code_of(ours.get_mic(as_bytes(text))), ErrorCode::misuse);
    EXPECT_EQ(code_of(ours.delete_context()), ErrorCode::misuse);
}

TEST_P(Messages, a_context_whose_deletion_fails_is_still_given_back) {
    counted.table().fail(Call::delete_sec_context, {13U << 16, 0});
    EXPECT_EQ(code_of(ours.delete_context()), ErrorCode::failure);
}

TEST_P(Messages, a_message_that_the_library_puts_outside_the_token_is_refused) {
    std::array<std::byte, 16> elsewhere{};
    fake.table().replace(&CallTable::unwrap_iov,
                         [&](auto* minor, auto, auto* sealed, auto* qop, auto* iov, auto) {
                             *minor = 0;
                             *sealed = 1;
                             *qop = 0;
                             iov[1].buffer = {elsewhere.size(), elsewhere.data()};
                             return abi::status_complete;
                         });
    Bytes token = copy_of(ours.wrap(as_bytes(text)).value().token);
    if (GetParam()) {
        EXPECT_EQ(code_of(theirs.unwrap_in_place(token)), ErrorCode::failure);
        for (const std::size_t length : {std::size_t{1000}, ~std::size_t{0}}) {
            fake.table().replace(&CallTable::unwrap_iov,
                                 [&](auto* minor, auto, auto*, auto*, auto* iov, auto) {
                                     *minor = 0;
                                     iov[1].buffer = {length, token.data() + 1};
                                     return abi::status_complete;
                                 });
            EXPECT_EQ(code_of(theirs.unwrap_in_place(token)), ErrorCode::failure);
        }
    } else {
        EXPECT_TRUE(theirs.unwrap_in_place(token).has_value());
    }
}

TEST_P(Messages, failures_of_every_iov_call_are_errors) {
    std::array<std::byte, 200> memory{};
    if (!GetParam()) {
        fake.table().fail(Call::wrap_iov, {13U << 16, 0});
        EXPECT_TRUE(ours.wrap_into(as_bytes(text), memory).has_value()) << "IOV calls were made";
        return;
    }
    for (const Call call : {Call::wrap_iov_length, Call::wrap_iov}) {
        fake.table().fail(call, {13U << 16, 0});
        EXPECT_EQ(code_of(ours.wrap_into(as_bytes(text), memory)), ErrorCode::failure);
        EXPECT_EQ(as_text(memory).find("dawn"), std::string_view::npos);
    }
    for (const Call call : {Call::get_mic_iov_length, Call::get_mic_iov}) {
        fake.table().fail(call, {13U << 16, 0});
        EXPECT_EQ(code_of(ours.get_mic_into(as_bytes(text), memory)), ErrorCode::failure);
    }
}

} // namespace
} // namespace gss::test
