// SPDX-License-Identifier: Apache-2.0
// A throwaway Kerberos realm for tests: a real KDC on a free loopback port, gone with the object.
#pragma once

#include <gssxx/export.h>
#include <gssxx/realm/options.h>
#include <gssxx/result.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::realm {

/// A running realm. It needs no privileges, listens on 127.0.0.1 only, keeps all files in one
/// folder of mode 0700, and changes nothing in the calling process: what programs and libraries
/// need to know is computed by environment(). Destruction stops the KDC and removes the folder;
/// when the owning process is killed, a guardian process does the same.
///
/// One thread at a time may use an object; different objects are independent. All operations
/// but the accessors block on child processes, for a second at most in a healthy realm.
class GSSXX_EXPORT Realm {
public:
    /// Makes and starts a realm. Fails with backend_unavailable when the KDC's programs are missing
    /// (the text names the package), malformed_parameter for a name, password, path or enctype
    /// that may not go into configuration files, misuse for duplicates and an unknown login, and
    /// failure when a program reports one.
    [[nodiscard]] static Result<Realm> start(RealmOptions options);

    Realm(Realm&& other) noexcept;
    Realm& operator=(Realm&& other) noexcept;
    Realm(const Realm&) = delete;
    Realm& operator=(const Realm&) = delete;
    ~Realm();

    [[nodiscard]] KdcKind kdc_kind() const noexcept;
    [[nodiscard]] const std::string& name() const noexcept;
    /// The folder that holds everything, absolute.
    [[nodiscard]] const std::filesystem::path& folder() const noexcept;
    /// The krb5.conf that both libraries read.
    [[nodiscard]] std::filesystem::path krb5_conf() const;
    /// The keytab of all services in the options.
    [[nodiscard]] std::filesystem::path keytab() const;
    /// The keytab of the login principal.
    [[nodiscard]] std::filesystem::path client_keytab() const;
    /// The ticket cache of the login principal, with its type: "FILE:...".
    [[nodiscard]] std::string ccache_name() const;
    /// The certificate and key of the login principal, one PEM file; with RealmOptions::pkinit.
    [[nodiscard]] std::filesystem::path certificate() const;
    /// The certificate of the realm's authority, PEM; with RealmOptions::pkinit.
    [[nodiscard]] std::filesystem::path certificate_authority() const;
    /// The KDC's log.
    [[nodiscard]] std::filesystem::path kdc_log() const;
    /// The KDC's port on 127.0.0.1, TCP and UDP; reserved for the life of the realm.
    [[nodiscard]] std::uint16_t kdc_port() const noexcept;
    /// The process id of the KDC; 0 while it is stopped.
    [[nodiscard]] int kdc_pid() const noexcept;
    /// The principal that is logged in, without the realm.
    [[nodiscard]] const std::string& login() const noexcept;

    /// NAME=VALUE pairs that make programs and libraries use this realm and nothing else.
    [[nodiscard]] std::vector<std::string> environment() const;
    /// @p base with the realm's environment over it; of pairs with one name the last one stays.
    [[nodiscard]] std::vector<std::string> environment_over(std::vector<std::string> base) const;
    /// The password of a principal made by this object; misuse when it has none.
    [[nodiscard]] Result<std::string> password_of(std::string_view principal) const;

    /// Adds a user principal.
    [[nodiscard]] Result<void> add_principal(const PrincipalOptions& principal);
    /// Adds a service principal with random keys and puts them into @p keytab (relative paths are
    /// in the folder). Empty @p enctypes: those of the realm.
    [[nodiscard]] Result<void> add_service(const std::string& service,
                                           const std::filesystem::path& keytab,
                                           const std::vector<std::string>& enctypes = {});
    /// Adds the current keys of an existing principal to @p keytab, without changing them.
    [[nodiscard]] Result<void> extract_keytab(const std::string& principal,
                                              const std::filesystem::path& keytab);
    /// Gives a principal new random keys with the next version number. Keytabs keep the old ones.
    [[nodiscard]] Result<void> change_key(const std::string& principal);

