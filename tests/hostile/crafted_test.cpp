// SPDX-License-Identifier: Apache-2.0
// Tokens that no library would make, for acceptors in a process of their own: they survive, with
// an Error.
#include "hostile.h"
#include "request_maker.h"

namespace gss::test {
namespace {

class Crafted : public OnBackend {
protected:
    /// Every token fails, by default credentials (all mechanisms) and by Kerberos ones, and the
    /// process lives.
    void expect_survived(const std::vector<Bytes>& tokens) const {
        const Survival survival = in_subprocess([&] {
            AcquireOptions acquire;
            acquire.mechanisms = {mechanism::krb5()};
            const auto acquired =
                Credentials::acquire(library(), CredentialUsage::accept, acquire).value();
            int number = 0;
            for (const Bytes& token : tokens) {
                ++number;
                AcceptOptions options;
                options.required = require_nothing;
                if (!fails(token, options)) {
                    return number;
                }
                options.credentials = &acquired.credentials;
                if (!fails(token, options)) {
                    return number;
                }
            }
            return 0;
        });
        EXPECT_TRUE(survival.exited) << "signal " << survival.status;
        EXPECT_EQ(survival.status, 0) << "the token of that number was accepted";
    }

    /// No context comes of it; a library may ask for more first, and then gets the same again.
    [[nodiscard]] bool fails(BytesView token, const AcceptOptions& options) const {
        Acceptor acceptor = Acceptor::create(library(), options).value();
        for (int round = 0; round < 3; ++round) {
            const Step step = acceptor.step(token);
            if (!step.more()) {
                return step.failed() && !step.error->text().empty();
            }
        }
        return false;
    }

