// SPDX-License-Identifier: Apache-2.0
// What the SSH programs have in common: how they end before they begin, and lists of names.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/result.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport {

/// Something to print and to end with: help, version, or what is wrong with the arguments.
struct ProgramEnd {
    std::string text;
    int status = 0;
};

/// Puts /dev/null where standard input, output or errors are closed: no file and no socket of ours
/// shall ever be taken for one of them. Before anything else is opened.
void fill_standard_descriptors() noexcept;
/// "a,b,c"; an empty name stays one, so that whoever checks the list says so.
[[nodiscard]] std::vector<std::string> split_list(std::string_view text);
[[nodiscard]] std::string join_list(const std::vector<std::string>& names);
/// The backend of that name, or the first that opens.
[[nodiscard]] Result<Backend> open_backend(const std::string& name);
/// The text of a file of settings; nothing when it cannot be read or has more than 16 MiB.
[[nodiscard]] std::optional<std::string> read_text(const std::string& path);

} // namespace gss::inline v0::transport
