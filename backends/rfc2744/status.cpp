// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include "classify.h"
#include "convert.h"
#include "diagnose.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::size_t max_messages = 8;
constexpr std::size_t max_text = 4096;

/// Heimdal puts a blank before its texts, and MIT a NUL behind some.
std::string_view trimmed(std::string_view text) noexcept {
    while (text.starts_with(' ')) {
        text.remove_prefix(1);
    }
    while (text.ends_with(' ') || text.ends_with('\0')) {
        text.remove_suffix(1);
    }
    return text;
}

void append_messages(std::vector<std::string>& messages, const Library& library, std::uint32_t code,
                     int native_kind, const std::optional<Oid>& mechanism) {
    Result<std::vector<std::string>> texts = display_status(library, code, native_kind, mechanism);
    if (texts) {
        for (std::string& text : *texts) {
            if (!text.empty() &&
                std::find(messages.begin(), messages.end(), text) == messages.end()) {
                messages.push_back(std::move(text));
            }
        }
    }
}

bool is_vague(ErrorCode code) noexcept {
    return code == ErrorCode::failure || code == ErrorCode::no_credentials ||
           code == ErrorCode::invalid_credentials;
}

/// The cause that a text names, where the code is none that anybody knows.
std::optional<Finding> cause_of_text(const Library& library, Operation operation,
                                     const ErrorDetails& details) {
    if (library.traits.cause_of_text == nullptr || !is_vague(details.code)) {
        return std::nullopt;
    }
    for (const std::string& message : details.messages) {
        if (auto cause = library.traits.cause_of_text(operation, details.native->minor, message)) {
            return cause;
        }
    }
    return std::nullopt;
}

void adopt(ErrorDetails& details, std::optional<Finding> finding) {
    if (finding) {
        details.code = finding->code;
        if (!finding->message.empty()) {
            details.messages.push_back(std::move(finding->message));
        }
    }
}

} // namespace

Result<std::vector<std::string>> display_status(const Library& library, std::uint32_t code,
                                                int native_kind,
                                                const std::optional<Oid>& mechanism) {
    std::vector<std::string> messages;
    OidArgument oid(mechanism);
    abi::Uint32 message_context = 0;
    std::size_t room = max_text;
    do {
        OutputBuffer text(library);
        NativeStatus status;
        status.major = library.call().display_status(&status.minor, code, native_kind, oid.get(),
                                                     &message_context, text.get());
        if (status.major != abi::status_complete) {
            if (!messages.empty()) {
                break;
            }
            ErrorDetails details;
            details.code = classify(library.traits, status, Operation::other);
            details.native = status;
            details.operation = "gss_display_status";
            details.mechanism = mechanism;
            details.backend = library.traits.name;
            details.messages.push_back("no text for status " + std::to_string(code));
            return Error(std::move(details));
        }
        const std::string_view shown = trimmed(as_text(text.view())).substr(0, room);
        room -= shown.size();
        messages.emplace_back(shown);
    } while (message_context != 0 && messages.size() < max_messages && room != 0);
    return messages;
}

Error make_error(const Library& library, Failure failure) {
    ErrorDetails details;
    details.code = classify(library.traits, failure.status, failure.kind);
    details.native = failure.status;
    details.operation = failure.operation;
    details.backend = library.traits.name;
    details.subject = std::move(failure.subject);
    if (const std::string sources = describe(failure.sources); !sources.empty()) {
        details.subject += (details.subject.empty() ? "" : ", ") + sources;
    }
    details.mechanism = failure.mechanism ? std::move(failure.mechanism) : mechanism::krb5();
    append_messages(details.messages, library, failure.status.major, abi::status_kind_gss,
                    std::nullopt);
    if (failure.status.minor != 0) {
        append_messages(details.messages, library, failure.status.minor, abi::status_kind_mechanism,
                        details.mechanism);
    }
    adopt(details, cause_of_text(library, failure.kind, details));
    adopt(details, diagnose(details.code, failure.kind, failure.sources));
    std::erase(details.messages, "Success"); // of a failure, that is MIT's text for code 0
    return Error(std::move(details));
}

} // namespace gss::inline v0::rfc2744
