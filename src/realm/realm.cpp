// SPDX-License-Identifier: Apache-2.0
#include <gssxx/realm/ccache_file.h>
#include <gssxx/realm/realm.h>

#include "fault.h"
#include "realm_state.h"

#include <algorithm>
#include <utility>

namespace gss::inline v0::realm {

namespace {

Result<void> check_enctypes(const std::vector<std::string>& names, KdcKind kind) {
    if (auto known = find_enctypes(names, kind); !known) {
        return known.error();
    }
    return {};
}

/// The first of the checks that failed.
Result<void> all_of(std::initializer_list<Result<void>> checks) {
    for (const auto& check : checks) {
        if (!check) {
            return check;
        }
    }
    return {};
}

} // namespace

Realm::Realm(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
Realm::Realm(Realm&& other) noexcept = default;
Realm& Realm::operator=(Realm&& other) noexcept = default;
Realm::~Realm() = default;

Result<Realm> Realm::start(RealmOptions options) {
    auto complete = complete_options(std::move(options));
    if (!complete) {
        return complete.error();
    }
    auto state = std::make_unique<State>();
    if (auto ready = state->set_up(*std::move(complete)); !ready) {
        return ready.error();
    }
    return Realm(std::move(state));
}

KdcKind Realm::kdc_kind() const noexcept {
    return state_->site.options.kdc;
}
const std::string& Realm::name() const noexcept {
    return state_->site.options.name;
}
const std::filesystem::path& Realm::folder() const noexcept {
    return state_->site.folder;
}
std::filesystem::path Realm::krb5_conf() const {
    return state_->site.krb5_conf();
}
std::filesystem::path Realm::keytab() const {
    return state_->site.keytab();
}
std::filesystem::path Realm::client_keytab() const {
    return state_->site.client_keytab();
}
std::string Realm::ccache_name() const {
    return "FILE:" + state_->site.ccache().string();
}
std::filesystem::path Realm::certificate() const {
    return state_->site.certificate();
}
std::filesystem::path Realm::certificate_authority() const {
    return state_->site.authority();
}
std::filesystem::path Realm::kdc_log() const {
    return state_->site.kdc_log();
}
std::uint16_t Realm::kdc_port() const noexcept {
    return state_->reservation.port();
}
int Realm::kdc_pid() const noexcept {
    return state_->kdc.pid();
}
const std::string& Realm::login() const noexcept {
    return state_->site.options.login;
}

std::vector<std::string> Realm::environment() const {
    return realm_environment(state_->site, kdc_port());
}

std::vector<std::string> Realm::environment_over(std::vector<std::string> base) const {
    return merge_environment(std::move(base), environment());
}

Result<std::string> Realm::password_of(std::string_view principal) const {
    const auto found = state_->passwords.find(principal);
    if (found == state_->passwords.end()) {
        return fault(ErrorCode::misuse, "look up a password", std::string(principal),
                     "the realm knows no password of this principal");
    }
    return found->second;
}

Result<void> Realm::add_principal(const PrincipalOptions& principal) {
    const auto password = principal.password.value_or(random_text());
    auto done = all_of({check_principal(principal.name), check_password(principal.name, password),
                        state_->check_new(principal.name)});
    if (done) {
        done = state_->software->administer(
            {{AdminStep::Kind::add_user, principal.name, password, {}}}, {});
    }
    if (done) {
        state_->names.insert(principal.name);
        state_->passwords.emplace(principal.name, password);
    }
    return done;
}

Result<void> Realm::add_service(const std::string& service, const std::filesystem::path& keytab,
                                const std::vector<std::string>& enctypes) {
    const auto path = state_->in_folder(keytab);
    auto done = all_of({check_principal(service), check_path("keytab", path.native()),
                        check_enctypes(enctypes, kdc_kind()), state_->check_new(service)});
    if (done) {
        done = state_->software->administer({{AdminStep::Kind::add_service, service, {}, {}},
                                             {AdminStep::Kind::extract, service, {}, path}},
                                            *find_enctypes(enctypes, kdc_kind()));
    }
    if (done) {
        state_->names.insert(service);
    }
    return done;
}

Result<void> Realm::extract_keytab(const std::string& principal,
                                   const std::filesystem::path& keytab) {
    const auto path = state_->in_folder(keytab);
    auto done = all_of({check_principal(principal), check_path("keytab", path.native())});
    if (done) {
        done = state_->software->administer({{AdminStep::Kind::extract, principal, {}, path}}, {});
    }
    return done;
}

Result<void> Realm::change_key(const std::string& principal) {
    auto done = check_principal(principal);
    if (done) {
        done = state_->software->administer({{AdminStep::Kind::change_key, principal, {}, {}}}, {});
    }
    if (done) {
        state_->passwords.erase(principal); // the old one opens nothing any more
    }
    return done;
}

Result<void> Realm::allow_impersonation(const std::string& service,
                                        const std::vector<std::string>& targets) {
    auto done = check_principal(service);
    for (const auto& target : targets) {
        done = done ? check_principal(target) : done;
    }
    if (done && !targets.empty() && kdc_kind() == KdcKind::mit) {
        done = fault(ErrorCode::unavailable, "allow impersonation", service,
                     "a KDC of MIT has constrained delegation with an LDAP database only");
    }
    if (done) {
        AdminStep step{AdminStep::Kind::allow_impersonation, service};
        step.targets = targets;
        done = state_->software->administer({step}, {});
    }
    return done;
}

Result<void> Realm::issue_certificate(const std::string& principal,
                                      const std::filesystem::path& path) {
    const auto whole = state_->in_folder(path);
    auto done = all_of({check_principal(principal), check_path("certificate", whole.native())});
    return done ? state_->certify(principal, whole) : done;
}

Result<void> Realm::trust(Realm& users) {
    const auto principal = "krbtgt/" + name() + "@" + users.name();
    if (name() == users.name()) {
        return fault(ErrorCode::misuse, "trust a realm", users.name(), "it has the same name");
    }
    if (auto fresh = all_of({state_->check_new(principal), users.state_->check_new(principal)});
        !fresh) {
        return fresh;
    }
    const auto enctype = common_enctype(state_->site, users.state_->site);
    if (!enctype) {
        return fault(ErrorCode::misuse, "trust a realm", users.name(),
                     "the realms have no encryption type in common");
    }
    const auto password = random_text();
    auto done = state_->add_trust(name(), users.name(), password, {*enctype});
    return done ? users.state_->add_trust(name(), users.name(), password, {*enctype}) : done;
}

Neighbour Realm::as_neighbour() const {
    const auto hosts = service_hosts(state_->site);
    return {name(), kdc_port(), {hosts.begin(), hosts.end()}};
}

Result<void> Realm::set_neighbours(std::vector<Neighbour> neighbours,
                                   std::vector<TrustPath> paths) {
    return state_->apply_neighbours(std::move(neighbours), std::move(paths));
}

Result<void> Realm::kinit(const std::string& principal, const std::string& ccache,
                          const TicketOptions& options) {
    return state_->kinit(principal, ccache, options);
}

Result<void> Realm::kinit_expired(const std::string& principal, const std::string& ccache) {
    auto done = state_->kinit(principal, ccache, {});
    if (done) {
        const auto past = state_->site.options.ticket_lifetime + std::chrono::hours(24);
        done = shift_ticket_times(state_->ccache_file(ccache), -past);
    }
    return done;
}

Result<void> Realm::forge_ticket(const ForgedTicket& ticket, const std::string& ccache) {
    return state_->forge(ticket, ccache);
}

Result<void> Realm::stop_kdc() {
    state_->kdc.stop();
    return {};
}

Result<void> Realm::start_kdc() {
    return state_->kdc.running() ? Result<void>() : state_->start_kdc();
}

Result<std::filesystem::path> Realm::write_krb5_conf(const std::string& filename,
                                                     const ConfigVariant& variant) const {
    auto done = all_of({check_filename(filename), check_config_text(variant.extra_krb5_conf),
                        check_trust_paths(variant.trust_paths.value_or(std::vector<TrustPath>()))});
    const auto path = folder() / filename;
    if (done && (path == krb5_conf() || path == state_->site.kdc_conf())) {
        done = fault(ErrorCode::misuse, "write another krb5.conf", filename,
                     "the realm itself uses the file of this name");
    }
    if (done) {
        done = write_file(path, krb5_conf_text(state_->site, kdc_port(), variant));
    }
    if (!done) {
        return done.error();
    }
    return path;
}

Result<std::filesystem::path> Realm::config_with_kdc_port(std::uint16_t port,
                                                          const std::string& filename) const {
    ConfigVariant variant;
    variant.kdc_port = port;
    return write_krb5_conf(filename, variant);
}

Result<RunResult> Realm::run(const std::vector<std::string>& arguments,
                             const RunOptions& options) const {
    if (arguments.empty() || arguments.front().empty()) {
        return fault(ErrorCode::misuse, "run program", "", "no program is named");
    }
    ProgramCall call;
    call.program = arguments.front();
    if (arguments.front().find('/') == std::string::npos) {
        const auto found = find_system_program(arguments.front());
        if (!found) {
            return fault(ErrorCode::unavailable, "run program", arguments.front(),
                         "there is no such program");
        }
        call.program = *found;
    }
    call.arguments.assign(arguments.begin() + 1, arguments.end());
    call.environment =
        merge_environment(tool_environment(state_->site, kdc_port()), options.environment);
    call.input = options.input;
    call.time_limit = options.time_limit;
    return run_program(call);
}

} // namespace gss::inline v0::realm
