// SPDX-License-Identifier: Apache-2.0
// The fake's names.
#include "fake_objects.h"

#include <gssxx/mechanism.h>
#include <gssxx/name.h>

#include <algorithm>
#include <memory>

namespace gss::test {

namespace {

constexpr std::string_view realm = "@FAKE.REALM";

Bytes exported_form(const FakeName& name, bool composite = false) {
    const Bytes der = name.mechanism->to_der();
    Writer out;
    out.number(composite ? 0x0402 : 0x0401, 2);
    out.counted(der);
    out.number(name.text.size(), 4);
    out.octets(as_bytes(name.text));
    if (composite) { // a count is all that is kept of the attributes
        out.number(1, 4);
        out.number(name.set.size(), 1);
    }
    return out.bytes();
}

} // namespace

FakeName canonical(const FakeName& name, const Oid& mechanism) {
    std::string text = name.text;
    if (name.type == name_type::hostbased_service()) {
        std::replace(text.begin(), text.end(), '@', '/');
    }
    if (text.find('@') == std::string::npos) {
        text += realm;
    }
    return {std::move(text), name_type::krb5_principal(), mechanism};
}

abi::Uint32 FakeLibrary::import_name(Uint32* minor, abi::BufferDesc* text, abi::OidDesc* type,
                                     abi::NameHandle* name) {
    *minor = 0;
    const Oid wanted = oid_of(type).value_or(name_type::user());
    if (wanted == name_type::exported() || wanted == name_type::composite_export()) {
        const Result<ExportedName> parts = ExportedName::parse(gss::test::view(text));
        if (!parts) {
            return routine(abi::Routine::bad_name);
        }
        *name = handle(new FakeName{std::string(as_text(parts->name)), name_type::krb5_principal(),
                                    parts->mechanism});
        return abi::status_complete;
    }
    const OidSet types{name_type::user(), name_type::hostbased_service(),
                       name_type::krb5_principal(), name_type::machine_uid()};
    if (!types.contains(wanted)) {
        return routine(abi::Routine::bad_name_type);
    }
    if (text->length == 0) {
        return routine(abi::Routine::bad_name);
    }
    *name = handle(new FakeName{std::string(as_text(gss::test::view(text))), wanted, std::nullopt});
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::display_name(Uint32* minor, abi::NameHandle name, abi::BufferDesc* text,
                                      abi::OidDesc** type) {
    *minor = 0;
    give(text, object(name)->text);
    set(type, constant(object(name)->type));
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::compare_name(Uint32* minor, abi::NameHandle left, abi::NameHandle right,
                                      int* equal) {
    *minor = 0;
    const Oid& mechanism = mechanism::krb5();
    *equal = canonical(*object(left), mechanism) == canonical(*object(right), mechanism) ? 1 : 0;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::canonicalize_name(Uint32* minor, abi::NameHandle name,
                                           abi::OidDesc* mechanism, abi::NameHandle* output) {
    *minor = 0;
    if (!is_fake_mechanism(mechanism)) {
        return routine(abi::Routine::bad_mechanism);
    }
    *output = handle(new FakeName(canonical(*object(name), *oid_of(mechanism))));
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::export_name(Uint32* minor, abi::NameHandle name, abi::BufferDesc* out) {
    *minor = 0;
    if (!object(name)->mechanism) {
        return routine(abi::Routine::name_not_mechanism_name);
    }
    give(out, exported_form(*object(name)));
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::export_name_composite(Uint32* minor, abi::NameHandle name,
                                               abi::BufferDesc* out) {
    *minor = 0;
    if (!object(name)->mechanism) {
        return routine(abi::Routine::unavailable);
    }
    give(out, exported_form(*object(name), true));
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::display_name_ext(Uint32* minor, abi::NameHandle name, abi::OidDesc* type,
                                          abi::BufferDesc* text) {
    *minor = 0;
    if (oid_of(type) != name_type::anonymous()) { // the one form that the fake adds
        return routine(abi::Routine::unavailable);
    }
    give(text, "somebody called " + object(name)->text);
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::duplicate_name(Uint32* minor, abi::NameHandle name,
                                        abi::NameHandle* output) {
    *minor = 0;
    *output = handle(new FakeName(*object(name)));
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::release_name(Uint32* minor, abi::NameHandle* name) {
    *minor = 0;
    delete object(*name);
    *name = nullptr;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::inquire_names_for_mech(Uint32* minor, abi::OidDesc* mechanism,
                                                abi::OidSetDesc** types) {
    *minor = 0;
    if (!is_fake_mechanism(mechanism)) {
        return routine(abi::Routine::bad_mechanism);
    }
    give_set(types, {name_type::user(), name_type::hostbased_service(), name_type::exported(),
                     name_type::krb5_principal()});
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::inquire_mechs_for_name(Uint32* minor, abi::NameHandle name,
                                                abi::OidSetDesc** mechanisms) {
    *minor = 0;
    const std::optional<Oid>& only = object(name)->mechanism;
    give_set(mechanisms, only ? OidSet{*only} : fake_mechanisms());
    return abi::status_complete;
}

} // namespace gss::test
