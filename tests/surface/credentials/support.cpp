// SPDX-License-Identifier: Apache-2.0
#include "support.h"

#include "access.h"
#include "library_backend.h"

namespace gss::test {

Result<AcquiredCredentials> acquire_from(const Backend& library, CredentialUsage usage,
                                         std::initializer_list<CredentialStore::Element> elements,
                                         const Name* name) {
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    options.store = CredentialStore::of(elements).value();
    options.name = name;
    return Credentials::acquire(library, usage, options);
}

std::string owner_of(const Credentials& credentials) {
    return credentials.inquire().value().name.value().display().value().text;
}

std::string cache_of(const std::string& who) {
    const std::string path = fresh_path("cache");
    shared_realm().kinit(who, path).value();
    return "FILE:" + path;
}

std::string keytab_of(const std::string& who) {
    const std::string path = fresh_path("keytab");
    shared_realm().extract_keytab(who, path).value();
    return "FILE:" + path;
}

Result<std::string> login(const Backend& library, const Credentials& credentials,
                          const std::string& target, const Oid& mechanism) {
    EstablishOptions options = with_mechanism(mechanism);
    options.target = target;
    options.initiate.credentials = &credentials;
    Result<ContextPair> both = establish(library, library, options);
    if (!both) {
        return both.error();
    }
    return both->acceptor.initiator.value().display().value().text;
}

void without_defaults(const std::function<void()>& task) {
    const ScopedEnvironment cache("KRB5CCNAME", "FILE:/nowhere/cache");
    const ScopedEnvironment keytab("KRB5_KTNAME", "FILE:/nowhere/keytab");
    in_fresh_thread(task);
}

rfc2744::Library native(const Backend& library) {
    return static_cast<const rfc2744::LibraryBackend&>(*detail::Access::of(library)).native();
}

bool has_heimdal_kdc() {
    return shared_realm().kdc_kind() == realm::KdcKind::heimdal;
}

} // namespace gss::test
