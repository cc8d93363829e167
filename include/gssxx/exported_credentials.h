// SPDX-License-Identifier: Apache-2.0
// Credentials on their way to another process.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <string>
#include <string_view>
#include <utility>

namespace gss::inline v0 {

/// Exported credentials: the native library's token in a frame of ours, which is that of
/// ExportedContext with "GSSXXCRD" for its first octets. The frame guards against accidents; it
/// does not authenticate. It may hold tickets with their keys: move it over trusted channels only.
/// The memory is wiped on release.
class GSSXX_EXPORT ExportedCredentials {
public:
    /// Checks the frame and takes a copy. Anything cut, extended or altered is damaged_export.
    [[nodiscard]] static Result<ExportedCredentials> parse(BytesView frame);
    /// Frames a native token for the backend of that name. Fails with malformed_parameter when the
    /// name is empty or over 64 octets or the token is empty.
    [[nodiscard]] static Result<ExportedCredentials> frame(std::string_view backend,
                                                           BytesView native_token);

    /// The frame, for sending.
    [[nodiscard]] BytesView bytes() const noexcept { return frame_.view(); }
    /// The backend that wrote it, and the only one that can read it.
    [[nodiscard]] const std::string& backend() const noexcept { return backend_; }
    /// The native library's own token inside the frame.
    [[nodiscard]] BytesView native_token() const noexcept;

private:
    ExportedCredentials(SecretBytes frame, std::string backend) noexcept
        : frame_(std::move(frame)), backend_(std::move(backend)) {}

    SecretBytes frame_;
    std::string backend_;
};

} // namespace gss::inline v0
