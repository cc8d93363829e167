// SPDX-License-Identifier: Apache-2.0
#include "arguments.h"

#include <string_view>

namespace gss::bench {

std::string usage() {
    return "gssxx_bench [--json FILE] [--markdown] [--filter REGEX] [--quick] [--no-fail]\n"
           "\n"
           "Compares gssxx with the same C calls on the same loaded library, and its SSH "
           "transport\n"
           "with AsyncSSH and OpenSSH. Wants a realm: run it under gssxx-realm, with a login and\n"
           "the service host/localhost.\n"
           "\n"
           "  --json FILE     also writes the rows there\n"
           "  --markdown      prints a Markdown table at the end\n"
           "  --filter REGEX  only rows whose name the expression matches\n"
           "  --quick         short and less certain\n"
           "  --no-fail       exits with 0 even when a bound is missed (else 1)\n";
}

std::variant<Arguments, HelpWanted, std::string> parse_arguments(int argc, char** argv) {
    Arguments arguments;
    for (int index = 1; index < argc; ++index) {
        const std::string_view argument = argv[index];
        const bool wants_value = argument == "--json" || argument == "--filter";
        if (wants_value && index + 1 == argc) {
            return std::string(argument) + " wants a value";
        }
        if (argument == "--json") {
            arguments.json = argv[++index];
        } else if (argument == "--filter") {
            arguments.filter = argv[++index];
        } else if (argument == "--markdown") {
            arguments.markdown = true;
        } else if (argument == "--quick") {
            arguments.quick = true;
        } else if (argument == "--no-fail") {
            arguments.fail = false;
        } else if (argument == "--help" || argument == "-h") {
            return HelpWanted{};
        } else {
            return "unknown argument " + std::string(argument);
        }
    }
    return arguments;
}

} // namespace gss::bench
