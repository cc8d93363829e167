// SPDX-License-Identifier: Apache-2.0
// What a peer may not do in an exchange, and that it never ends in keys.
#include "kex_rig.h"
#include "puppet.h"

#include "reader.h"
#include "writer.h"

#include <gssxx/transport/algorithms.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace gss::test {
namespace {

using ssh::wire::Reader;
using ssh::wire::Writer;

constexpr unsigned init = 30;
constexpr unsigned reply = 31;

/// A line of the vectors of gssxx-crypto: a public key that must be refused.
struct BadKey {
    std::string curve;
    std::string what;
    Bytes key;
};
std::vector<BadKey> bad_keys() {
    std::ifstream file(GSSXX_VECTORS);
    std::vector<BadKey> keys;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string kind;
        BadKey one;
        std::string hex;
        words >> kind >> one.curve >> one.what >> hex;
        if (kind == "low" || kind == "bad") {
            for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
                one.key.push_back(static_cast<std::byte>(std::stoul(hex.substr(i, 2), {}, 16)));
            }
            keys.push_back(std::move(one));
        }
    }
    return keys;
}

unsigned number(BytesView payload) {
    return std::to_integer<unsigned>(payload.front());
}

/// The client has ended it, before anything was taken for true.
void expect_refused(const Pair& pair, std::uint32_t disconnect_reason) {
    ASSERT_TRUE(pair.client.fault) << "it was taken";
    EXPECT_EQ(pair.client.fault->disconnect_reason(), disconnect_reason)
        << pair.client.fault->text();
    EXPECT_TRUE(pair.client.exchanged.empty());
    EXPECT_TRUE(pair.client.kex.session_id().empty());
    EXPECT_FALSE(pair.client.kex.first());
    EXPECT_EQ(std::ranges::count(pair.server.received, unsigned{message::newkeys}), 0)
        << "the client sent NEWKEYS";
    EXPECT_TRUE(pair.server.exchanged.empty());
}

/// Changes the message of that number on its way to @p end.
void on_message(End& end, unsigned which, std::function<void(Bytes&)> change) {
    end.alter = [which, change = std::move(change)](Bytes& payload) {
        if (number(payload) == which) {
            change(payload);
        }
    };
}

TEST(Refusals, a_bit_of_the_servers_reply_that_was_altered_ends_the_exchange) {
    for (const std::string& name : plain_names()) {
        SCOPED_TRACE(name);
        Choice choice;
        choice.key_exchange = name;
        std::size_t size = 0;
        {
            Pair pair(choice);
            on_message(pair.client, reply, [&](Bytes& payload) { size = payload.size(); });
            pair.exchange();
            pair.expect_agreement(1);
        }
        // Exchanges in groups take long; every octet of the others is altered.
        const std::size_t step = name.starts_with("diffie") ? 23 : 1;
        for (std::size_t at = 1; at < size; at += step) {
            Pair pair(choice);
            const auto bit = static_cast<std::byte>(1U << (at % 8));
            on_message(pair.client, reply, [&](Bytes& payload) {
                if (at < payload.size()) { // signatures and mpints vary in length
                    payload[at] ^= bit;
                } else {
                    payload.pop_back();
                }
            });
            pair.exchange();
            ASSERT_TRUE(pair.client.fault) << "octet " << at;
            EXPECT_TRUE(pair.client.asked.empty()) << "asked before the signature was verified";
            expect_refused(pair, pair.client.fault->disconnect_reason());
            EXPECT_EQ(pair.client.fault->fault(), ssh::Fault::peer);
        }
    }
}

TEST(Refusals, every_bit_of_a_reply_counts) {
    Choice choice;
    for (std::size_t at = 8; at < 179 * 8; at += 3) {
        Pair pair(choice);
        on_message(pair.client, reply, [&](Bytes& payload) {
            ASSERT_LT(at / 8, payload.size());
            payload[at / 8] ^= static_cast<std::byte>(1U << (at % 8));
        });
        pair.exchange();
        ASSERT_TRUE(pair.client.fault) << "bit " << at;
        expect_refused(pair, pair.client.fault->disconnect_reason());
    }
}

