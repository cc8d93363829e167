// SPDX-License-Identifier: Apache-2.0
#include <gssxx/mechanism.h>
#include <gssxx/result.h>

namespace gss::inline v0 {

namespace {

/// From the content octets: that allocates nothing. They are made on first use, which may be
/// while a message is wrapped into the caller's memory.
Oid known(std::string_view content) {
    return Oid::from_content(as_bytes(content)).value();
}

} // namespace

namespace mechanism {

const Oid& krb5() {
    static const Oid oid = known("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02"); // 1.2.840.113554.1.2.2
    return oid;
}

const Oid& spnego() {
    static const Oid oid = known("\x2b\x06\x01\x05\x05\x02"); // 1.3.6.1.5.5.2
    return oid;
}

const Oid& iakerb() {
    static const Oid oid = known("\x2b\x06\x01\x05\x02\x05"); // 1.3.6.1.5.2.5
    return oid;
}

const Oid& ntlm() {
    static const Oid oid =
        known("\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a"); // 1.3.6.1.4.1.311.2.2.10
    return oid;
}

const Oid& ms_krb5() {
    static const Oid oid = known("\x2a\x86\x48\x82\xf7\x12\x01\x02\x02"); // 1.2.840.48018.1.2.2
    return oid;
}

} // namespace mechanism

namespace name_type {

const Oid& user() {
    static const Oid oid =
        known("\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x01"); // 1.2.840.113554.1.2.1.1
    return oid;
}

const Oid& machine_uid() {
    static const Oid oid =
        known("\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x02"); // 1.2.840.113554.1.2.1.2
    return oid;
}

const Oid& string_uid() {
    static const Oid oid =
        known("\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x03"); // 1.2.840.113554.1.2.1.3
    return oid;
}

const Oid& hostbased_service() {
    static const Oid oid =
        known("\x2a\x86\x48\x86\xf7\x12\x01\x02\x01\x04"); // 1.2.840.113554.1.2.1.4
    return oid;
}

const Oid& anonymous() {
    static const Oid oid = known("\x2b\x06\x01\x05\x06\x03"); // 1.3.6.1.5.6.3
    return oid;
}

const Oid& exported() {
    static const Oid oid = known("\x2b\x06\x01\x05\x06\x04"); // 1.3.6.1.5.6.4
    return oid;
}

const Oid& composite_export() {
    static const Oid oid = known("\x2b\x06\x01\x05\x06\x06"); // 1.3.6.1.5.6.6
    return oid;
}

const Oid& krb5_principal() {
    static const Oid oid =
        known("\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01"); // 1.2.840.113554.1.2.2.1
    return oid;
}

} // namespace name_type

} // namespace gss::inline v0
