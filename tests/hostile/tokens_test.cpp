// SPDX-License-Identifier: Apache-2.0
// Initial tokens and answers that are cut, extended, foreign, replayed or altered.
#include "hostile.h"

#include <map>

namespace gss::test {
namespace {

using Tally = std::map<std::string, int>;

class Tokens : public OnBackend {
protected:
    void SetUp() override {
        acceptor_credentials_ =
            Credentials::acquire(library(), CredentialUsage::accept, kerberos_only()).value();
    }

    [[nodiscard]] static AcquireOptions kerberos_only() {
        AcquireOptions options;
        options.mechanisms = {mechanism::krb5()};
        return options;
    }
    /// An acceptor that takes Kerberos tokens only.
    [[nodiscard]] AcceptOptions accepting() const {
        AcceptOptions options;
        options.credentials = &acceptor_credentials_->credentials;
        options.required = require_nothing;
        return options;
    }
    [[nodiscard]] Bytes genuine(ContextFlags flags = default_context_flags) const {
        InitiateOptions options;
        options.flags = flags;
        options.required = require_nothing;
        return first_token(library(), "host@localhost", options).value();
    }
    [[nodiscard]] std::optional<Error> refused(BytesView token) const {
        return accept_error(library(), token, accepting());
    }
    void expect_refused(BytesView token, ErrorCode code) const {
        expect_failure(refused(token), code, {"gss_accept_sec_context"});
    }