    /// Lets @p service get forwardable tickets of any user for itself (S4U2Self) and, with those,
    /// tickets for @p targets (S4U2Proxy), which are services of this realm. The latter need a
    /// Heimdal KDC: on MIT unavailable.
    [[nodiscard]] Result<void> allow_impersonation(const std::string& service,
                                                   const std::vector<std::string>& targets = {});

    /// Writes a new key and a certificate of the realm's authority for @p principal (which the
    /// KDC need not know) into the PEM file @p path (relative paths are in the folder), for
    /// TicketOptions::certificate. Misuse without RealmOptions::pkinit.
    [[nodiscard]] Result<void> issue_certificate(const std::string& principal,
                                                 const std::filesystem::path& path);

    /// Lets the users of realm @p users reach services of this one: both KDCs get one random key
    /// for the ticket-granting service of this realm in the users' (RFC 4120 s1.2). The opposite
    /// direction takes a call of its own. Misuse for two realms of one name, for the same direction
    /// again, and for realms without an encryption type in common. When the second KDC's database
    /// refuses, the first has the key.
    [[nodiscard]] Result<void> trust(Realm& users);
    /// What other realms have to know of this one; the hosts are those of the options' services.
    [[nodiscard]] Neighbour as_neighbour() const;
    /// Writes the realm's krb5.conf anew, with these other realms and paths in it, and restarts
    /// the KDC if it runs. Libraries in other processes notice when they read it next.
    [[nodiscard]] Result<void> set_neighbours(std::vector<Neighbour> neighbours,
                                              std::vector<TrustPath> paths = {});

    /// Gets a ticket-granting ticket into @p ccache: a file (relative paths are in the folder), or
    /// a name with a type such as "FILE:/...". Contacts the KDC.
    [[nodiscard]] Result<void> kinit(const std::string& principal, const std::string& ccache,
                                     const TicketOptions& options = {});
    /// Like kinit, but the ticket in the cache has expired a day ago. No waiting: the times in the
    /// cache file are moved, and both libraries judge by those. The ticket's own sealed times are
    /// untouched; for a ticket that an acceptor finds expired see forge_ticket.
    [[nodiscard]] Result<void> kinit_expired(const std::string& principal,
                                             const std::string& ccache);
    /// Writes a ticket made from the service's key into a new cache. The cache file claims that it
    /// is valid for another day, so that an initiator sends what the acceptor finds expired.
    /// Needs Heimdal's kimpersonate (heimdal-kdc), on both kinds of realm.
    [[nodiscard]] Result<void> forge_ticket(const ForgedTicket& ticket, const std::string& ccache);

    /// Stops the KDC and waits for its end; nothing happens when it is stopped already.
    [[nodiscard]] Result<void> stop_kdc();
    /// Starts the KDC again on the same port; nothing happens when it runs.
    [[nodiscard]] Result<void> start_kdc();

    /// Writes another krb5.conf named @p filename into the folder and returns its path.
    [[nodiscard]] Result<std::filesystem::path> write_krb5_conf(const std::string& filename,
                                                                const ConfigVariant& variant) const;
    /// write_krb5_conf with another KDC port and nothing else changed.
    [[nodiscard]] Result<std::filesystem::path>
    config_with_kdc_port(std::uint16_t port, const std::string& filename) const;

    /// Runs a program in the realm's environment (nothing else is inherited but the working folder)
    /// and captures what it writes. A name without '/' is looked for in the usual system folders.
    [[nodiscard]] Result<RunResult> run(const std::vector<std::string>& arguments,
                                        const RunOptions& options = {}) const;

private:
    class State;
    explicit Realm(std::unique_ptr<State> state) noexcept;

    std::unique_ptr<State> state_;
};

} // namespace gss::inline v0::realm
