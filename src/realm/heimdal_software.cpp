// SPDX-License-Identifier: Apache-2.0
// Heimdal: kdc, kstash, kadmin, kinit.
#include "config_text.h"
#include "folder.h"
#include "kdc_software.h"

#include <algorithm>
#include <string>
#include <string_view>

namespace gss::inline v0::realm {

namespace {

/// For a cache of a collection kinit would first make one in the collection of its user, where all
/// kinits of that user meet: one cache of DIR is a file like any other.
std::string plain_file(const std::string& ccache) {
    constexpr std::string_view one_of_folder = "DIR::";
    return ccache.starts_with(one_of_folder) ? "FILE:" + ccache.substr(one_of_folder.size())
                                             : ccache;
}

class HeimdalSoftware final : public KdcSoftware {
public:
    explicit HeimdalSoftware(const Site& site) : site_(site) {}

    Result<void> write_config(std::uint16_t /*port: on the command line*/) const override {
        return write_file(site_.kdc_conf(), heimdal_kdc_conf_text(site_, key_enctypes(site_)));
    }

    Result<void> create_database() const override {
        const auto key = (site_.database_folder() / "mkey").string();
        auto done = run_tool(
            tool(site_.tools.create, {"--random-key", "-k", key, "-e", "aes256-cts-hmac-sha1-96"}),
            Expect::status);
        // init makes keys from random passwords, slowly for good enctypes; only one matters.
        if (done) {
            done = run_script({"init --realm-max-ticket-life=" + lifetime() +
                               " --realm-max-renewable-life=" + renewable_lifetime() + " " +
                               site_.options.name},
                              quick_enctypes());
        }
        if (done) {
            done =
                run_script({"cpw --random-key krbtgt/" + site_.options.name}, key_enctypes(site_));
        }
        return done;
    }

    Result<void> administer(const std::vector<AdminStep>& steps,
                            const std::vector<EnctypeEntry>& enctypes) const override {
        const auto random_keys = enctypes.empty() ? key_enctypes(site_) : enctypes;
        std::vector<std::string> users;
        std::vector<std::string> trusts;
        std::vector<std::string> changes;
        std::vector<std::string> others;
        for (const auto& step : steps) {
            switch (step.kind) {
            case AdminStep::Kind::add_user:
                users.push_back(add() + "--password=\"" + step.password + "\" " + step.principal);
                break;
            case AdminStep::Kind::add_trust:
                trusts.push_back(add() + "--password=\"" + step.password + "\" " + step.principal);
                break;
            case AdminStep::Kind::change_key:
                changes.push_back("cpw --random-key " + step.principal);
                break;
            case AdminStep::Kind::add_service:
                add_service(others, step.principal, random_keys);
                break;
            case AdminStep::Kind::allow_impersonation:
                others.push_back("modify --attributes=+trusted-for-delegation " + step.principal);
                for (const auto& target : step.targets) {
                    others.push_back("modify --constrained-delegation=" + target + "@" +
                                     site_.options.name + " " + step.principal);
                }
                break;
            case AdminStep::Kind::extract:
                others.push_back("ext_keytab --keytab=FILE:" + step.keytab.string() + " " +
                                 step.principal);
                break;
            }
        }
        auto done = run_script(users, heimdal_password_enctypes(site_));
        if (done) {
            done = run_script(trusts, random_keys);
        }
        if (done) {
            done = run_script(changes, random_keys);
        }
        return done ? run_script(others, quick_enctypes()) : done;
    }

    [[nodiscard]] ProgramCall kinit_call(const TicketCall& ticket) const override {
        const auto& options = ticket.options;
        std::vector<std::string> arguments{options.forwardable ? "--forwardable"
                                                               : "--no-forwardable"};
        if (options.lifetime) {
            arguments.push_back("--lifetime=" + in_seconds(*options.lifetime));
        }
        if (options.renewable_lifetime) {
            arguments.push_back("--renewable-life=" + in_seconds(*options.renewable_lifetime));
        }
        if (!options.certificate.empty()) {
            arguments.push_back("--pk-user=FILE:" + options.certificate.string());
        } else if (options.keytab.empty()) {
            arguments.emplace_back("--password-file=STDIN");
        } else {
            arguments.emplace_back("--use-keytab");
            arguments.push_back("--keytab=FILE:" + options.keytab.string());
        }
        arguments.insert(arguments.end(),
                         {"--cache=" + plain_file(ticket.ccache), ticket.principal});
        auto call = tool(site_.tools.kinit, std::move(arguments));
        call.input = options.password.value_or("") + "\n";
        return call;
    }

