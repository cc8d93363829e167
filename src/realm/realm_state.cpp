// SPDX-License-Identifier: Apache-2.0
#include "realm_state.h"

#include <gssxx/realm/ccache_file.h>

#include "certificates.h"
#include "fault.h"

#include <unistd.h>

#include <chrono>
#include <system_error>
#include <thread>
#include <utility>

namespace gss::inline v0::realm {

namespace {

constexpr auto startup_limit = std::chrono::seconds(20);
constexpr auto startup_poll = std::chrono::milliseconds(3);
constexpr std::string_view file_type = "FILE:";

Result<void> make_folder(const std::filesystem::path& path) {
    std::error_code failed;
    std::filesystem::create_directory(path, failed);
    if (failed) {
        return system_fault("make folder", path.string(), failed.value());
    }
    return {};
}

} // namespace

Realm::State::~State() {
    if (owner_ != 0 && ::getpid() != owner_) {
        // A forked copy: realm and folder belong to the process that started them.
        kdc.forget();
        temporary.keep();
    } else if (site.options.keep_folder) {
        temporary.keep();
    }
}

Result<void> Realm::State::set_up(RealmOptions options) {
    owner_ = ::getpid();
    site.options = std::move(options);
    const bool mit = site.options.kdc == KdcKind::mit;
    auto tools = find_kdc_tools(site.options.kdc,
                                mit ? site.options.mit_prefix : site.options.heimdal_prefix);
    if (!tools) {
        return tools.error();
    }
    site.tools = *std::move(tools);
    auto folder = TemporaryFolder::make(site.options.parent);
    if (!folder) {
        return folder.error();
    }
    temporary = *std::move(folder);
    site.folder = temporary.path();
    software = mit ? make_mit_software(site) : make_heimdal_software(site);

    auto done = make_folder(site.database_folder());
    if (done) {
        done = make_folder(site.replay_folder());
    }
    if (done && site.options.pkinit) {
        done = make_folder(site.authority_folder());
    }
    if (done) {
        done = reserve_port();
    }
    if (done && site.options.pkinit) {
        done = make_certificates();
    }
    if (done) {
        done = software->create_database();
    }
    if (done) {
        done = fill_database();
    }
    if (done) {
        done = start_kdc_on_any_port();
    }
    if (done && site.options.ticket) {
        done = kinit(site.options.login, full_ccache_name(site.ccache().string()), {});
    }
    return done;
}

/// Also writes the configuration files, which name the port.
Result<void> Realm::State::reserve_port() {
    auto port = PortReservation::make();
    if (!port) {
        return port.error();
    }
    reservation = *std::move(port);
    site.environment = tool_environment(site, reservation.port());
    auto written = write_file(site.krb5_conf(), krb5_conf_text(site, reservation.port(), {}));
    return written ? software->write_config(reservation.port()) : written;
}

Result<void> Realm::State::fill_database() {
    using Kind = AdminStep::Kind;
    const auto& options = site.options;
    std::vector<AdminStep> steps;
    for (const auto& principal : options.principals) {
        steps.push_back({Kind::add_user, principal.name, *principal.password, {}});
        passwords.emplace(principal.name, *principal.password);
        names.insert(principal.name);
    }
    for (const auto& service : options.services) {
        steps.push_back({Kind::add_service, service, {}, {}});
        steps.push_back({Kind::extract, service, {}, site.keytab()});
        names.insert(service);
    }
    if (options.client_keytab) {
        steps.push_back({Kind::extract, options.login, {}, site.client_keytab()});
    }
    return steps.empty() ? Result<void>() : software->administer(steps, {});
}

Result<void> Realm::State::make_certificates() const {
    auto done = make_authority(site);
    if (done && !site.options.login.empty()) {
        done = certify(site.options.login, site.certificate());
    }
    return done;
}

Result<void> Realm::State::certify(const std::string& principal,
                                   const std::filesystem::path& path) const {
    if (!site.options.pkinit) {
        return fault(ErrorCode::misuse, "issue a certificate", principal,
                     "the realm has no authority: RealmOptions::pkinit was not set");
    }
    return make_certificate(site, principal, Certified::user, path);
}

Result<void> Realm::State::add_trust(const std::string& services, const std::string& users,
                                     const std::string& password,
                                     const std::vector<EnctypeEntry>& enctypes) {
    const auto principal = "krbtgt/" + services + "@" + users;
    auto done =
        software->administer({{AdminStep::Kind::add_trust, principal, password, {}}}, enctypes);
    if (done) {
        names.insert(principal);
    }
    return done;
}

Result<void> Realm::State::apply_neighbours(std::vector<Neighbour> neighbours,
                                            std::vector<TrustPath> paths) {
    auto checked = check_neighbours(site.options.name, neighbours);
    if (checked) {
        checked = check_trust_paths(paths);
    }
    if (!checked) {
        return checked;
    }
    site.neighbours = std::move(neighbours);
    site.trust_paths = std::move(paths);
    auto done = write_file(site.krb5_conf(), krb5_conf_text(site, reservation.port(), {}));
    if (done && kdc.running()) {
        kdc.stop(); // KDCs read the paths when they start
        done = start_kdc();
    }
    return done;
}

Result<void> Realm::State::start_kdc_on_any_port() {
    constexpr int attempts = 5;
    for (int attempt = 0; attempt < attempts; ++attempt) {
        auto started = try_kdc();
        if (!started) {
            return started.error();
        }
        if (*started == KdcStart::running) {
            return {};
        }
        if (auto reserved = reserve_port(); !reserved) {
            return reserved;
        }
    }
    return fault(ErrorCode::failure, "start the KDC", "",
                 "other programs took each of the ports that were tried");
}

Result<void> Realm::State::start_kdc() {
    auto started = try_kdc();
    if (!started) {
        return started.error();
    }
    if (*started == KdcStart::port_taken) {
        return fault(ErrorCode::failure, "start the KDC", std::to_string(reservation.port()),
                     "another program has taken the realm's port");
    }
    return {};
}

Result<Realm::State::KdcStart> Realm::State::try_kdc() {
    const auto log_before = read_file(site.kdc_log()).size();
    auto call = software->kdc_call(reservation.port());
    if (!site.options.keep_folder) {
        call.remove_if_orphaned = site.folder;
    }
    auto program = GuardedProgram::start(call);
    if (!program) {
        return program.error();
    }
    kdc = *std::move(program);
    auto result = await_kdc(log_before);
    if (!result || *result == KdcStart::port_taken) {
        kdc.stop();
    }
    return result;
}

/// Reads the KDC's log until it says that it listens: a connection would not tell whose it is.
Result<Realm::State::KdcStart> Realm::State::await_kdc(std::size_t log_before) {
    const auto deadline = std::chrono::steady_clock::now() + startup_limit;
    for (;;) {
        const bool running = kdc.running(); // before the log is read: its last words count
        const auto log = read_file(site.kdc_log());
        const auto news = std::string_view(log).substr(std::min(log_before, log.size()));
        const auto startup = software->startup(news, reservation.port());
        if (startup == KdcSoftware::Startup::port_taken) {
            return KdcStart::port_taken;
        }
        if (!running) {
            return fault(ErrorCode::failure, "start the KDC", site.tools.kdc.string(),
                         "it ended: " + std::string(news));
        }
        if (startup == KdcSoftware::Startup::ready) {
            return KdcStart::running;
        }
        if (std::chrono::steady_clock::now() > deadline) {
            return fault(ErrorCode::timed_out, "start the KDC", site.tools.kdc.string(),
                         "it did not listen in time: " + std::string(news));
        }
        std::this_thread::sleep_for(startup_poll);
    }
}

Result<TicketOptions> Realm::State::complete_ticket(const std::string& principal,
                                                    TicketOptions options) const {
    const auto ways =
        static_cast<int>(!options.keytab.empty()) + static_cast<int>(!options.certificate.empty());
    if (ways > 1 || (options.password && !options.certificate.empty())) {
        return fault(ErrorCode::misuse, "get a ticket", principal,
                     "a certificate is used alone, without password and keytab");
    }
    if (ways == 0 && !options.password) {
        const auto known = passwords.find(principal);
        if (known == passwords.end()) {
            return fault(ErrorCode::misuse, "get a ticket", principal,
                         "neither password nor keytab is given or known");
        }
        options.password = known->second;
    }
    auto checked = options.password ? check_password(principal, *options.password) : Result<void>();
    if (!options.keytab.empty()) {
        options.keytab = in_folder(options.keytab);
        checked = check_path("keytab", options.keytab.native());
    }
    if (!options.certificate.empty()) {
        options.certificate = in_folder(options.certificate);
        checked = check_path("certificate", options.certificate.native());
    }
    if (checked && options.lifetime && options.lifetime->count() < 1) {
        checked = fault(ErrorCode::malformed_parameter, "get a ticket", principal,
                        "a ticket's lifetime is one second at least");
    }
    if (!checked) {
        return checked.error();
    }
    if (!options.lifetime) {
        options.lifetime = site.options.ticket_lifetime;
    }
    if (!options.renewable_lifetime) {
        options.renewable_lifetime = site.options.renewable_lifetime;
    }
    return options;
}

Result<void> Realm::State::kinit(const std::string& principal, const std::string& ccache,
                                 TicketOptions options) const {
    auto checked = check_principal(principal);
    if (checked) {
        checked = check_ccache_name(ccache);
    }
    if (!checked) {
        return checked;
    }
    auto complete = complete_ticket(principal, std::move(options));
    if (!complete) {
        return complete.error();
    }
    const TicketCall ticket{principal + "@" + site.options.name, full_ccache_name(ccache),
                            *std::move(complete)};
    return run_tool(software->kinit_call(ticket), Expect::status);
}

Result<void> Realm::State::forge(const ForgedTicket& ticket, const std::string& ccache) const {
    auto checked = check_principal(ticket.client);
    if (checked) {
        checked = check_principal(ticket.service);
    }
    if (checked) {
        checked = check_ccache_name(ccache);
    }
    const auto keytab = ticket.keytab.empty() ? site.keytab() : in_folder(ticket.keytab);
    if (checked) {
        checked = check_path("keytab", keytab.native());
    }
    if (!checked) {
        return checked;
    }
    auto program = find_kimpersonate(site.options.heimdal_prefix);
    if (!program) {
        return program.error();
    }
    ProgramCall call;
    call.program = *std::move(program);
    call.environment = site.environment;
    call.arguments = {"--krb5",
                      "--client=" + ticket.client + "@" + site.options.name,
                      "--server=" + ticket.service + "@" + site.options.name,
                      "--keytab=FILE:" + keytab.string(),
                      "--ccache=" + full_ccache_name(ccache),
                      "--expire-time=" + std::to_string(ticket.lifetime.count()),
                      "--enc-type=" + std::string(key_enctypes(site).front().config_name)};
    checked = run_tool(call, Expect::status);
    if (checked) {
        checked = shift_ticket_ends(ccache_file(ccache), std::chrono::hours(24) - ticket.lifetime);
    }
    return checked;
}

Result<void> Realm::State::check_new(const std::string& principal) const {
    if (names.contains(principal)) {
        return fault(ErrorCode::misuse, "add a principal", principal,
                     "the realm has a principal of this name");
    }
    return {};
}

std::filesystem::path Realm::State::in_folder(const std::filesystem::path& path) const {
    return site.folder / path;
}

std::string Realm::State::full_ccache_name(const std::string& ccache) const {
    if (ccache.find(':') != std::string::npos) {
        return ccache;
    }
    return std::string(file_type) + in_folder(ccache).string();
}

std::filesystem::path Realm::State::ccache_file(const std::string& ccache) const {
    return full_ccache_name(ccache).substr(file_type.size());
}

} // namespace gss::inline v0::realm
