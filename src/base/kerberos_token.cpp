// SPDX-License-Identifier: Apache-2.0
#include "kerberos_token.h"

#include "der.h"

namespace gss::inline v0 {

namespace {

using der::application;
using der::tagged;

constexpr std::byte request_token{0x01};

/// The components of a PrincipalName (RFC 4120 s5.2.2).
std::vector<std::string> components(BytesView principal_name) {
    der::Reader fields(principal_name);
    der::Reader names(der::Reader(fields.find(tagged(1))).inside(der::sequence));
    std::vector<std::string> texts;
    while (const std::optional<der::Element> name = names.next()) {
        if (name->tag == der::general_string) {
            texts.emplace_back(as_text(name->content));
        }
    }
    return texts;
}

} // namespace

BytesView inner_token(BytesView token, std::byte id) noexcept {
    der::Reader frame(der::Reader(token).inside(application(0)));
    if (!frame.next()) {
        return {};
    }
    const BytesView body = frame.rest();
    return body.size() >= 2 && body[0] == id && body[1] == std::byte{0} ? body.subspan(2)
                                                                        : BytesView();
}

std::string TicketService::principal() const {
    std::string text;
    for (const std::string& component : components) {
        text.append(text.empty() ? "" : "/").append(component);
    }
    return text + "@" + realm;
}

bool is_ap_request(BytesView token) noexcept {
    const BytesView inner = inner_token(token, request_token);
    return !inner.empty() && inner[0] == application(14);
}

std::optional<TicketService> ticket_service(BytesView token) {
    using der::Reader;
    Reader request(Reader(Reader(inner_token(token, request_token)).inside(application(14)))
                       .inside(der::sequence));
    Reader ticket(
        Reader(Reader(request.find(tagged(3))).inside(application(1))).inside(der::sequence));
    const BytesView realm = Reader(ticket.find(tagged(1))).inside(der::general_string);
    const BytesView name = Reader(ticket.find(tagged(2))).inside(der::sequence);
    Reader sealed(Reader(ticket.find(tagged(3))).inside(der::sequence));
    const std::optional<std::uint32_t> enctype = der::number(sealed.find(tagged(0)));
    if (realm.empty() || name.empty() || !enctype) {
        return std::nullopt;
    }
    return TicketService{components(name), std::string(as_text(realm)), *enctype,
                         der::number(sealed.find(tagged(1)))};
}

} // namespace gss::inline v0
