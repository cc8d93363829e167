// SPDX-License-Identifier: Apache-2.0
// A process of a server's, with pipes to it.
#pragma once

#include "descriptor.h"

#include <gssxx/transport/process.h>

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace gss::inline v0::transport::detail {

/// How a process ended: as wait(2) has it, or nothing when somebody else has waited for it.
struct ChildEnd {
    std::optional<int> status;
};

/// A process in a session and process group of its own. Its destructor hangs it up, kills it when
/// that does not help, and waits for it: no process is left, and none is signalled that is not
/// ours any more.
class Child {
public:
    /// Starts one, with pipes as input, output and errors. Fails with unavailable.
    [[nodiscard]] static Result<Child> start(const ProcessOptions& options);
    Child(Child&& other) noexcept;
    Child& operator=(Child&& other) noexcept;
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;
    ~Child() { end(std::chrono::milliseconds(500)); }

    [[nodiscard]] int input() const noexcept { return input_.get(); }
    [[nodiscard]] int output() const noexcept { return output_.get(); }
    [[nodiscard]] int errors() const noexcept { return errors_.get(); }
    void close_input() noexcept { input_.reset(); }
    void close_output() noexcept { output_.reset(); }
    void close_errors() noexcept { errors_.reset(); }

    /// Becomes readable when the process has ended; -1 on systems without such a thing: then ask
    /// ended() often.
    [[nodiscard]] int descriptor() const noexcept { return handle_.get(); }
    /// How it ended, once it has; the process is then gone.
    [[nodiscard]] std::optional<ChildEnd> ended() noexcept;
    /// Sends a signal to its process group, while it is there.
    void signal(int number) noexcept;
    /// Closes the pipes and hangs the group up.
    void hang_up() noexcept;
    /// Hangs the group up, kills it after @p grace, and waits for a second at most: what root has
    /// taken over or the system holds fast is then given up. False for that.
    bool end(std::chrono::milliseconds grace) noexcept;
    /// Waits until @p until and no longer.
    [[nodiscard]] bool ended_by(std::chrono::steady_clock::time_point until) noexcept;
    /// Lets it be. Whoever starts or ends another process asks whether this one has ended.
    void give_up() noexcept;

private:
    Child() = default;
    void gone(std::optional<int> status) noexcept;

    pid_t pid_ = 0; ///< 0: gone
    Descriptor input_;
    Descriptor output_;
    Descriptor errors_;
    Descriptor handle_;
    std::optional<ChildEnd> end_;
};

/// Ends all of them with one @p grace for all. Returns how many had to be given up.
[[nodiscard]] std::size_t end_all(std::vector<Child> children,
                                  std::chrono::milliseconds grace) noexcept;

/// The number of a signal of RFC 4254 s6.10, without "SIG"; nothing for other names.
[[nodiscard]] std::optional<int> signal_number(std::string_view name) noexcept;
/// Its name; for others a local one with "@" (RFC 4254 s6.10).
[[nodiscard]] std::string signal_name(int number);

} // namespace gss::inline v0::transport::detail
