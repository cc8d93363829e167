// SPDX-License-Identifier: Apache-2.0
// gssxx-realm run -- CMD: runs a command in a throwaway Kerberos realm.
#include "realm_arguments.h"
#include "realm_runner.h"

#include <exception>
#include <iostream>
#include <variant>

int main(int argc, char** argv) {
    try {
        auto parsed = gss::realm::parse_arguments(argc, argv);
        if (const auto* text = std::get_if<gss::realm::TextAndStatus>(&parsed)) {
            (text->status == 0 ? std::cout : std::cerr) << text->text;
            return text->status;
        }
        return gss::realm::run_in_realm(std::get<gss::realm::RunArguments>(std::move(parsed)));
    } catch (const std::exception& fault) {
        std::cerr << "gssxx-realm: " << fault.what() << '\n';
        return gss::realm::own_failure;
    }
}
