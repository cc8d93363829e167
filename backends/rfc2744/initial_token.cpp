// SPDX-License-Identifier: Apache-2.0
#include "initial_token.h"

#include <gssxx/mechanism.h>
#include <gssxx/result.h>

#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

/// One element of DER: its tag and what is inside.
struct Element {
    std::byte tag{};
    BytesView whole;
    BytesView content;
};

/// Takes elements off the front; the first that does not fit ends it.
class Der {
public:
    explicit Der(BytesView octets) noexcept : rest_(octets) {}

    std::optional<Element> next() noexcept {
        if (rest_.size() < 2) {
            return std::nullopt;
        }
        std::size_t header = 2;
        auto length = std::to_integer<std::size_t>(rest_[1]);
        if (length >= 0x80) {
            const std::size_t octets = length - 0x80;
            header += octets;
            if (octets == 0 || octets > 4 || rest_.size() < header) {
                return std::nullopt;
            }
            length = 0;
            for (const std::byte octet : rest_.subspan(2, octets)) {
                length = (length << 8U) | std::to_integer<std::size_t>(octet);
            }
        }
        if (length > rest_.size() - header) {
            return std::nullopt;
        }
        const Element element{rest_[0], rest_.first(header + length),
                              rest_.subspan(header, length)};
        rest_ = rest_.subspan(header + length);
        return element;
    }
    /// The content of the next element if it has that tag; empty otherwise.
    BytesView inside(std::byte tag) noexcept {
        const std::optional<Element> element = next();
        return element && element->tag == tag ? element->content : BytesView();
    }
    /// The content of the element with that tag, here or later.
    BytesView find(std::byte tag) noexcept {
        while (const std::optional<Element> element = next()) {
            if (element->tag == tag) {
                return element->content;
            }
        }
        return {};
    }
    [[nodiscard]] BytesView rest() const noexcept { return rest_; }

private:
    BytesView rest_;
};

constexpr std::byte integer{0x02};
constexpr std::byte general_string{0x1b};
constexpr std::byte sequence{0x30};

constexpr std::byte application(unsigned number) noexcept {
    return std::byte{0x60} | static_cast<std::byte>(number);
}

constexpr std::byte tagged(unsigned number) noexcept {
    return std::byte{0xa0} | static_cast<std::byte>(number);
}

std::optional<std::uint32_t> number(BytesView tagged_content) noexcept {
    const BytesView octets = Der(tagged_content).inside(integer);
    if (octets.empty() || octets.size() > 5) {
        return std::nullopt;
    }
    std::uint32_t value = 0;
    for (const std::byte octet : octets) {
        value = (value << 8U) | std::to_integer<std::uint32_t>(octet);
    }
    return value;
}

/// What follows a Kerberos token id, xx 00 (RFC 4121 s4.1); empty for other tokens.
BytesView inner_token(BytesView token, std::byte id) noexcept {
    Der frame(Der(token).inside(application(0)));
    if (!frame.next()) {
        return {};
    }
    const BytesView body = frame.rest();
    return body.size() >= 2 && body[0] == id && body[1] == std::byte{0} ? body.subspan(2)
                                                                        : BytesView();
}

/// "host/localhost" of a PrincipalName.
std::string components(BytesView principal_name) {
    Der fields(principal_name);
    Der names(Der(fields.find(tagged(1))).inside(sequence));
    std::string text;
    while (const std::optional<Element> name = names.next()) {
        if (name->tag == general_string) {
            text.append(text.empty() ? "" : "/").append(as_text(name->content));
        }
    }
    return text;
}

} // namespace

std::optional<Oid> framed_mechanism(BytesView token) {
    // The length of the whole may be wrong: this looks at the beginning only.
    if (token.size() < 4 || token[0] != application(0)) {
        return std::nullopt;
    }
    const auto length = std::to_integer<std::size_t>(token[1]);
    const std::size_t at = 2 + (length > 0x80 ? length - 0x80 : 0);
    if (at >= token.size()) {
        return std::nullopt;
    }
    const std::optional<Element> identifier = Der(token.subspan(at)).next();
    if (!identifier) {
        return std::nullopt;
    }
    Result<Oid> oid = Oid::from_der(identifier->whole);
    return oid ? std::optional(*std::move(oid)) : std::nullopt;
}

std::optional<std::uint32_t> error_token_code(BytesView token) {
    Der error(
        Der(Der(inner_token(token, std::byte{0x03})).inside(application(30))).inside(sequence));
    return number(error.find(tagged(6)));
}

bool is_kerberos_answer(BytesView token) {
    constexpr std::byte reply{0x02};
    constexpr std::byte error{0x03};
    Der whole(token);
    const std::optional<Element> frame = whole.next();
    if (!frame || frame->tag != application(0) || !whole.rest().empty()) {
        return false;
    }
    Der inside(frame->content);
    const std::optional<Element> identifier = inside.next();
    const BytesView body = inside.rest();
    return identifier && as_text(identifier->whole) == as_text(mechanism::krb5().to_der()) &&
           body.size() > 2 && (body[0] == reply || body[0] == error) && body[1] == std::byte{0};
}

bool is_spnego_answer(BytesView token) {
    constexpr std::byte octet_string{0x04};
    Der whole(token);
    const std::optional<Element> response = whole.next();
    if (!response || response->tag != tagged(1) || !whole.rest().empty()) {
        return false;
    }
    Der list(response->content);
    const std::optional<Element> members = list.next();
    if (!members || members->tag != sequence || !list.rest().empty()) {
        return false;
    }
    Der fields(members->content);
    while (const std::optional<Element> field = fields.next()) {
        if (field->tag == tagged(2) &&
            !is_kerberos_answer(Der(field->content).inside(octet_string))) {
            return false;
        }
    }
    return fields.rest().empty();
}

std::optional<TicketService> ticket_service(BytesView token) {
    Der request(
        Der(Der(inner_token(token, std::byte{0x01})).inside(application(14))).inside(sequence));
    Der ticket(Der(Der(request.find(tagged(3))).inside(application(1))).inside(sequence));
    const BytesView realm = Der(ticket.find(tagged(1))).inside(general_string);
    const BytesView name = Der(ticket.find(tagged(2))).inside(sequence);
    Der sealed(Der(ticket.find(tagged(3))).inside(sequence));
    const std::optional<std::uint32_t> enctype = number(sealed.find(tagged(0)));
    if (realm.empty() || name.empty() || !enctype) {
        return std::nullopt;
    }
    return TicketService{components(name) + "@" + std::string(as_text(realm)), *enctype,
                         number(sealed.find(tagged(1)))};
}

} // namespace gss::inline v0::rfc2744
