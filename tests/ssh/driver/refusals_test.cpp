// SPDX-License-Identifier: Apache-2.0
// With real tickets: whatever is altered in a MIC, in what goes into the exchange hash, or in what
// user authentication signs, the MIC is refused. Every bit, one at a time, for every kex method.
#include "real.h"

#include "reader.h"
#include "writer.h"

#include <algorithm>
#include <array>
#include <iostream>
#include <utility>

namespace gss::test {
namespace {

using ssh::KexFamily;
using ssh::KexKind;
using ssh::wire::Reader;
using ssh::wire::Writer;

constexpr std::size_t least_refusals = 50000;
constexpr std::size_t any_size = 1U << 20U;

/// What of a key exchange is needed to make the hash again.
struct Exchange {
    Bytes hash_input;
    Bytes hash;
    Bytes mic;
};

/// Strings and mpints have one form: what is copied is what was sent.
Exchange exchange_of(const Session& session, const ssh::KexFamilyInfo& info, const Talk& talk) {
    Writer input;
    input.text(session.client_version).text(session.server_version);
    input.string(session.client_kexinit).string(session.server_kexinit);
    const Bytes host_key = talk.message(33);
    if (host_key.empty()) {
        input.text("");
    } else {
        input.raw(BytesView(host_key).subspan(1));
    }
    if (info.kind == KexKind::dh_group_exchange) {
        const Bytes request = talk.message(40);
        const Bytes group = talk.message(41);
        input.raw(BytesView(request).subspan(1)).raw(BytesView(group).subspan(1));
    }
    const Bytes init = talk.message(30);
    Reader ours(BytesView(init).subspan(1));
    static_cast<void>(ours.string(any_size)); // the token
    input.string(ours.string(any_size));
    const Bytes complete = talk.message(32);
    Reader theirs(BytesView(complete).subspan(1));
    input.string(theirs.string(any_size));
    const BytesView mic = theirs.string(any_size);
    const auto* done = talk.last<ssh::KexDone>(Side::client);
    input.raw(done->shared_secret.view());
    const BytesView hash = done->exchange_hash.view();
    return {input.take(), Bytes(hash.begin(), hash.end()), Bytes(mic.begin(), mic.end())};
}

SecretBytes hash_of(ssh::HashAlgorithm algorithm, BytesView input) {
    const std::unique_ptr<ssh::Hash> hash = ssh::openssl_crypto().hash(algorithm).value();
    hash->update(input).value();
    return hash->finish().value();
}

/// Calls @p each with every bit of @p octets inverted, one at a time.
template <typename Each>
void for_every_bit(Bytes octets, Each&& each) {
    for (std::byte& octet : octets) {
        for (unsigned bit = 0; bit < 8; ++bit) {
            octet ^= static_cast<std::byte>(1U << bit);
            each(BytesView(octets));
            octet ^= static_cast<std::byte>(1U << bit);
        }
    }
}

struct Case {
    std::string library;
    KexFamily family = KexFamily::curve25519_sha256;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << ssh::info(one.family).prefix << " on " << one.library;
}

std::vector<Case> all_cases() {
    std::vector<Case> all;
    for (const std::string& library : backend_names()) {
        for (const KexFamily family : all_families()) {
            all.push_back({library, family});
        }
    }
    return all;
}

/// "group14_sha256_mit_mit": as the other tests, with the libraries of both ends.
std::string label_of_case(const testing::TestParamInfo<Case>& info) {
    constexpr std::string_view start = "gss-";
    std::string method(ssh::info(info.param.family).prefix.substr(start.size()));
    std::ranges::replace(method, '-', '_');
    return method + info.param.library + "_" + info.param.library;
}

class Refusals : public testing::TestWithParam<Case> {
protected:
    /// Has @p by verify what was altered.
    void verify(ssh::Driver& by, BytesView data, BytesView mic) {
        const ssh::VerifyAnswer answer =
            by.verify_mic({1, context_, SecretBytes(data), Bytes(mic.begin(), mic.end())});
        ++(answer.verified ? accepted_ : refusals_);
    }
    /// That a MIC is taken which was not altered: nothing was refused for another reason.
    void expect_genuine(ssh::Driver& by, BytesView data, BytesView mic) const {
        EXPECT_TRUE(by.verify_mic({1, context_, SecretBytes(data), Bytes(mic.begin(), mic.end())})
                        .verified);
    }

    ssh::ContextName context_;
    std::size_t refusals_ = 0;
    std::size_t accepted_ = 0;
};

INSTANTIATE_TEST_SUITE_P(All, Refusals, testing::ValuesIn(all_cases()), label_of_case);

TEST_P(Refusals, every_altered_bit_is_refused) {
    const ssh::KexFamilyInfo& info = ssh::info(GetParam().family);
    const Backend library = backend(GetParam().library);
    Session session = test::session(library, library, letting("alice"));
    session.host_key = host_key();
    const Talk talk = session.exchange_keys(info.family);
    ASSERT_TRUE(exchanged(talk)) << talk.faults();
    context_ = talk.last<ssh::KexDone>(Side::client)->context;
    const Exchange exchange = exchange_of(session, info, talk);
    ASSERT_TRUE(std::ranges::equal(hash_of(info.hash, exchange.hash_input).view(), exchange.hash))
        << "the hash is not made of what was said";
    for_every_bit(exchange.mic,
                  [&](BytesView mic) { verify(session.client(), exchange.hash, mic); });
    for_every_bit(exchange.hash_input, [&](BytesView input) {
        verify(session.client(), hash_of(info.hash, input).view(), exchange.mic);
    });
    // A long name makes for as many bits as are missing.
    constexpr std::size_t bits = 8;
    const std::size_t missing = least_refusals - std::min(refusals_, least_refusals);
    for (const std::string_view method : {ssh::keyex_method, ssh::with_mic_method}) {
        const std::string user(missing / bits / 2 + 1, 'u');
        const Bytes data =
            ssh::mic_data({session.session_id(), user, ssh::connection_service, method});
        const Bytes mic = session.client().get_mic({1, context_, SecretBytes(data)}).mic.value();
        for_every_bit(data, [&](BytesView altered) { verify(session.server(), altered, mic); });
        for_every_bit(mic, [&](BytesView altered) { verify(session.server(), data, altered); });
        expect_genuine(session.server(), data, mic);
    }
    expect_genuine(session.client(), exchange.hash, exchange.mic);
    EXPECT_EQ(accepted_, 0U);
    EXPECT_GE(refusals_, least_refusals);
    std::cout << "    " << refusals_ << " refusals\n";
}

} // namespace
} // namespace gss::test
