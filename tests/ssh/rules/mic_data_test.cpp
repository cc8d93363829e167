// SPDX-License-Identifier: Apache-2.0
// The octets under the MIC of user authentication, against octets written by hand.
#include "octets.h"

#include <gssxx/ssh/mic_data.h>

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace gss::test {
namespace {

using namespace ssh;

Bytes text(std::string_view characters) {
    return exact(as_bytes(characters));
}

TEST(MicData, rfc_U13_with_mic_is_octet_for_octet_that_of_rfc_4462) {
    const Bytes session_id = octets({0x00, 0xff, 0x80, 0x01});
    const Bytes expected = joined({
        octets({0, 0, 0, 4, 0x00, 0xff, 0x80, 0x01}),
        octets({50}),
        octets({0, 0, 0, 5}),
        text("alice"),
        octets({0, 0, 0, 14}),
        text("ssh-connection"),
        octets({0, 0, 0, 15}),
        text("gssapi-with-mic"),
    });
    EXPECT_EQ(mic_data({session_id, "alice"}), expected);
    EXPECT_EQ(mic_data({session_id, "alice", "ssh-connection", with_mic_method}), expected);
}

TEST(MicData, rfc_X02_keyex_is_octet_for_octet_that_of_rfc_4462) {
    const Bytes session_id(32, std::byte{0xa5});
    const Bytes expected = joined({
        octets({0, 0, 0, 32}),
        session_id,
        octets({50}),
        octets({0, 0, 0, 6}),
        text("jurgen"),
        octets({0, 0, 0, 14}),
        text("ssh-connection"),
        octets({0, 0, 0, 12}),
        text("gssapi-keyex"),
    });
    EXPECT_EQ(mic_data({session_id, "jurgen", connection_service, keyex_method}), expected);
}

TEST(MicData, rfc_U13_the_values_of_the_request_go_in_as_they_are) {
    const Bytes session_id = octets({7});
    // UTF-8, a NUL, nothing at all, and another service: nothing is mapped, trimmed or cut.
    const std::string user("j\xc3\xbcrgen\0x", 9);
    const Bytes expected = joined({octets({0, 0, 0, 1, 7, 50, 0, 0, 0, 9}), text(user),
                                   octets({0, 0, 0, 0, 0, 0, 0, 15}), text("gssapi-with-mic")});
    EXPECT_EQ(mic_data({session_id, user, ""}), expected);
    const Bytes empty = joined({octets({0, 0, 0, 0, 50, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})});
    EXPECT_EQ(mic_data({{}, "", "", ""}), empty);
    const std::string longer(70000, 'u');
    const Bytes data = mic_data({session_id, longer});
    EXPECT_EQ(data.size(), 5U + 1 + 4 + 70000 + 4 + 14 + 4 + 15);
    EXPECT_EQ(exact(BytesView(data).subspan(6, 4)), octets({0x00, 0x01, 0x11, 0x70}));
}

// A MIC for one login must be of no use for another.
TEST(MicData, rfc_U13_rfc_X02_whatever_differs_makes_other_octets) {
    const Bytes session = octets({1, 2, 3, 4});
    const Bytes other_session = octets({1, 2, 3, 5});
    const Bytes shorter_session = octets({1, 2, 3});
    std::set<std::string> seen;
    std::size_t made = 0;
    for (const BytesView id :
         {BytesView(session), BytesView(other_session), BytesView(shorter_session), BytesView()}) {
        for (const char* user : {"alice", "alic", "alicessh-connection", "Alice", ""}) {
            for (const char* service : {"ssh-connection", "ssh-connectio", "ssh-userauth", ""}) {
                for (const std::string_view method : {with_mic_method, keyex_method}) {
                    seen.emplace(as_text(mic_data({id, user, service, method})));
                    ++made;
                }
            }
        }
    }
    EXPECT_EQ(seen.size(), made);
}

} // namespace
} // namespace gss::test
