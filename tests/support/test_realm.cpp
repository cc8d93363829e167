// SPDX-License-Identifier: Apache-2.0
#include "test_realm.h"

#include "test_realm_main.h"

#include <cstdlib>
#include <exception>
#include <iostream>
#include <map>
#include <mutex>
#include <thread>

namespace gss::test {

namespace {

std::optional<realm::Realm>& slot() {
    static std::optional<realm::Realm> realm; // ended by main(), before other statics go
    return realm;
}

/// Kept: what a test takes out of a backend, such as native functions, lives on without it. Given
/// up by main(): a backend's threads shall end before what the native libraries do at the end.
struct KeptBackends {
    std::mutex mutex;
    std::map<std::string, Backend, std::less<>> by_name;
};

KeptBackends& kept_backends() {
    static KeptBackends kept;
    return kept;
}

} // namespace

void start_shared_realm(realm::KdcKind kdc) {
    realm::RealmOptions options;
    options.kdc = kdc;
    options.heimdal_prefix = heimdal_prefix();
    options.principals = {{.name = "alice"}, {.name = "bob"}};
    options.services = {"host/localhost", "HTTP/localhost"};
    options.renewable_lifetime = std::chrono::hours(24);
    // A client keytab would let initiators fetch tickets behind a test's back.
    options.client_keytab = false;
    slot() = realm::Realm::start(std::move(options)).value();
    for (const std::string& pair : slot()->environment()) {
        const std::size_t equals = pair.find('=');
        setenv(pair.substr(0, equals).c_str(), pair.substr(equals + 1).c_str(), 1);
    }
}

void stop_shared_realm() {
    kept_backends().by_name.clear();
    slot().reset();
}

realm::Realm& shared_realm() {
    return slot().value();
}

std::string heimdal_prefix() {
    return GSSXX_HEIMDAL_PREFIX;
}

std::vector<std::string> backend_names() {
    std::vector<std::string> names;
    for (const BackendStatus& status : Backend::available()) {
        names.push_back(status.name);
    }
    return names;
}

Backend backend(std::string_view name) {
    KeptBackends& kept = kept_backends();
    const std::lock_guard lock(kept.mutex);
    if (const auto known = kept.by_name.find(name); known != kept.by_name.end()) {
        return known->second;
    }
    Result<Backend> opened = Backend::open(name);
    if (!opened) {
        std::cerr << opened.error().text() << std::endl;
        std::exit(1);
    }
    return kept.by_name.emplace(std::string(name), *std::move(opened)).first->second;
}

ScopedEnvironment::ScopedEnvironment(std::string name, const std::optional<std::string>& value)
    : name_(std::move(name)) {
    if (const char* before = std::getenv(name_.c_str())) {
        before_ = before;
    }
    if (value) {
        setenv(name_.c_str(), value->c_str(), 1);
    } else {
        unsetenv(name_.c_str());
    }
}

ScopedEnvironment::~ScopedEnvironment() {
    if (before_) {
        setenv(name_.c_str(), before_->c_str(), 1);
    } else {
        unsetenv(name_.c_str());
    }
}

void in_fresh_thread(const std::function<void()>& task) {
    std::exception_ptr thrown;
    std::thread([&] {
        try {
            task();
        } catch (...) {
            thrown = std::current_exception();
        }
    }).join();
    if (thrown) {
        std::rethrow_exception(thrown);
    }
}

Result<ContextPair> establish(const Backend& initiator_backend, const Backend& acceptor_backend,
                              const EstablishOptions& options) {
    Result<Name> target =
        Name::import_name(initiator_backend, options.target, name_type::hostbased_service());
    if (!target) {
        return target.error();
    }
    Result<Initiator> initiator = Initiator::create(*target, options.initiate);
    if (!initiator) {
        return initiator.error();
    }
    Result<Acceptor> acceptor = Acceptor::create(acceptor_backend, options.accept);
    if (!acceptor) {
        return acceptor.error();
    }
    Buffer to_initiator;
    while (!initiator->established() || !acceptor->established()) {
        Buffer to_acceptor;
        if (!initiator->established()) {
            Step step = initiator->step(to_initiator);
            if (step.failed()) {
                return *std::move(step.error);
            }
            to_acceptor = std::move(step.token);
        }
        if (!acceptor->established()) {
            Step step = acceptor->step(to_acceptor);
            if (step.failed()) {
                return *std::move(step.error);
            }
            to_initiator = std::move(step.token);
        }
    }
    Result<SecurityContext> context = initiator->finish();
    if (!context) {
        return context.error();
    }
    Result<AcceptedContext> accepted = acceptor->finish();
    if (!accepted) {
        return accepted.error();
    }
    return ContextPair{*std::move(context), *std::move(accepted)};
}

Bytes pattern(std::size_t size) {
    Bytes octets(size);
    std::uint32_t state = 1;
    for (std::byte& octet : octets) {
        state = state * 1664525U + 1013904223U;
        octet = static_cast<std::byte>(state >> 24U);
    }
    return octets;
}

} // namespace gss::test