TEST(Refusals, what_was_altered_on_the_way_to_the_server_is_noticed) {
    for (const std::string& name : plain_names()) {
        for (const unsigned which : {unsigned{message::kexinit}, init}) {
            Choice choice;
            choice.key_exchange = name;
            Pair pair(choice);
            on_message(pair.server, which, [&](Bytes& payload) {
                // The cookie; the lowest bit of the key, or of the one that takes its place.
                if (which == init && facts_of(name).curve &&
                    *facts_of(name).curve != ssh::EcdhCurve::x25519) {
                    const auto pair_of_another = key_pair_for(facts_of(name));
                    payload = init_message(facts_of(name), pair_of_another->public_key());
                } else {
                    payload[which == init ? payload.size() - 1 : 1] ^= std::byte{1};
                }
            });
            pair.exchange();
            ASSERT_FALSE(pair.server.fault) << pair.server.fault->text();
            expect_refused(pair, reason::key_exchange_failed);
            EXPECT_TRUE(pair.client.asked.empty());
        }
    }
}

TEST(Refusals, a_message_that_is_too_short_or_too_long_is_refused) {
    for (const std::string name :
         {"curve25519-sha256", "ecdh-sha2-nistp256", "diffie-hellman-group14-sha256"}) {
        for (const unsigned which : {init, reply}) {
            for (const bool longer : {false, true}) {
                Choice choice;
                choice.key_exchange = name;
                Pair pair(choice);
                End& end = which == init ? pair.server : pair.client;
                on_message(end, which, [&](Bytes& payload) {
                    longer ? payload.push_back(std::byte{0}) : payload.pop_back();
                });
                pair.exchange();
                ASSERT_TRUE(end.fault);
                EXPECT_EQ(end.fault->disconnect_reason(), reason::protocol_error);
                EXPECT_TRUE(pair.client.exchanged.empty() && pair.server.exchanged.empty());
            }
        }
    }
}

TEST(Refusals, a_host_key_of_another_type_than_was_agreed_on_is_refused) {
    const Bytes other = [] {
        const BytesView blob = host_key(KeyType::ecdsa_nistp256).public_key().blob();
        return Bytes(blob.begin(), blob.end());
    }();
    Pair pair;
    on_message(pair.client, reply, [&](Bytes& payload) {
        Reader fields(BytesView(payload).subspan(1));
        const auto blob = fields.string(65536);
        const BytesView rest = BytesView(payload).subspan(5 + blob.size());
        Writer changed(reply);
        changed.string(other).raw(rest);
        payload = changed.take();
    });
    pair.exchange();
    expect_refused(pair, reason::key_exchange_failed);
    EXPECT_NE(pair.client.fault->text().find("does not fit"), std::string::npos);
    // A GSS exchange whose MIC is good vouches for the key, but not for a key of that type; nor for
    // one that is none.
    Bytes no_key = ssh_string(as_bytes("ssh-ed25519"));
    for (const Bytes& sent : {other, no_key}) {
        Choice choice;
        choice.key_exchange = "gss-curve25519-sha256";
        End client(client_options(choice));
        Puppet puppet(client);
        puppet.meet();
        PuppetWords words;
        words.method = choice.key_exchange;
        words.gss_host_key = sent;
        EXPECT_FALSE(puppet.exchange(words));
        ASSERT_TRUE(client.fault);
        EXPECT_EQ(client.fault->disconnect_reason(), reason::key_exchange_failed);
        EXPECT_EQ(client.fault->fault(), ssh::Fault::peer);
        EXPECT_EQ(client.host.counts().refused, 0U) << "the MIC was bad";
        EXPECT_TRUE(client.kex.session_id().empty());
    }
}

