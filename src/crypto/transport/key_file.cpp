// SPDX-License-Identifier: Apache-2.0
// OpenSSH key files (PROTOCOL.key of OpenSSH), not encrypted.
#include "base64.h"
#include "key_state.h"
#include "packet_protection.h"
#include "writer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gss::inline v0::transport {

using detail::key_error;
using detail::KeyFacts;
using detail::PkeyPtr;
using ssh::detail::OwnErrors;
using ssh::wire::Reader;

namespace {

constexpr std::string_view reading = "read a private key";
constexpr std::string_view begin_marker = "-----BEGIN OPENSSH PRIVATE KEY-----";
constexpr std::string_view end_marker = "-----END OPENSSH PRIVATE KEY-----";
constexpr std::string_view magic{"openssh-key-v1\0", 15};
constexpr std::size_t padding_block = 8;
constexpr std::size_t line_size = 70;
// More than the largest RSA key with the longest comment that is written.
constexpr std::size_t max_file_size = 65536;
constexpr std::size_t max_comment_size = 8192;
constexpr std::size_t max_section_size = 16384 + max_comment_size;

/// The octets between the two markers; the Base64 is as strict as any, but for line ends.
Result<SecretBytes> unwrap(std::string_view text) {
    if (text.size() > max_file_size) {
        return key_error(reading, "it is longer than any key file");
    }
    if (!text.starts_with(begin_marker)) {
        return key_error(reading, text.starts_with("-----BEGIN ") || text.starts_with("PuTTY-")
                                      ? "it is a key of another format than OpenSSH's; ssh-keygen "
                                        "converts it"
                                      : "it is no OpenSSH private key file");
    }
    text.remove_prefix(begin_marker.size());
    const std::size_t end = text.find(end_marker);
    if (end == std::string_view::npos) {
        return key_error(reading, "the file is cut: its last line is missing");
    }
    if (text.substr(end + end_marker.size()).find_first_not_of("\r\n") != std::string_view::npos) {
        return key_error(reading, "something follows the key in the file");
    }
    SecretBytes digits(end);
    std::size_t count = 0;
    for (const char character : text.substr(0, end)) {
        if (character != '\r' && character != '\n') {
            digits.data()[count++] = static_cast<std::byte>(character);
        }
    }
    std::optional<SecretBytes> octets = detail::base64_decode(as_text(digits.view().first(count)));
    if (!octets) {
        return key_error(reading, "its Base64 is damaged");
    }
    return *std::move(octets);
}

struct Container {
    BytesView public_blob;
    BytesView section;
};

/// PROTOCOL.key s1: "openssh-key-v1", cipher, kdf, kdf options, number of keys, public key, and
/// the list of private keys.
Result<Container> open_container(BytesView octets) {
    if (!as_text(octets).starts_with(magic)) {
        return key_error(reading, "it does not begin as key files do");
    }
    Reader reader(octets.subspan(magic.size()));
    const std::string_view cipher = reader.text(detail::max_type_name);
    const std::string_view kdf = reader.text(detail::max_type_name);
    const BytesView options = reader.string(max_comment_size);
    const std::uint32_t keys = reader.uint32();
    if (reader.failed() || cipher.empty()) {
        return key_error(reading, "its header is damaged");
    }
    if (cipher != "none") {
        return key_error(reading, "it is encrypted; only keys without a passphrase are read",
                         ErrorCode::unavailable);
    }
    if (kdf != "none" || !options.empty() || keys != 1) {
        return key_error(reading, "its header makes no sense");
    }
    Container container;
    container.public_blob = reader.string(max_section_size);
    container.section = reader.string(max_file_size);
    if (!reader.done()) {
        return key_error(reading, "it is cut, or octets are left over");
    }
    return container;
}

/// PROTOCOL.key s3: comment, and "1, 2, 3, ..." up to a whole block.
bool ends_well(Reader& reader) {
    static_cast<void>(reader.string(max_file_size));
    if (reader.failed() || reader.left() >= padding_block) {
        return false;
    }
    for (std::uint8_t expected = 1; reader.left() != 0; ++expected) {
        if (reader.byte() != expected) {
            return false;
        }
    }
    return reader.done();
}

Result<PkeyPtr> open_section(const KeyFacts& facts, const Container& container) {
    Reader reader(container.section);
    const std::uint32_t check = reader.uint32();
    const bool intact = check == reader.uint32() && container.section.size() % padding_block == 0;
    if (!intact || reader.text(detail::max_type_name) != facts.name) {
        return key_error(reading, "its private part is damaged");
    }
    Result<PkeyPtr> key = detail::read_private_fields(facts, container.public_blob, reader);
    if (key && !ends_well(reader)) {
        return key_error(reading, "its private part is damaged");
    }
    return key;
}

/// @p error with the file that it is about.
Error naming(const Error& error, std::string_view name) {
    ErrorDetails details = error.details();
    details.subject = name;
    return Error(std::move(details));
}

class Descriptor {
public:
    explicit Descriptor(int number) noexcept : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    [[nodiscard]] int number() const noexcept { return number_; }

private:
    int number_;
};

Error system_error(std::string_view what, int number) {
    const std::string text = std::error_code(number, std::generic_category()).message();
    return key_error(reading, std::string(what) + ": " + text,
                     number == ENOENT || number == ENOTDIR ? ErrorCode::no_credentials
                                                           : ErrorCode::unauthorized);
}

Result<SecretBytes> read_file(const std::string& path) {
    // Not blocking: whatever waits for a writer is no key file.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): POSIX has it so
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.number() < 0) {
        return system_error("it cannot be opened", errno);
    }
    struct stat status {};
    if (::fstat(file.number(), &status) != 0) {
        return system_error("it cannot be examined", errno);
    }
    if (!S_ISREG(status.st_mode)) {
        return key_error(reading, "it is no regular file");
    }
    if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        return key_error(reading, "others than its owner may use it; chmod 600 helps",
                         ErrorCode::insufficient_protection);
    }
    // One octet more, to see that there is one too many.
    SecretBytes octets(max_file_size + 1);
    std::size_t size = 0;
    while (size < octets.size()) {
        const ssize_t count = ::read(file.number(), octets.data() + size, octets.size() - size);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return system_error("it cannot be read", errno);
        }
        if (count == 0) {
            break;
        }
        size += static_cast<std::size_t>(count);
    }
    return SecretBytes(octets.view().first(size));
}

} // namespace

