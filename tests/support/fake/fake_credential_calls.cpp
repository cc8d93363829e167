// SPDX-License-Identifier: Apache-2.0
// What the fake library exports and always fails with, as native ones do: credentials beyond RFC
// 2744.
#include "fake_objects.h"

namespace gss::test {

namespace {

constexpr abi::Uint32 unavailable = static_cast<abi::Uint32>(abi::Routine::unavailable)
                                    << abi::routine_shift;

} // namespace

abi::Uint32 FakeLibrary::acquire_cred_with_password(Uint32* /*minor*/, abi::NameHandle,
                                                    abi::BufferDesc*, Uint32, abi::OidSetDesc*, int,
                                                    abi::CredentialHandle*, abi::OidSetDesc**,
                                                    Uint32*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::add_cred_with_password(Uint32* /*minor*/, abi::CredentialHandle,
                                                abi::NameHandle, abi::OidDesc*, abi::BufferDesc*,
                                                int, Uint32, Uint32, abi::CredentialHandle*,
                                                abi::OidSetDesc**, Uint32*, Uint32*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::add_cred_from(Uint32* /*minor*/, abi::CredentialHandle, abi::NameHandle,
                                       abi::OidDesc*, int, Uint32, Uint32, abi::KeyValueSetDesc*,
                                       abi::CredentialHandle*, abi::OidSetDesc**, Uint32*,
                                       Uint32*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::acquire_cred_impersonate_name(Uint32* /*minor*/, abi::CredentialHandle,
                                                       abi::NameHandle, Uint32, abi::OidSetDesc*,
                                                       int, abi::CredentialHandle*,
                                                       abi::OidSetDesc**, Uint32*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::add_cred_impersonate_name(Uint32* /*minor*/, abi::CredentialHandle,
                                                   abi::CredentialHandle, abi::NameHandle,
                                                   abi::OidDesc*, int, Uint32, Uint32,
                                                   abi::CredentialHandle*, abi::OidSetDesc**,
                                                   Uint32*, Uint32*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::export_cred(Uint32* /*minor*/, abi::CredentialHandle, abi::BufferDesc*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::import_cred(Uint32* /*minor*/, abi::BufferDesc*, abi::CredentialHandle*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::store_cred(Uint32* /*minor*/, abi::CredentialHandle, int, abi::OidDesc*,
                                    Uint32, Uint32, abi::OidSetDesc**, int*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::set_neg_mechs(Uint32* /*minor*/, abi::CredentialHandle, abi::OidSetDesc*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::set_cred_option(Uint32* /*minor*/, abi::CredentialHandle*, abi::OidDesc*,
                                         abi::BufferDesc*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::inquire_cred_by_oid(Uint32* /*minor*/, abi::CredentialHandle,
                                             abi::OidDesc*, abi::BufferSetDesc**) {
    return unavailable;
}

abi::Uint32 FakeLibrary::krb5_ccache_name(Uint32* /*minor*/, const char*, const char**) {
    return unavailable;
}

abi::Uint32 FakeLibrary::krb5_set_allowable_enctypes(Uint32* /*minor*/, abi::CredentialHandle,
                                                     Uint32, std::int32_t*) {
    return unavailable;
}

abi::Uint32 FakeLibrary::krb5_set_cred_rcache(Uint32* /*minor*/, abi::CredentialHandle,
                                              abi::ReplayCacheHandle) {
    return unavailable;
}

} // namespace gss::test
