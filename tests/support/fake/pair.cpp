// SPDX-License-Identifier: Apache-2.0
#include "pair.h"

namespace gss::test {

Name service(const Backend& backend, std::string_view text) {
    return Name::import_name(backend, text, name_type::hostbased_service()).value();
}

std::optional<Error> exchange(Initiator& initiator, Acceptor& acceptor) {
    Step ours = initiator.step();
    while (true) {
        if (ours.failed()) {
            return ours.error;
        }
        if (ours.token.empty()) {
            return std::nullopt;
        }
        const Step theirs = acceptor.step(ours.token);
        if (theirs.failed()) {
            return theirs.error;
        }
        if (theirs.token.empty()) {
            return std::nullopt;
        }
        ours = initiator.step(theirs.token);
    }
}

Result<Pair> try_pair(const Backend& initiator, const Backend& acceptor,
                      const InitiateOptions& initiate, const AcceptOptions& accept) {
    Result<Initiator> left = Initiator::create(service(initiator), initiate);
    if (!left) {
        return left.error();
    }
    Result<Acceptor> right = Acceptor::create(acceptor, accept);
    if (!right) {
        return right.error();
    }
    if (const std::optional<Error> error = exchange(*left, *right)) {
        return *error;
    }
    Result<SecurityContext> initiated = left->finish();
    if (!initiated) {
        return initiated.error();
    }
    Result<AcceptedContext> accepted = right->finish();
    if (!accepted) {
        return accepted.error();
    }
    return Pair{*std::move(initiated), *std::move(accepted)};
}

Pair make_pair(const Backend& backend, const InitiateOptions& initiate,
               const AcceptOptions& accept) {
    return try_pair(backend, backend, initiate, accept).value();
}

} // namespace gss::test
