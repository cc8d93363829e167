// SPDX-License-Identifier: Apache-2.0
#include <gssxx/exported_credentials.h>

#include "export_frame.h"

#include <utility>

namespace gss::inline v0 {

namespace {

constexpr detail::FrameKind kind{"GSSXXCRD", "exported credentials"};

} // namespace

Result<ExportedCredentials> ExportedCredentials::parse(BytesView frame) {
    Result<detail::Frame> parsed = detail::parse_frame(kind, frame);
    if (!parsed) {
        return parsed.error();
    }
    return ExportedCredentials(std::move(parsed->octets), std::move(parsed->backend));
}

Result<ExportedCredentials> ExportedCredentials::frame(std::string_view backend,
                                                       BytesView native_token) {
    Result<detail::Frame> made = detail::make_frame(kind, backend, native_token);
    if (!made) {
        return made.error();
    }
    return ExportedCredentials(std::move(made->octets), std::move(made->backend));
}

BytesView ExportedCredentials::native_token() const noexcept {
    return detail::token_of_frame(frame_.view());
}

} // namespace gss::inline v0
