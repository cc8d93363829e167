// SPDX-License-Identifier: Apache-2.0
// Key files made by ssh-keygen, and pieces of keys.
#pragma once

#include <gssxx/transport/keys.h>

#include <array>
#include <string>
#include <string_view>

namespace gss::test {

/// A folder that goes with what is in it.
class Folder {
public:
    Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder();
    [[nodiscard]] std::string file(std::string_view name) const;

private:
    std::string path_;
};

struct Ran {
    int status;
    std::string output; ///< of stdout and stderr
};
[[nodiscard]] Ran run(const std::string& command);
[[nodiscard]] std::string contents(const std::string& path);
/// With permissions 0600.
void write(const std::string& path, std::string_view content);

struct KeyKind {
    transport::KeyType type;
    const char* name;    ///< for files
    const char* options; ///< of ssh-keygen
};
inline constexpr std::array<KeyKind, 6> key_kinds{{
    {transport::KeyType::ed25519, "ed25519", "-t ed25519"},
    {transport::KeyType::ecdsa_nistp256, "p256", "-t ecdsa -b 256"},
    {transport::KeyType::ecdsa_nistp384, "p384", "-t ecdsa -b 384"},
    {transport::KeyType::ecdsa_nistp521, "p521", "-t ecdsa -b 521"},
    {transport::KeyType::rsa, "rsa2048", "-t rsa -b 2048"},
    {transport::KeyType::rsa, "rsa3072", "-t rsa -b 3072"},
}};
inline constexpr std::string_view comment = "somebody@somewhere";
/// Makes the file with ssh-keygen and returns its path.
[[nodiscard]] std::string make_key_file(const Folder& folder, const KeyKind& kind,
                                        std::string_view passphrase = {});

/// The octets within a key file, and the file of such octets.
[[nodiscard]] Bytes unwrapped(std::string_view text);
[[nodiscard]] std::string wrapped(BytesView octets);

} // namespace gss::test
