// SPDX-License-Identifier: Apache-2.0
// Credentials by password, kept in a cache of their own, exported, and used; and a list of caches.
#include <gssxx/gssxx.h>
#include <gssxx/krb5/cache_collection.h>
#include <gssxx/krb5/credentials.h>

#include <iostream>
#include <string>

namespace {

/// Credentials that are in no file: a cache in memory has them, and goes with its object.
gss::ExportedCredentials by_password(const gss::Backend& backend, const std::string& principal,
                                     const std::string& password) {
    const gss::Name name =
        gss::Name::import_name(backend, principal, gss::name_type::krb5_principal()).value();
    gss::PasswordOptions options;
    options.mechanisms = {gss::mechanism::krb5()};
    options.deadline = gss::Deadline::after(std::chrono::seconds(30)); // it asks the KDC
    const gss::Credentials credentials =
        gss::Credentials::acquire_with_password(backend, name, password, options)
            .value()
            .credentials;

    const gss::krb5::MemoryCache cache = gss::krb5::MemoryCache::create(backend).value();
    gss::StoreOptions overwrite;
    overwrite.overwrite = true;
    static_cast<void>(credentials.store_into(cache.store(), overwrite).value());
    return credentials.export_credentials().value();
}

void list_caches(const gss::Backend& backend) {
    const auto collection = gss::krb5::CacheCollection::open(backend).value();
    for (const gss::krb5::Cache& cache : collection.list().value()) {
        std::cout << (cache.chosen ? "* " : "  ") << cache.name << " "
                  << cache.principal.value_or("(nobody)") << '\n';
    }
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: credentials PRINCIPAL <PASSWORD (standard input)\n";
        return 2;
    }
    try {
        const gss::Backend backend = gss::Backend::open_default().value();
        std::string password;
        std::getline(std::cin, password);
        const gss::ExportedCredentials exported = by_password(backend, argv[1], password);
        gss::secure_wipe(std::as_writable_bytes(std::span(password)));

        // In another process, or later:
        const auto imported =
            gss::Credentials::import_credentials(
                backend, gss::ExportedCredentials::parse(exported.bytes()).value())
                .value();
        const gss::CredentialInfo info = imported.credentials.inquire().value();
        std::cout << "credentials of " << info.name.value().display().value().text << '\n';
        list_caches(backend);
        return 0;
    } catch (const gss::Exception& failure) {
        std::cerr << "credentials: " << failure.error().text() << std::endl;
        return 1;
    }
}
