// SPDX-License-Identifier: Apache-2.0
// A program under test as a child of the test, with what it writes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace gss::test::interop {

/// Runs in the test's own environment, which points to the realm. Ended with the object.
class Program {
public:
    /// @p input becomes standard input; without one it is empty.
    explicit Program(std::vector<std::string> arguments, std::optional<int> input = std::nullopt);
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;
    ~Program();

    /// Waits until the program has written @p text after the first @p from octets; false when it
    /// ends or dallies without.
    [[nodiscard]] bool wait_for(std::string_view text, std::size_t from = 0);
    /// Waits for the end: the exit status, 128 + n for signal n, -1 when it had to be killed.
    [[nodiscard]] int finish();
    /// Standard output and standard error so far, as they came.
    [[nodiscard]] const std::string& output() const noexcept { return output_; }

private:
    /// Takes in what the program writes next; false at the end or when the time is over.
    bool read_more();

    pid_t pid_ = -1;
    int output_end_ = -1;
    std::string output_;
};

/// An example of the build, by its name.
[[nodiscard]] std::string example(std::string_view name);

/// A server among the examples that listens already, and its port.
class Server {
public:
    /// "--port 0" is added. A server that does not come up fails the test.
    Server(std::string_view name, const std::vector<std::string>& arguments);

    [[nodiscard]] const std::string& port() const noexcept { return port_; }
    [[nodiscard]] Program& program() noexcept { return program_; }

private:
    Program program_;
    std::string port_;
};

} // namespace gss::test::interop
