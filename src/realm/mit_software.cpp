// SPDX-License-Identifier: Apache-2.0
// MIT: krb5kdc, kdb5_util, kadmin.local, kinit.
#include "config_text.h"
#include "folder.h"
#include "kdc_software.h"
#include "random_text.h"

namespace gss::inline v0::realm {

namespace {

class MitSoftware final : public KdcSoftware {
public:
    explicit MitSoftware(const Site& site) : site_(site) {}

    Result<void> write_config(std::uint16_t port) const override {
        return write_file(site_.kdc_conf(), mit_kdc_conf_text(site_, port));
    }

    Result<void> create_database() const override {
        // Asked for twice on standard input, so that no list of processes shows it.
        const auto master = random_text();
        ProgramCall call = tool(site_.tools.create, {"-r", site_.options.name, "create", "-s"});
        call.input = master + "\n" + master + "\n";
        return run_tool(call, Expect::status);
    }

    Result<void> administer(const std::vector<AdminStep>& steps,
                            const std::vector<EnctypeEntry>& enctypes) const override {
        const auto& realm = site_.options.name;
        ProgramCall call = tool(site_.tools.admin, {"-r", realm, "-p", "admin/admin@" + realm});
        for (const auto& step : steps) {
            call.input += line(step, enctypes) + "\n";
        }
        return run_tool(call, Expect::silence);
    }

    [[nodiscard]] ProgramCall kinit_call(const TicketCall& ticket) const override {
        const auto& options = ticket.options;
        std::vector<std::string> arguments{options.forwardable ? "-f" : "-F"};
        if (options.lifetime) {
            arguments.insert(arguments.end(),
                             {"-l", std::to_string(options.lifetime->count()) + "s"});
        }
        if (options.renewable_lifetime) {
            arguments.insert(arguments.end(),
                             {"-r", std::to_string(options.renewable_lifetime->count()) + "s"});
        }
        if (!options.keytab.empty()) {
            arguments.insert(arguments.end(), {"-k", "-t", "FILE:" + options.keytab.string()});
        }
        if (!options.certificate.empty()) {
            arguments.insert(arguments.end(),
                             {"-X", "X509_user_identity=FILE:" + options.certificate.string()});
        }
        arguments.insert(arguments.end(), {"-c", ticket.ccache, ticket.principal});
        ProgramCall call = tool(site_.tools.kinit, std::move(arguments));
        call.input = options.password.value_or("") + "\n";
        return call;
    }

    [[nodiscard]] GuardedProgram::Call
    kdc_call(std::uint16_t /*port: in kdc.conf*/) const override {
        return {site_.tools.kdc,
                {"-n", "-r", site_.options.name},
                site_.environment,
                site_.kdc_log(),
                {}};
    }

    [[nodiscard]] Startup startup(std::string_view log, std::uint16_t /*port*/) const override {
        if (log.find("Address already in use") != std::string_view::npos) {
            return Startup::port_taken;
        }
        return log.find("commencing operation") != std::string_view::npos ? Startup::ready
                                                                          : Startup::starting;
    }

private:
    [[nodiscard]] ProgramCall tool(const std::filesystem::path& program,
                                   std::vector<std::string> arguments) const {
        ProgramCall call;
        call.program = program;
        call.arguments = std::move(arguments);
        call.environment = site_.environment;
        return call;
    }

    static std::string line(const AdminStep& step, const std::vector<EnctypeEntry>& enctypes) {
        const auto types =
            enctypes.empty() ? std::string() : "-e \"" + join_enctypes(enctypes, ":normal") + "\" ";
        switch (step.kind) {
        case AdminStep::Kind::add_user:
        case AdminStep::Kind::add_trust:
            return "addprinc -clearpolicy " + types + "-pw \"" + step.password + "\" " +
                   step.principal;
        case AdminStep::Kind::add_service:
            return "addprinc -clearpolicy -randkey " + types + step.principal;
        case AdminStep::Kind::extract:
            return "ktadd -norandkey -k " + step.keytab.string() + " " + step.principal;
        case AdminStep::Kind::change_key:
            return "cpw -randkey " + types + step.principal;
        case AdminStep::Kind::allow_impersonation:
            return "modprinc +ok_to_auth_as_delegate " + step.principal;
        }
        return {};
    }

    const Site& site_;
};

} // namespace

std::unique_ptr<KdcSoftware> make_mit_software(const Site& site) {
    return std::make_unique<MitSoftware>(site);
}

} // namespace gss::inline v0::realm
