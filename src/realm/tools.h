// SPDX-License-Identifier: Apache-2.0
// Finds the programs of a KDC.
#pragma once

#include <gssxx/realm/options.h>
#include <gssxx/result.h>

#include <filesystem>
#include <optional>
#include <string_view>

namespace gss::inline v0::realm {

struct KdcTools {
    std::filesystem::path kdc;
    std::filesystem::path create; ///< kdb5_util; kstash
    std::filesystem::path admin;  ///< kadmin.local; kadmin
    std::filesystem::path kinit;
};

/// Fails with backend_unavailable and one sentence that names what is missing and its package.
[[nodiscard]] Result<KdcTools> find_kdc_tools(KdcKind kind, const std::filesystem::path& prefix);
[[nodiscard]] Result<std::filesystem::path> find_kimpersonate(const std::filesystem::path& prefix);
/// The program of OpenSSL.
[[nodiscard]] Result<std::filesystem::path> find_openssl();
/// A program of that name in the usual folders of the system.
[[nodiscard]] std::optional<std::filesystem::path> find_system_program(std::string_view name);

} // namespace gss::inline v0::realm
