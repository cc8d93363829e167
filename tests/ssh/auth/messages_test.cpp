// SPDX-License-Identifier: Apache-2.0
// The messages of user authentication, octet for octet, cut, lengthened and with hostile counts.
#include "auth_messages.h"
#include "writer.h"

#include <gssxx/mechanism.h>

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::test {
namespace {

using namespace ssh;
using wire::Writer;

Bytes octets(std::string_view text) {
    const BytesView view = as_bytes(text);
    return {view.begin(), view.end()};
}

std::string text(const Bytes& octets) {
    return std::string(as_text(octets));
}

// Kerberos V5: 06 09 2a 86 48 86 f7 12 01 02 02.
constexpr std::string_view krb5_der{"\x06\x09\x2a\x86\x48\x86\xf7\x12\x01\x02\x02", 11};

TEST(AuthMessages, rfc_U01_a_request_is_user_service_method_count_and_oids) {
    const Bytes made = wire::build_with_mic_request({"alice", "ssh-connection"},
                                                    {mechanism::krb5(), mechanism::iakerb()});
    const std::string wanted =
        std::string("\x32\0\0\0\x05"
                    "alice\0\0\0\x0essh-connection\0\0\0\x0fgssapi-with-mic\0\0\0\x02\0\0\0\x0b",
                    55) +
        std::string(krb5_der) + std::string("\0\0\0\x08\x06\x06\x2b\x06\x01\x05\x02\x05", 12);
    EXPECT_EQ(text(made), wanted);
    const auto request = wire::parse_request(made);
    ASSERT_TRUE(request);
    EXPECT_EQ(request->user, "alice");
    EXPECT_EQ(request->service, "ssh-connection");
    EXPECT_EQ(request->method, "gssapi-with-mic");
    const auto list = wire::parse_mechanisms(request->rest);
    ASSERT_TRUE(list);
    ASSERT_EQ(list->view().size(), 2U);
    EXPECT_EQ(as_text(list->view()[0]), krb5_der);
}

TEST(AuthMessages, rfc_X01_a_keyex_request_is_user_service_method_and_mic) {
    const Bytes made = wire::build_keyex_request({"bob", "ssh-connection"}, octets("MIC!"));
    EXPECT_EQ(text(made), std::string("\x32\0\0\0\x03"
                                      "bob\0\0\0\x0essh-connection\0\0\0\x0cgssapi-keyex\0\0\0\x04"
                                      "MIC!",
                                      50));
    const auto request = wire::parse_request(made);
    ASSERT_TRUE(request);
    const auto mic = wire::parse_keyex_mic(request->rest);
    ASSERT_TRUE(mic);
    EXPECT_EQ(as_text(*mic), "MIC!");
}

TEST(AuthMessages, every_message_has_its_layout) {
    EXPECT_EQ(text(wire::build_unimplemented(0x01020304)), std::string("\x03\x01\x02\x03\x04"));
    EXPECT_EQ(text(wire::build_failure(std::vector<std::string>{"a", "b"}, true)),
              std::string("\x33\0\0\0\x03"
                          "a,b\x01",
                          9));
    EXPECT_EQ(text(wire::build_failure({}, false)), std::string("\x33\0\0\0\0\0", 6));
    EXPECT_EQ(text(wire::build_success()), "\x34");
    EXPECT_EQ(text(wire::build_response(mechanism::krb5())),
              std::string("\x3c\0\0\0\x0b", 5) + std::string(krb5_der));
    EXPECT_EQ(text(wire::build_token(octets("t"))), std::string("\x3d\0\0\0\x01t", 6));
    EXPECT_EQ(text(wire::build_exchange_complete()), "\x3f");
    EXPECT_EQ(text(wire::build_error({0xd0000, 7, "no", "en"})),
              std::string("\x40\0\x0d\0\0\0\0\0\x07\0\0\0\x02no\0\0\0\x02"
                          "en",
                          21));
    EXPECT_EQ(text(wire::build_error_token(octets("e"))), std::string("\x41\0\0\0\x01"
                                                                      "e",
                                                                      6));
    EXPECT_EQ(text(wire::build_mic(octets("m"))), std::string("\x42\0\0\0\x01m", 6));
}

struct Parser {
    std::string_view name;
    Bytes good;
    std::function<bool(BytesView)> parses;
};

std::vector<Parser> parsers() {
    const auto string = [](BytesView payload) { return wire::parse_token(payload).has_value(); };
    return {
        {"UNIMPLEMENTED", wire::build_unimplemented(9),
         [](BytesView payload) { return wire::parse_unimplemented(payload).has_value(); }},
        {"with-mic", wire::build_with_mic_request({"u", "s"}, {mechanism::krb5()}),
         [](BytesView payload) {
             const auto request = wire::parse_request(payload);
             return request && wire::parse_mechanisms(request->rest);
         }},
        {"keyex", wire::build_keyex_request({"u", "s"}, octets("mic")),
         [](BytesView payload) {
             const auto request = wire::parse_request(payload);
             return request && wire::parse_keyex_mic(request->rest);
         }},
        {"FAILURE", wire::build_failure(std::vector<std::string>{"abc", "d"}, true),
         [](BytesView payload) { return wire::parse_failure(payload).has_value(); }},
        {"SUCCESS", wire::build_success(), wire::is_bare},
        {"RESPONSE", wire::build_response(mechanism::krb5()),
         [](BytesView payload) { return wire::parse_response(payload).has_value(); }},
        {"TOKEN", wire::build_token(octets("token")), string},
        {"ERROR", wire::build_error({1, 2, "text", "en"}),
         [](BytesView payload) { return wire::parse_error(payload).has_value(); }},
        {"ERRTOK", wire::build_error_token(octets("error")), string},
        {"MIC", wire::build_mic(octets("mic")), string},
    };
}

TEST(AuthMessages, a_cut_or_lengthened_message_is_none) {
    for (const Parser& parser : parsers()) {
        EXPECT_TRUE(parser.parses(parser.good)) << parser.name;
        for (std::size_t size = 1; size < parser.good.size(); ++size) {
            EXPECT_FALSE(parser.parses(BytesView(parser.good).first(size)))
                << parser.name << " cut to " << size;
        }
        Bytes longer = parser.good;
        longer.push_back(std::byte{0});
        EXPECT_FALSE(parser.parses(longer)) << parser.name << " with an octet more";
    }
}

TEST(AuthMessages, fields_have_limits_and_some_may_not_be_empty) {
    EXPECT_FALSE(wire::parse_token(Writer(61).text("").take()));
    EXPECT_TRUE(wire::parse_token(Writer(61).string(Bytes(max_token_size)).take()));
    EXPECT_FALSE(wire::parse_token(Writer(61).string(Bytes(max_token_size + 1)).take()));
    const auto named = [](std::size_t user, std::size_t service, std::size_t method) {
        return wire::parse_request(Writer(50)
                                       .string(Bytes(user))
                                       .string(Bytes(service))
                                       .string(Bytes(method))
                                       .take())
            .has_value();
    };
    EXPECT_TRUE(named(wire::max_user_size, wire::max_name_size, wire::max_name_size));
    EXPECT_FALSE(named(wire::max_user_size + 1, 1, 1));
    EXPECT_FALSE(named(1, wire::max_name_size + 1, 1));
    EXPECT_FALSE(named(1, 1, wire::max_name_size + 1));
    const auto error = [](std::size_t size) {
        return wire::parse_error(Writer(64).uint32(1).uint32(2).string(Bytes(size)).text("").take())
            .has_value();
    };
    EXPECT_TRUE(error(wire::max_text_size));
    EXPECT_FALSE(error(wire::max_text_size + 1));
}

TEST(AuthMessages, a_name_list_holds_names) {
    const auto parsed = [](std::string_view list) {
        return wire::parse_failure(Writer(51).text(list).boolean(false).take());
    };
    EXPECT_TRUE(parsed("")->methods.empty());
    EXPECT_EQ(parsed("publickey,gssapi-keyex")->methods,
              (std::vector<std::string>{"publickey", "gssapi-keyex"}));
    for (const std::string_view bad :
         {",", "a,", ",a", "a,,b", "a b", "a\nb", "a\x1b[2J", "caf\xc3\xa9"}) {
        EXPECT_FALSE(parsed(bad)) << bad;
    }
    EXPECT_FALSE(parsed(std::string_view("a\0b", 3)));
    std::string many = "m";
    for (std::size_t i = 1; i < wire::max_methods; ++i) {
        many += ",m";
    }
    EXPECT_TRUE(parsed(many));
    EXPECT_FALSE(parsed(many + ",m"));
}

TEST(AuthMessages, sec_A1_17_a_list_of_mechanisms_is_read_to_its_end_and_no_further) {
    for (std::uint32_t count = 1; count <= max_mechanisms; ++count) {
        Writer writer;
        writer.uint32(count);
        for (std::uint32_t i = 0; i < count; ++i) {
            writer.text(krb5_der);
        }
        const auto list = wire::parse_mechanisms(writer.octets());
        ASSERT_TRUE(list) << count;
        EXPECT_EQ(list->view().size(), count);
        writer.byte(0);
        EXPECT_FALSE(wire::parse_mechanisms(writer.octets())) << count;
    }
    Writer too_many;
    too_many.uint32(max_mechanisms + 1);
    for (std::size_t i = 0; i <= max_mechanisms; ++i) {
        too_many.text(krb5_der);
    }
    EXPECT_FALSE(wire::parse_mechanisms(too_many.octets()));
}

} // namespace
} // namespace gss::test