Result<PrivateKey> PrivateKey::parse(BytesView text, std::string_view name) {
    const OwnErrors errors;
    const Result<SecretBytes> octets = unwrap(as_text(text));
    if (!octets) {
        return naming(octets.error(), name);
    }
    const Result<Container> container = open_container(octets->view());
    if (!container) {
        return naming(container.error(), name);
    }
    Reader reader(container->public_blob);
    const std::string_view type = reader.text(detail::max_type_name);
    const KeyFacts* const facts = detail::find_facts(type);
    if (facts == nullptr) {
        return naming(key_error(reading, "its type is not supported: " + std::string(type),
                                ErrorCode::unavailable),
                      name);
    }
    Result<PublicKey> public_key = PublicKey::parse(container->public_blob);
    if (!public_key) {
        return naming(public_key.error(), name);
    }
    Result<PkeyPtr> key = open_section(*facts, *container);
    if (!key) {
        return naming(key.error(), name);
    }
    Result<PrivateKey> joined = State::join(*std::move(public_key), *std::move(key));
    return joined ? std::move(joined) : Result<PrivateKey>(naming(joined.error(), name));
}

Result<PrivateKey> read_private_key(const std::string& path) {
    const Result<SecretBytes> text = read_file(path);
    return text ? PrivateKey::parse(text->view(), path)
                : Result<PrivateKey>(naming(text.error(), path));
}

namespace detail {

SecretWriter& SecretWriter::raw(BytesView octets) {
    if (octets.size() > octets_.size() - size_) {
        overflown_ = true;
        return *this;
    }
    std::copy(octets.begin(), octets.end(), octets_.data() + size_);
    size_ += octets.size();
    return *this;
}

SecretWriter& SecretWriter::byte(std::uint8_t value) {
    return raw(std::array{std::byte{value}});
}

SecretWriter& SecretWriter::uint32(std::uint32_t value) {
    return byte(static_cast<std::uint8_t>(value >> 24))
        .byte(static_cast<std::uint8_t>(value >> 16))
        .byte(static_cast<std::uint8_t>(value >> 8))
        .byte(static_cast<std::uint8_t>(value));
}

SecretWriter& SecretWriter::string(BytesView octets) {
    return uint32(static_cast<std::uint32_t>(octets.size())).raw(octets);
}

SecretWriter& SecretWriter::mpint(BytesView magnitude) {
    magnitude = ssh::wire::without_leading_zeros(magnitude);
    const bool sign = !magnitude.empty() && (magnitude[0] & std::byte{0x80}) != std::byte{0};
    uint32(static_cast<std::uint32_t>(magnitude.size() + (sign ? 1 : 0)));
    if (sign) {
        byte(0);
    }
    return raw(magnitude);
}

Result<SecretBytes> key_file_text(const KeyFacts& facts, const EVP_PKEY& key, BytesView public_blob,
                                  std::string_view comment) {
    constexpr std::string_view writing = "write a private key";
    if (comment.size() > max_comment_size) {
        return key_error(writing, "the comment is too long", ErrorCode::misuse);
    }
    std::array<std::byte, 4> check{};
    if (const Result<void> random = random_octets(check); !random) {
        return random.error();
    }
    SecretWriter section(max_section_size);
    section.raw(check).raw(check).text(facts.name);
    if (const Result<void> written = write_private_fields(facts, key, section); !written) {
        return written.error();
    }
    section.text(comment);
    for (std::uint8_t value = 1; section.size() % padding_block != 0; ++value) {
        section.byte(value);
    }
    SecretWriter container(2 * max_section_size);
    container.raw(as_bytes(magic)).text("none").text("none").text("").uint32(1);
    container.string(public_blob).string(section.view());
    const SecretBytes digits = base64_encode(container.view());
    SecretWriter text(max_file_size);
    text.raw(as_bytes(begin_marker)).byte('\n');
    for (std::size_t at = 0; at < digits.size(); at += line_size) {
        text.raw(digits.view().subspan(at, std::min(line_size, digits.size() - at))).byte('\n');
    }
    text.raw(as_bytes(end_marker)).byte('\n');
    if (section.view().empty() || text.view().empty()) {
        return key_error(writing, "it does not fit a key file", ErrorCode::failure);
    }
    return SecretBytes(text.view());
}

} // namespace detail
} // namespace gss::inline v0::transport