TEST(Refusals, a_host_key_that_is_not_accepted_ends_the_session) {
    enum class How : std::uint8_t { no, refusal, another_kind };
    for (const How how : {How::no, How::refusal, How::another_kind}) {
        Pair pair;
        pair.client.leaves_questions = true;
        pair.exchange();
        ASSERT_TRUE(pair.client.kex.waits());
        ASSERT_EQ(pair.client.outlet.events.size(), 1U);
        const auto& question = std::get<HostKeyQuestion>(pair.client.outlet.events.front());
        EXPECT_EQ(pair.client.kex.answer(question.id + 1, HostKeyAnswer{true, {}}),
                  ssh::Fed::stale);
        ASSERT_TRUE(pair.client.kex.waits());
        Answer answer = transport::Refusal{};
        if (how == How::no) {
            answer = HostKeyAnswer{false, "it has changed"};
        } else if (how == How::another_kind) {
            answer = ssh::VerifyAnswer{true, {}};
        }
        try {
            static_cast<void>(pair.client.kex.answer(question.id, std::move(answer)));
            FAIL() << "it goes on";
        } catch (const SessionFault& fault) {
            EXPECT_EQ(fault.disconnect_reason(), reason::host_key_not_verifiable);
            EXPECT_EQ(fault.text().find("it has changed") != std::string::npos, how == How::no);
        }
        // It cannot be answered anew, and nothing goes on.
        EXPECT_EQ(pair.client.kex.answer(question.id, HostKeyAnswer{true, {}}), ssh::Fed::stale);
        EXPECT_TRUE(pair.client.kex.session_id().empty());
        const std::array<std::byte, 1> newkeys{std::byte{message::newkeys}};
        EXPECT_THROW(pair.client.kex.receive(newkeys), SessionFault);
        EXPECT_TRUE(pair.client.writer.output().empty()) << "NEWKEYS went out";
    }
}

TEST(Refusals, while_a_question_is_open_nothing_may_be_read) {
    for (const std::string method : {"curve25519-sha256", "gss-curve25519-sha256"}) {
        Choice choice;
        choice.key_exchange = method;
        Pair pair(choice);
        pair.client.leaves_questions = true;
        pair.exchange();
        ASSERT_TRUE(pair.client.kex.waits());
        pair.client.feed(Bytes{std::byte{message::newkeys}});
        ASSERT_TRUE(pair.client.fault);
        EXPECT_EQ(pair.client.fault->fault(), ssh::Fault::misuse);
    }
}

void expect_key_refused(const std::string& name, BytesView key, const std::string& what) {
    SCOPED_TRACE(name + " " + what);
    Choice choice;
    choice.key_exchange = name;
    {
        Pair pair(choice);
        on_message(pair.server, init,
                   [&](Bytes& payload) { payload = init_message(facts_of(name), key); });
        pair.exchange();
        ASSERT_TRUE(pair.server.fault) << "the server took it";
        EXPECT_EQ(pair.server.fault->fault(), ssh::Fault::peer);
        EXPECT_EQ(std::ranges::count(pair.client.received, reply), 0) << "it was answered";
    }
    Pair pair(choice);
    on_message(pair.client, reply, [&](Bytes& payload) {
        Reader fields(BytesView(payload).subspan(1));
        const BytesView blob = fields.string(65536);
        static_cast<void>(facts_of(name).curve ? fields.string(65536) : fields.mpint(65536));
        const BytesView signature = fields.string(65536);
        Writer other(reply);
        other.string(blob);
        facts_of(name).curve ? other.string(key) : other.mpint(key);
        other.string(signature);
        payload = other.take();
    });
    pair.exchange();
    ASSERT_TRUE(pair.client.fault) << "the client took it";
    expect_refused(pair, pair.client.fault->disconnect_reason());
    EXPECT_EQ(pair.client.fault->text().find("signature"), std::string::npos)
        << "only the signature was wrong: " << pair.client.fault->text();
}

TEST(Refusals, sec_A2_19_points_of_low_order_and_points_that_are_none) {
    std::size_t seen = 0;
    for (const BadKey& bad : bad_keys()) {
        if (bad.curve != "x448") {
            const std::string name =
                bad.curve == "x25519" ? std::string("curve25519-sha256") : "ecdh-sha2-" + bad.curve;
            expect_key_refused(name, bad.key, bad.what);
            ++seen;
        }
    }
    EXPECT_GE(seen, 90U);
    for (const std::string& name : plain_names()) {
        if (facts_of(name).curve) {
            const auto pair = key_pair_for(facts_of(name));
            const BytesView good = pair->public_key();
            expect_key_refused(name, {}, "empty");
            expect_key_refused(name, good.first(good.size() - 1), "cut");
            Bytes longer(good.begin(), good.end());
            longer.push_back(std::byte{0});
            expect_key_refused(name, longer, "long");
        }
    }
}

