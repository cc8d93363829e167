// SPDX-License-Identifier: Apache-2.0
#include "accept_failure.h"

#include "abi.h"
#include "classify.h"
#include "initial_token.h"
#include "kerberos_token.h"
#include "native_credential.h"
#include "native_name.h"
#include "status.h"

#include <gssxx/mechanism.h>

#include <string>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

/// Whose credentials accept, for messages; empty for the default.
std::string acceptor_name(const detail::AcceptArguments& arguments) {
    if (!arguments.credentials) {
        return {};
    }
    return text_of(origin_of(arguments.credentials).name);
}

/// The keytab that accepting goes by.
Sources keytab_of(const Library& library, const detail::AcceptArguments& arguments,
                  const std::optional<Oid>& mechanism) {
    if (mechanism == mechanism::ntlm()) {
        return {};
    }
    if (arguments.credentials) {
        const Sources& chosen = origin_of(arguments.credentials).guarded;
        if (chosen.chosen && !chosen.keytab.empty()) {
            return {{}, chosen.keytab, true};
        }
    }
    return default_sources(library, CredentialUsage::accept);
}

std::string describe(const TicketService& ticket) {
    std::string text = "ticket for " + ticket.principal();
    if (ticket.key_version) {
        text += " key version " + std::to_string(*ticket.key_version);
    }
    return text + " enctype " + std::to_string(ticket.enctype);
}

/// "host/localhost" of "host/localhost@REALM" and of "host@localhost".
std::string without_realm(std::string_view principal) {
    std::string name(principal);
    const std::size_t slash = name.find('/');
    const std::size_t at = name.rfind('@');
    if (at != std::string::npos && slash == std::string::npos) {
        name[at] = '/';
    } else if (at != std::string::npos) {
        name.erase(at);
    }
    return name;
}

/// The credentials are of other mechanisms than the token.
bool is_of_other_mechanism(const detail::AcceptArguments& arguments,
                           const std::optional<Oid>& mechanism, const NativeStatus& status) {
    if (!mechanism) {
        return false;
    }
    if (!arguments.credentials) {
        // MIT accepts IAKERB with credentials that were acquired for it only.
        return mechanism == mechanism::iakerb() &&
               status.routine() == static_cast<std::uint32_t>(abi::Routine::no_credentials);
    }
    const auto info = arguments.credentials->inquire(CredentialField::mechanisms);
    return info && info->mechanisms && !info->mechanisms->contains(*mechanism);
}

Error with_cause(const Error& error, ErrorCode code, std::string message) {
    ErrorDetails details = error.details();
    details.code = code;
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

} // namespace

Error accept_failure(const Library& library, const detail::AcceptArguments& arguments,
                     BytesView token, const NativeStatus& status,
                     const std::optional<Oid>& mechanism) {
    const std::string acceptor = acceptor_name(arguments);
    const std::optional<TicketService> ticket = ticket_service(token);
    std::string subject = acceptor.empty() ? acceptor : "acceptor " + acceptor;
    if (ticket) {
        subject += (subject.empty() ? "" : ", ") + describe(*ticket);
    }
    const std::optional<Oid> framed = framed_mechanism(token);
    const bool foreign = is_of_other_mechanism(arguments, framed, status);
    const std::optional<Oid>& whose = mechanism ? mechanism : framed;
    Error error = make_error(library, {"gss_accept_sec_context", Operation::accept, status, whose,
                                       std::move(subject),
                                       foreign ? Sources() : keytab_of(library, arguments, whose)});
    if (foreign) {
        return with_cause(error, ErrorCode::bad_mechanism,
                          "the credentials are not for the mechanism of the token, " +
                              framed->to_string());
    }
    // Heimdal tries the key of the acceptor's name on any ticket; MIT looks at the ticket first.
    if (error.code() == ErrorCode::decrypt_failed && ticket && !acceptor.empty() &&
        without_realm(acceptor) != without_realm(ticket->principal())) {
        return with_cause(error, ErrorCode::key_not_found, "the ticket is for another service");
    }
    return error;
}

std::optional<Error> refusal_in_answer(const Library& library,
                                       const detail::AcceptArguments& arguments, BytesView token,
                                       BytesView answer, const NativeStatus& status) {
    if (status.major != abi::status_continue_needed) {
        return std::nullopt;
    }
    const std::optional<std::uint32_t> code = error_token_code(answer);
    if (!code) {
        return std::nullopt;
    }
    NativeStatus meant;
    meant.major = static_cast<std::uint32_t>(abi::Routine::failure) << abi::routine_shift;
    ErrorDetails details =
        accept_failure(library, arguments, token, meant, mechanism::krb5()).details();
    meant.minor = kerberos_minor(*code);
    details.code = classify(library.traits, meant, Operation::accept);
    details.messages.assign(1, "the peer was told Kerberos error " + std::to_string(*code));
    if (details.code == ErrorCode::clock_skew) {
        details.messages.emplace_back("clock skew too great");
    }
    details.native = status;
    return Error(std::move(details));
}

} // namespace gss::inline v0::rfc2744
