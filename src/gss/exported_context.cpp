// SPDX-License-Identifier: Apache-2.0
#include <gssxx/exported_context.h>

#include "export_frame.h"

#include <utility>

namespace gss::inline v0 {

namespace {

constexpr detail::FrameKind kind{"GSSXXCTX", "an exported context"};

} // namespace

Result<ExportedContext> ExportedContext::parse(BytesView frame) {
    Result<detail::Frame> parsed = detail::parse_frame(kind, frame);
    if (!parsed) {
        return parsed.error();
    }
    return ExportedContext(std::move(parsed->octets), std::move(parsed->backend));
}

Result<ExportedContext> ExportedContext::frame(std::string_view backend, BytesView native_token) {
    Result<detail::Frame> made = detail::make_frame(kind, backend, native_token);
    if (!made) {
        return made.error();
    }
    return ExportedContext(std::move(made->octets), std::move(made->backend));
}

BytesView ExportedContext::native_token() const noexcept {
    return detail::token_of_frame(frame_.view());
}

} // namespace gss::inline v0
