// SPDX-License-Identifier: Apache-2.0
#include "conformance.h"

#include <atomic>

namespace gss::test {

testing::AssertionResult fails_with(const Step& step, ErrorCode code) {
    if (!step.failed()) {
        return testing::AssertionFailure() << "succeeded instead of " << to_string(code);
    }
    return fails_with(Result<void>(*step.error), code);
}

std::vector<Pair> all_pairs() {
    std::vector<Pair> pairs;
    for (const std::string& initiator : backend_names()) {
        for (const std::string& acceptor : backend_names()) {
            pairs.push_back({initiator, acceptor});
        }
    }
    return pairs;
}

void PrintTo(const Pair& pair, std::ostream* out) {
    *out << pair.initiator << " to " << pair.acceptor;
}

std::string name_of_backend(const testing::TestParamInfo<std::string>& info) {
    return info.param;
}

std::string name_of_pair(const testing::TestParamInfo<Pair>& info) {
    return info.param.initiator + "_" + info.param.acceptor;
}

std::string in_realm(std::string_view principal) {
    return std::string(principal) + "@" + shared_realm().name();
}

Name principal(const Backend& library, std::string_view name) {
    return Name::import_name(library, in_realm(name), name_type::krb5_principal()).value();
}

Name service(const Backend& library, std::string_view name) {
    return Name::import_name(library, name, name_type::hostbased_service()).value();
}

EstablishOptions with_flags(ContextFlags flags, ContextFlags required) {
    EstablishOptions options;
    options.initiate.flags = flags;
    options.initiate.required = required;
    options.accept.required = required;
    return options;
}

EstablishOptions with_mechanism(const Oid& mechanism) {
    EstablishOptions options;
    options.initiate.mechanism = mechanism;
    return options;
}

Bytes altered(BytesView octets, std::size_t index, std::byte bits) {
    Bytes copy(octets.begin(), octets.end());
    copy.at(index) ^= bits;
    return copy;
}

std::string text(BytesView octets) {
    return std::string(as_text(octets));
}

std::string fresh_path(std::string_view stem) {
    static std::atomic<int> count = 0;
    return (shared_realm().folder() / (std::string(stem) + std::to_string(++count))).string();
}

} // namespace gss::test
