// SPDX-License-Identifier: Apache-2.0
// What the fake tells of its mechanisms: "FAKE-5" is Kerberos's SASL name, "FAKE-2" SPNEGO's.
#include "fake_objects.h"

#include <gssxx/mechanism.h>
#include <gssxx/mechanism_attributes.h>

namespace gss::test {

namespace {

std::string sasl_name_of(const Oid& oid) {
    return oid == mechanism::krb5() ? "FAKE-5" : "FAKE-2";
}

} // namespace

abi::Uint32 FakeLibrary::inquire_attrs_for_mech(Uint32* minor, abi::OidDesc* mechanism,
                                                abi::OidSetDesc** has, abi::OidSetDesc** known) {
    *minor = 0;
    if (!is_fake_mechanism(mechanism)) {
        return routine(abi::Routine::bad_mechanism);
    }
    const bool kerberos = oid_of(mechanism) == mechanism::krb5();
    give_set(has,
             {kerberos ? mechanism_attribute::mech_concrete() : mechanism_attribute::mech_nego()});
    give_set(known, {mechanism_attribute::mech_concrete(), mechanism_attribute::mech_nego()});
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::display_mech_attr(Uint32* minor, abi::OidDesc* attribute,
                                           abi::BufferDesc* name, abi::BufferDesc* brief,
                                           abi::BufferDesc* full) {
    *minor = 0;
    if (oid_of(attribute) != mechanism_attribute::mech_nego()) {
        return 19U << abi::routine_shift; // GSS_S_BAD_MECH_ATTR
    }
    give(name, "GSS_C_MA_MECH_NEGO");
    give(brief, "negotiates");
    give(full, "negotiates other mechanisms");
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::inquire_saslname_for_mech(Uint32* minor, abi::OidDesc* mechanism,
                                                   abi::BufferDesc* sasl, abi::BufferDesc* name,
                                                   abi::BufferDesc* description) {
    *minor = 0;
    give(sasl, sasl_name_of(*oid_of(mechanism))); // of unknown ones, too, as Heimdal does it
    give(name, "fake");
    give(description, "a fake mechanism");
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::inquire_mech_for_saslname(Uint32* minor, abi::BufferDesc* sasl,
                                                   abi::OidDesc** mechanism) {
    *minor = 0;
    for (const Oid& oid : fake_mechanisms()) {
        if (sasl_name_of(oid) == as_text(gss::test::view(sasl))) {
            *mechanism = constant(oid);
            return abi::status_complete;
        }
    }
    return routine(abi::Routine::bad_mechanism);
}

} // namespace gss::test
