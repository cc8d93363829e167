// SPDX-License-Identifier: Apache-2.0
#include "environment.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace gss::inline v0::realm {

std::vector<std::string> realm_environment(const Site& site, std::uint16_t port) {
    return {
        "KRB5_CONFIG=" + site.krb5_conf().string(),
        "KRB5_KDC_PROFILE=" + site.kdc_conf().string(),
        "KRB5_KTNAME=FILE:" + site.keytab().string(),
        "KRB5_CLIENT_KTNAME=FILE:" + site.client_keytab().string(),
        "KRB5CCNAME=FILE:" + site.ccache().string(),
        "KRB5RCACHENAME=dfl:",
        // By default all processes of a user share one replay cache.
        "KRB5RCACHEDIR=" + site.replay_folder().string(),
        // Otherwise MIT loads whatever /etc/gss/mech.d names.
        "GSS_MECH_CONFIG=/dev/null",
        "GSSXX_REALM=" + site.options.name,
        "GSSXX_REALM_FOLDER=" + site.folder.string(),
        "GSSXX_REALM_KDC_PORT=" + std::to_string(port),
        "GSSXX_REALM_LOGIN=" + site.options.login,
    };
}

std::vector<std::string> tool_environment(const Site& site, std::uint16_t port) {
    return merge_environment({"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                              "LC_ALL=C", "HOME=" + site.folder.string(),
                              "TMPDIR=" + site.folder.string()},
                             realm_environment(site, port));
}

std::vector<std::string> merge_environment(std::vector<std::string> base,
                                           const std::vector<std::string>& over) {
    base.insert(base.end(), over.begin(), over.end());
    std::vector<std::string> merged;
    std::set<std::string, std::less<>> seen;
    std::reverse(base.begin(), base.end());
    for (auto& pair : base) {
        if (seen.insert(pair.substr(0, pair.find('='))).second) {
            merged.push_back(std::move(pair));
        }
    }
    std::reverse(merged.begin(), merged.end());
    return merged;
}

} // namespace gss::inline v0::realm
