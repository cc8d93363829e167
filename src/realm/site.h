// SPDX-License-Identifier: Apache-2.0
// What the parts of one realm have in common, fixed once the realm's folder exists.
#pragma once

#include "checks.h"
#include "tools.h"

#include <gssxx/realm/options.h>

#include <filesystem>
#include <string>
#include <vector>

namespace gss::inline v0::realm {

struct Site {
    RealmOptions options;
    KdcTools tools;
    std::filesystem::path folder;
    /// The environment of the realm's own programs, complete.
    std::vector<std::string> environment;
    // What is known of other realms may change, and only that.
    std::vector<Neighbour> neighbours = {};
    std::vector<TrustPath> trust_paths = {};

    [[nodiscard]] std::filesystem::path krb5_conf() const { return folder / "krb5.conf"; }
    [[nodiscard]] std::filesystem::path kdc_conf() const { return folder / "kdc.conf"; }
    [[nodiscard]] std::filesystem::path database_folder() const { return folder / "kdc"; }
    [[nodiscard]] std::filesystem::path keytab() const { return folder / "krb5.keytab"; }
    [[nodiscard]] std::filesystem::path client_keytab() const { return folder / "client.keytab"; }
    [[nodiscard]] std::filesystem::path ccache() const { return folder / "ccache"; }
    [[nodiscard]] std::filesystem::path kdc_log() const { return folder / "kdc.log"; }
    [[nodiscard]] std::filesystem::path certificate() const { return folder / "certificate.pem"; }
    [[nodiscard]] std::filesystem::path authority_folder() const { return folder / "authority"; }
    [[nodiscard]] std::filesystem::path authority() const {
        return authority_folder() / "authority.pem";
    }
    [[nodiscard]] std::filesystem::path kdc_certificate() const {
        return authority_folder() / "kdc.pem";
    }
    [[nodiscard]] std::filesystem::path replay_folder() const { return folder / "rcache"; }
};

} // namespace gss::inline v0::realm
