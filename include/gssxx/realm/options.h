// SPDX-License-Identifier: Apache-2.0
// What a throwaway Kerberos realm shall look like, as plain data.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0::realm {

/// Which KDC software runs the realm. Clients of either library can use both.
enum class KdcKind : std::uint8_t {
    mit, ///< krb5kdc, kdb5_util, kadmin.local, kinit (Debian: krb5-kdc krb5-admin-server krb5-user)
    heimdal, ///< kdc, kadmin, kstash, kinit (Debian: heimdal-kdc heimdal-clients)
};

/// A user principal. Names are given without the realm: letters, digits and `._+$~=:-`, components
/// separated by '/'.
struct PrincipalOptions {
    std::string name;
    /// Printable ASCII without double quote and backslash; a random one when absent.
    std::optional<std::string> password = std::nullopt;
};

/// Another realm, as krb5.conf has to know it.
struct Neighbour {
    std::string name;
    /// Its KDC's port on 127.0.0.1.
    std::uint16_t kdc_port = 0;
    /// The hosts of its services, for [domain_realm]: letters, digits, '.' and '-'.
    std::vector<std::string> hosts = {};
};

/// One way from the users' realm to the services', a row of [capaths] in krb5.conf. KDCs and
/// acceptors refuse tickets that came through realms which no row names (RFC 4120 s2.7).
struct TrustPath {
    std::string users;
    std::string services;
    /// The realms between, in order; empty: the two trust each other directly.
    std::vector<std::string> through = {};
};

/// Everything that Realm::start() can be told. The defaults give the principal "alice", who is
/// logged in, and the service "host/localhost".
struct RealmOptions {
    KdcKind kdc = KdcKind::mit;
    /// The realm's name; empty: TEST.EXAMPLE on MIT, HEIM.EXAMPLE on Heimdal.
    std::string name = {};
    std::vector<PrincipalOptions> principals = {{.name = "alice"}};
    /// Service principals with random keys, all in the realm's keytab.
    std::vector<std::string> services = {"host/localhost"};
    /// The principal that gets the client keytab and the ticket cache; empty: the first one.
    std::string login = {};
    /// False leaves the ticket cache away.
    bool ticket = true;
    /// False leaves the client keytab away; the environment names it nevertheless.
    bool client_keytab = true;
    /// True lets users log in by certificate (PKINIT, RFC 4556): a throwaway authority, the KDC's
    /// certificate and one of the principal that logs in are made, and every principal needs
    /// preauthentication. Needs openssl, and on MIT krb5-pkinit.
    bool pkinit = false;
    /// Encryption types of all keys, strongest wish first, by their RFC names as MIT spells them:
    /// aes256-cts-hmac-sha1-96, aes128-cts-hmac-sha1-96, aes256-cts-hmac-sha384-192,
    /// aes128-cts-hmac-sha256-128, camellia256-cts-cmac, camellia128-cts-cmac, arcfour-hmac,
    /// des3-cbc-sha1 (Heimdal has no Camellia). Empty: the four AES ones, but for users of a
    /// Heimdal realm the first two, because the others make passwords slow. When given, krb5.conf
    /// also restricts both libraries to them.
    std::vector<std::string> enctypes = {};
    /// Lifetime of tickets that are asked for without one; at least one second.
    std::chrono::seconds ticket_lifetime = std::chrono::hours(10);
    /// Renewable lifetime of tickets; absent: tickets are not renewable.
    std::optional<std::chrono::seconds> renewable_lifetime = std::nullopt;
    /// The clockskew setting of krb5.conf; absent: the libraries' own, 300 s.
    std::optional<std::chrono::seconds> clock_skew = std::nullopt;
    /// Text put at the end of krb5.conf as it is. Where a relation exists already, MIT takes the
    /// first one.
    std::string extra_krb5_conf = {};
    /// A folder that MIT's packages were unpacked or installed into; empty: the system's.
    std::filesystem::path mit_prefix = {};
    /// A folder that Heimdal's packages were unpacked into (their KDC conflicts with MIT's
    /// packages on Debian); empty: the system's.
    std::filesystem::path heimdal_prefix = {};
    /// The realm's own folder is made in here: an absolute path of letters, digits and `._+-/`.
    std::filesystem::path parent = "/tmp";
    /// True leaves the folder behind, for looking at it.
    bool keep_folder = false;
};

/// How kinit() asks for a ticket.
struct TicketOptions {
    /// Absent: the realm's ticket_lifetime. A whole second is the least.
    std::optional<std::chrono::seconds> lifetime = std::nullopt;
    /// Absent: no renewable ticket, or the realm's renewable_lifetime.
    std::optional<std::chrono::seconds> renewable_lifetime = std::nullopt;
    /// Absent: the keytab if one is named, else the password that the realm knows.
    std::optional<std::string> password = std::nullopt;
    /// A keytab to take the key from instead of a password; a relative path is in the folder.
    std::filesystem::path keytab = {};
    /// A PEM file with certificate and key to use instead (PKINIT); a relative path is in the
    /// folder. Not together with a keytab or a password.
    std::filesystem::path certificate = {};
    bool forwardable = true;
};

/// What a second krb5.conf says differently; what is absent stays as in the first.
struct ConfigVariant {
    /// The KDC port on 127.0.0.1, for a KDC that is down, silent or answers garbage.
    std::optional<std::uint16_t> kdc_port = std::nullopt;
    std::optional<std::chrono::seconds> clock_skew = std::nullopt;
    /// Other paths than those of Realm::set_neighbours.
    std::optional<std::vector<TrustPath>> trust_paths = std::nullopt;
    /// More text at the end, as it is.
    std::string extra_krb5_conf = {};
};

/// How run() starts a program.
struct RunOptions {
    /// What the program reads from standard input.
    std::string input = {};
    /// NAME=VALUE pairs over the realm's environment.
    std::vector<std::string> environment = {};
    /// Past it the program and its process group are killed, and run() fails with timed_out.
    std::chrono::milliseconds time_limit = std::chrono::seconds(60);
};

/// How a program ended and what it wrote.
struct RunResult {
    /// The exit status, or 128 + n when signal n ended it.
    int status = 0;
    std::string output = {};
    std::string errors = {};
};

/// A ticket made without a KDC from the service's key, by Heimdal's kimpersonate.
struct ForgedTicket {
    std::string client;
    std::string service;
    /// The keytab with the service's key; empty: the realm's.
    std::filesystem::path keytab = {};
    /// The lifetime sealed into the ticket, from now; negative: the ticket has expired.
    std::chrono::seconds lifetime = std::chrono::hours(-1);
};

} // namespace gss::inline v0::realm
