// SPDX-License-Identifier: Apache-2.0
// Every native call of a whole life fails once: an Error results, nothing crashes, and everything
// that the library handed out is given back exactly once.
#include "counting.h"
#include "fake_library.h"
#include "pair.h"

#include <gssxx/gssxx.h>

#include <gtest/gtest.h>

#include <array>
#include <filesystem>

#include <unistd.h>

namespace gss::test {
namespace {

using Carried = NativeTable::Carried;

/// Collects the first Error of a chain of calls.
class Chain {
public:
    template <typename T>
    bool ok(const Result<T>& result) {
        if (!result.has_value()) {
            errors_.push_back(result.error());
        }
        return result.has_value();
    }
    bool ok(const Step& step) {
        if (step.error) {
            errors_.push_back(*step.error);
        }
        return !step.failed();
    }
    [[nodiscard]] bool failed() const noexcept { return !errors_.empty(); }

private:
    std::vector<Error> errors_;
};

void use_names(Chain& chain, const Backend& backend) {
    const auto name = Name::import_name(backend, "alice");
    if (!chain.ok(name)) {
        return;
    }
    chain.ok(name->display());
    chain.ok(name->mechanisms());
    chain.ok(name->duplicate());
    const auto canonical = name->canonicalize(mechanism::krb5());
    if (!chain.ok(canonical)) {
        return;
    }
    chain.ok(canonical->equals(*name));
    chain.ok(canonical->local_name());
    chain.ok(canonical->user_ok("root"));
    chain.ok(canonical->attributes());
    chain.ok(canonical->attribute("urn:x"));
    chain.ok(canonical->attribute_map());
    chain.ok(canonical->inquire());
    chain.ok(canonical->display_as(name_type::user()));
    chain.ok(canonical->display_as(name_type::anonymous()));
    if (const auto marked = canonical->set_attribute("urn:y", as_bytes("mark")); chain.ok(marked)) {
        chain.ok(marked->delete_attribute("urn:y"));
    }
    if (const auto composite = canonical->export_composite(); chain.ok(composite)) {
        chain.ok(Name::import_composite(backend, *composite));
    }
    const auto exported = canonical->export_name();
    if (chain.ok(exported)) {
        chain.ok(Name::import_exported(backend, *exported));
    }
}

void use_mechanisms(Chain& chain, const Backend& backend) {
    const auto all = Mechanism::all(backend);
    if (!chain.ok(all)) {
        return;
    }
    chain.ok(all->front().attributes());
    chain.ok(all->front().sasl_name());
    chain.ok(Mechanism::from_sasl_name(backend, "FAKE-5"));
    chain.ok(Mechanism::describe_attribute(backend, mechanism_attribute::mech_nego()));
}

void use_credentials(Chain& chain, const Backend& backend) {
    const auto name = Name::import_name(backend, "alice");
    if (!chain.ok(name)) {
        return;
    }
    AcquireOptions options;
    options.name = &*name;
    options.mechanisms = {mechanism::krb5()};
    auto acquired = Credentials::acquire(backend, CredentialUsage::both, options);
    if (!chain.ok(acquired)) {
        return;
    }
    Credentials& credentials = acquired->credentials;
    chain.ok(credentials.inquire());
    chain.ok(credentials.inquire_by_mechanism(mechanism::krb5()));
    chain.ok(credentials.add(mechanism::spnego()));
    chain.ok(credentials.add_in_place(mechanism::spnego()));
    chain.ok(Credentials::add_to_default(backend, mechanism::krb5()));
    chain.ok(Credentials::inquire_default(backend));
    const std::string cache =
        std::filesystem::temp_directory_path() / ("gssxx-sweep-" + std::to_string(getpid()));
    options.store = CredentialStore::of({{"ccache", "FILE:" + cache}}).value();
    const auto stored = Credentials::acquire(backend, CredentialUsage::initiate, options);
    if (chain.ok(stored)) {
        chain.ok(stored->credentials.store_into(options.store, {mechanism::krb5(), true}));
        std::filesystem::remove(cache);
    }
}

std::optional<Pair> establish(Chain& chain, const Backend& backend) {
    const auto target = Name::import_name(backend, "host@server", name_type::hostbased_service());
    if (!chain.ok(target)) {
        return std::nullopt;
    }
    InitiateOptions initiate;
    initiate.flags = default_context_flags | ContextFlag::delegate_to_peer;
    AcceptOptions accept;
    accept.accept_delegation = true;
    auto left = Initiator::create(*target, initiate);
    auto right = Acceptor::create(backend, accept);
    if (!chain.ok(left) || !chain.ok(right)) {
        return std::nullopt;
    }
    Step ours = left->step();
    while (chain.ok(ours)) {
        const Step theirs = right->step(ours.token);
        if (!chain.ok(theirs)) {
            return std::nullopt;
        }
        ours = left->step(theirs.token);
        if (chain.ok(ours) && ours.token.empty()) {
            auto initiated = left->finish();
            auto accepted = right->finish();
            if (chain.ok(initiated) && chain.ok(accepted)) {
                return Pair{*std::move(initiated), *std::move(accepted)};
            }
        }
    }
    return std::nullopt;
}

void use_messages(Chain& chain, SecurityContext& sender, SecurityContext& receiver) {
    const BytesView message = as_bytes("message");
    std::array<std::byte, 64> memory{};
    const auto mic = sender.get_mic(message);
    if (chain.ok(mic)) {
        chain.ok(receiver.verify_mic(message, *mic));
    }
    const auto mic_into = sender.get_mic_into(message, memory);
    if (chain.ok(mic_into)) {
        chain.ok(receiver.verify_mic(message, BytesView(memory).first(*mic_into)));
    }
    const auto wrapped = sender.wrap(message);
    if (chain.ok(wrapped)) {
        chain.ok(receiver.unwrap(wrapped->token));
    }
    const auto wrapped_into = sender.wrap_into(message, memory);
    if (chain.ok(wrapped_into)) {
        chain.ok(receiver.unwrap_in_place(MutableBytes(memory).first(wrapped_into->size)));
    }
    chain.ok(sender.wrap_size_limit(100));
}

void live(Chain& chain, const Backend& backend) {
    chain.ok(backend.mechanisms());
    chain.ok(backend.name_types(mechanism::krb5()));
    chain.ok(backend.status_text(StatusKind::major, (6U << 16) | 2));
    use_names(chain, backend);
    use_mechanisms(chain, backend);
    use_credentials(chain, backend);
    std::optional<Pair> pair = establish(chain, backend);
    if (!pair) {
        return;
    }
    use_messages(chain, pair->initiator, pair->acceptor.context);
    use_messages(chain, pair->acceptor.context, pair->initiator);
    chain.ok(pair->initiator.inquire());
    chain.ok(pair->initiator.remaining_lifetime());
    if (pair->acceptor.delegated) {
        chain.ok(pair->acceptor.delegated->inquire());
    }
    const auto exported = pair->initiator.export_context();
    if (chain.ok(exported)) {
        chain.ok(SecurityContext::import_context(backend, *exported));
    }
}

struct SweepCase {
    bool iov;
    Carried carried;
    std::uint32_t major;
};

class Sweep : public testing::TestWithParam<SweepCase> {};

INSTANTIATE_TEST_SUITE_P(All, Sweep,
                         testing::Values(SweepCase{false, Carried::not_at_all, 13U << 16},
                                         SweepCase{false, Carried::out, 13U << 16},
                                         SweepCase{true, Carried::not_at_all, 13U << 16},
                                         SweepCase{true, Carried::out, 13U << 16},
                                         // A calling error, and a status that says nothing at all.
                                         SweepCase{false, Carried::out, 1U << 24},
                                         SweepCase{true, Carried::out, 0x4000}));

TEST_P(Sweep, a_failure_of_any_native_call_is_an_error_and_leaks_nothing) {
    const auto [iov, carried, major] = GetParam();
    std::size_t noticed = 0; // failures of gss_display_name that were errors
    for (std::size_t n = 1;; ++n) {
        SCOPED_TRACE("native call " + std::to_string(n));
        FakeLibrary fake("fake", iov);
        fake.behaviour.legs = 4;
        fake.behaviour.attributes = {{"urn:x", {{"one", "1"}, {"two", ""}}}};
        CountingLibrary counted(fake.library());
        Chain chain;
        fake.table().fail_nth(n, {major, 5}, carried);
        live(chain, counted.backend());
        ASSERT_EQ(counted.report(), "");
        const std::optional<Call> hit = fake.table().hit();
        if (!hit) {
            EXPECT_FALSE(chain.failed());
            EXPECT_GT(n, 50U) << "the life was shorter than it should be";
            EXPECT_GT(noticed, 0U) << "no failed text was an error";
            return;
        }
        if (*hit == Call::display_name) {
            // Some texts are for messages that nobody needs then.
            noticed += chain.failed() ? 1U : 0U;
        } else {
            // The second message of a status is not missed.
            EXPECT_TRUE(chain.failed() || *hit == Call::display_status) << name_of(*hit);
        }
    }
}

} // namespace
} // namespace gss::test
