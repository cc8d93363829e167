// SPDX-License-Identifier: Apache-2.0
#include "token_rules.h"

#include "escape.h"
#include "kerberos_token.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <utility>

namespace gss::inline v0::ssh::detail {

namespace {

constexpr std::string_view service = "host";

/// As Kerberos libraries compare hosts: without regard to case, and to the dot at the end of one
/// that is written out in full.
std::string plain_host(std::string_view text) {
    if (text.ends_with('.')) {
        text.remove_suffix(1);
    }
    std::string host(text);
    std::ranges::transform(host, host.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return host;
}

Error not_delegated(std::string message) {
    return {ErrorCode::insufficient_protection, std::string(initiate_operation),
            std::move(message)};
}

} // namespace

std::optional<Error> refuse_mechanism(const Oid& mechanism, bool iakerb,
                                      std::string_view operation) {
    MechanismPolicy policy;
    policy.mechanisms = {mechanism};
    policy.iakerb = iakerb;
    if (allows(policy, mechanism)) {
        return std::nullopt;
    }
    ErrorDetails details;
    details.code = ErrorCode::bad_mechanism;
    details.operation = operation;
    details.mechanism = mechanism;
    details.messages.push_back("SSH must not use the mechanism " + mechanism.to_string());
    return Error(std::move(details));
}

std::optional<Error> refuse_size(BytesView token, std::string_view operation) {
    if (token.size() <= max_token_size) {
        return std::nullopt;
    }
    return Error(ErrorCode::invalid_token, std::string(operation),
                 "a token of " + std::to_string(token.size()) + " octets");
}

Error other_mechanism(const Oid& wanted, const Oid& used, std::string_view operation) {
    ErrorDetails details;
    details.code = ErrorCode::bad_mechanism;
    details.operation = operation;
    details.mechanism = wanted;
    details.messages.push_back("the library used the mechanism " + used.to_string() +
                               " instead of " + wanted.to_string());
    return Error(std::move(details));
}

Result<std::optional<std::string>> host_in(const Name& target) {
    const Result<DisplayedName> shown = target.display();
    if (!shown) {
        return shown.error();
    }
    const std::string prefix = std::string(service) + "@";
    const bool is_service = !shown->type || *shown->type == name_type::hostbased_service();
    if (!is_service || !shown->text.starts_with(prefix)) {
        return std::optional<std::string>();
    }
    return std::optional(shown->text.substr(prefix.size()));
}

// RFC 8732 s8.3 on delegation: whoever forges the answers of DNS gets the credentials. The ticket
// in the token says to whom they would go, whatever the library has asked and whatever krb5.conf
// has.
std::optional<Error> refuse_other_service(BytesView token, const std::string& host) {
    if (!is_ap_request(token)) {
        return std::nullopt; // no ticket, and nothing is handed over without one
    }
    const std::optional<TicketService> ticket = ticket_service(token);
    if (!ticket) {
        return not_delegated("the ticket for host@" + host +
                             " cannot be read, so that nobody "
                             "knows to whom credentials would be delegated");
    }
    if (ticket->components.size() == 2 && ticket->components[0] == service &&
        plain_host(ticket->components[1]) == plain_host(host)) {
        return std::nullopt;
    }
    return not_delegated("the Kerberos library has made " +
                         escape_control_characters(ticket->principal()) + " out of host@" + host +
                         ", and credentials are delegated to nobody but who was named: name that "
                         "host, or set dns_canonicalize_hostname = false in krb5.conf");
}

} // namespace gss::inline v0::ssh::detail
