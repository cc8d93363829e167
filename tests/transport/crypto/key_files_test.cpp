// SPDX-License-Identifier: Apache-2.0
// OpenSSH key files: those of ssh-keygen are read, ours are read by it, damaged ones by nobody.
#include "key_support.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

namespace gss::test {
namespace {

using namespace transport;

std::string first_two_words(const std::string& line) {
    return line.substr(0, line.find(' ', line.find(' ') + 1));
}

// A user's or host's key must be the same key to us and to OpenSSH.
TEST(KeyFiles, those_of_ssh_keygen_are_read) {
    const Folder folder;
    for (const KeyKind& kind : key_kinds) {
        const std::string path = make_key_file(folder, kind);
        const auto key = read_private_key(path);
        ASSERT_TRUE(key) << key.error().text();
        EXPECT_EQ(key->public_key().type(), kind.type);
        const std::string line = contents(path + ".pub");
        EXPECT_EQ(key->public_key().to_line(), first_two_words(line));
        const auto parsed = PublicKey::parse_line(line);
        ASSERT_TRUE(parsed) << parsed.error().text();
        EXPECT_EQ(*parsed, key->public_key());
        const Ran listed = run("ssh-keygen -l -f " + path);
        EXPECT_EQ(listed.status, 0);
        EXPECT_NE(listed.output.find(" " + key->public_key().fingerprint() + " "),
                  std::string::npos)
            << listed.output << key->public_key().fingerprint();
    }
}

TEST(KeyFiles, ssh_keygen_reads_ours) {
    const Folder folder;
    for (const KeyType type : {KeyType::ed25519, KeyType::ecdsa_nistp256, KeyType::ecdsa_nistp384,
                               KeyType::ecdsa_nistp521, KeyType::rsa}) {
        const auto key = PrivateKey::generate(type);
        ASSERT_TRUE(key) << key.error().text();
        EXPECT_EQ(key->public_key().type(), type);
        const std::string path = folder.file(key->public_key().type_name());
        const auto text = key->to_file_text(comment);
        ASSERT_TRUE(text) << text.error().text();
        write(path, as_text(text->view()));
        const Ran shown = run("ssh-keygen -y -f " + path);
        EXPECT_EQ(shown.status, 0);
        EXPECT_EQ(shown.output, key->public_key().to_line() + " " + std::string(comment) + "\n");
        // And so do we.
        const auto again = read_private_key(path);
        ASSERT_TRUE(again) << again.error().text();
        EXPECT_EQ(again->public_key(), key->public_key());
    }
    const auto one = PrivateKey::generate(KeyType::ed25519);
    const auto other = PrivateKey::generate(KeyType::ed25519);
    EXPECT_FALSE(one->public_key() == other->public_key());
}

TEST(KeyFiles, comments_of_every_length_fill_their_block) {
    const auto key = PrivateKey::generate(KeyType::ed25519).value();
    for (std::size_t size = 0; size < 40; ++size) {
        const auto text = key.to_file_text(std::string(size, 'c'));
        ASSERT_TRUE(text);
        EXPECT_TRUE(PrivateKey::parse(text->view(), "key")) << size;
    }
    EXPECT_TRUE(key.to_file_text(std::string(8192, 'c')));
    const auto refused = key.to_file_text(std::string(8193, 'c'));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::misuse);
}

/// The error of reading @p path, which must name it.
Error refusal(const std::string& path) {
    const auto key = read_private_key(path);
    EXPECT_FALSE(key) << path;
    if (key) {
        return {ErrorCode::failure, "test", "taken"};
    }
    EXPECT_NE(key.error().text().find(path), std::string::npos) << key.error().text();
    return key.error();
}

// Whoever looks for the reason reads one sentence with the file's name.
TEST(KeyFiles, errors_say_what_is_wrong_with_which_file) {
    const Folder folder;
    const std::string good = make_key_file(folder, key_kinds[0]);
    const auto expect = [](const Error& error, ErrorCode code, std::string_view words) {
        EXPECT_EQ(error.code(), code) << error.text();
        EXPECT_NE(error.text().find(words), std::string::npos) << error.text();
    };
    expect(refusal(folder.file("none")), ErrorCode::no_credentials, "No such file");
    expect(refusal(good + "/x"), ErrorCode::no_credentials, "Not a directory");
    std::filesystem::create_symlink("loop", folder.file("loop"));
    expect(refusal(folder.file("loop")), ErrorCode::unauthorized, "cannot be opened");
    expect(refusal(folder.file("")), ErrorCode::invalid_token, "no regular file");
    ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
    expect(refusal(folder.file("pipe")), ErrorCode::invalid_token, "no regular file");
    for (const mode_t mode : {0640U, 0604U, 0620U, 0602U, 0610U, 0644U, 0777U}) {
        ASSERT_EQ(::chmod(good.c_str(), mode), 0);
        expect(refusal(good), ErrorCode::insufficient_protection, "chmod 600");
    }
    for (const mode_t mode : {0600U, 0400U, 0700U}) {
        ASSERT_EQ(::chmod(good.c_str(), mode), 0);
        EXPECT_TRUE(read_private_key(good));
    }
    expect(refusal(make_key_file(folder, key_kinds[0], "secret")), ErrorCode::unavailable,
           "encrypted");
    expect(refusal(make_key_file(folder, {KeyType::rsa, "dsa", "-t dsa"})), ErrorCode::unavailable,
           "ssh-dss");
    expect(refusal(make_key_file(folder, {KeyType::rsa, "pem", "-t rsa -b 2048 -m PEM"})),
           ErrorCode::invalid_token, "another format");
    ASSERT_EQ(::chmod((good + ".pub").c_str(), 0600), 0);
    expect(refusal(good + ".pub"), ErrorCode::invalid_token, "no OpenSSH private key");
    write(folder.file("empty"), "");
    expect(refusal(folder.file("empty")), ErrorCode::invalid_token, "no OpenSSH private key");
    write(folder.file("long"), contents(good) + std::string(65536, '\n'));
    expect(refusal(folder.file("long")), ErrorCode::invalid_token, "longer than any");
    expect(refusal(make_key_file(folder, {KeyType::rsa, "small", "-t rsa -b 1024"})),
           ErrorCode::invalid_token, "less than 2048 bits");
}

/// @p text must be refused, or hold @p key all the same; true when it was taken.
bool expect_refused_or_same(std::string_view text, const PublicKey& key, bool may_be_taken,
                            const std::string& what) {
    const auto parsed = PrivateKey::parse(as_bytes(text), "damaged");
    if (parsed) {
        EXPECT_TRUE(may_be_taken) << what;
        EXPECT_EQ(parsed->public_key(), key) << what;
    } else {
        EXPECT_NE(parsed.error().text().find("(damaged)"), std::string::npos);
    }
    return parsed.has_value();
}

TEST(KeyFiles, cut_files_are_refused) {
    const Folder folder;
    for (const KeyKind& kind : {key_kinds[0], key_kinds[1], key_kinds[4]}) {
        const std::string text = contents(make_key_file(folder, kind));
        const PublicKey key = PrivateKey::parse(as_bytes(text), "whole").value().public_key();
        for (std::size_t size = 0; size < text.size(); ++size) {
            // Without its last line end it is whole.
            expect_refused_or_same(text.substr(0, size), key, size == text.size() - 1,
                                   std::string(kind.name) + " " + std::to_string(size));
        }
        const Bytes octets = unwrapped(text);
        for (std::size_t size = 0; size < octets.size(); ++size) {
            expect_refused_or_same(wrapped(std::span(octets).first(size)), key, false,
                                   std::string(kind.name) + " " + std::to_string(size));
        }
        // Nothing may follow, inside or outside.
        EXPECT_FALSE(PrivateKey::parse(as_bytes(text + "x"), "longer"));
        EXPECT_FALSE(PrivateKey::parse(as_bytes(text + text), "twice"));
        Bytes longer = octets;
        longer.push_back(std::byte{0});
        EXPECT_FALSE(PrivateKey::parse(as_bytes(wrapped(longer)), "longer"));
    }
}

// Each octet inside the file but the comment's is looked at: private parts of other keys, strange
// headers and padding are refused.
TEST(KeyFiles, altered_files_are_refused) {
    const Folder folder;
    for (const KeyKind& kind : {key_kinds[0], key_kinds[1], key_kinds[3], key_kinds[4]}) {
        const std::string text = contents(make_key_file(folder, kind));
        const PublicKey key = PrivateKey::parse(as_bytes(text), "whole").value().public_key();
        const Bytes octets = unwrapped(text);
        const std::size_t comment_at = as_text(octets).find(comment);
        ASSERT_NE(comment_at, std::string_view::npos);
        int taken = 0;
        for (std::size_t at = 0; at < octets.size(); ++at) {
            // A length of one more makes a padding of one octet part of the comment.
            const bool in_comment = at >= comment_at && at < comment_at + comment.size();
            for (const unsigned change : {0x01U, 0x80U, 0xffU}) {
                Bytes altered = octets;
                altered[at] ^= static_cast<std::byte>(change);
                const bool whole = expect_refused_or_same(
                    wrapped(altered), key, in_comment || at + 1 == comment_at,
                    std::string(kind.name) + " octet " + std::to_string(at));
                taken += whole && in_comment ? 1 : 0;
            }
        }
        EXPECT_EQ(taken, 3 * static_cast<int>(comment.size()));
    }
}

// The same for the text around it; only line ends may become other line ends.
TEST(KeyFiles, altered_texts_are_refused_or_the_same_key) {
    const Folder folder;
    for (const KeyKind& kind : {key_kinds[0], key_kinds[1]}) {
        const std::string text = contents(make_key_file(folder, kind));
        const PublicKey key = PrivateKey::parse(as_bytes(text), "whole").value().public_key();
        for (std::size_t at = 0; at < text.size(); ++at) {
            for (unsigned change = 1; change < 256; change = change * 2 + 1) {
                std::string altered = text;
                altered[at] = static_cast<char>(static_cast<unsigned char>(altered[at]) ^ change);
                expect_refused_or_same(altered, key, true, kind.name);
            }
        }
        std::string dos;
        for (const char character : text) {
            dos += character == '\n' ? "\r\n" : std::string(1, character);
        }
        EXPECT_TRUE(PrivateKey::parse(as_bytes(dos), "dos"));
    }
}

} // namespace
} // namespace gss::test
