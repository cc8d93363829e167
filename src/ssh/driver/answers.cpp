// SPDX-License-Identifier: Apache-2.0
#include "answers.h"

namespace gss::inline v0::ssh::detail {

namespace {

/// The GSS status of a failure that no native call reported (RFC 2744 s3.9.1).
std::uint32_t own_major(ErrorCode code) noexcept {
    constexpr std::uint32_t shift = 16;
    switch (code) {
    case ErrorCode::bad_mechanism:
        return 1U << shift;
    case ErrorCode::bad_name:
        return 2U << shift;
    case ErrorCode::no_credentials:
        return 7U << shift;
    case ErrorCode::no_context:
        return 8U << shift;
    case ErrorCode::invalid_token:
        return 9U << shift;
    default:
        return 13U << shift; // GSS_S_FAILURE
    }
}

std::uint32_t major_of(const Error& error) noexcept {
    return error.native() ? error.native()->major : own_major(error.code());
}

} // namespace

std::string text_of(const Backend& backend, const Error& error, Reader reader) {
    if (reader == Reader::user) {
        return error.text();
    }
    std::string text;
    if (const auto messages = backend.status_text(StatusKind::major, major_of(error))) {
        for (const std::string& message : *messages) {
            text += (text.empty() ? "" : "; ") + message;
        }
    }
    return text.empty() ? "a GSS-API call failed" : text;
}

StepAnswer failed_step(const Backend& backend, const Error& error, Reader reader, BytesView token) {
    StepAnswer answer;
    answer.status = StepAnswer::Status::failed;
    answer.token.assign(token.begin(), token.end());
    answer.major = major_of(error);
    answer.minor = error.native() ? error.native()->minor : 0;
    answer.text = text_of(backend, error, reader);
    return answer;
}

} // namespace gss::inline v0::ssh::detail
