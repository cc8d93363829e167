// SPDX-License-Identifier: Apache-2.0
// The fake's credential stores. A cache in a file is a line with the principal's name.
#include "fake_krb5.h"
#include "fake_objects.h"

#include <gssxx/mechanism.h>
#include <gssxx/name.h>

#include <fstream>
#include <memory>

namespace gss::test {

namespace {

constexpr int usage_initiate = 1;
constexpr int usage_accept = 2;

std::string value_of(const abi::KeyValueSetDesc* store, std::string_view key) {
    for (abi::Uint32 index = 0; store != nullptr && index < store->count; ++index) {
        if (store->elements[index].key == key) {
            return store->elements[index].value;
        }
    }
    return {};
}

std::string text_of(const abi::KeyValueSetDesc* store) {
    std::string text;
    for (abi::Uint32 index = 0; store != nullptr && index < store->count; ++index) {
        text.append(index == 0 ? "" : " ").append(store->elements[index].key);
        text.append("=").append(store->elements[index].value);
    }
    return text;
}

std::string without_realm(const std::string& principal) {
    return principal.substr(0, principal.find('@'));
}

bool write_cache(const std::string& cache, const FakeCredential& credential) {
    if (cache.starts_with("FILE:")) {
        std::ofstream file(cache.substr(5));
        file << without_realm(credential.name.value().text) << '\n';
        return file.good();
    }
    return cache.starts_with("MEMORY:") || cache.starts_with("SCC:");
}

} // namespace

abi::Uint32 FakeLibrary::acquire_cred_from(Uint32* minor, abi::NameHandle name, Uint32 lifetime,
                                           abi::OidSetDesc* desired, int usage,
                                           abi::KeyValueSetDesc* store,
                                           abi::CredentialHandle* output,
                                           abi::OidSetDesc** mechanisms, Uint32* left) {
    const Uint32 major =
        acquire_cred(minor, name, lifetime, desired, usage, output, mechanisms, left);
    if (major == abi::status_complete) {
        object(*output)->cache = value_of(store, "ccache");
        object(*output)->keytab = value_of(store, "keytab");
        object(*output)->store = text_of(store);
    }
    return major;
}

abi::Uint32 FakeLibrary::store_cred_into(Uint32* minor, abi::CredentialHandle input, int usage,
                                         abi::OidDesc* mechanism, Uint32 /*overwrite*/,
                                         Uint32 /*as_default*/, abi::KeyValueSetDesc* store,
                                         abi::OidSetDesc** stored, int* stored_usage) {
    *minor = 0;
    const std::string cache = value_of(store, "ccache");
    if (cache.empty() || usage != usage_initiate) {
        return routine(abi::Routine::unavailable);
    }
    if (input == nullptr || object(input)->usage() == usage_accept) {
        return routine(abi::Routine::no_credentials);
    }
    if (!behaviour.stores_nothing && !write_cache(cache, *object(input))) {
        return routine(abi::Routine::failure);
    }
    give_set(stored, {*oid_of(mechanism)});
    set(stored_usage, usage);
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::krb5_import_cred(Uint32* minor, abi::CacheHandle cache,
                                          abi::PrincipalHandle principal, abi::KeytabHandle keytab,
                                          abi::CredentialHandle* output) {
    *minor = 0;
    const auto* native_cache = reinterpret_cast<const FakeCache*>(cache);
    const auto* native_keytab = reinterpret_cast<const FakeKeytab*>(keytab);
    const auto* native_principal = reinterpret_cast<const FakePrincipal*>(principal);
    if (native_cache == nullptr && native_keytab == nullptr) {
        return routine(abi::Routine::failure);
    }
    auto credential = std::make_unique<FakeCredential>();
    std::string text = native_principal != nullptr ? native_principal->text : std::string();
    if (native_cache != nullptr) {
        credential->cache = native_cache->name;
        text = text.empty() ? native_cache->name.substr(native_cache->name.find(':') + 1) : text;
    }
    if (native_keytab != nullptr) {
        credential->keytab = native_keytab->name;
    }
    if (!text.empty()) {
        credential->name = canonical({text, name_type::user(), {}}, mechanism::krb5());
    }
    const int usage = native_cache == nullptr    ? usage_accept
                      : native_keytab == nullptr ? usage_initiate
                                                 : 0;
    credential->elements.push_back(
        {mechanism::krb5(), usage, behaviour.credential_lifetime, behaviour.credential_lifetime});
    *output = handle(credential.release());
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::krb5_copy_ccache(Uint32* minor, abi::CredentialHandle input,
                                          abi::CacheHandle cache) {
    *minor = 0;
    if (object(input)->usage() == usage_accept) {
        return routine(abi::Routine::failure);
    }
    const bool good = behaviour.stores_nothing ||
                      write_cache(reinterpret_cast<const FakeCache*>(cache)->name, *object(input));
    return good ? abi::status_complete : routine(abi::Routine::failure);
}

} // namespace gss::test
