// SPDX-License-Identifier: Apache-2.0
#include "tools.h"

#include "fault.h"

#include <unistd.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace gss::inline v0::realm {

namespace {

constexpr std::array<std::string_view, 6> program_folders{
    "usr/local/sbin", "usr/local/bin", "usr/sbin", "usr/bin", "sbin", "bin"};

/// Servers that are not meant for people's PATH.
constexpr std::array<std::string_view, 4> server_folders{"usr/lib/heimdal-servers", "usr/libexec",
                                                         "usr/local/libexec", "libexec"};

struct Wanted {
    std::string_view name;               ///< for the message
    std::vector<std::string_view> names; ///< file names, the surest first
    std::string_view package;
};

std::optional<std::filesystem::path> find_in(const std::filesystem::path& root,
                                             std::string_view folder, std::string_view name) {
    auto path = root / folder / name;
    std::error_code ignored;
    if (std::filesystem::is_regular_file(path, ignored) && ::access(path.c_str(), X_OK) == 0) {
        return path;
    }
    return std::nullopt;
}

std::optional<std::filesystem::path> find(const Wanted& wanted,
                                          const std::filesystem::path& prefix) {
    const std::filesystem::path root = prefix.empty() ? "/" : prefix;
    for (const auto name : wanted.names) {
        for (const auto folder : server_folders) {
            if (auto path = find_in(root, folder, name)) {
                return path;
            }
        }
        for (const auto folder : program_folders) {
            if (auto path = find_in(root, folder, name)) {
                return path;
            }
        }
    }
    return std::nullopt;
}

std::array<Wanted, 4> wanted_tools(KdcKind kind, bool has_prefix) {
    if (kind == KdcKind::mit) {
        return {Wanted{"krb5kdc", {"krb5kdc"}, "krb5-kdc"},
                Wanted{"kdb5_util", {"kdb5_util"}, "krb5-kdc"},
                Wanted{"kadmin.local", {"kadmin.local"}, "krb5-admin-server"},
                Wanted{"kinit", {"kinit.mit", "kinit"}, "krb5-user"}};
    }
    std::array<Wanted, 4> wanted{Wanted{"kdc", {"kdc"}, "heimdal-kdc"},
                                 Wanted{"kstash", {"kstash"}, "heimdal-kdc"},
                                 Wanted{"kadmin.heimdal", {"kadmin.heimdal"}, "heimdal-clients"},
                                 Wanted{"kinit.heimdal", {"kinit.heimdal"}, "heimdal-clients"}};
    if (has_prefix) {
        // Heimdal's own names; in the system's folders they would be MIT's programs.
        wanted[2].names.emplace_back("kadmin");
        wanted[3].names.emplace_back("kinit");
    }
    return wanted;
}

Error missing(std::string list, const std::filesystem::path& prefix) {
    std::string sentence = "programs are missing";
    if (!prefix.empty()) {
        sentence += " under " + prefix.string();
    }
    sentence += ": " + std::move(list);
    return fault(ErrorCode::backend_unavailable, "find the KDC's programs", "",
                 std::move(sentence));
}

void add_to_list(std::string& list, const Wanted& wanted) {
    list += list.empty() ? "" : ", ";
    list.append(wanted.name).append(" (install the Debian package ");
    list.append(wanted.package).append(")");
}

} // namespace

Result<KdcTools> find_kdc_tools(KdcKind kind, const std::filesystem::path& prefix) {
    const auto wanted = wanted_tools(kind, !prefix.empty());
    std::array<std::filesystem::path, 4> found;
    std::string absent;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (auto path = find(wanted[i], prefix)) {
            found[i] = *path;
        } else {
            add_to_list(absent, wanted[i]);
        }
    }
    if (!absent.empty()) {
        return missing(std::move(absent), prefix);
    }
    return KdcTools{found[0], found[1], found[2], found[3]};
}

Result<std::filesystem::path> find_kimpersonate(const std::filesystem::path& prefix) {
    const Wanted wanted{"kimpersonate", {"kimpersonate"}, "heimdal-kdc"};
    if (auto path = find(wanted, prefix)) {
        return *path;
    }
    std::string absent;
    add_to_list(absent, wanted);
    return missing(std::move(absent), prefix);
}

Result<std::filesystem::path> find_openssl() {
    const Wanted wanted{"openssl", {"openssl"}, "openssl"};
    if (auto path = find(wanted, {})) {
        return *path;
    }
    std::string absent;
    add_to_list(absent, wanted);
    return missing(std::move(absent), {});
}

std::optional<std::filesystem::path> find_system_program(std::string_view name) {
    return find(Wanted{name, {name}, ""}, {});
}

} // namespace gss::inline v0::realm
