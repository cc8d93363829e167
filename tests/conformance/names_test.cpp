// SPDX-License-Identifier: Apache-2.0
// Names: what goes in comes out, equal names are equal in every form, bad ones are refused.
#include "conformance.h"

#include <pwd.h>
#include <unistd.h>

#include <cstring>

namespace gss::test {

namespace {

class Names : public OnBackend {};

class NamesAcross : public OnPair {};

INSTANTIATE_TEST_SUITE_P(All, Names, testing::ValuesIn(backend_names()), name_of_backend);
INSTANTIATE_TEST_SUITE_P(All, NamesAcross, testing::ValuesIn(all_pairs()), name_of_pair);

Name canonical(const Name& name) {
    return name.canonicalize(mechanism::krb5()).value();
}

std::string shown(const Name& name) {
    return name.display().value().text;
}

std::string exported(const Name& name) {
    return text(name.export_name().value());
}

TEST_P(Names, KeepWhatWasImported) {
    const std::vector<std::pair<std::string, Oid>> given{
        {"alice", name_type::user()},
        {"host@localhost", name_type::hostbased_service()},
        {in_realm("alice"), name_type::krb5_principal()},
        {in_realm("host/localhost"), name_type::krb5_principal()},
    };
    for (const auto& [name, type] : given) {
        const Name imported = Name::import_name(library(), name, type).value();
        const DisplayedName displayed = imported.display().value();
        EXPECT_EQ(displayed.text, name);
        EXPECT_EQ(displayed.type, type) << name;
        EXPECT_EQ(imported.backend(), library());
    }
}

TEST_P(Names, WithoutATypeAreReadAsTheMechanismDoes) {
    const Name name = Name::import_name(library(), in_realm("alice")).value();
    EXPECT_EQ(shown(name), in_realm("alice"));
    EXPECT_TRUE(canonical(name).equals(canonical(principal(library(), "alice"))).value());
}

TEST_P(Names, BecomeMechanismNames) {
    const Name user = Name::import_name(library(), "alice", name_type::user()).value();
    const Name mechanism_name = canonical(user);
    EXPECT_EQ(shown(mechanism_name), in_realm("alice"));
    EXPECT_EQ(mechanism_name.display().value().type, name_type::krb5_principal());
    EXPECT_EQ(shown(canonical(service(library(), "host@localhost"))), in_realm("host/localhost"));
    EXPECT_EQ(shown(canonical(principal(library(), "bob"))), in_realm("bob"));
}

TEST_P(Names, OfUnknownMechanismsAreRefused) {
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    const Name name = principal(library(), "alice");
    EXPECT_TRUE(fails_with(name.canonicalize(unknown), ErrorCode::bad_mechanism));
}

TEST_P(Names, AreComparedByMeaning) {
    const Name alice = principal(library(), "alice");
    const Name same = Name::import_name(library(), "alice", name_type::user()).value();
    EXPECT_TRUE(alice.equals(principal(library(), "alice")).value());
    EXPECT_TRUE(canonical(alice).equals(canonical(same)).value());
    EXPECT_TRUE(canonical(service(library(), "host@localhost"))
                    .equals(canonical(principal(library(), "host/localhost")))
                    .value());
    EXPECT_FALSE(alice.equals(principal(library(), "bob")).value());
    EXPECT_FALSE(canonical(alice).equals(canonical(principal(library(), "alice/admin"))).value());
}

TEST_P(Names, OfAnotherRealmDiffer) {
    const Name here = principal(library(), "alice");
    const Name there =
        Name::import_name(library(), "alice@ELSEWHERE.EXAMPLE", name_type::krb5_principal())
            .value();
    EXPECT_FALSE(here.equals(there).value());
    EXPECT_NE(exported(canonical(here)), exported(canonical(there)));
}

TEST_P(Names, ThatAreEqualExportEqualOctets) {
    const Name by_user = Name::import_name(library(), "alice", name_type::user()).value();
    EXPECT_EQ(exported(canonical(by_user)), exported(canonical(principal(library(), "alice"))));
    EXPECT_EQ(exported(canonical(service(library(), "host@localhost"))),
              exported(canonical(principal(library(), "host/localhost"))));
    EXPECT_NE(exported(canonical(principal(library(), "alice"))),
              exported(canonical(principal(library(), "bob"))));
}

TEST_P(Names, ExportTheFormOfRfc2743) {
    const Buffer octets = canonical(principal(library(), "alice")).export_name().value();
    const ExportedName parts = ExportedName::parse(octets).value();
    EXPECT_EQ(parts.mechanism, mechanism::krb5());
    EXPECT_EQ(as_text(parts.name), in_realm("alice"));
    EXPECT_FALSE(parts.composite);
}

TEST_P(NamesAcross, DoNotMix) {
    const Name here = principal(initiator(), "alice");
    const Result<bool> equal = here.equals(principal(acceptor(), "alice"));
    if (initiator() == acceptor()) {
        EXPECT_TRUE(equal.value());
    } else {
        EXPECT_TRUE(fails_with(equal, ErrorCode::misuse));
    }
}

TEST_P(NamesAcross, ExportTheSameOctets) {
    EXPECT_EQ(exported(canonical(principal(initiator(), "host/localhost"))),
              exported(canonical(service(acceptor(), "host@localhost"))));
}

TEST_P(NamesAcross, ReadEachOthersExports) {
    const Buffer octets = canonical(principal(initiator(), "alice")).export_name().value();
    const Name here = Name::import_exported(acceptor(), octets).value();
    EXPECT_TRUE(canonical(here).equals(canonical(principal(acceptor(), "alice"))).value());
}

TEST_P(NamesAcross, FromAcceptExportWhatTheSameNameExports) {
    const ContextPair both = pair();
    ASSERT_TRUE(both.acceptor.initiator.has_value());
    const Name& seen = *both.acceptor.initiator;
    EXPECT_EQ(shown(seen), in_realm("alice"));
    EXPECT_EQ(exported(seen), exported(canonical(principal(acceptor(), "alice"))));
    EXPECT_TRUE(seen.equals(canonical(principal(acceptor(), "alice"))).value());
    EXPECT_FALSE(seen.equals(canonical(principal(acceptor(), "bob"))).value());
}

TEST_P(Names, ThatAreNotMechanismNamesAreNotExported) {
    const Name name = service(library(), "host@localhost");
    EXPECT_TRUE(fails_with(name.export_name(), ErrorCode::name_not_mechanism_name));
}

TEST_P(Names, RoundTripThroughTheirExportedForm) {
    const Name before = canonical(principal(library(), "alice"));
    const Name after = Name::import_exported(library(), before.export_name().value()).value();
    EXPECT_EQ(shown(after), shown(before));
    EXPECT_TRUE(after.equals(before).value());
    EXPECT_EQ(exported(canonical(after)), exported(before));
}

TEST_P(Names, ExportedAreAlsoImportedByType) {
    const Buffer octets = canonical(principal(library(), "alice")).export_name().value();
    const Name name = Name::import_name(library(), octets.text(), name_type::exported()).value();
    EXPECT_EQ(shown(name), in_realm("alice"));
    const Name trusted = Name::import_trusted(library(), octets, name_type::exported()).value();
    EXPECT_EQ(shown(trusted), in_realm("alice"));
}

TEST_P(Names, ExportedAndCutAreDamaged) {
    const Buffer octets = canonical(principal(library(), "alice")).export_name().value();
    for (std::size_t size = 0; size < octets.size(); ++size) {
        const Result<Name> name = Name::import_exported(library(), octets.view().first(size));
        ASSERT_TRUE(fails_with(name, ErrorCode::damaged_export)) << size;
        EXPECT_FALSE(name.error().native().has_value()) << "the native library saw it";
    }
    Bytes longer(octets.view().begin(), octets.view().end());
    longer.push_back(std::byte{0});
    EXPECT_TRUE(fails_with(Name::import_exported(library(), longer), ErrorCode::damaged_export));
}

TEST_P(Names, ArePreservedByDuplication) {
    std::optional<Name> original = canonical(principal(library(), "alice"));
    const Name copy = original->duplicate().value();
    original.reset(); // the copy must not lean on it
    EXPECT_EQ(shown(copy), in_realm("alice"));
    EXPECT_TRUE(copy.equals(principal(library(), "alice")).value());
}

TEST_P(Names, KnowTheMechanismsThatHandleThem) {
    EXPECT_TRUE(
        service(library(), "host@localhost").mechanisms().value().contains(mechanism::krb5()));
    EXPECT_TRUE(principal(library(), "alice").mechanisms().value().contains(mechanism::krb5()));
}

TEST_P(Names, OfUnknownTypesAreRefused) {
    // MIT notices when a mechanism is to read the name, Heimdal on import.
    const Oid unknown = Oid::from_string("1.2.3.4.5").value();
    const Result<Name> name = Name::import_name(library(), "alice", unknown);
    if (is_mit()) {
        EXPECT_TRUE(
            fails_with(name.value().canonicalize(mechanism::krb5()), ErrorCode::bad_name_type));
    } else {
        EXPECT_TRUE(fails_with(name, ErrorCode::bad_name_type));
    }
}

TEST_P(Names, WithANulInsideAreRefused) {
    const std::string name("alice\0@X", 8);
    for (const Oid& type : {name_type::user(), name_type::hostbased_service(),
                            name_type::krb5_principal(), name_type::string_uid()}) {
        EXPECT_TRUE(fails_with(Name::import_name(library(), name, type), ErrorCode::bad_name));
    }
    EXPECT_TRUE(fails_with(Name::import_name(library(), name), ErrorCode::bad_name));
}

TEST_P(Names, KeepOctetsOutsideAscii) {
    const std::string given = in_realm("m\xc3\xbcller");
    const Name name = Name::import_name(library(), given, name_type::krb5_principal()).value();
    EXPECT_EQ(shown(canonical(name)), given);
    const Buffer octets = canonical(name).export_name().value();
    EXPECT_EQ(as_text(ExportedName::parse(octets).value().name), given);
}

TEST_P(Names, ThatAreEmptyAreRefused) {
    for (const Oid& type :
         {name_type::user(), name_type::hostbased_service(), name_type::krb5_principal()}) {
        EXPECT_TRUE(fails_with(Name::import_name(library(), "", type), ErrorCode::bad_name));
    }
    EXPECT_TRUE(fails_with(Name::import_name(library(), ""), ErrorCode::bad_name));
}

Bytes own_user_number() {
    const uid_t number = getuid();
    Bytes octets(sizeof number);
    std::memcpy(octets.data(), &number, sizeof number);
    return octets;
}

TEST_P(Names, OfUserNumbersAreLookedUpOnMit) {
    const Result<Name> by_text =
        Name::import_name(library(), std::to_string(getuid()), name_type::string_uid());
    const Result<Name> by_number =
        Name::import_name(library(), as_text(own_user_number()), name_type::machine_uid());
    if (is_mit()) {
        const passwd* entry = getpwuid(getuid());
        ASSERT_NE(entry, nullptr);
        EXPECT_EQ(shown(canonical(by_text.value())), in_realm(entry->pw_name));
        EXPECT_EQ(shown(canonical(by_number.value())), in_realm(entry->pw_name));
    } else {
        EXPECT_TRUE(fails_with(by_text, ErrorCode::bad_name_type));
        EXPECT_TRUE(fails_with(by_number, ErrorCode::bad_name_type));
    }
}

TEST_P(Names, MayBeAnonymousOnMit) {
    const Result<Name> name = Name::import_name(library(), "", name_type::anonymous());
    if (is_mit()) {
        EXPECT_EQ(name.value().display().value().type, name_type::anonymous());
        EXPECT_EQ(shown(canonical(name.value())), "WELLKNOWN/ANONYMOUS@WELLKNOWN:ANONYMOUS");
    } else {
        EXPECT_TRUE(fails_with(name, ErrorCode::bad_name));
        EXPECT_TRUE(fails_with(Name::import_name(library(), "nobody", name_type::anonymous()),
                               ErrorCode::bad_name_type));
    }
}

TEST_P(Names, ThatWereReleasedAreMisuse) {
    Name name = principal(library(), "alice");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    name.release();
    name.release();
#pragma GCC diagnostic pop
    EXPECT_TRUE(fails_with(name.display(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(name.duplicate(), ErrorCode::misuse));
    EXPECT_TRUE(fails_with(principal(library(), "alice").equals(name), ErrorCode::misuse));
}

} // namespace

} // namespace gss::test
