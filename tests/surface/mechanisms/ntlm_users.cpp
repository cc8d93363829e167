// SPDX-License-Identifier: Apache-2.0
#include "ntlm_users.h"

#include <test_realm.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace gss::test {

namespace {

/// Before the first call of the library: it reads the list of mechanisms once.
class KnowsNtlm : public testing::Environment {
protected:
    void SetUp() override {
        const char* const config = std::getenv("GSSXX_TEST_NTLM_CONFIG");
        ASSERT_NE(config, nullptr);
        ASSERT_TRUE(std::filesystem::exists(config))
            << config << " (install the Debian package gss-ntlmssp)";
        setenv("GSS_MECH_CONFIG", config, 1);
        const std::filesystem::path users =
            write_ntlm_users("ntlm-users", "DOMAIN:carol:secret\nDOMAIN:dave:hidden\n");
        setenv("NTLM_USER_FILE", users.c_str(), 1);
    }
};

const testing::Environment* const registered =
    testing::AddGlobalTestEnvironment(new KnowsNtlm); // owned by the framework

} // namespace

std::filesystem::path write_ntlm_users(std::string_view file_name, std::string_view lines) {
    const std::filesystem::path path = shared_realm().folder() / file_name;
    std::ofstream(path) << lines;
    return path;
}

} // namespace gss::test
