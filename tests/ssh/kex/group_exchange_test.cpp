// SPDX-License-Identifier: Apache-2.0
// gss-gex-sha1: the group is asked for, chosen and checked (RFC 4462 s2.2, RFC 4419, RFC 8270).
#include "kex_support.h"

#include "group_check.h"
#include "writer.h"

#include <algorithm>
#include <array>
#include <new>

namespace gss::test {

namespace {

constexpr KexFamily gex = KexFamily::gex_sha1;

TEST(GroupExchange, rfc_G01_goes_before_everything_else) {
    KexPair pair({gex, 2, true});
    const PairRun run = pair.run();
    expect_agreement(run);
    EXPECT_EQ(run.numbers(), (std::vector<unsigned>{40, 41, 30, 33, 32}));
    const auto request = wire::parse_kex_group_request(run.messages[0].payload);
    ASSERT_TRUE(request.has_value());
    EXPECT_EQ(request->min, 2048U);
    EXPECT_EQ(request->preferred, 3072U);
    EXPECT_EQ(request->max, 8192U);
    const auto group = wire::parse_kex_group(run.messages[1].payload);
    ASSERT_TRUE(group.has_value());
    EXPECT_TRUE(std::ranges::equal(group->p, ssh::fixed_group(3072)->p));
}

TEST(GroupExchange, rfc_G01_nothing_is_asked_of_the_library_before_the_group_is_known) {
    KexPair pair({gex});
    pair.client->start();
    const auto actions = take_all(*pair.client);
    ASSERT_EQ(actions.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<ssh::SendMessage>(actions[0]));
}

TEST(GroupExchange, rfc_G02_the_hash_covers_the_request_and_the_group) {
    KexPair pair({gex, 1, true});
    const PairRun run = pair.run();
    expect_agreement(run);
    const auto init = wire::parse_kex_init(run.messages[2].payload, wire::PublicForm::mpint);
    const auto complete =
        wire::parse_kex_complete(run.messages.back().payload, wire::PublicForm::mpint);
    ASSERT_TRUE(init.has_value() && complete.has_value());
    const ssh::DhGroup group = ssh::fixed_group(3072).value();
    const KexDone& done = *run.last<KexDone>(Side::client);
    const Bytes covered = wire::Writer()
                              .text(pair.transcript.client_version)
                              .text(pair.transcript.server_version)
                              .string(pair.transcript.client_kexinit)
                              .string(pair.transcript.server_kexinit)
                              .string(sample_host_key())
                              .uint32(2048)
                              .uint32(3072)
                              .uint32(8192)
                              .mpint(group.p)
                              .mpint(group.g)
                              .mpint(init->public_key)
                              .mpint(complete->public_key)
                              .raw(done.shared_secret.view())
                              .take();
    EXPECT_TRUE(std::ranges::equal(toy_digest(ssh::HashAlgorithm::sha1, covered),
                                   done.exchange_hash.view()));
}

TEST(GroupExchange, rfc_K36_E01_E02_the_hash_of_every_other_family) {
    for (const KexFamily family : all_families()) {
        if (family == gex) {
            continue;
        }
        for (const bool host_key : {false, true}) {
            SCOPED_TRACE(name_of(family));
            KexPair pair({family, 1, host_key});
            const PairRun run = pair.run();
            expect_agreement(run);
            const wire::PublicForm form = form_of(family);
            const auto init = wire::parse_kex_init(run.messages.front().payload, form);
            const auto complete = wire::parse_kex_complete(run.messages.back().payload, form);
            ASSERT_TRUE(init.has_value() && complete.has_value());
            const KexDone& done = *run.last<KexDone>(Side::server);
            wire::Writer writer;
            writer.text(pair.transcript.client_version)
                .text(pair.transcript.server_version)
                .string(pair.transcript.client_kexinit)
                .string(pair.transcript.server_kexinit)
                .string(host_key ? sample_host_key() : Bytes());
            for (const BytesView key : {init->public_key, complete->public_key}) {
                if (form == wire::PublicForm::mpint) {
                    writer.mpint(key);
                } else {
                    writer.string(key);
                }
            }
            writer.raw(done.shared_secret.view());
            EXPECT_TRUE(std::ranges::equal(toy_digest(ssh::info(family).hash, writer.octets()),
                                           done.exchange_hash.view()));
        }
    }
}

/// A client that gets this group in answer to its request.
Outcome client_with_group(const ssh::GroupRequest& request, BytesView p, BytesView g) {
    KexPair pair({gex}, [&](ClientKexOptions& options) { options.group = request; }, {});
    pair.client->start();
    const auto ignored = take_all(*pair.client);
    Outcome outcome = feed(*pair.client, pair.client_host, build(wire::KexGroup{p, g}));
    EXPECT_EQ(pair.client_host.counts().steps, outcome.fail() == nullptr ? 1U : 0U);
    return outcome;
}

TEST(GroupExchange, rfc_G03_G04_a_client_takes_the_sizes_that_it_asked_for_and_no_other) {
    const Bytes two{std::byte{2}};
    for (const unsigned bits : {1024U, 2048U, 3072U, 4096U, 6144U, 8192U}) {
        const ssh::DhGroup group = ssh::fixed_group(bits).value();
        EXPECT_EQ(client_with_group({2048, 3072, 8192}, group.p, two).fail() == nullptr,
                  bits >= 2048);
        EXPECT_EQ(client_with_group({3072, 3072, 4096}, group.p, two).fail() == nullptr,
                  bits == 3072 || bits == 4096);
    }
    // One bit less and one more than the bounds.
    const ssh::DhGroup group = ssh::fixed_group(2048).value();
    Bytes smaller = group.p;
    smaller[0] = std::byte{0x7f};
    expect_failure(client_with_group({2048, 2048, 2048}, smaller, two), Fault::peer);
    const Bytes larger = Bytes{std::byte{1}} + group.p;
    expect_failure(client_with_group({2048, 2048, 2048}, larger, two), Fault::peer);
    EXPECT_EQ(client_with_group({2048, 2048, 2048}, group.p, two).fail(), nullptr);
}

TEST(GroupExchange, rfc_G03_a_client_does_not_ask_for_less_than_2048_bits_or_for_nonsense) {
    const Transcript transcript;
    const ToyCrypto crypto;
    const std::vector<ssh::GroupRequest> bad{
        {1024, 2048, 8192}, {2047, 2048, 8192}, {0, 0, 0},          {2048, 2047, 8192},
        {2048, 3072, 3071}, {4096, 3072, 8192}, {2048, 3072, 8193}, {2048, 3072, 0xffffffff}};
    for (const ssh::GroupRequest& request : bad) {
        ClientKexOptions options = client_options({gex}, transcript);
        options.group = request;
        const auto made = ClientKeyExchange::create(crypto, options);
        ASSERT_FALSE(made.has_value());
        EXPECT_EQ(made.error().code(), ErrorCode::misuse);
        // For the other methods it means nothing.
        options.method.family = KexFamily::group14_sha256;
        EXPECT_TRUE(ClientKeyExchange::create(crypto, options).has_value());
    }
}

TEST(GroupExchange, rfc_G04_a_client_refuses_what_is_no_group) {
    const ssh::DhGroup group = ssh::fixed_group(2048).value();
    const ssh::GroupRequest request;
    Bytes even = group.p;
    even.back() = std::byte{0xfe};
    expect_failure(client_with_group(request, even, group.g), Fault::peer);
    // g is 0, 1, p - 1, p, p + 2.
    Bytes more = group.p;
    more[8] = std::byte{0xff};
    for (const Bytes& g : {Bytes(), Bytes{std::byte{1}}, even, group.p, more}) {
        expect_failure(client_with_group(request, group.p, g), Fault::peer);
    }
    // p is 0, 1, 3 and 8192 bits and one more.
    for (const Bytes& p : {Bytes(), Bytes{std::byte{1}}, Bytes{std::byte{3}},
                           Bytes{std::byte{1}} + ssh::fixed_group(8192)->p}) {
        expect_failure(client_with_group(request, p, group.g), Fault::peer);
    }
    EXPECT_EQ(client_with_group(request, group.p, group.g).fail(), nullptr);
    // p - 2 is a generator like any.
    Bytes last = group.p;
    last.back() = std::byte{0xfd};
    EXPECT_EQ(client_with_group(request, group.p, last).fail(), nullptr);
}

TEST(GroupExchange, rfc_G04_negative_numbers_are_refused) {
    KexPair pair({gex});
    pair.client->start();
    const auto ignored = take_all(*pair.client);
    // A string with the sign bit set is a negative mpint.
    const Bytes negative = wire::Writer(kexgss::group)
                               .string(ssh::fixed_group(2048)->p)
                               .mpint(Bytes{std::byte{2}})
                               .take();
    expect_failure(feed(*pair.client, pair.client_host, negative), Fault::peer);
}

/// What a server with the groups of RFC 3526 sends in answer to a request; 0: it fails.
std::uint32_t chosen(std::uint32_t min, std::uint32_t preferred, std::uint32_t max,
                     const ssh::GroupSource& source = ssh::rfc3526_group) {
    KexPair pair({gex}, {}, [&](ServerKexOptions& options) { options.groups = source; });
    const Outcome outcome =
        feed(*pair.server, pair.server_host, build(wire::KexGroupRequest{min, preferred, max}));
    EXPECT_EQ(pair.server_host.counts().steps, 0U);
    if (outcome.fail() != nullptr) {
        EXPECT_TRUE(outcome.sent.empty());
        EXPECT_NE(outcome.fail()->disconnect_reason, 0U);
        return 0;
    }
    EXPECT_EQ(outcome.sent.size(), 1U);
    return ssh::detail::bits_of(wire::parse_kex_group(outcome.sent.at(0)).value().p);
}

TEST(GroupExchange, rfc_G05_a_server_picks_the_nearest_group_from_above_or_the_largest) {
    EXPECT_EQ(chosen(2048, 3072, 8192), 3072U);
    EXPECT_EQ(chosen(2048, 2048, 8192), 2048U);
    EXPECT_EQ(chosen(2048, 2049, 8192), 3072U);
    EXPECT_EQ(chosen(2048, 5000, 8192), 6144U);
    EXPECT_EQ(chosen(2048, 8192, 8192), 8192U);
    EXPECT_EQ(chosen(2048, 5000, 5000), 4096U) << "the largest that the client takes";
    EXPECT_EQ(chosen(2048, 8192, 8191), 0U) << "preferred more than the most";
    // Clients in the field name small minima, and PuTTY a maximum of twice the size.
    EXPECT_EQ(chosen(1024, 1024, 8192), 2048U);
    EXPECT_EQ(chosen(1024, 2048, 4096), 2048U);
    EXPECT_EQ(chosen(4096, 4096, 8192), 4096U);
    EXPECT_EQ(chosen(1, 7680, 0xffffffff), 8192U);
}

TEST(GroupExchange, rfc_G03_a_server_never_goes_under_2048_bits) {
    EXPECT_EQ(chosen(1024, 1024, 1024), 0U);
    EXPECT_EQ(chosen(512, 1024, 2047), 0U);
    EXPECT_EQ(chosen(1024, 1536, 2048), 2048U);
    // Not even where the host's source would.
    const ssh::GroupSource careless = [](const ssh::GroupRequest&) {
        return ssh::fixed_group(1024);
    };
    EXPECT_EQ(chosen(1024, 1024, 8192, careless), 0U);
}

TEST(GroupExchange, rfc_G05_sec_A2_21_every_request_is_answered_or_fails) {
    const std::array<std::uint32_t, 14> sizes{0,    1,          1023,       1024,      2047,
                                              2048, 3072,       4095,       4096,      8192,
                                              8193, 0x7fffffff, 0x80000000, 0xffffffff};
    for (const std::uint32_t min : sizes) {
        for (const std::uint32_t preferred : sizes) {
            for (const std::uint32_t max : sizes) {
                const std::uint32_t bits = chosen(min, preferred, max);
                const bool sane = min != 0 && min <= preferred && preferred <= max;
                const bool some =
                    sane && std::ranges::any_of(
                                std::array<std::uint32_t, 5>{2048, 3072, 4096, 6144, 8192},
                                [&](std::uint32_t one) { return one >= min && one <= max; });
                EXPECT_EQ(bits != 0, some) << min << ' ' << preferred << ' ' << max;
                if (bits != 0) {
                    EXPECT_GE(bits, min);
                    EXPECT_LE(bits, max);
                }
            }
        }
    }
}

TEST(GroupExchange, rfc_G05_sec_A2_21_a_source_without_a_group_or_with_a_bad_one_fails) {
    EXPECT_EQ(chosen(2048, 3072, 8192,
                     [](const ssh::GroupRequest&) -> std::optional<ssh::DhGroup> {
                         return std::nullopt;
                     }),
              0U);
    const auto spoilt = [](const std::function<void(ssh::DhGroup&)>& spoil) {
        return [spoil](const ssh::GroupRequest&) {
            auto group = ssh::fixed_group(3072);
            spoil(*group);
            return group;
        };
    };
    EXPECT_EQ(chosen(2048, 3072, 8192, spoilt([](ssh::DhGroup&) {})), 3072U);
    EXPECT_EQ(chosen(2048, 3072, 8192, spoilt([](ssh::DhGroup& group) { group.p.clear(); })), 0U);
    EXPECT_EQ(chosen(2048, 3072, 8192, spoilt([](ssh::DhGroup& group) { group.g.clear(); })), 0U);
    EXPECT_EQ(chosen(2048, 3072, 8192,
                     spoilt([](ssh::DhGroup& group) { group.p.back() = std::byte{0}; })),
              0U);
    EXPECT_EQ(chosen(2048, 2048, 2048, spoilt([](ssh::DhGroup&) {})), 0U);
    const Transcript transcript;
    const ToyCrypto crypto;
    ServerKexOptions options = server_options({gex}, transcript);
    options.groups = nullptr;
    EXPECT_FALSE(ServerKeyExchange::create(crypto, options).has_value());
}

TEST(GroupExchange, rfc_G06_sec_A1_22_a_second_GROUPREQ_fails) {
    const Bytes request = build(wire::KexGroupRequest{2048, 3072, 8192});
    KexPair pair({gex});
    EXPECT_EQ(feed(*pair.server, pair.server_host, request).fail(), nullptr);
    expect_failure(feed(*pair.server, pair.server_host, request), Fault::peer);

    KexPair later({gex, 4});
    const Bytes init = later.run_until(Side::client, kexgss::init);
    EXPECT_EQ(feed(*later.server, later.server_host, init).fail(), nullptr);
    expect_failure(feed(*later.server, later.server_host, request), Fault::peer);
}

TEST(GroupExchange, what_throws_has_ended_the_engine) {
    // Memory ends within a message or an answer: the engine must not go on with half of it.
    const Bytes request = build(wire::KexGroupRequest{2048, 3072, 8192});
    int calls = 0;
    KexPair pair({gex}, {}, [&calls](ServerKexOptions& options) {
        options.groups = [&calls](const ssh::GroupRequest& wanted) {
            if (++calls == 1) {
                throw std::bad_alloc();
            }
            return ssh::rfc3526_group(wanted);
        };
    });
    EXPECT_THROW(pair.server->receive(request), std::bad_alloc);
    EXPECT_TRUE(pair.server->ended());
    EXPECT_EQ(pair.server->receive(request), Fed::ended);
    const std::vector<ssh::Action> said = take_all(*pair.server);
    ASSERT_EQ(said.size(), 1U);
    EXPECT_EQ(std::get<ssh::Fail>(said[0]).fault, Fault::local);
    EXPECT_NE(std::get<ssh::Fail>(said[0]).disconnect_reason, 0U);
    EXPECT_EQ(calls, 1);
}

TEST(GroupExchange, rfc_G06_sec_A1_22_a_second_GROUP_fails) {
    const ssh::DhGroup first = ssh::fixed_group(3072).value();
    const Bytes group = build(wire::KexGroup{first.p, first.g});
    KexPair pair({gex});
    pair.client->start();
    EXPECT_EQ(feed(*pair.client, pair.client_host, group).fail(), nullptr);
    expect_failure(feed(*pair.client, pair.client_host, group), Fault::peer);

    KexPair held({gex});
    held.client->start();
    held.client->receive(group);
    held.client->receive(group);
    expect_failure(settle(*held.client, held.client_host), Fault::peer);

    KexPair later({gex, 4});
    const Bytes ignored = later.run_until(Side::server, kexgss::token);
    expect_failure(feed(*later.client, later.client_host, group), Fault::peer);
}

TEST(GroupExchange, rfc_E16_there_is_none_with_SHA_2) {
    for (const ssh::KexFamilyInfo& family : ssh::kex_families()) {
        EXPECT_TRUE(family.kind != KexKind::dh_group_exchange ||
                    family.hash == ssh::HashAlgorithm::sha1);
    }
    EXPECT_EQ(
        ssh::parse_kex_method("gss-gex-sha256-toWM5Slw5Ew8Mqkay+al2g==", OidSet{mechanism::krb5()}),
        std::nullopt);
}

// Moduli files ---------------------------------------------------------------------------------

std::string hex(BytesView octets) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string text;
    for (const std::byte octet : octets) {
        text += digits[std::to_integer<unsigned>(octet) >> 4];
        text += digits[std::to_integer<unsigned>(octet) & 15U];
    }
    return text;
}

std::string line(const std::string& modulus, const std::string& size = "2047",
                 const std::string& type = "2", const std::string& tests = "6",
                 const std::string& generator = "2") {
    return "20230101 " + type + " " + tests + " 100 " + size + " " + generator + " " + modulus +
           "\n";
}

/// A modulus of that size which differs from others of it in @p salt.
Bytes modulus(unsigned bits, std::uint8_t salt) {
    Bytes p = ssh::fixed_group(bits)->p;
    p[20] = std::byte{salt};
    return p;
}

TEST(Moduli, groups_of_a_size_take_turns) {
    const std::string text = "# a comment\n\n" + line(hex(modulus(2048, 1))) +
                             line(hex(modulus(2048, 2)), "2047", "2", "6", "5") +
                             line(hex(modulus(4096, 3)), "4095");
    const ssh::GroupSource source = ssh::moduli_groups(text);
    const ssh::GroupRequest request{2048, 2048, 8192};
    EXPECT_EQ(source(request)->p, modulus(2048, 1));
    const auto second = source(request);
    EXPECT_EQ(second->p, modulus(2048, 2));
    EXPECT_EQ(second->g, Bytes{std::byte{5}});
    EXPECT_EQ(source(request)->p, modulus(2048, 1));
    EXPECT_EQ(source({2048, 3072, 8192})->p, modulus(4096, 3));
    EXPECT_EQ(source({2048, 8192, 8192})->p, modulus(4096, 3)) << "the largest there is";
    EXPECT_EQ(source({2048, 2048, 2048})->p.size(), 256U);
    EXPECT_FALSE(source({8192, 8192, 8192}).has_value());
    EXPECT_EQ(chosen(2048, 3072, 8192, source), 4096U);
}

TEST(Moduli, lines_that_are_no_safe_primes_are_left_out) {
    const std::string good = hex(modulus(2048, 1));
    Bytes even = modulus(2048, 1);
    even.back() = std::byte{0xfe};
    const std::vector<std::string> bad{
        line(good, "2047", "4"),            // a Sophie Germain prime
        line(good, "2047", "2", "0"),       // nobody has tested it
        line(good, "2047", "2", "1"),       // composite
        line(good, "2047", "2", "7"),       // composite, besides other tests
        line(good, "2048"),                 // not that size
        line(good, "x"),                    // no number
        line(hex(even)),                    // even
        line(good, "2047", "2", "6", "1"),  // no generator
        line(good, "2047", "2", "6", "0"),  //
        line(good, "2047", "2", "6", "zz"), //
        line(good + "g"),                   // no hexadecimal number
        line(hex(ssh::fixed_group(1024)->p), "1023"),
        line(hex(Bytes(2000, std::byte{0xff})), "15999"),
        "20230101 2 6 100 2047 2\n",
        "20230101 2 6 100 2047 2 " + good + " more\n",
        "#" + line(good),
    };
    const ssh::GroupRequest any{1, 2048, 0xffffffff};
    for (const std::string& text : bad) {
        EXPECT_FALSE(ssh::moduli_groups(text)(any).has_value()) << text;
        EXPECT_TRUE(ssh::moduli_groups(text + line(good))(any).has_value()) << text;
    }
    EXPECT_FALSE(ssh::moduli_groups("")(any).has_value());
    EXPECT_TRUE(ssh::moduli_groups(line("00" + good))(any).has_value());
    EXPECT_TRUE(ssh::moduli_groups("\t" + line(good))(any).has_value());
}

} // namespace

} // namespace gss::test
