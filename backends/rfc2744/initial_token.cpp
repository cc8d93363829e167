// SPDX-License-Identifier: Apache-2.0
#include "initial_token.h"

#include "der.h"
#include "kerberos_token.h"

#include <gssxx/mechanism.h>
#include <gssxx/result.h>

#include <string_view>
#include <utility>

namespace gss::inline v0::rfc2744 {

using der::application;
using der::tagged;

std::optional<Oid> framed_mechanism(BytesView token) {
    if (as_text(token).starts_with(std::string_view("NTLMSSP\0", 8))) {
        return mechanism::ntlm();
    }
    // The length of the whole may be wrong: this looks at the beginning only.
    if (token.size() < 4 || token[0] != application(0)) {
        return std::nullopt;
    }
    const auto length = std::to_integer<std::size_t>(token[1]);
    const std::size_t at = 2 + (length > 0x80 ? length - 0x80 : 0);
    if (at >= token.size()) {
        return std::nullopt;
    }
    const std::optional<der::Element> identifier = der::Reader(token.subspan(at)).next();
    if (!identifier) {
        return std::nullopt;
    }
    Result<Oid> oid = Oid::from_der(identifier->whole);
    return oid ? std::optional(*std::move(oid)) : std::nullopt;
}

std::optional<std::uint32_t> error_token_code(BytesView token) {
    der::Reader error(
        der::Reader(der::Reader(inner_token(token, std::byte{0x03})).inside(application(30)))
            .inside(der::sequence));
    return der::number(error.find(tagged(6)));
}

namespace {

/// The first octet of TOK_ID in a token of Kerberos that is framed whole (RFC 4121 s4.1).
std::optional<std::byte> token_kind(BytesView token) {
    der::Reader whole(token);
    const std::optional<der::Element> frame = whole.next();
    if (!frame || frame->tag != application(0) || !whole.rest().empty()) {
        return std::nullopt;
    }
    der::Reader inside(frame->content);
    const std::optional<der::Element> identifier = inside.next();
    const BytesView body = inside.rest();
    // The identifier in its one DER encoding: tag, one octet of length, content.
    if (!identifier || identifier->tag != der::object_identifier ||
        identifier->whole.size() != identifier->content.size() + 2 ||
        as_text(identifier->content) != as_text(mechanism::krb5().content()) || body.size() <= 2 ||
        body[1] != std::byte{0}) {
        return std::nullopt;
    }
    return body[0];
}

} // namespace

bool is_kerberos_reply(BytesView token) {
    return token_kind(token) == std::byte{0x02};
}

bool is_kerberos_answer(BytesView token) {
    return is_kerberos_reply(token) || token_kind(token) == std::byte{0x03};
}

bool is_spnego_answer(BytesView token) {
    constexpr std::byte octet_string{0x04};
    der::Reader whole(token);
    const std::optional<der::Element> response = whole.next();
    if (!response || response->tag != tagged(1) || !whole.rest().empty()) {
        return false;
    }
    der::Reader list(response->content);
    const std::optional<der::Element> members = list.next();
    if (!members || members->tag != der::sequence || !list.rest().empty()) {
        return false;
    }
    der::Reader fields(members->content);
    while (const std::optional<der::Element> field = fields.next()) {
        if (field->tag == tagged(2) &&
            !is_kerberos_answer(der::Reader(field->content).inside(octet_string))) {
            return false;
        }
    }
    return fields.rest().empty();
}

} // namespace gss::inline v0::rfc2744