    [[nodiscard]] static Bytes octets(std::string_view text) {
        const BytesView view = as_bytes(text);
        return {view.begin(), view.end()};
    }
    [[nodiscard]] static std::string repeated(std::string_view piece, std::size_t times) {
        std::string text;
        while (times-- > 0) {
            text.append(piece);
        }
        return text;
    }
    [[nodiscard]] static const std::string& request_id() {
        static const std::string id("\x01\x00", 2);
        return id;
    }
};

// CVE-2020-28196: nested indefinite lengths.
TEST_P(Crafted, sec_A3_09_deeply_nested) {
    std::vector<Bytes> tokens;
    for (const std::string_view piece :
         {std::string_view("\x30\x80", 2), std::string_view("\xa0\x80", 2),
          std::string_view("\x6e\x80", 2), std::string_view("\x24\x80", 2)}) {
        for (const std::size_t depth : {100U, 32768U}) {
            tokens.push_back(framed(kerberos_identifier, request_id() + repeated(piece, depth)));
            tokens.push_back(framed(kerberos_identifier,
                                    request_id() + std::string("\x6e\x80\x30\x80\xa0\x80", 6) +
                                        repeated(piece, depth)));
            tokens.push_back(framed(spnego_identifier, repeated(piece, depth)));
            tokens.push_back(framed(spnego_identifier, std::string("\xa0\x80\x30\x80\xa2\x80", 6) +
                                                           repeated(piece, depth)));
            tokens.push_back(octets(repeated(piece, depth)));
        }
    }
    expect_survived(tokens);
}

// a82922e09: what the frame says of lengths and what is there.
TEST_P(Crafted, sec_A3_14_lengths_that_do_not_fit) {
    const Bytes genuine = first_token(library(), "host@localhost").value();
    std::vector<Bytes> tokens;
    for (const unsigned length : {0U, 1U, 10U, 0x7fU, 0x80U, 0x81U, 0xffU}) {
        Bytes token = genuine; // 60 82 xx xx 06 09 ...
        token[1] = static_cast<std::byte>(length);
        tokens.push_back(token);
    }
    for (const int change : {-100, -2, -1, 1, 2, 100}) {
        Bytes token = genuine;
        const int length = static_cast<int>(token.size()) - 4 + change;
        token[2] = static_cast<std::byte>((length >> 8) & 0xff);
        token[3] = static_cast<std::byte>(length & 0xff);
        tokens.push_back(token);
    }
    for (const unsigned length : {0U, 1U, 8U, 10U, 0x7fU, 0x80U, 0xffU}) {
        Bytes token = genuine;
        token[5] = static_cast<std::byte>(length); // of the mechanism's identifier
        tokens.push_back(token);
    }
    expect_survived(tokens);
}

TEST_P(Crafted, sec_A3_16_one_to_six_octets) {
    std::vector<Bytes> tokens;
    for (const std::string_view text :
         {std::string_view("\x60", 1), std::string_view("\x60\x80", 2),
          std::string_view("\x60\x84", 2), std::string_view("\x60\x84\xff\xff\xff\xff", 6),
          std::string_view("\x60\x84\x7f\xff\xff\xff", 6), std::string_view("\x60\x00", 2),
          std::string_view("\x60\x02\x06\x00", 4), std::string_view("\x60\x02\x06\x7f", 4),
          std::string_view("\x60\x88\xff\xff\xff\xff\xff\xff\xff\xff", 10),
          std::string_view("\xa1", 1), std::string_view("\xa1\x80", 2),
          std::string_view("\xa1\x84\xff\xff\xff\xff", 6), std::string_view("\x6e", 1),
          std::string_view("\x6e\x80", 2), std::string_view("\x6e\x84\xff\xff\xff\xff", 6),
          std::string_view("\x00", 1), std::string_view("\xff\xff", 2)}) {
        tokens.push_back(octets(text));
    }
    for (unsigned first = 0; first < 256; ++first) {
        tokens.push_back(Bytes{static_cast<std::byte>(first)});
        tokens.push_back(Bytes{static_cast<std::byte>(first), std::byte{0x84}});
    }
    expect_survived(tokens);
}

// CVE-2014-4344, CVE-2021-44758, GHSL-2023-016: SPNEGO, for whoever accepts it.
TEST_P(Crafted, damaged_spnego_tokens) {
    InitiateOptions options;
    options.mechanism = mechanism::spnego();
    const Bytes genuine = first_token(library(), "host@localhost", options).value();
    std::vector<Bytes> tokens;
    for (std::size_t length = 1; length < genuine.size(); length += length < 120 ? 1 : 37) {
        tokens.emplace_back(genuine.begin(), genuine.begin() + static_cast<std::ptrdiff_t>(length));
    }
    expect_survived(tokens);
    // Altered ones may be understood, after another round: alive is what counts.
    const Survival survival = in_subprocess([&] {
        for (std::size_t at = 0; at < 120; ++at) {
            for (const std::byte mask : {std::byte{0x01}, std::byte{0x80}, std::byte{0xff}}) {
                Bytes altered = genuine;
                altered[at] ^= mask;
                static_cast<void>(fails(altered, {}));
            }
        }
        return 0;
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
}

/// Authentic requests whose checksum is not what RFC 4121 wants.
class Checksums : public OnBackend {
protected:
    static std::string little_endian(std::uint32_t value) {
        std::string text(4, '\0');
        for (char& octet : text) {
            octet = static_cast<char>(value & 0xffU);
            value >>= 8U;
        }
        return text;
    }
    /// Length of the bindings, bindings (none), flags.
    static std::string checksum(std::uint32_t bindings, std::uint32_t flags) {
        return little_endian(bindings) + std::string(16, '\0') + little_endian(flags);
    }
    /// With the default requirements there is no context; nothing crashes.
    void expect_refused(const std::optional<RequestChecksum>& made) const {
        const Bytes token = make_request(made);
        const Survival survival = in_subprocess([&] {
            const auto error = accept_error(library(), token);
            if (!error) {
                return 2;
            }
            std::cout << "    " << error->text() << std::endl;
            const bool fitting = error->code() == ErrorCode::invalid_token ||
                                 error->code() == ErrorCode::insufficient_protection ||
                                 error->code() == ErrorCode::bad_mic ||
                                 error->code() == ErrorCode::bad_channel_bindings;
            return fitting ? 0 : 3;
        });
        EXPECT_TRUE(survival.exited) << "signal " << survival.status;
        EXPECT_EQ(survival.status, 0);
    }
};

TEST_P(Checksums, sec_A3_15_absent) {
    expect_refused(std::nullopt);
}

TEST_P(Checksums, sec_A3_15_of_another_type) {
    for (const std::int32_t type : {1, 7, 16}) { // CRC-32, MD5 (both without a key), AES-256
        expect_refused(RequestChecksum{type, "text"});
    }
}

TEST_P(Checksums, sec_A3_15_too_short) {
    const std::string whole = checksum(16, 0x3e);
    for (std::size_t length = 0; length < whole.size(); ++length) {
        expect_refused(RequestChecksum{0x8003, whole.substr(0, length)});
    }
}

TEST_P(Checksums, with_false_lengths) {
    for (const std::uint32_t length : {0U, 15U, 17U, 0x7fffffffU, 0xffffffffU}) {
        expect_refused(RequestChecksum{0x8003, checksum(length, 0x3e)});
    }
    // The flags promise delegated credentials (RFC 4121 s4.1.1.1) that are cut or not there.
    const std::string promise = checksum(16, 0x3f);
    for (const std::string& delegation :
         {std::string("\x01", 1), std::string("\x01\x00\xff\xff", 4),
          std::string("\x02\x00\x01\x00x", 5),
          std::string("\x01\x00\x04\x00\x76\x84\xff\xff", 8)}) {
        expect_refused(RequestChecksum{0x8003, promise + delegation});
    }
}

TEST_P(Checksums, that_promise_credentials_and_bring_none) {
    const Bytes token = make_request(RequestChecksum{0x8003, checksum(16, 0x3f)});
    const Survival survival = in_subprocess([&] {
        AcceptOptions options;
        options.accept_delegation = true;
        Acceptor acceptor = Acceptor::create(library(), options).value();
        const Step step = acceptor.step(token);
        return step.done() && acceptor.finish().value().delegated.has_value() ? 2 : 0;
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
    EXPECT_EQ(survival.status, 0) << "credentials out of nothing";
}

TEST_P(Checksums, without_any_flag) {
    expect_refused(RequestChecksum{0x8003, checksum(16, 0)});
}

TEST_P(Checksums, as_it_should_be) {
    // What the others differ from: with the flags of a context that is wanted, it is accepted.
    EXPECT_FALSE(
        accept_error(library(), make_request(RequestChecksum{0x8003, checksum(16, 0x3e)})));
}

INSTANTIATE_TEST_SUITE_P(, Crafted, testing::ValuesIn(backend_names()), backend_label);
INSTANTIATE_TEST_SUITE_P(, Checksums, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