    [[nodiscard]] GuardedProgram::Call kdc_call(std::uint16_t port) const override {
        const auto number = std::to_string(port);
        return {site_.tools.kdc,
                {"--config-file=" + site_.kdc_conf().string(), "--addresses=127.0.0.1",
                 "--ports=" + number + "/tcp " + number + "/udp"},
                site_.environment,
                site_.folder / "kdc.out",
                {}};
    }

    [[nodiscard]] Startup startup(std::string_view log, std::uint16_t port) const override {
        const auto listening = "port " + std::to_string(port);
        const auto has = [log](const std::string& words) {
            return log.find(words) != std::string_view::npos;
        };
        if (has("Address already in use")) {
            return Startup::port_taken; // it goes on with the other protocol alone
        }
        return has(listening + "/tcp") && has(listening + "/udp") ? Startup::ready
                                                                  : Startup::starting;
    }

private:
    static std::string in_seconds(std::chrono::seconds time) {
        return std::to_string(time.count()) + "s";
    }
    [[nodiscard]] std::chrono::seconds longest() const {
        return std::max<std::chrono::seconds>(site_.options.ticket_lifetime,
                                              std::chrono::hours(24));
    }
    [[nodiscard]] std::string lifetime() const { return in_seconds(longest()); }
    [[nodiscard]] std::string renewable_lifetime() const {
        return in_seconds(std::max<std::chrono::seconds>(
            site_.options.renewable_lifetime.value_or(longest()), std::chrono::hours(24 * 7)));
    }

    [[nodiscard]] ProgramCall tool(const std::filesystem::path& program,
                                   std::vector<std::string> arguments) const {
        ProgramCall call;
        call.program = program;
        call.arguments = std::move(arguments);
        call.environment = site_.environment;
        return call;
    }

    /// kadmin takes the enctypes of new keys from its configuration only, so a run has one set.
    [[nodiscard]] Result<void> run_script(const std::vector<std::string>& lines,
                                          const std::vector<EnctypeEntry>& enctypes) const {
        if (lines.empty()) {
            return {};
        }
        const auto config = site_.folder / "kadmin.conf";
        auto written = write_file(config, heimdal_kdc_conf_text(site_, enctypes));
        if (!written) {
            return written;
        }
        auto call = tool(site_.tools.admin, {"--local", "--config-file=" + config.string(),
                                             "--realm=" + site_.options.name});
        for (const auto& line : lines) {
            call.input += line + "\n";
        }
        return run_tool(call, Expect::silence);
    }

    [[nodiscard]] std::string add() const {
        return "add --use-defaults --max-ticket-life=" + lifetime() +
               " --max-renewable-life=" + renewable_lifetime() + " ";
    }

    /// Even for random keys kadmin first makes some from a random password. So the principal gets
    /// a quick one, then those wanted, at random and with the same version number.
    void add_service(std::vector<std::string>& lines, const std::string& name,
                     const std::vector<EnctypeEntry>& enctypes) const {
        lines.push_back(add() + "--random-key " + name);
        const auto quick = quick_enctypes().front();
        std::string more;
        bool keep_quick = false;
        for (const auto& enctype : enctypes) {
            if (enctype.name == quick.name) {
                keep_quick = true;
            } else {
                more.append(" ").append(enctype.config_name);
            }
        }
        if (!more.empty()) {
            lines.push_back("add_enctype --random-key " + name + more);
        }
        if (!keep_quick) {
            lines.push_back("del_enctype " + name + " " + std::string(quick.config_name));
        }
    }

    const Site& site_;
};

} // namespace

std::unique_ptr<KdcSoftware> make_heimdal_software(const Site& site) {
    return std::make_unique<HeimdalSoftware>(site);
}

} // namespace gss::inline v0::realm
