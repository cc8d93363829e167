// SPDX-License-Identifier: Apache-2.0
#include <gssxx/mechanism.h>
#include <gssxx/result.h>

namespace gss::inline v0 {

namespace mechanism {

const Oid& krb5() {
    static const Oid oid = Oid::from_string("1.2.840.113554.1.2.2").value();
    return oid;
}

const Oid& spnego() {
    static const Oid oid = Oid::from_string("1.3.6.1.5.5.2").value();
    return oid;
}

const Oid& iakerb() {
    static const Oid oid = Oid::from_string("1.3.6.1.5.2.5").value();
    return oid;
}

const Oid& ntlm() {
    static const Oid oid = Oid::from_string("1.3.6.1.4.1.311.2.2.10").value();
    return oid;
}

const Oid& ms_krb5() {
    static const Oid oid = Oid::from_string("1.2.840.48018.1.2.2").value();
    return oid;
}

} // namespace mechanism

namespace name_type {

const Oid& user() {
    static const Oid oid = Oid::from_string("1.2.840.113554.1.2.1.1").value();
    return oid;
}

const Oid& machine_uid() {
    static const Oid oid = Oid::from_string("1.2.840.113554.1.2.1.2").value();
    return oid;
}

const Oid& string_uid() {
    static const Oid oid = Oid::from_string("1.2.840.113554.1.2.1.3").value();
    return oid;
}

const Oid& hostbased_service() {
    static const Oid oid = Oid::from_string("1.2.840.113554.1.2.1.4").value();
    return oid;
}

const Oid& anonymous() {
    static const Oid oid = Oid::from_string("1.3.6.1.5.6.3").value();
    return oid;
}

const Oid& exported() {
    static const Oid oid = Oid::from_string("1.3.6.1.5.6.4").value();
    return oid;
}

const Oid& composite_export() {
    static const Oid oid = Oid::from_string("1.3.6.1.5.6.6").value();
    return oid;
}

const Oid& krb5_principal() {
    static const Oid oid = Oid::from_string("1.2.840.113554.1.2.2.1").value();
    return oid;
}

} // namespace name_type

} // namespace gss::inline v0
