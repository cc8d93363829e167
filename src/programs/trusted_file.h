// SPDX-License-Identifier: Apache-2.0
// Files that say who may log in: believed only where nobody else can have written them.
#pragma once

#include <optional>
#include <string>

namespace gss::inline v0::transport {

/// What such a file says, or why it is not believed.
struct TrustedText {
    std::optional<std::string> text;
    std::string refusal; ///< one sentence that names the file or folder; empty with a text
};

/// Reads a file as sshd does with StrictModes: it belongs to us or to root, as do the folder that
/// it lies in, links followed, and the folders above, up to @p home; nobody else may write to any
/// of them. A folder above in which nobody can move what is another's (/tmp) may be everybody's.
[[nodiscard]] TrustedText read_trusted_text(const std::string& path, const std::string& home);

} // namespace gss::inline v0::transport
