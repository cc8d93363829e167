// SPDX-License-Identifier: Apache-2.0
// gssxx-ssh [USER@]HOST [COMMAND...]: logs in with a Kerberos ticket and runs a command.
#include "ssh_arguments.h"
#include "ssh_runner.h"

#include <exception>
#include <iostream>
#include <variant>

int main(int argc, char** argv) {
    gss::transport::fill_standard_descriptors();
    try {
        const auto parsed = gss::transport::parse_ssh_arguments(argc, argv);
        if (const auto* text = std::get_if<gss::transport::ProgramEnd>(&parsed)) {
            (text->status == 0 ? std::cout : std::cerr) << text->text;
            return text->status;
        }
        return gss::transport::run_ssh(std::get<gss::transport::SshArguments>(parsed));
    } catch (const std::exception& fault) {
        std::cerr << "gssxx-ssh: " << fault.what() << '\n';
        return gss::transport::ssh_failure;
    }
}
