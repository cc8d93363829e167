// SPDX-License-Identifier: Apache-2.0
// gssxx-sshd --listen ADDR:PORT ...: lets Kerberos principals run commands as the user who started
// it.
#include "sshd_arguments.h"
#include "sshd_runner.h"

#include <exception>
#include <iostream>
#include <variant>

int main(int argc, char** argv) {
    gss::transport::fill_standard_descriptors();
    try {
        const auto parsed = gss::transport::parse_sshd_arguments(argc, argv);
        if (const auto* text = std::get_if<gss::transport::ProgramEnd>(&parsed)) {
            (text->status == 0 ? std::cout : std::cerr) << text->text;
            return text->status;
        }
        return gss::transport::run_sshd(std::get<gss::transport::SshdArguments>(parsed));
    } catch (const std::exception& fault) {
        std::cerr << "gssxx-sshd: " << fault.what() << '\n';
        return gss::transport::sshd_failure;
    }
}
