// SPDX-License-Identifier: Apache-2.0
// A shared library with some symbols of a GSSAPI library and without the others.

// What marks the family of each backend, so that only the functions are missing.
extern "C" {
[[gnu::visibility("default")]] int gss_mech_krb5();
[[gnu::visibility("default")]] int gss_mo_get();
[[gnu::visibility("default")]] int gss_wrap();
}

int gss_mech_krb5() {
    return 0;
}
int gss_mo_get() {
    return 0;
}
int gss_wrap() {
    return 0;
}
