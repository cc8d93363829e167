// SPDX-License-Identifier: Apache-2.0
// The throwaway realm that a test program runs in, and pairs of contexts made in it.
#pragma once

#include <gssxx/gssxx.h>
#include <gssxx/realm/realm.h>

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::test {

/// The realm that main() started; the process's environment points to it.
/// Services: host/localhost and HTTP/localhost; principals: alice (logged in), bob.
[[nodiscard]] realm::Realm& shared_realm();

/// The folder of unpacked Heimdal programs that the build was told of; empty: the system's.
[[nodiscard]] std::string heimdal_prefix();

/// The backends under test, for parameterised tests: every one that was built in. A library that
/// cannot be opened fails the test that wants it.
[[nodiscard]] std::vector<std::string> backend_names();

/// Opens a backend or ends the test program with the reason.
[[nodiscard]] Backend backend(std::string_view name);

/// Sets an environment variable (or removes it, for no value) and puts it back at the end.
/// Not for tests in which other threads run. Heimdal keeps a Kerberos context per thread: what it
/// shall notice is done in a fresh thread.
class ScopedEnvironment {
public:
    ScopedEnvironment(std::string name, const std::optional<std::string>& value);
    ~ScopedEnvironment();
    ScopedEnvironment(const ScopedEnvironment&) = delete;
    ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

private:
    std::string name_;
    std::optional<std::string> before_;
};

/// Runs @p task in a thread of its own and waits for it; exceptions pass through.
void in_fresh_thread(const std::function<void()>& task);

/// Both ends of an established context.
struct ContextPair {
    SecurityContext initiator;
    AcceptedContext acceptor;
};

/// How establish() goes about it.
struct EstablishOptions {
    std::string target = "host@localhost";
    InitiateOptions initiate;
    AcceptOptions accept;
};

/// Establishes a context between two backends; the first failing step's Error otherwise.
[[nodiscard]] Result<ContextPair> establish(const Backend& initiator, const Backend& acceptor,
                                            const EstablishOptions& options = {});

/// Octets that do not repeat with a short period.
[[nodiscard]] Bytes pattern(std::size_t size);

} // namespace gss::test
