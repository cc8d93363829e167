// SPDX-License-Identifier: Apache-2.0
// Octets altered, cut short and cut into pieces on their way through whole sessions.
#include "walk.h"

#include <gssxx/transport/channel_requests.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>

namespace gss::test {

namespace {

using transport::ChannelData;
using transport::Disconnected;

constexpr std::uint32_t mac_error = 5; // RFC 4253 s11.1

void feed(SessionEnd& to, BytesView octets) {
    const MutableBytes space = to.session.input(octets.size());
    std::copy(octets.begin(), octets.end(), space.begin());
    to.session.received(octets.size());
    to.drain();
}

/// A client that waits for one packet with channel data.
struct Waiting {
    SessionPair pair;
    Bytes packet;

    Waiting(const std::string& cipher, const std::string& mac)
        : pair(SessionPair::with("curve25519-sha256", cipher, mac)) {
        pair.log_in(transport::WithPublicKey{test_key()});
        (void)pair.client().open_channel("session").value();
        pair.run();
        const auto* asked = pair.at(End::server).last<transport::ChannelOpenRequest>();
        if (asked != nullptr) {
            (void)pair.server().send_data(asked->channel, some_octets(48)).value();
        }
        const BytesView out = pair.server().output();
        packet.assign(out.begin(), out.end());
    }
};

/// What becomes of a packet with that octet altered. 'm': the session has ended as it must; the
/// packets that a false length makes it wait for are garbage.
char altered(Waiting& waiting, std::size_t place, std::byte by) {
    return in_a_copy([&] {
        SessionEnd& client = waiting.pair.at(End::client);
        Bytes packet = waiting.packet;
        packet[place] ^= by;
        feed(client, packet);
        if (client.session.is_active() && place < 4) {
            feed(client, some_octets(300'000));
        }
        if (!client.data.empty()) {
            return 'D';
        }
        const auto* gone = client.last<Disconnected>();
        if (gone == nullptr || gone->by != Disconnected::By::us || client.session.is_active()) {
            return 'a';
        }
        return gone->reason == mac_error ? 'm' : 'r';
    });
}

TEST(Altered, sec_A2_13_every_octet_of_a_packet_under_every_cipher_and_mac) {
    for (const std::string cipher :
         {"chacha20-poly1305@openssh.com", "aes256-gcm@openssh.com", "aes128-gcm@openssh.com",
          "aes256-ctr", "aes192-ctr", "aes128-ctr"}) {
        for (const std::string mac :
             {"hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com", "hmac-sha2-256",
              "hmac-sha2-512"}) {
            if (!cipher.ends_with("-ctr") && mac != "hmac-sha2-256") {
                continue; // it has its own
            }
            Waiting waiting(cipher, mac);
            ASSERT_GT(waiting.packet.size(), 64U);
            for (std::size_t place = 0; place < waiting.packet.size(); ++place) {
                EXPECT_EQ(altered(waiting, place, std::byte{0x20}), 'm')
                    << cipher << ' ' << mac << ", octet " << place;
            }
            feed(waiting.pair.at(End::client), waiting.packet);
            EXPECT_EQ(waiting.pair.at(End::client).data.size(), 1U) << "it was a good packet";
        }
    }
}

TEST(Altered, sec_A2_13_every_bit_of_a_packet_under_aes_gcm) {
    Waiting waiting("aes256-gcm@openssh.com", "hmac-sha2-256");
    for (std::size_t place = 0; place < waiting.packet.size(); ++place) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            EXPECT_EQ(altered(waiting, place, static_cast<std::byte>(1U << bit)), 'm')
                << "octet " << place << ", bit " << bit;
        }
    }
}

// Cut short ----------------------------------------------------------------------------------

/// Messages that end with octets of which the transport knows nothing.
bool ends_freely(unsigned number) {
    return number == 50 || number == 80 || number == 98;
}

/// Every message to that end in its place, cut at every octet and one octet too long.
void cut_all(const Course& course, std::size_t& cells) {
    Walk walk(course);
    while (true) {
        const std::deque<Sent>& queue = walk.pair().queue(course.target);
        if (!queue.empty() && !queue.front().payload.empty()) {
            const Bytes whole = queue.front().payload;
            const unsigned number = queue.front().number();
            for (std::size_t size = 1; size <= whole.size() + 1; ++size) {
                if (size == whole.size()) {
                    continue;
                }
                Bytes message = whole;
                message.resize(size);
                const char seen = in_a_copy([&] { return walk.put_in(message); });
                ++cells;
                const bool good = seen == 'F' || (ends_freely(number) && seen == 'H');
                EXPECT_TRUE(good) << course.key_exchange << ", message " << number << " of "
                                  << whole.size() << " octets, cut to " << size << ": '" << seen
                                  << "' " << walk.model().text();
            }
        }
        if (!walk.step()) {
            break;
        }
    }
    EXPECT_TRUE(walk.complete()) << walk.pair().pair().ends();
}

Course with_command(const std::string& key_exchange, const std::string& method, End target) {
    return {key_exchange,
            method,
            target,
            true,
            {[](PlainPair& pair) {
                 (void)pair.at(End::client).session.open_channel("session").value();
             },
             [](PlainPair& pair) {
                 pair.at(End::client)
                     .session.channel_request(0, "exec", true, transport::exec_data("id"))
                     .value();
             },
             [](PlainPair& pair) {
                 transport::Session& server = pair.at(End::server).session;
                 (void)server.send_data(0, some_octets(20)).value();
                 (void)server.send_data(0, some_octets(20), 1).value();
                 server.send_eof(0).value();
                 server.close_channel(0).value();
             }}};
}

TEST(Cut, sec_A2_34_every_message_of_a_session_at_every_octet) {
    std::size_t cells = 0;
    for (const End target : {End::client, End::server}) {
        cut_all(with_command("curve25519-sha256", "password", target), cells);
        cut_all(with_command("gss-curve25519-sha256", "gssapi-keyex", target), cells);
    }
    EXPECT_GT(cells, 2000U);
}

// Cut into pieces ----------------------------------------------------------------------------

/// What hosts see and the wire carries of a session with a command and new keys.
std::string story(std::size_t piece) {
    SessionPair pair = SessionPair::with("curve25519-sha256", "aes128-ctr", "hmac-sha2-256");
    std::size_t octets[2] = {0, 0};
    pair.wire = [&](End from, Bytes& some) { octets[from == End::client ? 0 : 1] += some.size(); };
    pair.piece = piece;
    pair.log_in(transport::WithPublicKey{test_key()});
    const transport::ChannelId channel = pair.client().open_channel("session").value();
    pair.run();
    pair.client().channel_request(channel, "exec", true, transport::exec_data("id")).value();
    pair.run();
    (void)pair.server().send_data(channel, some_octets(3000)).value();
    pair.run();
    pair.server().rekey().value();
    pair.run();
    (void)pair.client().send_data(channel, some_octets(500)).value();
    pair.client().send_eof(channel).value();
    pair.run();
    pair.client().disconnect(11, "done");
    pair.run();
    std::string text;
    for (const End which : {End::client, End::server}) {
        for (const transport::Event& event : pair.at(which).events) {
            text += std::to_string(event.index()) + ' ';
        }
        for (const auto& [number, streams] : pair.at(which).data) {
            for (const auto& [stream, data] : streams) {
                text += std::to_string(number) + '.' + std::to_string(stream) + '=' +
                        std::to_string(data.size()) +
                        (data == some_octets(data.size()) ? "=" : "!");
            }
        }
        text += std::to_string(octets[which == End::client ? 0 : 1]) + '\n';
    }
    return text + pair.ends();
}

TEST(Pieces, where_the_stream_is_cut_changes_nothing) {
    const std::string whole = story(0);
    EXPECT_NE(whole.find("3000="), std::string::npos) << whole;
    for (std::size_t piece = 1; piece <= 40; ++piece) {
        EXPECT_EQ(story(piece), whole) << piece;
    }
    std::minstd_rand random(4);
    for (unsigned i = 0; i < 20; ++i) {
        const std::size_t piece = 41 + random() % 3000;
        EXPECT_EQ(story(piece), whole) << piece;
    }
}

} // namespace

} // namespace gss::test
