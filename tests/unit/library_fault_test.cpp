// SPDX-License-Identifier: Apache-2.0
// What native libraries do wrong in the calls themselves, and what the binding makes of it.
#include "counting.h"
#include "fake_library.h"
#include "pair.h"

#include "library_backend.h"

#include "access.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace gss::test {
namespace {

using abi::Uint32;

ErrorCode code_of(const auto& result) {
    EXPECT_FALSE(result.has_value());
    return result.has_value() ? ErrorCode::damaged_export : result.error().code();
}

Bytes copy_of(BytesView view) {
    return {view.begin(), view.end()};
}

const std::string text = "a message";

/// A counted fake whose traits a test may change first.
class LibraryFaults : public testing::Test {
protected:
    FakeLibrary fake{"fake", true};
    CountingLibrary counted{fake.library()};
    Backend backend = counted.backend();

    [[nodiscard]] Backend with_traits(const std::function<void(rfc2744::Library&)>& change) {
        rfc2744::Library library = counted.library();
        change(library);
        return detail::Access::backend(rfc2744::make_backend(library));
    }
    void TearDown() override { EXPECT_EQ(counted.report(), ""); }
};

TEST_F(LibraryFaults, success_without_a_token_is_a_failure) {
    Pair pair = make_pair(backend);
    fake.table().fail(Call::wrap, {abi::status_complete, 0});
    EXPECT_EQ(code_of(pair.initiator.wrap(as_bytes(text))), ErrorCode::failure);
    fake.table().fail(Call::get_mic, {abi::status_complete, 0});
    EXPECT_EQ(code_of(pair.initiator.get_mic(as_bytes(text))), ErrorCode::failure);
}

TEST_F(LibraryFaults, sec_A3_03_a_message_announced_longer_than_its_token_is_not_touched) {
    Pair pair = make_pair(backend);
    const auto announce_more = [this](Uint32 major) {
        fake.table().replace(&CallTable::unwrap,
                             [this, major](auto* minor, auto context, auto* token, auto* message,
                                           auto* sealed, auto* qop) {
                                 const std::size_t size = token->length;
                                 fake.honest().unwrap(minor, context, token, message, sealed, qop);
                                 message->length = size + 1; // and there is not that much
                                 return major;
                             });
    };
    const Bytes token = copy_of(pair.initiator.wrap(as_bytes(text)).value().token);
    announce_more(abi::status_complete);
    EXPECT_EQ(code_of(pair.acceptor.context.unwrap(token)), ErrorCode::failure);
    announce_more(6U << 16);
    const Bytes next = copy_of(pair.initiator.wrap(as_bytes(text)).value().token);
    EXPECT_FALSE(pair.acceptor.context.unwrap(next).has_value());
}

TEST_F(LibraryFaults, announced_sizes_are_kept_or_it_is_a_failure) {
    Pair pair = make_pair(backend);
    std::array<std::byte, 200> memory{};
    fake.table().replace(
        &CallTable::wrap_iov_length,
        [this](auto* minor, auto context, int seal, auto qop, int* sealed, auto* iov, int count) {
            const Uint32 major =
                fake.honest().wrap_iov_length(minor, context, seal, qop, sealed, iov, count);
            iov[0].buffer.length = ~std::size_t{0} - 4; // so that the sum wraps round
            return major;
        });
    EXPECT_EQ(code_of(pair.initiator.wrap_into(as_bytes(text), memory)), ErrorCode::failure);
    fake.table().replace(&CallTable::wrap_iov_length, nullptr);
    fake.table().replace(&CallTable::wrap_iov, [this](auto* minor, auto context, int seal, auto qop,
                                                      int* sealed, auto* iov, int count) {
        const Uint32 major = fake.honest().wrap_iov(minor, context, seal, qop, sealed, iov, count);
        iov[0].buffer.length -= 1;
        return major;
    });
    EXPECT_EQ(code_of(pair.initiator.wrap_into(as_bytes(text), memory)), ErrorCode::failure);
    fake.table().replace(
        &CallTable::get_mic_iov, [this](auto* minor, auto context, auto qop, auto* iov, int count) {
            const Uint32 major = fake.honest().get_mic_iov(minor, context, qop, iov, count);
            iov[1].buffer.length += 1;
            return major;
        });
    EXPECT_EQ(code_of(pair.initiator.get_mic_into(as_bytes(text), memory)), ErrorCode::failure);
}

TEST_F(LibraryFaults, without_the_optional_functions_the_plain_ones_serve) {
    const Backend plain = with_traits([](rfc2744::Library& library) {
        library.loaded.call.wrap_iov = nullptr;
        library.loaded.call.get_mic_iov_length = nullptr;
        library.loaded.call.unwrap_iov = nullptr;
    });
    Pair pair = make_pair(plain);
    std::array<std::byte, 200> memory{};
    const WrappedInto into = pair.initiator.wrap_into(as_bytes(text), memory).value();
    const UnwrappedInPlace opened =
        pair.acceptor.context.unwrap_in_place(MutableBytes(memory).first(into.size)).value();
    EXPECT_EQ(as_text(opened.message), text);
    const std::size_t size = pair.initiator.get_mic_into(as_bytes(text), memory).value();
    EXPECT_TRUE(pair.acceptor.context.verify_mic(as_bytes(text), BytesView(memory).first(size)));
    EXPECT_EQ(fake.table().count(Call::unwrap_iov), 0U);
}

TEST_F(LibraryFaults, a_message_may_lie_in_the_memory_of_its_token) {
    Pair pair = make_pair(backend);
    for (const std::size_t offset : {0U, 5U, 20U, 40U}) {
        std::array<std::byte, 200> memory{};
        std::copy_n(as_bytes(text).begin(), text.size(),
                    memory.begin() + static_cast<std::ptrdiff_t>(offset));
        const BytesView message = BytesView(memory).subspan(offset, text.size());
        const WrappedInto into = pair.initiator.wrap_into(message, memory).value();
        const Bytes token = copy_of(BytesView(memory).first(into.size));
        EXPECT_EQ(pair.acceptor.context.unwrap(token).value().message.text(), text) << offset;
    }
    for (const std::size_t offset : {0U, 5U, 19U}) {
        std::array<std::byte, 200> memory{};
        std::copy_n(as_bytes(text).begin(), text.size(),
                    memory.begin() + static_cast<std::ptrdiff_t>(offset));
        const BytesView message = BytesView(memory).subspan(offset, text.size());
        const std::size_t size = pair.initiator.get_mic_into(message, memory).value();
        EXPECT_TRUE(pair.acceptor.context.verify_mic(as_bytes(text), BytesView(memory).first(size)))
            << offset;
    }
}

TEST_F(LibraryFaults, sizes_past_what_libraries_count_never_reach_them) {
    Pair pair = make_pair(backend);
    // Nobody looks at these octets: they are refused by their number.
    std::byte one{};
    const MutableBytes huge(&one, std::size_t{0x7ffff001});
    std::array<std::byte, 64> memory{};
    const std::size_t calls = fake.table().count();
    SecurityContext& context = pair.initiator;
    EXPECT_EQ(code_of(context.get_mic(huge)), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(context.get_mic_into(huge, memory)), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(context.verify_mic(huge, memory)), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(context.verify_mic(memory, huge)), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(context.wrap(huge)), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(context.wrap_into(huge, memory)), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(context.unwrap(BytesView(huge))), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(context.unwrap(huge)), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(context.unwrap_in_place(huge)), ErrorCode::malformed_parameter);
    EXPECT_EQ(code_of(Name::import_name(backend, as_text(huge), name_type::machine_uid())),
              ErrorCode::bad_name);
    Acceptor acceptor = Acceptor::create(backend).value();
    EXPECT_EQ(acceptor.step(huge).error.value().code(), ErrorCode::invalid_token);
    EXPECT_EQ(fake.table().count(), calls);
}

TEST_F(LibraryFaults, machine_uids_of_another_size_never_reach_the_library) {
    for (const std::size_t size : {0U, 1U, 3U, 5U, 8U}) {
        EXPECT_EQ(
            code_of(Name::import_name(backend, std::string(size, '\1'), name_type::machine_uid())),
            ErrorCode::bad_name);
    }
    EXPECT_EQ(fake.table().count(Call::import_name), 0U);
}

TEST_F(LibraryFaults, where_adding_in_place_crashes_a_grown_copy_takes_its_place) {
    const Backend other =
        with_traits([](rfc2744::Library& library) { library.traits.add_in_place_crashes = true; });
    fake.table().replace(&CallTable::add_cred, [this](auto* minor, auto input, auto name,
                                                      auto* mechanism, int usage, auto initiator,
                                                      auto acceptor, auto* output, auto** set,
                                                      auto* left, auto* right) {
        EXPECT_NE(output, nullptr);
        return fake.honest().add_cred(minor, input, name, mechanism, usage, initiator, acceptor,
                                      output, set, left, right);
    });
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    Credentials credentials =
        Credentials::acquire(other, CredentialUsage::both, options).value().credentials;
    ASSERT_TRUE(credentials.add_in_place(mechanism::spnego()).has_value());
    EXPECT_EQ(credentials.inquire().value().mechanisms->size(), 2U);
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::credential), 1U);
}

