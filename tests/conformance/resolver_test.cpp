// SPDX-License-Identifier: Apache-2.0
// Who is asked for names of hosts, and when. The program has a resolver of its own in front of the
// system's, which counts.
#include "test_realm.h"

#include <gtest/gtest.h>

#include <dlfcn.h>
#include <netdb.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <string>

namespace {

std::atomic<int> questions{0};

} // namespace

// Found by the Kerberos libraries before the system's.
extern "C" __attribute__((visibility("default"))) int
getaddrinfo(const char* node, const char* service, const addrinfo* hints, addrinfo** found) {
    using Function = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto next = reinterpret_cast<Function>(dlsym(RTLD_NEXT, "getaddrinfo"));
    ++questions;
    return next(node, service, hints, found);
}

namespace gss::test {
namespace {

/// The realm's krb5.conf, but with names of hosts asked for as a Kerberos library does by itself.
std::string config_with_dns() {
    const char* const usual = std::getenv("KRB5_CONFIG");
    std::ifstream in(usual);
    const std::string path = std::string(usual) + ".dns";
    std::ofstream out(path);
    for (std::string line; std::getline(in, line);) {
        if (line.find("dns_canonicalize_hostname") == std::string::npos) {
            out << line << '\n';
        }
    }
    return path;
}

class Resolver : public testing::TestWithParam<std::string> {};

// A peer may own the name, and an answer that DNS holds up holds up a caller with a deadline.
TEST_P(Resolver, nobody_is_asked_when_the_peers_answer_has_come) {
    const ScopedEnvironment environment("KRB5_CONFIG", config_with_dns());
    for (const bool spoilt : {false, true}) {
        in_fresh_thread([&] {
            const Backend library = backend(GetParam());
            const Name target =
                Name::import_name(library, "host@localhost", name_type::hostbased_service())
                    .value();
            Initiator left = Initiator::create(target).value();
            Acceptor right = Acceptor::create(library).value();
            const Deadline deadline = Deadline::after(std::chrono::seconds(60));
            questions = 0;
            const Step first = left.step({}, deadline);
            ASSERT_TRUE(first.more());
            EXPECT_GT(questions, 0) << "nothing is tested: the name came from elsewhere";
            const Step answer = right.step(first.token);
            ASSERT_TRUE(answer.done());
            Bytes token(answer.token.view().begin(), answer.token.view().end());
            token.back() ^= static_cast<std::byte>(spoilt ? 1 : 0);
            questions = 0;
            EXPECT_EQ(left.step(token, deadline).done(), !spoilt);
            EXPECT_EQ(questions, 0);
        });
    }
}

INSTANTIATE_TEST_SUITE_P(Backends, Resolver, testing::ValuesIn(backend_names()),
                         [](const auto& one) { return one.param; });

} // namespace
} // namespace gss::test
