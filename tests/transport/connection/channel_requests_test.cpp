// SPDX-License-Identifier: Apache-2.0
// What channel requests carry: there and back, and damaged.
#include <gssxx/transport/channel_requests.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace gss::test {
namespace {

using namespace gss::transport;
using namespace std::string_literals;

TEST(ChannelRequests, what_was_written_is_read_again) {
    const std::string odd = "a\0b \xff\n"s;
    EXPECT_EQ(parse_exec(exec_data(odd)).value(), odd);
    EXPECT_EQ(parse_exec(exec_data("")).value(), "");
    const EnvironmentVariable variable = parse_env(env_data({"LANG", odd})).value();
    EXPECT_EQ(variable.name, "LANG");
    EXPECT_EQ(variable.value, odd);
    EXPECT_EQ(parse_signal(signal_data("TERM")).value(), "TERM");
    for (const std::uint32_t status : {0U, 1U, 255U, 0x80000000U, 0xffffffffU}) {
        EXPECT_EQ(parse_exit_status(exit_status_data(status)).value(), status);
    }
    for (const bool dumped : {false, true}) {
        const ExitSignal ended = parse_exit_signal(exit_signal_data({"KILL", dumped, odd})).value();
        EXPECT_EQ(ended.signal, "KILL");
        EXPECT_EQ(ended.core_dumped, dumped);
        EXPECT_EQ(ended.text, odd);
    }
}

TEST(ChannelRequests, the_octets_are_those_of_RFC_4254) {
    EXPECT_EQ(as_text(exec_data("ls")), "\0\0\0\2ls"s);
    EXPECT_EQ(as_text(env_data({"A", "bc"})), "\0\0\0\1A\0\0\0\2bc"s);
    EXPECT_EQ(as_text(signal_data("INT")), "\0\0\0\3INT"s);
    EXPECT_EQ(as_text(exit_status_data(258)), "\0\0\1\2"s);
    EXPECT_EQ(as_text(exit_signal_data({"SEGV", true, "x"})), "\0\0\0\4SEGV\1\0\0\0\1x\0\0\0\0"s);
    // The language tag of a peer is passed over.
    EXPECT_EQ(parse_exit_signal(as_bytes("\0\0\0\3HUP\0\0\0\0\1x\0\0\0\2en"s)).value().text, "x");
}

struct Kind {
    Bytes data;
    std::function<std::optional<ErrorCode>(BytesView)> read;
};

template <typename T>
std::function<std::optional<ErrorCode>(BytesView)> reads(Result<T> (*parse)(BytesView)) {
    return [parse](BytesView data) {
        const Result<T> result = parse(data);
        return result ? std::nullopt : std::optional(result.error().code());
    };
}

// A request that is cut or has octets after it would be taken for another one.
TEST(ChannelRequests, cut_anywhere_or_with_octets_left_over_is_refused) {
    const std::vector<Kind> kinds{
        {exec_data("ls -l"), reads(parse_exec)},
        {env_data({"NAME", "value"}), reads(parse_env)},
        {signal_data("USR1"), reads(parse_signal)},
        {exit_status_data(3), reads(parse_exit_status)},
        {exit_signal_data({"ABRT", true, "text"}), reads(parse_exit_signal)},
    };
    for (const Kind& kind : kinds) {
        EXPECT_EQ(kind.read(kind.data), std::nullopt);
        for (std::size_t size = 0; size < kind.data.size(); ++size) {
            EXPECT_EQ(kind.read(BytesView(kind.data).first(size)), ErrorCode::invalid_token);
        }
        Bytes more = kind.data;
        more.push_back(std::byte{0});
        EXPECT_EQ(kind.read(more), ErrorCode::invalid_token);
    }
    for (const Kind& kind : kinds) {
        if (kind.data.size() > 4) { // a length of 2^32 - 1
            Bytes huge = kind.data;
            std::fill_n(huge.begin(), 4, std::byte{0xff});
            EXPECT_EQ(kind.read(huge), ErrorCode::invalid_token);
        }
    }
}

} // namespace
} // namespace gss::test
