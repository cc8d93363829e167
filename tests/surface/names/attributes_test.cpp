// SPDX-License-Identifier: Apache-2.0
// Attributes of names as a map, names with other attributes, and names that carry theirs along.
#include "conformance.h"

#include <algorithm>

namespace gss::test {

namespace {

bool has_pac() {
    // MIT's KDC puts a PAC into its tickets; Heimdal's 7.8 does so only for some databases.
    return shared_realm().kdc_kind() == realm::KdcKind::mit;
}

class NameAttributeTests : public OnBackend {
protected:
    [[nodiscard]] static bool reads() { return library().supports(Capability::name_attributes); }
    [[nodiscard]] static bool sets() {
        return library().supports(Capability::name_attribute_setting);
    }
    [[nodiscard]] static bool carries() { return library().supports(Capability::composite_names); }
    /// What an acceptor is told of alice.
    [[nodiscard]] static Name peer() {
        ContextPair both = establish(library(), library()).value();
        return std::move(both.acceptor.initiator).value();
    }
    [[nodiscard]] static Name alice() {
        return principal(library(), "alice").canonicalize(mechanism::krb5()).value();
    }
};

INSTANTIATE_TEST_SUITE_P(All, NameAttributeTests, testing::ValuesIn(backend_names()),
                         name_of_backend);

bool listed(const Name& name, std::string_view attribute) {
    const std::vector<std::string> names = name.attributes().value().names;
    return std::find(names.begin(), names.end(), attribute) != names.end();
}

TEST_P(NameAttributeTests, AreAMap) {
    const Result<NameAttributeMap> map = peer().attribute_map();
    if (!reads()) {
        EXPECT_TRUE(fails_with(map, ErrorCode::unavailable));
        return;
    }
    ASSERT_TRUE(succeeds(map));
    EXPECT_EQ(map->contains("urn:mspac:client-info"), has_pac());
    EXPECT_FALSE(map->contains("urn:nothing"));
    EXPECT_EQ(map->find("urn:nothing"), map->end());
    for (const auto& [name, attribute] : *map) {
        EXPECT_FALSE(name.empty());
        EXPECT_EQ(attribute.values.size(), 1U) << name;
        EXPECT_TRUE(attribute.authenticated) << name;
        EXPECT_TRUE(attribute.complete) << name;
    }
    EXPECT_EQ(alice().attribute_map().value(), NameAttributeMap());
}

TEST_P(NameAttributeTests, ThatAreSetBelongToAnotherName) {
    const Name before = peer();
    const Result<Name> marked = before.set_attribute("urn:mspac:77", as_bytes("of our own"));
    if (!sets()) {
        ASSERT_TRUE(fails_with(marked, ErrorCode::unavailable));
        EXPECT_EQ(marked.error().operation(), "gss_set_name_attribute");
        EXPECT_EQ(marked.error().backend(), library().name());
        return;
    }
    if (!has_pac()) { // nothing to add to
        EXPECT_TRUE(fails_with(marked, ErrorCode::unavailable));
        return;
    }
    ASSERT_TRUE(succeeds(marked));
    EXPECT_TRUE(listed(*marked, "urn:mspac:77"));
    EXPECT_FALSE(listed(before, "urn:mspac:77")) << "a name has changed";
    EXPECT_TRUE(before.attribute("urn:mspac:client-info").value().authenticated);
    EXPECT_TRUE(marked->equals(before).value());
    const Buffer composite = marked->export_composite().value();
    EXPECT_NE(as_text(composite).find("of our own"), std::string_view::npos);
    // What is not the KDC's any more is not told as the KDC's: no value, and no mark.
    const NameAttributeMap map = marked->attribute_map().value();
    ASSERT_TRUE(map.contains("urn:mspac:client-info"));
    for (const auto& [name, attribute] : map) {
        EXPECT_FALSE(attribute.authenticated) << name;
        EXPECT_TRUE(attribute.values.empty()) << name;
    }
}

TEST_P(NameAttributeTests, ThatCallersMayNotSetAreRefused) {
    const Name name = peer();
    for (const std::string_view attribute :
         {"auth-indicators", "urn:nothing", "urn:mspac:nothing", "local-login-user",
          "urn:constrained-delegation:transited-services"}) {
        const Result<Name> marked = name.set_attribute(attribute, as_bytes("x"));
        ASSERT_TRUE(fails_with(marked, ErrorCode::unavailable)) << attribute;
        EXPECT_NE(marked.error().text().find(attribute), std::string::npos);
        EXPECT_NE(marked.error().text().find(in_realm("alice")), std::string::npos);
    }
    if (sets() && has_pac()) { // one buffer of a kind
        EXPECT_FALSE(name.set_attribute("urn:mspac:client-info", as_bytes("x")));
        EXPECT_FALSE(name.set_attribute("urn:mspac:", as_bytes("not a PAC")));
        EXPECT_TRUE(name.attribute("urn:mspac:client-info").value().authenticated);
    }
}

TEST_P(NameAttributeTests, AreNotSetHalf) {
    if (!sets() || !has_pac()) {
        EXPECT_FALSE(peer().set_attribute("urn:mspac:78", as_bytes("first")));
        return;
    }
    // The second value of a buffer is refused, so there is no name with the first alone.
    const Name name = peer();
    const std::array<BytesView, 2> values{as_bytes("first"), as_bytes("second")};
    EXPECT_FALSE(name.set_attribute("urn:mspac:78", values));
    EXPECT_FALSE(listed(name, "urn:mspac:78"));
    EXPECT_TRUE(succeeds(name.set_attribute("urn:mspac:78", as_bytes("first"))));
}

TEST_P(NameAttributeTests, ThatAreMalformedAreRefusedBeforeTheCall) {
    const Name name = peer();
    const Bytes huge(max_attribute_size + 1);
    const std::vector<BytesView> many(max_attribute_values + 1, as_bytes("x"));
    for (const Result<Name>& result :
         {name.set_attribute("", as_bytes("x")),
          name.set_attribute("urn:x", std::span<const BytesView>()),
          name.set_attribute("urn:x", BytesView(huge)), name.set_attribute("urn:x", many),
          name.delete_attribute("")}) {
        ASSERT_TRUE(fails_with(result, ErrorCode::malformed_parameter));
        EXPECT_FALSE(result.error().native().has_value());
    }
}

TEST_P(NameAttributeTests, ThatNoModuleDeletesStay) {
    const Name name = peer();
    EXPECT_FALSE(library().supports(Capability::name_attribute_deletion));
    for (const std::string_view attribute :
         {"urn:mspac:client-info", "urn:mspac:", "urn:nothing"}) {
        const Result<Name> without = name.delete_attribute(attribute);
        ASSERT_TRUE(fails_with(without, ErrorCode::unavailable)) << attribute;
        EXPECT_EQ(without.error().operation(), "gss_delete_name_attribute");
        EXPECT_NE(without.error().text().find(attribute), std::string::npos);
    }
    if (reads()) {
        EXPECT_EQ(listed(name, "urn:mspac:client-info"), has_pac());
    }
}

TEST_P(NameAttributeTests, TravelWithCompositeNames) {
    const Name name = peer();
    const Result<Buffer> composite = name.export_composite();
    if (!carries()) {
        ASSERT_TRUE(fails_with(composite, ErrorCode::unavailable));
        EXPECT_EQ(composite.error().operation(), "gss_export_name_composite");
        return;
    }
    ASSERT_TRUE(succeeds(composite));
    const ExportedName parts = ExportedName::parse(*composite).value();
    EXPECT_TRUE(parts.composite);
    EXPECT_EQ(parts.mechanism, mechanism::krb5());
    EXPECT_EQ(as_text(parts.name), in_realm("alice"));
    EXPECT_FALSE(parts.attributes.empty());
    const Name again = Name::import_composite(library(), *composite).value();
    EXPECT_TRUE(again.equals(name).value());
    EXPECT_EQ(again.inquire().value(), name.inquire().value());
    EXPECT_EQ(again.attribute_map().value(), name.attribute_map().value());
    EXPECT_EQ(again.attribute_map().value().contains("urn:mspac:client-info"), has_pac());
    EXPECT_EQ(text(again.export_name().value()), text(name.export_name().value()));
    EXPECT_EQ(text(again.export_composite().value()), text(*composite));
}

TEST_P(NameAttributeTests, CompositeNamesAreOfMechanisms) {
    EXPECT_TRUE(
        fails_with(principal(library(), "alice").export_composite(),
                   carries() ? ErrorCode::name_not_mechanism_name : ErrorCode::unavailable));
}

TEST_P(NameAttributeTests, CompositeNamesAreNotReadAsPlainOnes) {
    const Buffer plain = alice().export_name().value();
    EXPECT_TRUE(fails_with(Name::import_composite(library(), plain), ErrorCode::bad_name_type));
    Bytes composite(plain.view().begin(), plain.view().end());
    composite[1] = std::byte{2};
    composite.resize(composite.size() + 4); // no attributes
    // Whoever writes a composite name chooses what is marked authenticated in it: what reads names
    // from the network does not read these.
    EXPECT_TRUE(fails_with(Name::import_exported(library(), composite), ErrorCode::bad_name_type));
    EXPECT_TRUE(
        fails_with(Name::import_name(library(), as_text(composite), name_type::composite_export()),
                   ErrorCode::bad_name_type));
    EXPECT_TRUE(fails_with(Name::import_name(library(), as_text(composite), name_type::exported()),
                           ErrorCode::bad_name_type));
}

TEST_P(NameAttributeTests, CompositeNamesThatWereCutOrExtendedAreDamaged) {
    const Result<Buffer> exported = peer().export_composite();
    if (!carries()) {
        EXPECT_TRUE(fails_with(exported, ErrorCode::unavailable));
        EXPECT_TRUE(fails_with(Name::import_composite(library(), as_bytes("\x04\x02")),
                               ErrorCode::damaged_export));
        return;
    }
    const BytesView composite = exported->view();
    for (std::size_t size = 0; size < composite.size(); ++size) {
        const Result<Name> name = Name::import_composite(library(), composite.first(size));
        ASSERT_TRUE(fails_with(name, ErrorCode::damaged_export)) << size;
        EXPECT_FALSE(name.error().native().has_value()) << "the native library saw it";
    }
    Bytes longer(composite.begin(), composite.end());
    longer.push_back(std::byte{0});
    EXPECT_TRUE(fails_with(Name::import_composite(library(), longer), ErrorCode::damaged_export));
}

TEST_P(NameAttributeTests, CompositeNamesOfALibraryWithoutThemAreUnavailable) {
    const Buffer plain = alice().export_name().value();
    Bytes composite(plain.view().begin(), plain.view().end());
    composite[1] = std::byte{2};
    composite.resize(composite.size() + 4);
    composite.insert(composite.end(), 4, std::byte{0}); // attributes: none
    composite[composite.size() - 5] = std::byte{4};
    const Result<Name> name = Name::import_composite(library(), composite);
    if (carries()) {
        EXPECT_TRUE(succeeds(name));
    } else {
        EXPECT_TRUE(fails_with(name, ErrorCode::unavailable));
    }
}

} // namespace

} // namespace gss::test
