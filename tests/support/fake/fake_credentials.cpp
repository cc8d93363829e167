// SPDX-License-Identifier: Apache-2.0
// The fake's credentials: every principal has some, those called "nobody" have none.
#include "fake_objects.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <memory>

namespace gss::test {

namespace {

constexpr int usage_both = 0;
constexpr int usage_accept = 2;

bool has_none(const std::optional<FakeName>& name) {
    return name && name->text.starts_with("nobody");
}

std::optional<FakeName> name_of_credential(abi::NameHandle name, int usage) {
    if (name != nullptr) {
        return canonical(*object(name), mechanism::krb5());
    }
    // Default acceptor credentials have no name.
    return usage == usage_accept
               ? std::nullopt
               : std::optional(canonical({"user", name_type::user(), {}}, mechanism::krb5()));
}

OidSet mechanisms_of(const FakeCredential& credential) {
    OidSet all;
    for (const FakeElement& element : credential.elements) {
        all.insert(element.mechanism);
    }
    return all;
}

FakeCredential default_credential(abi::Uint32 lifetime) {
    FakeCredential credential{name_of_credential(nullptr, usage_both), {}};
    for (const Oid& oid : fake_mechanisms()) {
        credential.elements.push_back({oid, usage_both, lifetime, lifetime});
    }
    return credential;
}

} // namespace

abi::Uint32 FakeLibrary::acquire_cred(Uint32* minor, abi::NameHandle name, Uint32 lifetime,
                                      abi::OidSetDesc* desired, int usage,
                                      abi::CredentialHandle* output, abi::OidSetDesc** mechanisms,
                                      Uint32* left) {
    *minor = 0;
    OidSet wanted;
    for (std::size_t index = 0; desired != nullptr && index < desired->count; ++index) {
        if (!is_fake_mechanism(&desired->elements[index])) {
            return routine(abi::Routine::bad_mechanism);
        }
        wanted.insert(*oid_of(&desired->elements[index]));
    }
    auto credential = std::make_unique<FakeCredential>();
    credential->name = name_of_credential(name, usage);
    if (has_none(credential->name)) {
        return routine(abi::Routine::no_credentials);
    }
    const Uint32 given = std::min(lifetime, behaviour.credential_lifetime);
    for (const Oid& oid : wanted.empty() ? fake_mechanisms() : wanted) {
        credential->elements.push_back({oid, usage, given, given});
    }
    give_set(mechanisms, mechanisms_of(*credential));
    set(left, given);
    *output = handle(credential.release());
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::add_cred(Uint32* minor, abi::CredentialHandle input, abi::NameHandle name,
                                  abi::OidDesc* mechanism, int usage, Uint32 initiator,
                                  Uint32 acceptor, abi::CredentialHandle* output,
                                  abi::OidSetDesc** mechanisms, Uint32* initiator_left,
                                  Uint32* acceptor_left) {
    *minor = 0;
    if (mechanism == nullptr || !is_fake_mechanism(mechanism)) {
        return routine(abi::Routine::bad_mechanism);
    }
    if (input == nullptr && output == nullptr) {
        return inaccessible_read | routine(abi::Routine::no_credentials);
    }
    FakeCredential changed =
        input != nullptr ? *object(input) : FakeCredential{name_of_credential(name, usage), {}};
    if (has_none(name != nullptr ? name_of_credential(name, usage) : changed.name)) {
        return routine(abi::Routine::no_credentials);
    }
    if (mechanisms_of(changed).contains(*oid_of(mechanism))) {
        return routine(abi::Routine::duplicate_element);
    }
    const FakeElement added{*oid_of(mechanism), usage,
                            std::min(initiator, behaviour.credential_lifetime),
                            std::min(acceptor, behaviour.credential_lifetime)};
    changed.elements.push_back(added);
    give_set(mechanisms, mechanisms_of(changed));
    set(initiator_left, added.initiator_lifetime);
    set(acceptor_left, added.acceptor_lifetime);
    if (output != nullptr) {
        *output = handle(new FakeCredential(std::move(changed)));
    } else {
        *object(input) = std::move(changed);
    }
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::inquire_cred(Uint32* minor, abi::CredentialHandle input,
                                      abi::NameHandle* name, Uint32* lifetime, int* usage,
                                      abi::OidSetDesc** mechanisms) {
    *minor = 0;
    const FakeCredential credential =
        input != nullptr ? *object(input) : default_credential(behaviour.credential_lifetime);
    if (name != nullptr && credential.name) {
        *name = handle(new FakeName(*credential.name));
    }
    set(lifetime, credential.elements.front().initiator_lifetime);
    set(usage, credential.usage());
    give_set(mechanisms, mechanisms_of(credential));
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::inquire_cred_by_mech(Uint32* minor, abi::CredentialHandle input,
                                              abi::OidDesc* mechanism, abi::NameHandle* name,
                                              Uint32* initiator, Uint32* acceptor, int* usage) {
    *minor = 0;
    const FakeCredential credential =
        input != nullptr ? *object(input) : default_credential(behaviour.credential_lifetime);
    for (const FakeElement& element : credential.elements) {
        if (element.mechanism == *oid_of(mechanism)) {
            if (name != nullptr && credential.name) {
                *name = handle(new FakeName(*credential.name));
            }
            set(initiator, element.initiator_lifetime);
            set(acceptor, element.acceptor_lifetime);
            set(usage, element.usage);
            return abi::status_complete;
        }
    }
    return routine(abi::Routine::no_credentials);
}

abi::Uint32 FakeLibrary::release_cred(Uint32* minor, abi::CredentialHandle* credential) {
    *minor = 0;
    delete object(*credential);
    *credential = nullptr;
    return abi::status_complete;
}

} // namespace gss::test
