// SPDX-License-Identifier: Apache-2.0
// Mechanisms: their attributes (RFC 5587), their names in SASL (RFC 5801), and who reads a name.
#include "conformance.h"

#include <algorithm>
#include <unordered_set>

namespace gss::test {

namespace {

namespace ma = mechanism_attribute;

class MechanismTests : public OnBackend {
protected:
    [[nodiscard]] static Mechanism of(const Oid& oid) { return {library(), oid}; }
    [[nodiscard]] static std::vector<Mechanism> by(MechanismWishes wishes) {
        return Mechanism::by_attributes(library(), wishes).value();
    }
    [[nodiscard]] static bool has(const std::vector<Mechanism>& all, const Oid& oid) {
        return std::count(all.begin(), all.end(), of(oid)) == 1;
    }
};

INSTANTIATE_TEST_SUITE_P(All, MechanismTests, testing::ValuesIn(backend_names()), name_of_backend);

const Oid& unknown() {
    static const Oid oid = Oid::from_string("1.2.3.4.5").value();
    return oid;
}

TEST_P(MechanismTests, AreThoseThatTheLibraryIndicates) {
    const std::vector<Mechanism> all = Mechanism::all(library()).value();
    const OidSet indicated = library().mechanisms().value();
    ASSERT_EQ(all.size(), indicated.size());
    for (std::size_t index = 0; index < all.size(); ++index) {
        EXPECT_EQ(all[index].oid(), indicated[index]);
        EXPECT_EQ(all[index].backend(), library());
    }
    EXPECT_TRUE(has(all, mechanism::krb5()));
    EXPECT_TRUE(has(all, mechanism::spnego()));
    const std::unordered_set<Mechanism> unique(all.begin(), all.end());
    EXPECT_EQ(unique.size(), all.size());
    EXPECT_TRUE(of(mechanism::krb5()).supports(Capability::contexts));
}

TEST_P(MechanismTests, TellWhatTheyAre) {
    const MechanismAttributes kerberos = of(mechanism::krb5()).attributes().value();
    for (const Oid& attribute :
         {ma::mech_concrete(), ma::itok_framed(), ma::auth_init(), ma::auth_targ(),
          ma::deleg_cred(), ma::integ_prot(), ma::conf_prot(), ma::mic(), ma::wrap(),
          ma::replay_det(), ma::oos_det(), ma::cbindings(), ma::ctx_trans()}) {
        EXPECT_TRUE(kerberos.attributes.contains(attribute)) << attribute.to_string();
        EXPECT_TRUE(kerberos.known.contains(attribute)) << attribute.to_string();
    }
    EXPECT_FALSE(kerberos.attributes.contains(ma::mech_nego()));
    EXPECT_TRUE(kerberos.known.contains(ma::mech_nego()));
    const MechanismAttributes spnego = of(mechanism::spnego()).attributes().value();
    EXPECT_TRUE(spnego.attributes.contains(ma::mech_nego()));
    EXPECT_FALSE(spnego.attributes.contains(ma::mech_concrete()));
    EXPECT_FALSE(spnego == kerberos);
}

TEST_P(MechanismTests, AllSupportWhatTheirBackendSaysOfThem) {
    for (const Mechanism& each : Mechanism::all(library()).value()) {
        EXPECT_EQ(each.attributes().has_value(), each.supports(Capability::mechanism_attributes))
            << each.oid().to_string();
        EXPECT_EQ(each.sasl_name().has_value(), each.supports(Capability::sasl_names))
            << each.oid().to_string();
    }
    EXPECT_FALSE(library().supports(Capability::mechanism_attributes, unknown()));
}

TEST_P(MechanismTests, ThatTheLibraryLacksAreBadMechanisms) {
    const Result<MechanismAttributes> attributes = of(unknown()).attributes();
    ASSERT_TRUE(fails_with(attributes, ErrorCode::bad_mechanism));
    EXPECT_NE(attributes.error().text().find("1.2.3.4.5"), std::string::npos);
    // Heimdal makes up a SASL name for whatever it is asked for.
    const Result<SaslName> sasl = of(unknown()).sasl_name();
    ASSERT_TRUE(fails_with(sasl, ErrorCode::bad_mechanism));
    EXPECT_NE(sasl.error().text().find("1.2.3.4.5"), std::string::npos);
    EXPECT_TRUE(fails_with(of(unknown()).name_types(), ErrorCode::bad_mechanism));
}

TEST_P(MechanismTests, AreChosenByWhatTheyHave) {
    EXPECT_EQ(by({}), Mechanism::all(library()).value());
    const std::vector<Mechanism> concrete = by({.desired = {ma::mech_concrete(), ma::wrap()}});
    EXPECT_TRUE(has(concrete, mechanism::krb5()));
    EXPECT_FALSE(has(concrete, mechanism::spnego()));
    const std::vector<Mechanism> negotiating = by({.desired = {ma::mech_nego()}});
    EXPECT_EQ(negotiating, std::vector<Mechanism>{of(mechanism::spnego())});
    EXPECT_TRUE(by({.desired = {ma::mech_nego(), ma::mech_concrete()}}).empty());
    EXPECT_TRUE(by({.desired = {unknown()}}).empty());
}

TEST_P(MechanismTests, AreChosenByWhatTheyHaveNot) {
    const std::vector<Mechanism> others = by({.except = {ma::mech_nego()}});
    EXPECT_TRUE(has(others, mechanism::krb5()));
    EXPECT_FALSE(has(others, mechanism::spnego()));
    EXPECT_EQ(by({.except = {unknown()}}), Mechanism::all(library()).value());
    EXPECT_TRUE(by({.desired = {ma::mic()}, .except = {ma::mic()}}).empty());
    EXPECT_FALSE(has(by({.except = {unknown(), ma::wrap()}}), mechanism::krb5()));
}

TEST_P(MechanismTests, AreChosenByWhatIsKnownOfThem) {
    // Kerberos negotiates nothing, and that is known: Heimdal's own search would leave it out.
    EXPECT_TRUE(has(by({.critical = {ma::mech_nego()}}), mechanism::krb5()));
    EXPECT_TRUE(has(by({.critical = {ma::mech_concrete()}}), mechanism::spnego()));
    EXPECT_TRUE(by({.critical = {unknown()}}).empty());
    EXPECT_TRUE(by({.critical = {ma::mic(), unknown()}}).empty());
}

TEST_P(MechanismTests, HaveAttributesWithTexts) {
    const MechanismAttributeText concrete =
        Mechanism::describe_attribute(library(), ma::mech_concrete()).value();
    EXPECT_EQ(concrete.name, "GSS_C_MA_MECH_CONCRETE");
    EXPECT_EQ(concrete.short_description, "concrete-mech");
    EXPECT_FALSE(concrete.long_description.empty());
    const std::vector<std::pair<Oid, std::string>> all{{ma::mech_pseudo(), "MECH_PSEUDO"},
                                                       {ma::mech_composite(), "MECH_COMPOSITE"},
                                                       {ma::mech_nego(), "MECH_NEGO"},
                                                       {ma::mech_glue(), "MECH_GLUE"},
                                                       {ma::not_mech(), "NOT_MECH"},
                                                       {ma::deprecated(), "DEPRECATED"},
                                                       {ma::not_dflt_mech(), "NOT_DFLT_MECH"},
                                                       {ma::itok_framed(), "ITOK_FRAMED"},
                                                       {ma::auth_init(), "AUTH_INIT"},
                                                       {ma::auth_targ(), "AUTH_TARG"},
                                                       {ma::auth_init_init(), "AUTH_INIT_INIT"},
                                                       {ma::auth_targ_init(), "AUTH_TARG_INIT"},
                                                       {ma::auth_init_anon(), "AUTH_INIT_ANON"},
                                                       {ma::auth_targ_anon(), "AUTH_TARG_ANON"},
                                                       {ma::deleg_cred(), "DELEG_CRED"},
                                                       {ma::integ_prot(), "INTEG_PROT"},
                                                       {ma::conf_prot(), "CONF_PROT"},
                                                       {ma::mic(), "MIC"},
                                                       {ma::wrap(), "WRAP"},
                                                       {ma::prot_ready(), "PROT_READY"},
                                                       {ma::replay_det(), "REPLAY_DET"},
                                                       {ma::oos_det(), "OOS_DET"},
                                                       {ma::cbindings(), "CBINDINGS"},
                                                       {ma::pfs(), "PFS"},
                                                       {ma::compress(), "COMPRESS"},
                                                       {ma::ctx_trans(), "CTX_TRANS"}};
    for (const auto& [attribute, name] : all) { // our constants against the libraries' tables
        const Result<MechanismAttributeText> text =
            Mechanism::describe_attribute(library(), attribute);
        ASSERT_TRUE(succeeds(text)) << name;
        EXPECT_EQ(text->name, "GSS_C_MA_" + name);
        EXPECT_FALSE(text->short_description.empty()) << name;
    }
    const Result<MechanismAttributeText> none = Mechanism::describe_attribute(library(), unknown());
    ASSERT_TRUE(fails_with(none, ErrorCode::malformed_parameter));
    EXPECT_NE(none.error().text().find("1.2.3.4.5"), std::string::npos);
}

TEST_P(MechanismTests, HaveNamesInSasl) {
    const SaslName kerberos = of(mechanism::krb5()).sasl_name().value();
    EXPECT_EQ(kerberos.sasl_name, "GS2-KRB5");
    EXPECT_FALSE(kerberos.mechanism.empty());
    EXPECT_FALSE(kerberos.description.empty());
    EXPECT_EQ(of(mechanism::spnego()).sasl_name().value().sasl_name, "SPNEGO");
    for (const Mechanism& each : Mechanism::all(library()).value()) {
        const std::string name = each.sasl_name().value().sasl_name;
        EXPECT_EQ(Mechanism::from_sasl_name(library(), name).value(), each) << name;
    }
}

TEST_P(MechanismTests, AreNotFoundByOtherNames) {
    for (const std::string_view name :
         {"GS2-KRB5-PLUS", "gs2-krb5", "GSSAPI", "GS2-NOTHING", "GS2-KRB", "GS2-KRB55", "KRB5"}) {
        const Result<Mechanism> found = Mechanism::from_sasl_name(library(), name);
        ASSERT_TRUE(fails_with(found, ErrorCode::bad_mechanism)) << name;
        EXPECT_NE(found.error().text().find(name), std::string::npos) << found.error().text();
    }
    for (const std::string_view name : {std::string_view(""), std::string_view("GS2-KRB5\0", 9),
                                        std::string_view("A-NAME-OF-21-LETTERS-")}) {
        EXPECT_TRUE(
            fails_with(Mechanism::from_sasl_name(library(), name), ErrorCode::malformed_parameter));
    }
}

TEST_P(MechanismTests, ReadNames) {
    const std::vector<Mechanism> readers =
        Mechanism::for_name(service(library(), "host@localhost")).value();
    EXPECT_TRUE(has(readers, mechanism::krb5()));
    // A mechanism's own name is at least that mechanism's.
    const Name own = principal(library(), "alice").canonicalize(mechanism::krb5()).value();
    EXPECT_TRUE(has(Mechanism::for_name(own).value(), mechanism::krb5()));
    EXPECT_TRUE(of(mechanism::krb5()).name_types().value().contains(name_type::krb5_principal()));
}

TEST_P(MechanismTests, OfTwoLibrariesDiffer) {
    const Mechanism here = of(mechanism::krb5());
    for (const std::string& name : backend_names()) {
        EXPECT_EQ(Mechanism(backend(name), mechanism::krb5()) == here, name == GetParam());
    }
    EXPECT_FALSE(here == of(mechanism::spnego()));
}

} // namespace

} // namespace gss::test
