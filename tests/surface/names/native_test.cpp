// SPDX-License-Identifier: Apache-2.0
// The native calls themselves: what is absent fails natively, and what is built here instead of
// calling gives what the call gives where it works.
#include "conformance.h"

#include "access.h"
#include "convert.h"
#include "library_backend.h"
#include "native_name.h"

#include <dlfcn.h>
#include <unistd.h>

namespace gss::test {

namespace {

namespace abi = rfc2744::abi;
namespace ma = mechanism_attribute;
using abi::Uint32;

class Native : public OnBackend {
protected:
    [[nodiscard]] static const rfc2744::Library& native() {
        return static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(library())).native();
    }
    [[nodiscard]] static rfc2744::Functions call() { return native().call(); }
    template <typename Function>
    [[nodiscard]] static Function* symbol(const char* name) {
        void* handle = dlopen(std::string(library().library()).c_str(), RTLD_NOW | RTLD_LOCAL);
        return reinterpret_cast<Function*>(dlsym(handle, name));
    }
    [[nodiscard]] static Name peer() {
        ContextPair both = establish(library(), library()).value();
        return std::move(both.acceptor.initiator).value();
    }
    [[nodiscard]] static abi::NameHandle handle(const Name& name) {
        return rfc2744::handle_of(detail::Access::of(name));
    }
};

INSTANTIATE_TEST_SUITE_P(All, Native, testing::ValuesIn(backend_names()), name_of_backend);

TEST_P(Native, AttributesAreSetWhereTheCapabilitySaysSo) {
    const Name name = peer();
    const bool has_pac = shared_realm().kdc_kind() == realm::KdcKind::mit;
    bool any = false;
    for (const std::string_view attribute :
         {"urn:mspac:77", "urn:x", "auth-indicators", "local-login-user", "greet:greeting",
          "urn:constrained-delegation:transited-services"}) {
        for (const int complete : {0, 1}) {
            abi::BufferDesc asked = rfc2744::input_buffer(as_bytes(attribute));
            abi::BufferDesc value = rfc2744::input_buffer(as_bytes("value"));
            Uint32 minor = 0;
            any = call().set_name_attribute(&minor, handle(name), complete, &asked, &value) ==
                      abi::status_complete ||
                  any;
        }
    }
    EXPECT_EQ(any, library().supports(Capability::name_attribute_setting) && has_pac);
}

TEST_P(Native, AttributesAreNeverDeleted) {
    const Name name = peer();
    for (const std::string_view attribute :
         {"urn:mspac:", "urn:mspac:client-info", "urn:mspac:16", "auth-indicators", "urn:x"}) {
        abi::BufferDesc asked = rfc2744::input_buffer(as_bytes(attribute));
        Uint32 minor = 0;
        const Uint32 major = call().delete_name_attribute(&minor, handle(name), &asked);
        EXPECT_EQ(major >> abi::routine_shift, static_cast<Uint32>(abi::Routine::unavailable))
            << attribute;
    }
    EXPECT_FALSE(library().supports(Capability::name_attribute_deletion));
}

TEST_P(Native, CompositeNamesAreExportedWhereTheCapabilitySaysSo) {
    const Name name = peer();
    abi::BufferDesc exported;
    Uint32 minor = 0;
    const Uint32 major = call().export_name_composite(&minor, handle(name), &exported);
    EXPECT_EQ(major == abi::status_complete, library().supports(Capability::composite_names));
    call().release_buffer(&minor, &exported);
}

TEST_P(Native, OtherFormsOfMechanismNamesAreNotShown) {
    // Which is why Name::display_as builds them.
    const Name name = peer();
    for (const Oid& type :
         {name_type::user(), name_type::hostbased_service(), name_type::anonymous()}) {
        rfc2744::OidArgument oid(type);
        abi::BufferDesc text;
        Uint32 minor = 0;
        const Uint32 major = call().display_name_ext(&minor, handle(name), oid.get(), &text);
        EXPECT_EQ(major >> abi::routine_shift, static_cast<Uint32>(abi::Routine::unavailable));
    }
}

TEST_P(Native, NumbersOfAccountsAreTheSame) {
    using PnameToUid = Uint32(Uint32*, abi::NameHandle, abi::OidDesc*, uid_t*);
    auto* pname_to_uid = symbol<PnameToUid>("gss_pname_to_uid");
    ASSERT_NE(pname_to_uid, nullptr);
    for (const std::string_view account : {"root", "daemon", "no-such-account", "host/localhost"}) {
        const Name name = principal(library(), account).canonicalize(mechanism::krb5()).value();
        rfc2744::OidArgument oid(mechanism::krb5());
        uid_t uid = 0;
        Uint32 minor = 0;
        const Uint32 major = pname_to_uid(&minor, handle(name), oid.get(), &uid);
        const Result<std::uint32_t> ours = name.user_id();
        ASSERT_EQ(major == abi::status_complete, ours.has_value()) << account;
        if (ours) {
            EXPECT_EQ(*ours, uid) << account;
        }
    }
}

using MechsByAttributes = Uint32(Uint32*, abi::OidSetDesc*, abi::OidSetDesc*, abi::OidSetDesc*,
                                 abi::OidSetDesc**);

OidSet natively(const rfc2744::Library& library, MechsByAttributes* by_attributes,
                const MechanismWishes& wishes) {
    rfc2744::OidSetArgument desired(wishes.desired);
    rfc2744::OidSetArgument except(wishes.except);
    rfc2744::OidSetArgument critical(wishes.critical);
    rfc2744::OutputOidSet set(library);
    Uint32 minor = 0;
    EXPECT_EQ(by_attributes(&minor, desired.get(), except.get(), critical.get(), set.get()),
              abi::status_complete);
    return set.copy();
}

TEST_P(Native, MechanismsByAttributesAreTheSame) {
    auto* by_attributes = symbol<MechsByAttributes>("gss_indicate_mechs_by_attrs");
    ASSERT_NE(by_attributes, nullptr);
    const auto ours = [](const MechanismWishes& wishes) {
        OidSet oids;
        for (const Mechanism& each : Mechanism::by_attributes(library(), wishes).value()) {
            oids.insert(each.oid());
        }
        return oids;
    };
    const auto same = [&](const MechanismWishes& wishes) {
        return natively(native(), by_attributes, wishes) == ours(wishes);
    };
    EXPECT_TRUE(same({}));
    bool critical_differs = false;
    for (std::uint64_t number = 1; number <= 28; ++number) {
        const Oid attribute =
            Oid::from_integers(std::array<std::uint64_t, 8>{1, 3, 6, 1, 5, 5, 13, number}).value();
        EXPECT_TRUE(same({.desired = {attribute}})) << number;
        EXPECT_TRUE(same({.except = {attribute}})) << number;
        EXPECT_TRUE(same({.desired = {ma::wrap()}, .except = {attribute}})) << number;
        critical_differs = critical_differs || !same({.critical = {attribute}});
    }
    EXPECT_EQ(critical_differs, !is_mit()) << "Heimdal takes critical for desired";
}

TEST_P(Native, SaslNamesAreMadeUpByHeimdal) {
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    rfc2744::OidArgument oid(unknown);
    rfc2744::OutputBuffer sasl(native());
    rfc2744::OutputBuffer name(native());
    rfc2744::OutputBuffer description(native());
    Uint32 minor = 0;
    const Uint32 major = call().inquire_saslname_for_mech(&minor, oid.get(), sasl.get(), name.get(),
                                                          description.get());
    EXPECT_EQ(major == abi::status_complete, !is_mit());
}

TEST_P(Native, MechanismsOfMechanismNamesAreForgottenByHeimdal) {
    const Name name = principal(library(), "alice").canonicalize(mechanism::krb5()).value();
    rfc2744::OutputOidSet set(native());
    Uint32 minor = 0;
    ASSERT_EQ(call().inquire_mechs_for_name(&minor, handle(name), set.get()), abi::status_complete);
    EXPECT_EQ(set.copy().empty(), !is_mit());
}

} // namespace

} // namespace gss::test