TEST_F(LibraryFaults, where_duplicating_a_name_crashes_the_name_is_shared) {
    const Backend other = with_traits(
        [](rfc2744::Library& library) { library.traits.shares_duplicate_names = true; });
    std::optional<Name> name = service(other);
    const Name copy = name->duplicate().value();
    EXPECT_EQ(fake.table().count(Call::duplicate_name), 0U);
    name.reset();
    EXPECT_EQ(copy.display().value().text, "host@server");
    EXPECT_EQ(counted.outstanding(CountingLibrary::Kind::name), 1U);
}

TEST_F(LibraryFaults, where_unnamed_acceptors_have_a_hollow_name_it_is_not_asked_for) {
    const Backend other = with_traits(
        [](rfc2744::Library& library) { library.traits.unnamed_acceptor_has_hollow_name = true; });
    const Credentials credentials =
        Credentials::acquire(other, CredentialUsage::accept).value().credentials;
    EXPECT_FALSE(credentials.inquire().value().name.has_value());
    EXPECT_FALSE(credentials.inquire_by_mechanism(mechanism::krb5()).value().name.has_value());
    EXPECT_FALSE(Credentials::inquire_default(other).value().name.has_value());
    EXPECT_EQ(counted.handed_out(CountingLibrary::Kind::name), 0U);
}

