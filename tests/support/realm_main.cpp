// SPDX-License-Identifier: Apache-2.0
// main() of test programs that run in a realm: --kdc=mit (default) or --kdc=heimdal.
#include "test_realm_main.h"

#include <gtest/gtest.h>

#include <exception>
#include <iostream>
#include <string_view>

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    auto kdc = gss::realm::KdcKind::mit;
    for (int index = 1; index < argc; ++index) {
        const std::string_view argument = argv[index];
        if (argument == "--kdc=heimdal") {
            kdc = gss::realm::KdcKind::heimdal;
        } else if (argument != "--kdc=mit") {
            std::cerr << "unknown argument " << argument << std::endl;
            return 2;
        }
    }
    if (testing::GTEST_FLAG(list_tests)) {
        return RUN_ALL_TESTS();
    }
    try {
        gss::test::start_shared_realm(kdc);
    } catch (const std::exception& error) {
        std::cerr << "no realm: " << error.what() << std::endl;
        return 1;
    }
    const int status = RUN_ALL_TESTS();
    gss::test::stop_shared_realm();
    return status;
}
