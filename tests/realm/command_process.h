// SPDX-License-Identifier: Apache-2.0
// The command gssxx-realm as a child of the test, as an ordinary user.
#pragma once

#include "support.h"

#include <string>
#include <vector>

namespace realm_test {

/// gssxx-realm in a process group of its own, with its output in a file. When the test runs as
/// root the command runs as nobody, because that is how it has to work.
class CommandProcess {
public:
    explicit CommandProcess(std::vector<std::string> arguments);
    CommandProcess(const CommandProcess&) = delete;
    CommandProcess& operator=(const CommandProcess&) = delete;
    ~CommandProcess();

    /// Waits for the end; the exit status, or 128 + n.
    int wait();
    /// Signals gssxx-realm alone, or the whole group as a terminal does.
    void signal(int number) const;
    void signal_group(int number) const;
    /// Standard output so far.
    [[nodiscard]] std::string output() const;
    [[nodiscard]] std::string errors() const;
    /// Waits for a whole line of output; empty when none comes.
    [[nodiscard]] std::string first_line() const;

private:
    ScratchFolder scratch_;
    pid_t pid_ = 0;
    int status_ = -1;
};

/// "run --kdc KIND --parent PARENT ... -- " and the command.
[[nodiscard]] std::vector<std::string> run_arguments(gss::realm::KdcKind kind,
                                                     const std::filesystem::path& parent,
                                                     const std::vector<std::string>& options,
                                                     const std::vector<std::string>& command);

} // namespace realm_test