TEST_F(LibraryFaults, where_adding_crashes_for_a_mechanism_it_is_unavailable) {
    const Backend other = with_traits([](rfc2744::Library& library) {
        library.traits.add_crashes_if_unsupported = true;
        library.traits.supports = [](Capability capability, const Oid&) {
            return capability != Capability::credential_elements;
        };
    });
    EXPECT_EQ(code_of(Credentials::add_to_default(other, mechanism::spnego())),
              ErrorCode::unavailable);
    EXPECT_EQ(fake.table().count(Call::add_cred), 0U);
}

TEST_F(LibraryFaults, where_the_order_comes_before_the_check_it_stays_an_error) {
    const Backend other = with_traits([](rfc2744::Library& library) {
        library.traits.supports = [](Capability capability, const Oid&) {
            return capability != Capability::out_of_order_delivery;
        };
    });
    Pair pair = make_pair(other);
    EXPECT_EQ(code_of(pair.acceptor.context.accept_out_of_order()), ErrorCode::unavailable);
    static_cast<void>(pair.initiator.get_mic(as_bytes(text)));
    const Buffer early = pair.initiator.get_mic(as_bytes(text)).value();
    EXPECT_EQ(code_of(pair.acceptor.context.verify_mic(as_bytes(text), early)),
              ErrorCode::gap_token);
}

TEST_F(LibraryFaults, a_refused_message_names_the_context) {
    Pair pair = make_pair(backend);
    const auto refused = pair.acceptor.context.verify_mic(as_bytes(text), as_bytes("nonsense"));
    EXPECT_EQ(code_of(refused), ErrorCode::invalid_token);
    EXPECT_EQ(refused.error().subject(), "context from user@FAKE.REALM to host/server@FAKE.REALM");
}

} // namespace
} // namespace gss::test
