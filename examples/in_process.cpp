// SPDX-License-Identifier: Apache-2.0
#include "in_process.h"

#include <utility>

namespace example {

Pair establish(const gss::Backend& initiator_backend, const gss::Backend& acceptor_backend,
               std::string_view service, const gss::InitiateOptions& options) {
    const gss::Name target =
        gss::Name::import_name(initiator_backend, service, gss::name_type::hostbased_service())
            .value();
    gss::Initiator initiator = gss::Initiator::create(target, options).value();
    gss::Acceptor acceptor = gss::Acceptor::create(acceptor_backend).value();
    std::vector<std::size_t> initiator_tokens;
    std::vector<std::size_t> acceptor_tokens;
    gss::Step step = initiator.step();
    // Each token goes to the other end; the exchange is over when there is none.
    for (bool to_acceptor = true; !step.failed() && !step.token.empty();
         to_acceptor = !to_acceptor) {
        (to_acceptor ? initiator_tokens : acceptor_tokens).push_back(step.token.size());
        step = to_acceptor ? acceptor.step(step.token) : initiator.step(step.token);
    }
    if (step.failed()) {
        gss::throw_exception(*step.error);
    }
    return {initiator.finish().value(), acceptor.finish().value(), std::move(initiator_tokens),
            std::move(acceptor_tokens)};
}

} // namespace example
