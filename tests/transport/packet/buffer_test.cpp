// SPDX-License-Identifier: Apache-2.0
// What octets cost: memory, copies and allocations.
#include "allocation_counter.h"
#include "stream_buffer.h"
#include "suites.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <deque>

namespace gss::test {

namespace {

using transport::detail::StreamBuffer;

/// Carries all that waits, as a blocking driver does: as much as there is room for, each time.
/// How many payload octets were read.
std::size_t carry(PacketWriter& writer, PacketReader& reader) {
    std::size_t read = 0;
    while (writer.queued() != 0) {
        const MutableBytes room = reader.space(4096);
        const std::size_t octets = std::min(room.size(), writer.queued());
        std::memcpy(room.data(), writer.output().data(), octets);
        reader.added(octets);
        writer.sent(octets);
        while (const auto payload = reader.next()) {
            read += payload->size();
        }
    }
    return read;
}

} // namespace

// 2,000 strangers who open a connection and then wait must not cost a server its memory.
TEST(PacketMemory, a_half_open_session_costs_little) {
    const std::size_t before = held_bytes();
    PacketReader reader(most_packet);
    PacketWriter writer;
    EXPECT_LE(held_bytes() - before, 512U) << "before any octet";
    EXPECT_EQ(reader.buffer().capacity() + writer.buffer().capacity(), 0U);
    // Both identifications and KEXINITs of real size; ours is sent, the peer says no more.
    writer.identification("SSH-2.0-gssxx");
    writer.write(pattern(1400));
    writer.sent(writer.queued());
    PacketWriter peer;
    peer.identification("SSH-2.0-peer");
    peer.write(pattern(1600));
    feed(reader, peer.output());
    ASSERT_TRUE(reader.identification(false));
    ASSERT_TRUE(reader.next());
    EXPECT_LE(reader.buffer().capacity() + writer.buffer().capacity(), 8192U);
    reader.rest();
    writer.rest();
    EXPECT_EQ(reader.buffer().capacity() + writer.buffer().capacity(), 0U);
}

TEST(PacketMemory, bulk_data_is_copied_once_at_most_and_allocates_nothing) {
    for (const Suite& suite : suites()) {
        PacketWriter writer;
        writer.use(suite.seals());
        PacketReader reader(most_packet);
        reader.use(suite.opens());
        const Bytes data = pattern(32768);
        const Bytes head = pattern(9);
        const auto stream = [&] {
            for (int i = 0; i < 8; ++i) {
                writer.write(head, data);
            }
            EXPECT_EQ(carry(writer, reader), 8 * (data.size() + head.size()));
        };
        stream();
        stream();
        const std::uint64_t moved_before = reader.buffer().moved() + writer.buffer().moved();
        std::uint64_t octets = reader.octets();
        EXPECT_EQ(count_allocations([&] {
                      for (int i = 0; i < 16; ++i) {
                          stream();
                      }
                  }),
                  0U)
            << suite.name();
        octets = reader.octets() - octets;
        const std::uint64_t moved =
            reader.buffer().moved() + writer.buffer().moved() - moved_before;
        EXPECT_LE(moved, octets) << suite.name();
        EXPECT_LE(reader.buffer().capacity(), 2 * 131072U);
    }
}

TEST(PacketMemory, what_bulk_data_needed_is_given_back) {
    PacketWriter writer;
    PacketReader reader(most_packet);
    for (int i = 0; i < 8; ++i) {
        writer.write(pattern(32768));
    }
    static_cast<void>(carry(writer, reader));
    EXPECT_GE(reader.buffer().capacity(), 32768U);
    EXPECT_GE(writer.buffer().capacity(), 8 * 32768U);
    for (int i = 0; i < 6; ++i) {
        writer.write(pattern(100));
        EXPECT_EQ(carry(writer, reader), 100U);
    }
    EXPECT_LE(reader.buffer().capacity(), 4096U);
    EXPECT_LE(writer.buffer().capacity(), 4096U);
}

// A peer that reads slowly, or sends octet by octet, must not make us move memory again and again.
TEST(PacketMemory, moving_costs_no_more_than_what_passes) {
    PacketWriter writer;
    std::uint64_t passed = 0;
    for (int i = 0; i < 20000; ++i) {
        writer.write(pattern(68)); // 80 octets of packet
        if (i > 2000) {            // from then on 160,000 octets wait
            writer.sent(80);
            passed += 80;
        }
    }
    EXPECT_LE(writer.buffer().moved(), 2 * passed);
    passed = 0;
    while (writer.queued() != 0) {
        writer.sent(1);
        ++passed;
    }
    EXPECT_GE(passed, 100000U);

    PacketWriter other;
    other.write(pattern(200000));
    PacketReader reader(most_packet);
    for (const std::byte octet : other.output()) {
        feed(reader, BytesView(&octet, 1));
        static_cast<void>(reader.next());
    }
    EXPECT_EQ(reader.packets(), 1U);
    EXPECT_LE(reader.buffer().moved(), 3 * 200000U);
}

// Any order of writing and taking: the octets come out as they went in.
TEST(StreamBuffer, is_a_queue) {
    StreamBuffer buffer;
    std::deque<std::byte> model;
    std::uint32_t random = 12345;
    const auto next = [&random](std::uint32_t below) {
        random = random * 1664525U + 1013904223U;
        return (random >> 8U) % below;
    };
    std::uint64_t passed = 0;
    for (int step = 0; step < 30000; ++step) {
        const std::uint32_t phase = static_cast<std::uint32_t>(step / 3000) % 2;
        const std::size_t octets = next(phase == 0 ? 700 : 40);
        const MutableBytes room = buffer.room(octets, next(10) == 0 ? 8192 : 0);
        ASSERT_GE(room.size(), octets);
        for (std::size_t i = 0; i < octets; ++i) {
            room[i] = static_cast<std::byte>(next(256));
            model.push_back(room[i]);
        }
        buffer.added(octets);
        const std::size_t taken = std::min<std::size_t>(model.size(), next(phase == 0 ? 650 : 600));
        ASSERT_TRUE(std::equal(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(taken),
                               buffer.content().begin()));
        model.erase(model.begin(), model.begin() + static_cast<std::ptrdiff_t>(taken));
        buffer.taken(taken);
        passed += taken;
        ASSERT_EQ(buffer.size(), model.size());
        if (next(500) == 0) {
            buffer.rest();
            ASSERT_EQ(buffer.size(), model.size());
        }
    }
    EXPECT_LE(buffer.moved(), 2 * passed);
}

TEST(StreamBuffer, room_without_bounds_is_no_memory) {
    StreamBuffer buffer;
    EXPECT_THROW(static_cast<void>(buffer.room(static_cast<std::size_t>(-1))), std::bad_alloc);
    static_cast<void>(buffer.room(10));
    buffer.added(10);
    EXPECT_THROW(static_cast<void>(buffer.room(static_cast<std::size_t>(-5))), std::bad_alloc);
    EXPECT_EQ(buffer.size(), 10U);
}

} // namespace gss::test