TEST(Refusals, sec_A2_19_e_and_f_out_of_their_range) {
    for (const std::string name :
         {"diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512"}) {
        const Bytes p = ssh::fixed_group(facts_of(name).bits).value().p;
        Bytes below = p; // p - 1: p is odd
        below.back() ^= std::byte{1};
        Bytes above = p; // p + 1: it ends in ...ff
        for (std::size_t i = above.size(); i-- > 0;) {
            above[i] = static_cast<std::byte>(std::to_integer<unsigned>(above[i]) + 1);
            if (above[i] != std::byte{0}) {
                break;
            }
        }
        Bytes twice(p.size() + 1, std::byte{0xff});
        expect_key_refused(name, {}, "0");
        expect_key_refused(name, Bytes{std::byte{1}}, "1");
        expect_key_refused(name, below, "p-1");
        expect_key_refused(name, p, "p");
        expect_key_refused(name, above, "p+1");
        expect_key_refused(name, twice, "longer than p");
        // Negative, and with needless zeros: RFC 4251 s5.
        for (const Bytes& field :
             {Bytes{std::byte{0x80}}, Bytes{std::byte{0}, std::byte{2}}, Bytes{std::byte{0}}}) {
            Choice choice;
            choice.key_exchange = name;
            Pair pair(choice);
            on_message(pair.server, init, [&](Bytes& payload) {
                Writer message(init);
                message.string(field);
                payload = message.take();
            });
            pair.exchange();
            ASSERT_TRUE(pair.server.fault);
            EXPECT_EQ(pair.server.fault->disconnect_reason(), reason::protocol_error);
        }
    }
}

TEST(Refusals, sec_A2_20_servers_do_no_work_in_groups_unless_told_to) {
    for (const std::string& name : transport::default_server_algorithms().key_exchange) {
        EXPECT_EQ(name.find("group"), std::string::npos) << name;
    }
    for (const std::string name :
         {"diffie-hellman-group14-sha256", "diffie-hellman-group16-sha512", "gss-group14-sha256",
          "gss-group16-sha512", "gss-group18-sha512"}) {
        Choice choice;
        choice.key_exchange = name;
        ServerOptions server;
        server.host_keys = {host_key(KeyType::ed25519)};
        Pair pair(client_options(choice), server);
        pair.exchange();
        ASSERT_TRUE(pair.server.fault) << name;
        EXPECT_EQ(pair.server.fault->disconnect_reason(), reason::key_exchange_failed);
        expect_refused(pair, reason::key_exchange_failed);
    }
}

TEST(Refusals, sec_A2_21_every_request_for_a_group_is_answered_or_fails) {
    struct Case {
        std::uint32_t min, preferred, max;
        bool answered;
    };
    constexpr std::uint32_t most = 0xffffffffU;
    for (const Case& one :
         {Case{2048, 2048, 8192, true}, Case{1, 2048, most, true}, Case{0, 0, 0, false},
          Case{8192, 2048, 2048, false}, Case{4096, 2048, 8192, false},
          Case{2048, 8192, 4096, false}, Case{most, most, most, false},
          Case{8193, 9000, 10000, false}, Case{1, 1, 1, false}, Case{2049, 2049, 2050, false}}) {
        SCOPED_TRACE(std::to_string(one.min) + " " + std::to_string(one.preferred) + " " +
                     std::to_string(one.max));
        Choice choice;
        choice.key_exchange = "gss-gex-sha1";
        ClientOptions client = client_options(choice);
        ServerOptions server = server_options(choice);
        client.algorithms.legacy = server.algorithms.legacy = true;
        Pair pair(client, server);
        on_message(pair.server, 40, [&](Bytes& payload) {
            Writer request(40);
            request.uint32(one.min).uint32(one.preferred).uint32(one.max);
            payload = request.take();
        });
        pair.exchange();
        EXPECT_EQ(std::ranges::count(pair.client.received, 41U), one.answered ? 1 : 0);
        // H covers what the client has asked for: never is what was altered taken.
        EXPECT_TRUE(pair.client.exchanged.empty());
        EXPECT_TRUE(pair.server.fault || pair.client.fault) << "nothing happens any more";
    }
    Choice choice;
    choice.key_exchange = "gss-gex-sha1";
    ClientOptions client = client_options(choice);
    ServerOptions server = server_options(choice);
    client.algorithms.legacy = server.algorithms.legacy = true;
    Pair pair(client, server);
    pair.exchange();
    pair.expect_agreement(1);
}

} // namespace
} // namespace gss::test
