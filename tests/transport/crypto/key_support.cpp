// SPDX-License-Identifier: Apache-2.0
// Key files made by ssh-keygen, and pieces of keys.
#include "key_support.h"

#include "base64.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <sys/stat.h>

namespace gss::test {

namespace {

constexpr std::string_view first_line = "-----BEGIN OPENSSH PRIVATE KEY-----\n";
constexpr std::string_view last_line = "-----END OPENSSH PRIVATE KEY-----\n";

} // namespace

Folder::Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "gssxx-keys-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::file(std::string_view name) const {
    return path_ + "/" + std::string(name);
}

Ran run(const std::string& command) {
    Ran ran{-1, {}};
    std::FILE* const pipe = ::popen((command + " 2>&1 </dev/null").c_str(), "r");
    EXPECT_NE(pipe, nullptr);
    if (pipe != nullptr) {
        std::array<char, 4096> piece{};
        for (std::size_t size = 0; (size = std::fread(piece.data(), 1, piece.size(), pipe)) != 0;) {
            ran.output.append(piece.data(), size);
        }
        ran.status = ::pclose(pipe);
    }
    return ran;
}

std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    EXPECT_TRUE(file) << path;
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write(const std::string& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
    EXPECT_EQ(::chmod(path.c_str(), 0600), 0);
}

std::string make_key_file(const Folder& folder, const KeyKind& kind, std::string_view passphrase) {
    const std::string path = folder.file(std::string(kind.name) + std::string(passphrase));
    const Ran ran = run("ssh-keygen -q " + std::string(kind.options) + " -C " +
                        std::string(comment) + " -N '" + std::string(passphrase) + "' -f " + path);
    EXPECT_EQ(ran.status, 0) << ran.output << " (is openssh-client installed?)";
    return path;
}

Bytes unwrapped(std::string_view text) {
    EXPECT_TRUE(text.starts_with(first_line));
    text.remove_prefix(first_line.size());
    std::string digits;
    for (const char character : text.substr(0, text.find("-----END"))) {
        if (character != '\n') {
            digits += character;
        }
    }
    const auto octets = transport::detail::base64_decode(digits);
    EXPECT_TRUE(octets);
    return octets ? Bytes(octets->view().begin(), octets->view().end()) : Bytes();
}

std::string wrapped(BytesView octets) {
    return std::string(first_line) +
           std::string(as_text(transport::detail::base64_encode(octets).view())) + "\n" +
           std::string(last_line);
}

} // namespace gss::test
