// SPDX-License-Identifier: Apache-2.0
// Contexts whose two sides live in environments of their own, as on two machines.
#pragma once

#include "negotiation.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gss::test {

/// Runs a task with these NAME=VALUE pairs, in a fresh thread: Heimdal keeps what it has read.
[[nodiscard]] inline std::function<void(const std::function<void()>&)>
at_place(std::vector<std::string> environment) {
    return [environment = std::move(environment)](const std::function<void()>& task) {
        std::vector<std::unique_ptr<ScopedEnvironment>> changed;
        for (const std::string& pair : environment) {
            const std::size_t equals = pair.find('=');
            changed.push_back(std::make_unique<ScopedEnvironment>(pair.substr(0, equals),
                                                                  pair.substr(equals + 1)));
        }
        in_fresh_thread(task);
    };
}

} // namespace gss::test
