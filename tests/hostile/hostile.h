// SPDX-License-Identifier: Apache-2.0
// What the tests of bad input share: attempts that end in an Error, and what is asked of it.
#pragma once

#include "test_realm.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::test {

/// Tests that run once per backend; the parameter is its name.
class OnBackend : public testing::TestWithParam<std::string> {
protected:
    [[nodiscard]] Backend library() const { return backend(GetParam()); }
};

/// Names the instances of OnBackend by their backend.
[[nodiscard]] std::string backend_label(const testing::TestParamInfo<std::string>& info);

using Environment = std::vector<std::pair<std::string, std::optional<std::string>>>;

/// Runs @p task with these variables, in a fresh thread, because Heimdal keeps what it has read.
void with_environment(const Environment& variables, const std::function<void()>& task);

/// A folder of its own below the realm's, for files that a test breaks.
[[nodiscard]] std::filesystem::path scratch_folder(std::string_view name);

[[nodiscard]] std::string read_octets(const std::filesystem::path& path);
void write_octets(const std::filesystem::path& path, std::string_view octets);

/// Files of this thread are opened as the ordinary user "nobody", when the tests run as root.
/// The realm's folder is closed to that user: krb5.conf is copied into an open folder.
class OrdinaryUser {
public:
    OrdinaryUser();
    ~OrdinaryUser();
    OrdinaryUser(const OrdinaryUser&) = delete;
    OrdinaryUser& operator=(const OrdinaryUser&) = delete;

private:
    bool root_;
};

/// A folder outside the realm's that everybody may enter, with a copy of krb5.conf; gone with
/// the object.
class OpenFolder {
public:
    OpenFolder();
    ~OpenFolder();
    OpenFolder(const OpenFolder&) = delete;
    OpenFolder& operator=(const OpenFolder&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::string krb5_conf() const { return path_ / "krb5.conf"; }

private:
    std::filesystem::path path_;
};

/// The Error of acquiring credentials of @p principal (empty: the default), if it fails.
[[nodiscard]] std::optional<Error> acquire_error(const Backend& backend, CredentialUsage usage,
                                                 const std::string& principal = {},
                                                 Deadline deadline = {});

/// The first step towards @p service ("host@localhost"): a token or an Error.
[[nodiscard]] Result<Bytes> first_token(const Backend& backend, const std::string& service,
                                        InitiateOptions options = {}, Deadline deadline = {});

/// The Error of that step, if it fails.
[[nodiscard]] std::optional<Error> initiate_error(const Backend& backend,
                                                  const std::string& service = "host@localhost",
                                                  const InitiateOptions& options = {},
                                                  Deadline deadline = {});

/// The Error of accepting @p token, if that fails.
[[nodiscard]] std::optional<Error> accept_error(const Backend& backend, BytesView token,
                                                const AcceptOptions& options = {});

/// Asks of a failure: this code, and a text that names all of @p things. Prints the text.
void expect_failure(const std::optional<Error>& error, ErrorCode code,
                    const std::vector<std::string>& things);

/// How a task in a process of its own ended.
struct Survival {
    bool exited = false;
    int status = 0; ///< exit status, or the signal that ended it
};

/// Runs @p task in a forked process, which exits with the value that it returns. Killed after a
/// minute.
[[nodiscard]] Survival in_subprocess(const std::function<int()>& task);

/// Runs @p task, which has expectations of its own, in a forked process and passes them on. For
/// calls in which a library leaks by itself: a process that ends like this is not asked for leaks.
void expect_in_subprocess(const std::function<void()>& task);

} // namespace gss::test
