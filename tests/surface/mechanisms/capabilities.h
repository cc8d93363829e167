// SPDX-License-Identifier: Apache-2.0
// What a backend says of each mechanism is what real calls on real objects of it come to. The calls
// are made through a backend that answers every question with yes, so that what the real one denies
// is tried on the library, too.
#pragma once

#include "negotiation.h"
#include "ntlm_users.h"

#include "symbols.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace gss::test {

struct CapabilityCase {
    std::string backend;
    std::string name;
    Oid mechanism;
};
void PrintTo(const CapabilityCase& tested, std::ostream* out);

class Capabilities : public testing::TestWithParam<CapabilityCase> {
protected:
    void SetUp() override;
    /// Every capability that the table gives to this test has been told about, and no other.
    void TearDown() override;

    /// The library under test, with nothing kept from it.
    [[nodiscard]] static Backend library();
    [[nodiscard]] static const Oid& mechanism() { return GetParam().mechanism; }
    [[nodiscard]] static bool is_ntlm() { return mechanism() == mechanism::ntlm(); }
    [[nodiscard]] static const rfc2744::Functions& calls();
    [[nodiscard]] static bool has(Capability capability);
    /// What calls have shown is what the backend says. @p possible: false where the realm's KDC
    /// has not what it takes; then they fail.
    void told(Capability capability, bool works, bool possible = true);

    /// Options for one negotiation. An initiator of IAKERB begins without any ticket.
    [[nodiscard]] NegotiationOptions options();
    [[nodiscard]] static Negotiation run(const NegotiationOptions& options);
    /// Whether @p probe works on an established pair of contexts. Prints why there is none.
    [[nodiscard]] bool on_contexts(const std::function<bool(ContextPair&)>& probe);
    /// Whether the acceptor of @p target sees @p who when these credentials initiate.
    [[nodiscard]] bool logs_in(const Credentials& credentials, const std::string& who,
                               const std::string& target = "host@localhost");
    /// Whether these credentials accept.
    [[nodiscard]] bool accepts(const Credentials& credentials);
    /// Whether an acceptor with these credentials (null: the usual ones) refuses what it has read
    /// before.
    [[nodiscard]] bool refuses_replay(const Credentials* accepting = nullptr);

    /// Whether a call succeeded. Prints why it did not.
    template <typename T>
    static bool good(const Result<T>& result) {
        if (!result.has_value()) {
            std::cout << "    " << result.error().text() << std::endl;
        }
        return result.has_value();
    }
    [[nodiscard]] static ChannelBindings bindings(std::string_view data);
    [[nodiscard]] static AcquireOptions acquiring();
    /// Acquiring does not contact a KDC with IAKERB.
    [[nodiscard]] static Result<AcquiredCredentials> by_password();
    /// The realm's own cache and keytab, by name.
    [[nodiscard]] static CredentialStore store();

    /// Somebody else than the default initiator: bob, in NTLM dave.
    [[nodiscard]] static std::string other_user();
    [[nodiscard]] static Name other_name();
    [[nodiscard]] static std::string other_password();
    /// A store with bob's tickets.
    [[nodiscard]] static CredentialStore other_store();
    /// Credentials of somebody else.
    [[nodiscard]] static Result<AcquiredCredentials> others();
    /// Credentials of the realm's service, which may impersonate.
    [[nodiscard]] static Result<AcquiredCredentials> services(CredentialUsage usage);
    [[nodiscard]] static bool has_heimdal_kdc() {
        return shared_realm().kdc_kind() == realm::KdcKind::heimdal;
    }

    std::optional<Credentials> accepting_;
    std::optional<Credentials> initiating_;
    std::set<Capability> told_;
};

} // namespace gss::test
