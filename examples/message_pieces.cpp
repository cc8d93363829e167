// SPDX-License-Identifier: Apache-2.0
// A record that is encrypted where it lies, beside a header that everybody may read and nobody may
// change; and key material that both sides of a context derive from it.
#include "describe.h"
#include "in_process.h"

#include <gssxx/gssxx.h>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>

namespace {

/// What goes over the wire: the record's own header, then the token.
struct Record {
    gss::Bytes header;
    gss::Bytes token;
};

/// Seals @p content in the memory that is sent: nothing is copied but the content itself, once.
Record seal(gss::SecurityContext& context, gss::Bytes header, std::string_view content) {
    std::array pieces{gss::IovBuffer::of(gss::IovType::header, {}),
                      gss::IovBuffer::sign_only(header), gss::IovBuffer::of(gss::IovType::data, {}),
                      gss::IovBuffer::of(gss::IovType::padding, {}),
                      gss::IovBuffer::of(gss::IovType::trailer, {})};
    // Lengths count the data: any memory of that size tells them.
    gss::Bytes data(content.size());
    pieces[2].octets = data;
    static_cast<void>(context.wrap_iov_length(pieces).value());

    Record record{std::move(header), {}};
    record.token.resize(pieces[0].needed + content.size() + pieces[3].needed + pieces[4].needed);
    gss::MutableBytes rest(record.token);
    for (gss::IovBuffer& piece : pieces) {
        if (piece.type == gss::IovType::sign_only) {
            piece = gss::IovBuffer::sign_only(record.header);
        } else {
            piece.octets = rest.first(piece.needed);
            rest = rest.subspan(piece.needed);
        }
    }
    const gss::BytesView octets = gss::as_bytes(content);
    std::copy(octets.begin(), octets.end(), pieces[2].octets.begin());
    static_cast<void>(context.wrap_iov(pieces).value());
    return record;
}

/// Opens a record inside its own memory, whichever library has sealed it.
std::string open(gss::SecurityContext& context, Record& record) {
    const gss::UnwrappedInPlace opened =
        context.unwrap_aead_in_place(record.token, record.header).value();
    return std::string(gss::as_text(opened.message));
}

std::string hex(gss::BytesView octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const std::byte octet : octets) {
        text += digits[std::to_integer<std::size_t>(octet >> 4)];
        text += digits[std::to_integer<std::size_t>(octet & std::byte{0x0f})];
    }
    return text;
}

void run(const std::string& initiator, const std::string& acceptor) {
    example::Pair pair = example::establish(example::open_backend(initiator),
                                            example::open_backend(acceptor), "host@localhost");
    gss::SecurityContext& here = pair.initiator;
    gss::SecurityContext& there = pair.acceptor.context;

    const gss::BytesView header = gss::as_bytes("record 1");
    Record record = seal(here, {header.begin(), header.end()}, "meet me at noon");
    std::cout << record.header.size() << " octets to read, " << record.token.size()
              << " octets of token\n";
    std::cout << "opened: " << open(there, record) << '\n';

    Record forged = seal(here, {header.begin(), header.end()}, "meet me at nine");
    forged.header.back() = std::byte{'2'};
    const auto refused = there.unwrap_aead_in_place(forged.token, forged.header);
    std::cout << "another header: " << (refused ? "accepted" : to_string(refused.error().code()))
              << '\n';

    const gss::BytesView label = gss::as_bytes("example v1: file key");
    const gss::SecretBytes key = here.pseudo_random(gss::PrfKey::full, label, 32).value();
    const gss::SecretBytes same = there.pseudo_random(gss::PrfKey::full, label, 32).value();
    std::cout << "key material: "
              << (hex(key.view()) == hex(same.view()) ? "the same on both sides" : "different")
              << '\n';
}

} // namespace

int main(int argc, char** argv) {
    std::string initiator;
    std::string acceptor;
    CLI::App app("Seals records in pieces; needs a ticket and a key for host@localhost.");
    app.add_option("--initiator", initiator, "backend that seals: mit or heimdal");
    app.add_option("--acceptor", acceptor, "backend that opens: mit or heimdal");
    CLI11_PARSE(app, argc, argv);
    try {
        run(initiator, acceptor);
        return 0;
    } catch (const gss::Exception& failure) {
        std::cerr << "message_pieces: " << failure.error().text() << std::endl;
        return 1;
    }
}
