// SPDX-License-Identifier: Apache-2.0
// Every message number in every situation, against a table that was written from the RFCs and not
// from the code. A hole in it is a way past authentication.
#include "dispatch.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gss::test {

namespace {

using transport::detail::Place;
using transport::detail::place_of;
using transport::detail::Role;
using transport::detail::Situation;

using Numbers = std::set<int>;

Numbers range(int first, int last) {
    Numbers numbers;
    for (int number = first; number <= last; ++number) {
        numbers.insert(number);
    }
    return numbers;
}

Numbers operator+(Numbers left, const Numbers& right) {
    left.insert(right.begin(), right.end());
    return left;
}

/// The numbers that a part gets in a situation; whatever stands nowhere is a fault.
struct Expected {
    Numbers transport;
    Numbers key_exchange;
    Numbers authentication;
    Numbers connection;
    Numbers unimplemented;
};

const Numbers kex_numbers = Numbers{20, 21} + range(30, 49);
const Numbers channel_numbers = range(80, 82) + range(90, 100);

/// What nobody has defined below 192, and does not belong to the connection protocol.
Numbers undefined_before_login() {
    return range(8, 19) + range(22, 29) + range(54, 59) + range(128, 191);
}
Numbers undefined_after_login() {
    return undefined_before_login() + range(83, 89) + range(101, 127) + range(192, 255);
}

void expect(const Situation& now, const Expected& expected) {
    for (int number = 0; number < 256; ++number) {
        Place place = Place::fault;
        for (const auto& [numbers, whose] :
             {std::pair{&expected.transport, Place::transport},
              std::pair{&expected.key_exchange, Place::key_exchange},
              std::pair{&expected.authentication, Place::authentication},
              std::pair{&expected.connection, Place::connection},
              std::pair{&expected.unimplemented, Place::unimplemented}}) {
            if (numbers->contains(number)) {
                place = whose;
            }
        }
        EXPECT_EQ(static_cast<int>(place_of(static_cast<std::uint8_t>(number), now)),
                  static_cast<int>(place))
            << "message " << number << (now.role == Role::client ? ", client" : ", server")
            << ", initial " << now.initial << ", exchanging " << now.exchanging << ", strict "
            << now.strict << ", service " << now.service << ", authenticated " << now.authenticated
            << ", right after NEWKEYS " << now.after_newkeys;
    }
}

Situation of(Role role) {
    Situation now;
    now.role = role;
    return now;
}

constexpr Role roles[] = {Role::client, Role::server};

TEST(Dispatch, sec_A2_03_A2_06_before_the_first_kexinit_only_transport_and_key_exchange) {
    for (const Role role : roles) {
        expect(of(role), {range(1, 4), kex_numbers, {}, {}, {}});
    }
}

TEST(Dispatch, sec_A2_01_strict_key_exchange_takes_nothing_but_itself_the_first_time) {
    for (const Role role : roles) {
        Situation now = of(role);
        now.exchanging = true;
        expect(now, {range(1, 4), kex_numbers, {}, {}, {}});
        now.strict = true;
        expect(now, {{1}, kex_numbers, {}, {}, {}});
    }
}

TEST(Dispatch, a_re_exchange_lets_no_data_through_strict_or_not) {
    for (const Role role : roles) {
        for (const bool strict : {false, true}) {
            for (const bool authenticated : {false, true}) {
                Situation now = of(role);
                now.initial = false;
                now.exchanging = true;
                now.strict = strict;
                now.service = true;
                now.authenticated = authenticated;
                expect(now, {range(1, 4), kex_numbers, {}, {}, {}});
            }
        }
    }
}

TEST(Dispatch, sec_A2_04_A2_05_A2_06_before_the_service_runs) {
    for (const bool fresh : {false, true}) {
        Situation client = of(Role::client);
        client.initial = false;
        client.after_newkeys = fresh;
        const Numbers transport = fresh ? range(1, 4) + Numbers{7} : range(1, 4);
        expect(client, {transport, kex_numbers, {6}, {}, undefined_before_login()});
        Situation server = client;
        server.role = Role::server;
        expect(server, {transport, kex_numbers, {5}, {}, undefined_before_login()});
    }
}

TEST(Dispatch, sec_A2_03_A2_04_A2_05_while_somebody_logs_in) {
    Situation client = of(Role::client);
    client.initial = false;
    client.service = true;
    expect(client, {range(1, 4) + Numbers{7},
                    kex_numbers,
                    Numbers{6} + range(51, 53) + range(60, 79),
                    {},
                    undefined_before_login()});
    Situation server = client;
    server.role = Role::server;
    expect(
        server,
        {range(1, 4), kex_numbers, Numbers{5, 50} + range(60, 79), {}, undefined_before_login()});
}

TEST(Dispatch, sec_A2_04_after_login) {
    Situation client = of(Role::client);
    client.initial = false;
    client.service = true;
    client.authenticated = true;
    expect(client, {range(1, 4), kex_numbers, {}, channel_numbers, undefined_after_login()});
    Situation server = client;
    server.role = Role::server;
    expect(server, {range(1, 4), kex_numbers, {5, 50}, channel_numbers, undefined_after_login()});
}

TEST(Dispatch, nothing_of_channels_passes_before_login_in_any_situation) {
    for (const Role role : roles) {
        for (unsigned bits = 0; bits < 32; ++bits) {
            Situation now = of(role);
            now.initial = (bits & 1U) != 0;
            now.exchanging = (bits & 2U) != 0;
            now.strict = (bits & 4U) != 0;
            now.after_newkeys = (bits & 8U) != 0;
            now.service = (bits & 16U) != 0;
            for (int number = 80; number < 128; ++number) {
                EXPECT_EQ(static_cast<int>(place_of(static_cast<std::uint8_t>(number), now)),
                          static_cast<int>(Place::fault))
                    << number;
            }
        }
    }
}

} // namespace

} // namespace gss::test
