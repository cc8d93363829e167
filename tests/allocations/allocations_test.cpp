// SPDX-License-Identifier: Apache-2.0
// How much memory of our own calls and contexts take. Anything more is a copy of a message, or
// garbage on a path that servers walk millions of times.
#include "allocation_counter.h"
#include "test_realm.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace gss::test {

namespace {

constexpr std::size_t message_size = 4096;
constexpr std::size_t token_room = message_size + 512;
constexpr std::size_t most_per_context = 1024;

class AllocationsTest : public testing::TestWithParam<std::string> {
protected:
    AllocationsTest()
        : backend_(backend(GetParam())), pair_(establish(backend_, backend_, options()).value()) {}

    static EstablishOptions options() {
        EstablishOptions options;
        options.initiate.flags |= ContextFlag::confidentiality;
        return options;
    }
    SecurityContext& sender() { return pair_.initiator; }
    SecurityContext& receiver() { return pair_.acceptor.context; }

    Backend backend_;
    ContextPair pair_;
    const Bytes message_ = pattern(message_size);
};

// Guards the other tests: a counter that does not reach into the library would pass them all.
TEST_P(AllocationsTest, TheCounterSeesTheLibrary) {
    std::optional<Result<Name>> name;
    EXPECT_GT(count_allocations(
                  [&] { name.emplace(Name::import_name(backend_, "alice", name_type::user())); }),
              0U);
    EXPECT_TRUE(name->has_value());
}

TEST_P(AllocationsTest, WrapAndUnwrapAllocateAtMostOnce) {
    std::optional<Result<Wrapped>> wrapped;
    EXPECT_LE(count_allocations([&] { wrapped.emplace(sender().wrap(message_)); }), 1U);
    ASSERT_TRUE(wrapped->has_value()) << wrapped->error().text();
    std::optional<Result<Unwrapped>> unwrapped;
    EXPECT_LE(count_allocations(
                  [&] { unwrapped.emplace(receiver().unwrap((*wrapped)->token.mutable_view())); }),
              1U);
    ASSERT_TRUE(unwrapped->has_value()) << unwrapped->error().text();
}

TEST_P(AllocationsTest, UnwrapOfAnInputThatMayNotChangeCopiesItOnceAtMost) {
    const Wrapped wrapped = sender().wrap(message_).value();
    std::optional<Result<Unwrapped>> unwrapped;
    EXPECT_LE(
        count_allocations([&] { unwrapped.emplace(receiver().unwrap(wrapped.token.view())); }), 1U);
    ASSERT_TRUE(unwrapped->has_value()) << unwrapped->error().text();
}

TEST_P(AllocationsTest, MicsAllocateAtMostOnce) {
    std::optional<Result<Buffer>> mic;
    EXPECT_LE(count_allocations([&] { mic.emplace(sender().get_mic(message_)); }), 1U);
    ASSERT_TRUE(mic->has_value()) << mic->error().text();
    std::optional<Result<VerifiedMic>> verified;
    EXPECT_LE(count_allocations([&] { verified.emplace(receiver().verify_mic(message_, **mic)); }),
              1U);
    ASSERT_TRUE(verified->has_value()) << verified->error().text();
}

TEST_P(AllocationsTest, FormsInTheCallersMemoryDoNotAllocate) {
    Bytes token(token_room);
    std::optional<Result<WrappedInto>> wrapped;
    EXPECT_EQ(count_allocations([&] { wrapped.emplace(sender().wrap_into(message_, token)); }), 0U);
    ASSERT_TRUE(wrapped->has_value()) << wrapped->error().text();
    std::optional<Result<UnwrappedInPlace>> unwrapped;
    EXPECT_EQ(count_allocations([&] {
                  unwrapped.emplace(
                      receiver().unwrap_in_place(MutableBytes(token).first((*wrapped)->size)));
              }),
              0U);
    ASSERT_TRUE(unwrapped->has_value()) << unwrapped->error().text();
    Bytes mic(token_room);
    std::optional<Result<std::size_t>> size;
    EXPECT_EQ(count_allocations([&] { size.emplace(sender().get_mic_into(message_, mic)); }), 0U);
    ASSERT_TRUE(size->has_value()) << size->error().text();
}

// A server with a hundred thousand connections holds a hundred thousand of these.
TEST_P(AllocationsTest, AnEstablishedContextHoldsLessThanAKibibyte) {
    const std::size_t before = held_bytes();
    std::optional<ContextPair> pair(establish(backend_, backend_, options()).value());
    std::optional<AcceptedContext> accepted(std::move(pair->acceptor));
    const std::size_t both = held_bytes();
    accepted.reset();
    const std::size_t one = held_bytes();
    EXPECT_GT(one, before) << "nothing was counted";
    EXPECT_LT(sizeof(SecurityContext) + (one - before), most_per_context) << "initiator";
    EXPECT_LT(sizeof(AcceptedContext) + (both - one), most_per_context) << "acceptor";
}

INSTANTIATE_TEST_SUITE_P(Backends, AllocationsTest, testing::ValuesIn(backend_names()),
                         [](const auto& entry) { return entry.param; });

} // namespace

} // namespace gss::test
