// SPDX-License-Identifier: Apache-2.0
#include "negotiation.h"

#include <algorithm>

namespace gss::test {

namespace {

void run(const std::function<void(const std::function<void()>&)>& around,
         const std::function<void()>& step) {
    if (around) {
        around(step);
    } else {
        step();
    }
}

constexpr std::size_t most_legs = 20;

} // namespace

Negotiation negotiate(const Backend& initiator_backend, const Backend& acceptor_backend,
                      const NegotiationOptions& options) {
    Negotiation result;
    const Name target = service(initiator_backend, options.establish.target);
    Initiator initiator = Initiator::create(target, options.establish.initiate).value();
    Acceptor acceptor = Acceptor::create(acceptor_backend, options.establish.accept).value();
    Bytes token;
    for (std::size_t leg = 0; leg < most_legs; ++leg) {
        const bool initiates = leg % 2 == 0;
        Step step;
        run(initiates ? options.initiating : options.accepting,
            [&] { step = initiates ? initiator.step(token) : acceptor.step(token); });
        if (step.failed()) {
            result.error = step.error;
            result.initiator_failed = initiates;
            return result;
        }
        token.assign(step.token.view().begin(), step.token.view().end());
        if (!token.empty()) {
            result.legs.push_back(token);
            if (options.tamper) {
                options.tamper(leg, token);
            }
        }
        if (initiator.established() && acceptor.established()) {
            result.contexts = ContextPair{initiator.finish().value(), acceptor.finish().value()};
            return result;
        }
        if (token.empty()) {
            break;
        }
    }
    result.error = Error(ErrorCode::failure, "negotiate", "it came to no end");
    return result;
}

ContextPair established(Negotiation negotiation) {
    if (negotiation.error) {
        throw_exception(*negotiation.error);
    }
    return *std::move(negotiation.contexts);
}

void expect_working(ContextPair& contexts, const Oid& mechanism) {
    SecurityContext& one = contexts.initiator;
    SecurityContext& other = contexts.acceptor.context;
    EXPECT_EQ(one.mechanism(), mechanism);
    EXPECT_EQ(other.mechanism(), mechanism);
    for (auto [from, to] : {std::pair(&one, &other), std::pair(&other, &one)}) {
        const Bytes message = pattern(1000);
        const Buffer mic = from->get_mic(message).value();
        EXPECT_TRUE(succeeds(to->verify_mic(message, mic)));
        const Wrapped sealed = from->wrap(message).value();
        EXPECT_TRUE(sealed.sealed);
        const Result<Unwrapped> opened = to->unwrap(sealed.token);
        ASSERT_TRUE(succeeds(opened));
        EXPECT_TRUE(opened->sealed);
        EXPECT_EQ(text(opened->message), text(message));
        const Wrapped open = from->wrap(message, Seal::integrity_only).value();
        EXPECT_EQ(open.sealed, mechanism == mechanism::ntlm()) << "NTLM always seals";
        EXPECT_EQ(text(to->unwrap(open.token).value().message), text(message));
        for (const Seal seal : {Seal::required, Seal::integrity_only}) {
            const std::size_t limit = from->wrap_size_limit(2000, seal).value();
            EXPECT_GT(limit, 1800U);
            const Bytes longest = pattern(limit);
            const Wrapped wrapped = from->wrap(longest, seal).value();
            EXPECT_LE(wrapped.token.size(), 2000U);
            EXPECT_EQ(to->unwrap(wrapped.token).value().message.size(), limit);
        }
        const ContextInfo info = from->inquire().value();
        EXPECT_TRUE(info.open);
        EXPECT_EQ(info.mechanism, mechanism);
        EXPECT_EQ(info.locally_initiated, from == &one);
        EXPECT_TRUE(succeeds(from->remaining_lifetime()));
    }
    const Buffer mic = one.get_mic(as_bytes("last")).value();
    EXPECT_FALSE(other.verify_mic(as_bytes("lost"), mic).has_value());
}

bool mentions(BytesView octets, const Oid& oid) {
    const Bytes der = oid.to_der();
    return std::search(octets.begin(), octets.end(), der.begin(), der.end()) != octets.end();
}

} // namespace gss::test
