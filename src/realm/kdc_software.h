// SPDX-License-Identifier: Apache-2.0
// What a realm wants from a KDC implementation: MIT's and Heimdal's behind one interface.
#pragma once

#include "guardian.h"
#include "process.h"
#include "site.h"

#include <gssxx/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::realm {

/// One change of the database. All texts have passed checks.h.
struct AdminStep {
    /// add_trust is a user with the key of another realm's KDC, of the enctypes that both have.
    enum class Kind : std::uint8_t {
        add_user,
        add_service,
        add_trust,
        extract,
        change_key,
        allow_impersonation,
    };
    Kind kind;
    std::string principal;
    std::string password = {};
    std::filesystem::path keytab = {};
    std::vector<std::string> targets = {}; ///< of allow_impersonation
};

/// A ticket to get. All texts have passed checks.h; the times are set.
struct TicketCall {
    std::string principal; ///< with the realm
    std::string ccache;    ///< with its type
    TicketOptions options;
};

class KdcSoftware {
public:
    enum class Startup : std::uint8_t { starting, ready, port_taken };

    KdcSoftware() = default;
    KdcSoftware(const KdcSoftware&) = delete;
    KdcSoftware& operator=(const KdcSoftware&) = delete;
    virtual ~KdcSoftware() = default;

    /// Writes what the KDC reads besides krb5.conf.
    [[nodiscard]] virtual Result<void> write_config(std::uint16_t port) const = 0;
    [[nodiscard]] virtual Result<void> create_database() const = 0;
    /// Makes all changes with one program run; new keys are of @p enctypes (empty: the realm's).
    [[nodiscard]] virtual Result<void>
    administer(const std::vector<AdminStep>& steps,
               const std::vector<EnctypeEntry>& enctypes) const = 0;
    [[nodiscard]] virtual ProgramCall kinit_call(const TicketCall& ticket) const = 0;
    [[nodiscard]] virtual GuardedProgram::Call kdc_call(std::uint16_t port) const = 0;
    /// How far a KDC has come that wrote @p log since it was started.
    [[nodiscard]] virtual Startup startup(std::string_view log, std::uint16_t port) const = 0;
};

/// @p site has to outlive the object.
[[nodiscard]] std::unique_ptr<KdcSoftware> make_mit_software(const Site& site);
[[nodiscard]] std::unique_ptr<KdcSoftware> make_heimdal_software(const Site& site);

/// Runs a program of the realm; a status other than 0 is a failure with what it wrote. With
/// Expect::silence also any word on standard error: both kadmin programs report failed commands
/// only there when they read a script.
enum class Expect : bool { status, silence };
[[nodiscard]] Result<void> run_tool(const ProgramCall& call, Expect expect);

} // namespace gss::inline v0::realm
