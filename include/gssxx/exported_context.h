// SPDX-License-Identifier: Apache-2.0
// An established context on its way to another process.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <string>
#include <string_view>

namespace gss::inline v0 {

/// An exported security context: the native library's interprocess token in a frame of ours.
///
/// The frame is: "GSSXXCTX", version (1 octet), length and octets of the backend's name (1 + n),
/// length (8 octets, big-endian) and octets of the native token, CRC-32 of all before it (4
/// octets, big-endian). It guards against accidents, because native libraries crash on cut or
/// altered tokens; it does not authenticate. It holds session keys: move it over trusted channels
/// only. The memory is wiped on release.
class GSSXX_EXPORT ExportedContext {
public:
    /// Checks the frame and takes a copy. Anything cut, extended or altered is damaged_export.
    [[nodiscard]] static Result<ExportedContext> parse(BytesView frame);
    /// Frames a native interprocess token for the backend of that name. Fails with
    /// malformed_parameter when the name is empty or over 64 octets or the token is empty.
    [[nodiscard]] static Result<ExportedContext> frame(std::string_view backend,
                                                       BytesView native_token);

    /// The frame, for sending.
    [[nodiscard]] BytesView bytes() const noexcept { return frame_.view(); }
    /// The backend that wrote it, and the only one that can read it.
    [[nodiscard]] const std::string& backend() const noexcept { return backend_; }
    /// The native library's own token inside the frame.
    [[nodiscard]] BytesView native_token() const noexcept;
    /// The same octets; the time depends on their number alone.
    friend bool operator==(const ExportedContext&, const ExportedContext&) noexcept = default;

private:
    ExportedContext(SecretBytes frame, std::string backend) noexcept
        : frame_(std::move(frame)), backend_(std::move(backend)) {}

    SecretBytes frame_;
    std::string backend_;
};

} // namespace gss::inline v0