    std::optional<AcquiredCredentials> acceptor_credentials_;
};

void print(const Tally& tally) {
    for (const auto& [code, count] : tally) {
        std::cout << "    " << count << " " << code << '\n';
    }
}

TEST_P(Tokens, empty) {
    expect_refused({}, ErrorCode::invalid_token);
}

TEST_P(Tokens, truncated_at_every_length) {
    const Bytes token = genuine();
    Tally tally;
    for (std::size_t length = 1; length < token.size(); ++length) {
        const auto error = refused(BytesView(token).first(length));
        ++tally[error ? std::string(to_string(error->code())) + std::to_string(static_cast<int>(error->native()->minor)) + " " + std::to_string(error->native()->major) : "accepted"];
    }
    print(tally);
}

TEST_P(Tokens, extended) {
    for (const std::size_t more : {1U, 2U, 100U}) {
        Bytes token = genuine();
        token.resize(token.size() + more);
        expect_refused(token, ErrorCode::invalid_token);
    }
}

TEST_P(Tokens, of_another_mechanism) {
    InitiateOptions options;
    options.mechanism = mechanism::spnego();
    const Bytes spnego = first_token(library(), "host@localhost", options).value();
    expect_refused(spnego, ErrorCode::bad_mechanism);
    std::string ntlm("NTLMSSP\0\1\0\0\0\7\2\0\0", 16);
    ntlm.resize(40);
    expect_refused(as_bytes(ntlm), ErrorCode::bad_mechanism);
    expect_refused(pattern(64), ErrorCode::bad_mechanism);
    const Bytes token = genuine();
    expect_refused(BytesView(token).subspan(17), ErrorCode::bad_mechanism); // no frame
    Bytes iakerb = token;
    iakerb[10] = std::byte{1};
    expect_refused(iakerb, ErrorCode::bad_mechanism);
}

TEST_P(Tokens, for_another_service) {
    const Bytes token = first_token(library(), "HTTP@localhost").value();
    AcquireOptions acquire = kerberos_only();
    const Name name = Name::import_name(library(), "host@localhost", name_type::hostbased_service()).value();
    acquire.name = &name;
    const auto credentials = Credentials::acquire(library(), CredentialUsage::accept, acquire).value();
    AcceptOptions options;
    options.credentials = &credentials.credentials;
    expect_failure(accept_error(library(), token, options), ErrorCode::key_not_found, {"localhost"});
}

TEST_P(Tokens, replayed) {
    const Bytes token = genuine({ContextFlag::integrity});
    EXPECT_FALSE(refused(token));
    expect_refused(token, ErrorCode::replayed_token);
}

TEST_P(Tokens, replayed_mutual) {
    const Bytes token = genuine();
    EXPECT_FALSE(refused(token));
    expect_refused(token, ErrorCode::replayed_token);
}

TEST_P(Tokens, with_other_channel_bindings) {
    InitiateOptions options;
    options.channel_bindings = ChannelBindings::of_application_data(as_bytes("one"));
    const Bytes bound = first_token(library(), "host@localhost", options).value();
    AcceptOptions accept = accepting();
    accept.channel_bindings = ChannelBindings::of_application_data(as_bytes("two"));
    expect_failure(accept_error(library(), bound, accept), ErrorCode::bad_channel_bindings, {});
    std::cout << "initiator none, acceptor some\n";
    const Bytes unbound = genuine();
    expect_failure(accept_error(library(), unbound, accept), ErrorCode::bad_channel_bindings, {});
    std::cout << "initiator some, acceptor none\n";
    const Bytes bound2 = first_token(library(), "host@localhost", options).value();
    expect_failure(refused(bound2), ErrorCode::bad_channel_bindings, {});
}

TEST_P(Tokens, altered_in_every_byte) {
  for (bool mutual : {true, false}) {
    Tally tally;
    std::size_t size = genuine().size();
    Bytes fresh = genuine(mutual ? default_context_flags : ContextFlags(ContextFlag::integrity));
    for (std::size_t at = 0; at < size; ++at) {
        Bytes token = fresh;
        token[at] ^= std::byte{1};
        const auto error = refused(token);
        ++tally[error ? std::string(to_string(error->code()))+ std::to_string(static_cast<int>(error->native()->minor)) + " " + std::to_string(error->native()->major)  : "accepted " + std::to_string(at)];
        if (!error) fresh = genuine(mutual ? default_context_flags : ContextFlags(ContextFlag::integrity));
    }
    print(tally);
  }
}

class Answers : public Tokens {
protected:
    struct Half { Initiator initiator; Bytes answer; };
    Half half() {
        const Name target = Name::import_name(library(), "host@localhost", name_type::hostbased_service()).value();
        Initiator initiator = Initiator::create(target).value();
        Step step = initiator.step();
        Acceptor acceptor = Acceptor::create(library(), accepting()).value();
        Step answer = acceptor.step(step.token);
        const BytesView view = answer.token;
        return {std::move(initiator), Bytes(view.begin(), view.end())};
    }
};

TEST_P(Answers, altered) {
    Tally tally;
    const std::size_t size = half().answer.size();
    for (std::size_t at = 0; at < size; ++at) {
        Half h = half();
        h.answer[at] ^= std::byte{1};
        const Step step = h.initiator.step(h.answer);
        ++tally[step.failed() ? std::string(to_string(step.error->code()))+ std::to_string(static_cast<int>(step.error->native()->minor)) + " " + std::to_string(step.error->native()->major)  : "accepted " + std::to_string(at)];
    }
    print(tally);
}
TEST_P(Answers, cut) {
    Tally tally;
    const std::size_t size = half().answer.size();
    for (std::size_t at = 0; at < size; ++at) {
        Half h = half();
        h.answer.resize(at);
        const Step step = h.initiator.step(h.answer);
        ++tally[step.failed() ? std::string(to_string(step.error->code())) + (step.error->native() ? std::to_string(static_cast<int>(step.error->native()->minor)) + " " + std::to_string(step.error->native()->major) : "")  : "accepted " + std::to_string(at)];
    }
    print(tally);
}
TEST_P(Answers, other) {
    Half one = half();
    Half two = half();
    expect_failure(one.initiator.step(two.answer).error, ErrorCode::invalid_token, {"localhost"});
    expect_failure(two.initiator.step(pattern(64)).error, ErrorCode::invalid_token, {"localhost"});
    Half three = half();
    expect_failure(three.initiator.step(genuine()).error, ErrorCode::invalid_token, {"localhost"});
    Half four = half();
    four.answer.resize(four.answer.size() + 3);
    expect_failure(four.initiator.step(four.answer).error, ErrorCode::invalid_token, {"localhost"});
}
TEST_P(Answers, error_token) {
    const Name target = Name::import_name(library(), "host@localhost", name_type::hostbased_service()).value();
    Initiator initiator = Initiator::create(target).value();
    Step step = initiator.step();
    Bytes token(BytesView(step.token).begin(), BytesView(step.token).end());
    token[token.size() - 20] ^= std::byte{1};
    Acceptor acceptor = Acceptor::create(library(), accepting()).value();
    Step answer = acceptor.step(token);
    std::cout << answer.error->text() << " token " << answer.token.size() << "\n";
    if (!answer.token.empty()) {
    std::cout << initiator.step(answer.token).error->text() << "\n";
    }
}

INSTANTIATE_TEST_SUITE_P(, Tokens, testing::ValuesIn(backend_names()), backend_label);
INSTANTIATE_TEST_SUITE_P(, Answers, testing::ValuesIn(backend_names()), backend_label);

} // namespace
} // namespace gss::test
