// SPDX-License-Identifier: Apache-2.0
#include "ours.h"

#include <cstdint>
#include <utility>

namespace gss::bench {

namespace {

Credentials acquire(const Backend& backend, CredentialUsage usage) {
    AcquireOptions options;
    options.mechanisms = {mechanism::krb5()};
    return std::move(Credentials::acquire(backend, usage, options).value().credentials);
}

/// The token of a step, or the step's Error as an exception.
Buffer token_of(Step step) {
    if (step.failed()) {
        throw_exception(*step.error);
    }
    return std::move(step.token);
}

} // namespace

OurParties::OurParties(const Backend& backend)
    : backend_(backend),
      target_(Name::import_name(backend, target_name, name_type::hostbased_service()).value()),
      initiator_(acquire(backend, CredentialUsage::initiate)),
      acceptor_(acquire(backend, CredentialUsage::accept)) {}

OurPair OurParties::establish() const {
    InitiateOptions initiate;
    initiate.credentials = &initiator_;
    initiate.flags = wanted_flags;
    AcceptOptions accept;
    accept.credentials = &acceptor_;
    Initiator initiator = Initiator::create(target_, initiate).value();
    Acceptor acceptor = Acceptor::create(backend_, accept).value();
    const Buffer request = token_of(initiator.step());
    const Buffer answer = token_of(acceptor.step(request));
    token_of(initiator.step(answer));
    return {initiator.finish().value(), acceptor.finish().value()};
}

Bytes pattern(std::size_t size) {
    Bytes octets(size);
    std::uint32_t state = 1;
    for (std::byte& octet : octets) {
        state = state * 1664525U + 1013904223U;
        octet = static_cast<std::byte>(state >> 24U);
    }
    return octets;
}

} // namespace gss::bench
