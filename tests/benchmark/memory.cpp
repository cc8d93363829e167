// SPDX-License-Identifier: Apache-2.0
// Memory of our own: the native libraries are C and do not use operator new.
#include "allocation_counter.h"
#include "ours.h"
#include "suite.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

namespace gss::bench {

namespace {

constexpr std::size_t message_size = 4096;
constexpr std::size_t token_room = 512;
constexpr int repetitions = 20;
constexpr double most_bytes = 1023; // under 1 KiB

/// The most allocations of one call; @p call gets a context and yields how many it needed.
template <typename Call>
double most_allocations(const Backend& backend, Call call) {
    OurPair pair = OurParties(backend).establish();
    const Bytes message = pattern(message_size);
    std::size_t most = 0;
    for (int i = 0; i < repetitions; ++i) {
        most = std::max(most, call(pair, message));
    }
    return static_cast<double>(most);
}

/// Runs @p call, whose Result must be a value, and counts.
template <typename Call>
std::size_t count_of(Call call) {
    using Outcome = decltype(call());
    std::optional<Outcome> outcome;
    const std::size_t count = test::count_allocations([&] { outcome.emplace(call()); });
    static_cast<void>(outcome->value());
    return count;
}

std::size_t in_wrap(OurPair& pair, const Bytes& message) {
    return count_of([&] { return pair.initiator.wrap(message); });
}

std::size_t in_unwrap(OurPair& pair, const Bytes& message) {
    Wrapped wrapped = pair.initiator.wrap(message).value();
    return count_of([&] { return pair.acceptor().unwrap(wrapped.token.mutable_view()); });
}

std::size_t in_get_mic(OurPair& pair, const Bytes& message) {
    return count_of([&] { return pair.initiator.get_mic(message); });
}

std::size_t in_verify_mic(OurPair& pair, const Bytes& message) {
    const Buffer mic = pair.initiator.get_mic(message).value();
    return count_of([&] { return pair.acceptor().verify_mic(message, mic); });
}

std::size_t in_wrap_into(OurPair& pair, const Bytes& message) {
    Bytes out(message_size + token_room);
    return count_of([&] { return pair.initiator.wrap_into(message, out); });
}

std::size_t in_unwrap_in_place(OurPair& pair, const Bytes& message) {
    Wrapped wrapped = pair.initiator.wrap(message).value();
    return count_of([&] { return pair.acceptor().unwrap_in_place(wrapped.token.mutable_view()); });
}

std::size_t in_get_mic_into(OurPair& pair, const Bytes& message) {
    Bytes out(token_room);
    return count_of([&] { return pair.initiator.get_mic_into(message, out); });
}

/// header | data | padding | trailer in @p memory, with room around the data.
std::array<IovBuffer, 4> pieces_in(Bytes& memory) {
    const MutableBytes all(memory);
    return {IovBuffer::of(IovType::header, all.first(token_room / 2)),
            IovBuffer::of(IovType::data, all.subspan(token_room / 2, message_size)),
            IovBuffer::of(IovType::padding, {}),
            IovBuffer::of(IovType::trailer, all.last(token_room / 2))};
}

std::size_t in_wrap_iov(OurPair& pair, const Bytes& /*message*/) {
    Bytes memory(message_size + token_room);
    std::array<IovBuffer, 4> pieces = pieces_in(memory);
    return count_of([&] { return pair.initiator.wrap_iov(pieces); });
}

std::size_t in_unwrap_iov(OurPair& pair, const Bytes& /*message*/) {
    Bytes memory(message_size + token_room);
    std::array<IovBuffer, 4> pieces = pieces_in(memory);
    static_cast<void>(pair.initiator.wrap_iov(pieces).value());
    return count_of([&] { return pair.acceptor().unwrap_iov(pieces); });
}

/// Bytes of an established context: the object itself and what it holds.
struct ContextBytes {
    double initiator = 0;
    double acceptor = 0;
};

ContextBytes bytes_per_context(const Backend& backend) {
    const OurParties parties(backend);
    static_cast<void>(parties.establish()); // what is made once does not count
    const std::size_t before = test::held_bytes();
    OurPair pair = parties.establish();
    const std::size_t both = test::held_bytes();
    { const AcceptedContext gone = std::move(pair.accepted); }
    const std::size_t one = test::held_bytes();
    return {static_cast<double>(sizeof(SecurityContext) + one - before),
            static_cast<double>(sizeof(AcceptedContext) + both - one)};
}

} // namespace

void add_memory(Suite& suite, const Backend& backend) {
    const std::string name(backend.name());
    const auto add_calls = [&](const char* call, double bound, auto in_call) {
        suite.add_count(name + "/allocations/" + call, "allocations", bound,
                        [backend, in_call] { return most_allocations(backend, in_call); });
    };
    add_calls("wrap", 1, in_wrap);
    add_calls("unwrap", 1, in_unwrap);
    add_calls("get_mic", 1, in_get_mic);
    add_calls("verify_mic", 1, in_verify_mic);
    add_calls("wrap_into", 0, in_wrap_into);
    add_calls("unwrap_in_place", 0, in_unwrap_in_place);
    add_calls("get_mic_into", 0, in_get_mic_into);
    add_calls("wrap_iov", 0, in_wrap_iov);
    add_calls("unwrap_iov", 0, in_unwrap_iov);
    suite.add_count(name + "/memory/initiator", "bytes", most_bytes,
                    [backend] { return bytes_per_context(backend).initiator; });
    suite.add_count(name + "/memory/acceptor", "bytes", most_bytes,
                    [backend] { return bytes_per_context(backend).acceptor; });
}

} // namespace gss::bench
