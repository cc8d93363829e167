// SPDX-License-Identifier: Apache-2.0
// Drivers on a counted fake library.
#pragma once

#include "fake_ssh.h"
#include "puppet_engine.h"

#include <utility>

namespace gss::test {

inline ssh::AuthorizeAnswer anybody(const ssh::AuthorizationRequest& /*request*/) {
    return ssh::allow();
}

inline void ignore(const ssh::Action& /*action*/) {}

class DriverTest : public testing::Test {
protected:
    [[nodiscard]] ssh::Driver client() { return driver(library_.backend, to_host()); }
    [[nodiscard]] ssh::Driver server(ssh::DriverOptions options = {}) {
        return driver(library_.backend, std::move(options));
    }
    [[nodiscard]] Bytes mic(ssh::Driver& from, const ssh::ContextName& context,
                            std::string_view text) {
        return from.get_mic({1, context, secret(text)}).mic.value();
    }
    [[nodiscard]] bool verifies(ssh::Driver& by, const ssh::ContextName& context,
                                std::string_view text, BytesView mic) {
        return by.verify_mic({1, context, secret(text), octets_of(mic)}).verified;
    }
    [[nodiscard]] std::size_t outstanding(CountingLibrary::Kind kind) const {
        return library_.counted.outstanding(kind);
    }
    /// Has an engine say @p action to @p to.
    static void say(ssh::Driver& to, ssh::Action action) {
        PuppetEngine engine;
        engine.put(std::move(action));
        to.run(engine, ignore);
    }

    CountedFake library_;
    FakeLibrary& fake_ = library_.fake;
};

} // namespace gss::test
