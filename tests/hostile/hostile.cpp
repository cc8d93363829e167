// SPDX-License-Identifier: Apache-2.0
#include "hostile.h"

#include <sys/fsuid.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>

namespace gss::test {

namespace {

constexpr unsigned nobody = 65534;

} // namespace

std::string backend_label(const testing::TestParamInfo<std::string>& info) {
    return info.param;
}

void with_environment(const Environment& variables, const std::function<void()>& task) {
    std::vector<std::unique_ptr<ScopedEnvironment>> scopes;
    for (const auto& [name, value] : variables) {
        scopes.push_back(std::make_unique<ScopedEnvironment>(name, value));
    }
    in_fresh_thread(task);
}

std::filesystem::path scratch_folder(std::string_view name) {
    const std::filesystem::path folder = shared_realm().folder() / "hostile" / name;
    std::filesystem::create_directories(folder);
    return folder;
}

std::string read_octets(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void write_octets(const std::filesystem::path& path, std::string_view octets) {
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(octets.data(), static_cast<std::streamsize>(octets.size()));
    file.close();
    // Heimdal refuses caches that others may read.
    std::filesystem::permissions(path, std::filesystem::perms(0600));
}

OrdinaryUser::OrdinaryUser() : root_(geteuid() == 0) {
    if (root_) {
        setfsuid(nobody); // of this thread alone
    }
}

OrdinaryUser::~OrdinaryUser() {
    if (root_) {
        setfsuid(0);
    }
}

OpenFolder::OpenFolder() {
    std::string name = std::filesystem::temp_directory_path() / "gssxx-hostile-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error("no folder " + name);
    }
    path_ = name;
    std::filesystem::permissions(path_, std::filesystem::perms(0755));
    std::filesystem::copy_file(shared_realm().krb5_conf(), krb5_conf());
    std::filesystem::permissions(krb5_conf(), std::filesystem::perms(0644));
}

OpenFolder::~OpenFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::optional<Error> acquire_error(const Backend& backend, CredentialUsage usage,
                                   const std::string& principal, Deadline deadline) {
    AcquireOptions options;
    options.deadline = deadline;
    options.mechanisms.insert(mechanism::krb5());
    std::optional<Name> name;
    if (!principal.empty()) {
        const bool service = usage == CredentialUsage::accept;
        name = Name::import_name(backend, principal,
                                 service ? name_type::hostbased_service()
                                         : name_type::krb5_principal())
                   .value();
        options.name = &*name;
    }
    Result<AcquiredCredentials> acquired = Credentials::acquire(backend, usage, options);
    return acquired ? std::nullopt : std::optional(acquired.error());
}

Result<Bytes> first_token(const Backend& backend, const std::string& service,
                          InitiateOptions options, Deadline deadline) {
    const Oid& type = service.find('/') == std::string::npos ? name_type::hostbased_service()
                                                             : name_type::krb5_principal();
    const Name target = Name::import_name(backend, service, type).value();
    Initiator initiator = Initiator::create(target, options).value();
    Step step = initiator.step({}, deadline);
    if (step.failed()) {
        return *std::move(step.error);
    }
    const BytesView token = step.token;
    return Bytes(token.begin(), token.end());
}

std::optional<Error> initiate_error(const Backend& backend, const std::string& service,
                                    const InitiateOptions& options, Deadline deadline) {
    Result<Bytes> token = first_token(backend, service, options, deadline);
    return token ? std::nullopt : std::optional(token.error());
}

std::optional<Error> accept_error(const Backend& backend, BytesView token,
                                  const AcceptOptions& options) {
    Acceptor acceptor = Acceptor::create(backend, options).value();
    Step step = acceptor.step(token);
    return step.error;
}

void expect_failure(const std::optional<Error>& error, ErrorCode code,
                    const std::vector<std::string>& things) {
    ASSERT_TRUE(error.has_value()) << "no failure; expected " << to_string(code);
    const std::string text = error->text();
    std::cout << "    " << text << '\n';
    EXPECT_EQ(to_string(error->code()), to_string(code)) << text;
    for (const std::string& thing : things) {
        EXPECT_NE(text.find(thing), std::string::npos) << "does not name " << thing << ": " << text;
    }
}

Survival in_subprocess(const std::function<int()>& task) {
    std::cout.flush();
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        int status = 1;
        try {
            status = task();
        } catch (const std::exception& thrown) {
            std::cerr << "subprocess: " << thrown.what() << std::endl;
        }
        std::cout.flush();
        _exit(status);
    }
    Survival survival;
    int raw = 0;
    if (child < 0 || waitpid(child, &raw, 0) != child) {
        return survival;
    }
    survival.exited = WIFEXITED(raw);
    survival.status = survival.exited ? WEXITSTATUS(raw) : WTERMSIG(raw);
    return survival;
}

void expect_in_subprocess(const std::function<void()>& task) {
    const Survival survival = in_subprocess([&task] {
        task();
        return testing::Test::HasFailure() ? 1 : 0;
    });
    EXPECT_TRUE(survival.exited) << "signal " << survival.status;
    EXPECT_EQ(survival.status, 0) << "see above";
}

} // namespace gss::test
