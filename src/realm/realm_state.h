// SPDX-License-Identifier: Apache-2.0
// The insides of a Realm.
#pragma once

#include <gssxx/realm/realm.h>

#include "checks.h"
#include "config_text.h"
#include "environment.h"
#include "folder.h"
#include "guardian.h"
#include "kdc_software.h"
#include "port.h"
#include "random_text.h"
#include "site.h"

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace gss::inline v0::realm {

class Realm::State {
public:
    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State();

    /// Everything that Realm::start does, with complete options.
    [[nodiscard]] Result<void> set_up(RealmOptions options);
    [[nodiscard]] Result<void> start_kdc();
    [[nodiscard]] Result<void> kinit(const std::string& principal, const std::string& ccache,
                                     TicketOptions options) const;
    /// One PEM file with a new key and its certificate.
    [[nodiscard]] Result<void> certify(const std::string& principal,
                                       const std::filesystem::path& path) const;
    /// Adds krbtgt/@p services@@p users with this password.
    [[nodiscard]] Result<void> add_trust(const std::string& services, const std::string& users,
                                         const std::string& password,
                                         const std::vector<EnctypeEntry>& enctypes);
    /// Takes effect in krb5.conf and, if it runs, in the KDC.
    [[nodiscard]] Result<void> apply_neighbours(std::vector<Neighbour> neighbours,
                                                std::vector<TrustPath> paths);
    [[nodiscard]] Result<void> forge(const ForgedTicket& ticket, const std::string& ccache) const;
    /// misuse when the realm has a principal of this name.
    [[nodiscard]] Result<void> check_new(const std::string& principal) const;
    [[nodiscard]] std::filesystem::path in_folder(const std::filesystem::path& path) const;
    /// The cache's name with its type.
    [[nodiscard]] std::string full_ccache_name(const std::string& ccache) const;
    /// The file of a FILE cache.
    [[nodiscard]] std::filesystem::path ccache_file(const std::string& ccache) const;

    // The order matters: what is declared last goes first, the KDC before its files.
    TemporaryFolder temporary;
    PortReservation reservation;
    Site site;
    std::unique_ptr<KdcSoftware> software;
    GuardedProgram kdc;
    std::set<std::string> names;
    std::map<std::string, std::string, std::less<>> passwords;

private:
    enum class KdcStart : std::uint8_t { running, port_taken };

    [[nodiscard]] Result<void> reserve_port();
    [[nodiscard]] Result<void> fill_database();
    [[nodiscard]] Result<void> make_certificates() const;
    [[nodiscard]] Result<void> start_kdc_on_any_port();
    [[nodiscard]] Result<KdcStart> try_kdc();
    [[nodiscard]] Result<KdcStart> await_kdc(std::size_t log_before);
    [[nodiscard]] Result<TicketOptions> complete_ticket(const std::string& principal,
                                                        TicketOptions options) const;

    pid_t owner_ = 0;
};

} // namespace gss::inline v0::realm
