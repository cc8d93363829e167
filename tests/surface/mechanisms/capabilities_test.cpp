// SPDX-License-Identifier: Apache-2.0
// What a backend says of each mechanism is what real calls on real objects of it come to.
#include "negotiation.h"
#include "ntlm_users.h"

#include <array>
#include <functional>
#include <map>

namespace gss::test {

namespace {

struct Case {
    std::string backend;
    std::string name;
    Oid mechanism;
};

void PrintTo(const Case& tested, std::ostream* out) {
    *out << tested.backend << " " << tested.name;
}

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    for (const std::string& name : backend_names()) {
        cases.push_back({name, "krb5", mechanism::krb5()});
        cases.push_back({name, "spnego", mechanism::spnego()});
        cases.push_back({name, "iakerb", mechanism::iakerb()});
        cases.push_back({name, "ntlm", mechanism::ntlm()});
    }
    return cases;
}

class Capabilities : public testing::TestWithParam<Case> {
protected:
    [[nodiscard]] static Backend library() { return backend(GetParam().backend); }
    [[nodiscard]] static const Oid& mechanism() { return GetParam().mechanism; }
    [[nodiscard]] static bool has(Capability capability) {
        return library().supports(capability, mechanism());
    }
    void SetUp() override {
        // Default credentials accept no IAKERB.
        if (mechanism() == mechanism::iakerb()) {
            if (auto acquired =
                    Credentials::acquire(library(), CredentialUsage::accept, acquiring())) {
                accepting_ = std::move(acquired->credentials);
            }
        }
    }
    /// Options for one negotiation. An initiator of IAKERB begins without any ticket.
    [[nodiscard]] NegotiationOptions options() {
        NegotiationOptions options;
        options.establish = with_flags(default_context_flags, ContextFlag::integrity);
        options.establish.initiate.mechanism = mechanism();
        options.establish.accept.credentials = accepting_ ? &*accepting_ : nullptr;
        if (accepting_) {
            initiating_ = by_password().value().credentials;
            options.establish.initiate.credentials = &*initiating_;
        }
        return options;
    }
    static Negotiation run(const NegotiationOptions& options) {
        return negotiate(library(), library(), options);
    }
    /// Whether @p probe works on an established pair of contexts. Prints why there is none.
    [[nodiscard]] bool on_contexts(const std::function<bool(ContextPair&)>& probe) {
        Negotiation negotiation = run(options());
        if (!negotiation.contexts) {
            std::cout << "    " << negotiation.error->text() << std::endl;
            return false;
        }
        return probe(*negotiation.contexts);
    }
    /// Whether a call succeeded. Prints why it did not.
    template <typename T>
    static bool good(const Result<T>& result) {
        if (!result.has_value()) {
            std::cout << "    " << result.error().text() << std::endl;
        }
        return result.has_value();
    }
    static ChannelBindings bindings(std::string_view data) {
        return ChannelBindings::of_application_data(as_bytes(data));
    }
    /// The realm's own cache and keytab, by name.
    static CredentialStore store() {
        return CredentialStore::of({{"ccache", shared_realm().ccache_name()},
                                    {"keytab", "FILE:" + shared_realm().keytab().string()}})
            .value();
    }
    static AcquireOptions acquiring() {
        AcquireOptions options;
        options.mechanisms = {mechanism()};
        return options;
    }

    /// Acquiring does not contact a KDC with IAKERB.
    static Result<AcquiredCredentials> by_password() {
        AcquireOptions options = acquiring();
        const Name alice = principal(library(), "alice");
        options.name = &alice;
        options.store =
            CredentialStore::of({{"password", shared_realm().password_of("alice").value()}})
                .value();
        return Credentials::acquire(library(), CredentialUsage::initiate, options);
    }

    std::optional<Credentials> accepting_;
    std::optional<Credentials> initiating_;
};

INSTANTIATE_TEST_SUITE_P(All, Capabilities, testing::ValuesIn(all_cases()),
                         [](const testing::TestParamInfo<Case>& tested) {
                             return tested.param.backend + "_" + tested.param.name;
                         });

TEST_P(Capabilities, Contexts) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  expect_working(both, both.initiator.mechanism());
                  return true;
              }),
              has(Capability::contexts));
}

TEST_P(Capabilities, ContextExport) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  const Result<ExportedContext> exported = both.acceptor.context.export_context();
                  if (!good(exported)) {
                      return false;
                  }
                  Result<SecurityContext> imported =
                      SecurityContext::import_context(library(), *exported);
                  if (!good(imported)) {
                      return false;
                  }
                  const Buffer token = both.initiator.wrap(as_bytes("m")).value().token;
                  return good(imported->unwrap(token));
              }),
              has(Capability::context_export));
}

TEST_P(Capabilities, ChannelBindings) {
    const auto bound = [&](std::string_view initiator, std::string_view acceptor) {
        NegotiationOptions binding = options();
        binding.establish.initiate.channel_bindings = bindings(initiator);
        binding.establish.accept.channel_bindings = bindings(acceptor);
        const Negotiation negotiation = run(binding);
        if (negotiation.error) {
            std::cout << "    " << negotiation.error->text() << std::endl;
        }
        return negotiation.contexts.has_value();
    };
    EXPECT_EQ(bound("one", "one") && !bound("one", "other"), has(Capability::channel_bindings));
}

TEST_P(Capabilities, Delegation) {
    NegotiationOptions delegating = options();
    delegating.establish.initiate.flags.insert(ContextFlag::delegate_to_peer);
    delegating.establish.accept.accept_delegation = true;
    const Negotiation negotiation = run(delegating);
    EXPECT_EQ(negotiation.contexts.has_value() &&
                  negotiation.contexts->acceptor.delegated.has_value() &&
                  good(negotiation.contexts->acceptor.delegated->inquire()),
              has(Capability::delegation));
}

TEST_P(Capabilities, InputNeverWritten) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  bool same = true;
                  for (const Seal seal : {Seal::required, Seal::integrity_only}) {
                      const Buffer token = both.initiator.wrap(pattern(100), seal).value().token;
                      Bytes copy(token.view().begin(), token.view().end());
                      same = good(both.acceptor.context.unwrap(MutableBytes(copy))) &&
                             text(copy) == text(token) && same;
                  }
                  return same;
              }),
              has(Capability::input_never_written));
}

TEST_P(Capabilities, OutOfOrderDelivery) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  SecurityContext& reader = both.acceptor.context;
                  if (!good(reader.accept_out_of_order())) {
                      return false;
                  }
                  const Buffer first = both.initiator.get_mic(as_bytes("1")).value();
                  const Buffer second = both.initiator.get_mic(as_bytes("2")).value();
                  return good(reader.verify_mic(as_bytes("2"), second)) &&
                         good(reader.verify_mic(as_bytes("1"), first));
              }),
              has(Capability::out_of_order_delivery));
}

TEST_P(Capabilities, MemoryOfTheCaller) {
    // The calls themselves work everywhere; what differs is who writes, so the native IOV calls
    // are asked: they are what the capability stands for.
    EXPECT_EQ(has(Capability::wrap_in_caller_memory), has(Capability::mic_in_caller_memory));
    EXPECT_EQ(has(Capability::wrap_in_caller_memory), has(Capability::unwrap_in_caller_memory));
    const bool works = on_contexts([&](ContextPair& both) {
        Bytes memory(4096);
        const auto wrapped = both.initiator.wrap_into(pattern(100), memory);
        return good(wrapped) &&
               good(both.acceptor.context.unwrap_in_place(
                   MutableBytes(memory).first(wrapped->size))) &&
               good(both.initiator.get_mic_into(pattern(100), memory));
    });
    EXPECT_EQ(works, has(Capability::contexts));
}

TEST_P(Capabilities, Pieces) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  Bytes data = pattern(100);
                  std::array pieces{IovBuffer::to_allocate(IovType::header),
                                    IovBuffer::of(IovType::data, data),
                                    IovBuffer::to_allocate(IovType::padding),
                                    IovBuffer::to_allocate(IovType::trailer)};
                  return good(both.initiator.wrap_iov(pieces)) &&
                         good(both.acceptor.context.unwrap_iov(pieces)) &&
                         text(data) == text(pattern(100));
              }),
              has(Capability::iov));
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  Buffer token = both.initiator.wrap(pattern(100)).value().token;
                  std::array pieces{IovBuffer::of(IovType::stream, token.mutable_view()),
                                    IovBuffer::of(IovType::data, {})};
                  return good(both.acceptor.context.unwrap_iov(pieces));
              }),
              has(Capability::iov_stream));
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  Bytes data = pattern(100);
                  std::array pieces{IovBuffer::of(IovType::data, data),
                                    IovBuffer::to_allocate(IovType::mic_token)};
                  return good(both.initiator.get_mic_iov(pieces)) &&
                         good(both.acceptor.context.verify_mic_iov(pieces));
              }),
              has(Capability::iov_mic));
}

TEST_P(Capabilities, AssociatedDataAndPseudoRandomOctets) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  const auto wrapped = both.initiator.wrap_aead(pattern(100), as_bytes("beside"));
                  return good(wrapped) && good(both.acceptor.context.unwrap_aead(
                                              wrapped->token, as_bytes("beside")));
              }),
              has(Capability::aead));
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  const auto one = both.initiator.pseudo_random(PrfKey::full, as_bytes("in"), 40);
                  const auto other =
                      both.acceptor.context.pseudo_random(PrfKey::full, as_bytes("in"), 40);
                  return good(one) && good(other) && text(one->view()) == text(other->view());
              }),
              has(Capability::pseudo_random));
}

TEST_P(Capabilities, LocalNames) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  return good(both.acceptor.initiator.value().local_name()) &&
                         good(both.acceptor.initiator.value().user_ok("root")) &&
                         good(both.acceptor.initiator.value().canonicalize(mechanism::krb5()));
              }),
              has(Capability::local_names));
}

TEST_P(Capabilities, NameAttributes) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  const Result<NameAttributes> found = both.acceptor.initiator.value().attributes();
                  for (const std::string& name :
                       found ? found->names : std::vector<std::string>()) {
                      std::cout << "    " << name << std::endl;
                  }
                  return good(found) && !found->names.empty();
              }),
              has(Capability::name_attributes));
}

TEST_P(Capabilities, AttributesOfNamesThatAreSetAndTravel) {
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  return good(both.acceptor.initiator.value().set_attribute(
                      "urn:mspac:77", as_bytes("of our own")));
              }),
              has(Capability::name_attribute_setting));
    EXPECT_EQ(on_contexts([&](ContextPair& both) {
                  const Result<Buffer> exported =
                      both.acceptor.initiator.value().export_composite();
                  return good(exported) && good(Name::import_composite(library(), *exported));
              }),
              has(Capability::composite_names));
}

TEST_P(Capabilities, AttributesOfTheMechanism) {
    const Mechanism tested(library(), mechanism());
    const Result<MechanismAttributes> found = tested.attributes();
    EXPECT_EQ(good(found) && !found->known.empty(), has(Capability::mechanism_attributes));
}

TEST_P(Capabilities, SaslNames) {
    const Result<SaslName> name = Mechanism(library(), mechanism()).sasl_name();
    const bool works = good(name) && good(Mechanism::from_sasl_name(library(), name->sasl_name)) &&
                       Mechanism::from_sasl_name(library(), name->sasl_name)->oid() == mechanism();
    EXPECT_EQ(works, has(Capability::sasl_names));
}

TEST_P(Capabilities, CredentialElements) {
    bool works = true;
    for (const CredentialUsage usage : {CredentialUsage::initiate, CredentialUsage::accept}) {
        AddOptions options;
        options.usage = usage;
        works = good(Credentials::add_to_default(library(), mechanism(), options)) && works;
    }
    EXPECT_EQ(works, has(Capability::credential_elements));
}

TEST_P(Capabilities, CredentialStores) {
    bool works = true;
    for (const CredentialUsage usage : {CredentialUsage::initiate, CredentialUsage::accept}) {
        AcquireOptions options = acquiring();
        options.store = store();
        works = good(Credentials::acquire(library(), usage, options)) && works;
    }
    EXPECT_EQ(works, has(Capability::credential_store));
}

TEST_P(Capabilities, CredentialStoring) {
    const auto acquired = Credentials::acquire(library(), CredentialUsage::initiate, acquiring());
    StoreOptions options;
    options.mechanism = mechanism();
    const auto target = CredentialStore::of({{"ccache", "FILE:" + fresh_path("stored")}}).value();
    EXPECT_EQ(good(acquired) && good(acquired->credentials.store_into(target, options)),
              has(Capability::credential_storing));
}

TEST_P(Capabilities, CredentialStoreExtras) {
    EXPECT_EQ(good(by_password()), has(Capability::credential_store_extras));
}

TEST_P(Capabilities, ReplayCache) {
    NegotiationOptions anonymous_acceptor = options();
    anonymous_acceptor.establish.initiate.flags = ContextFlag::integrity;
    anonymous_acceptor.establish.accept.required = require_nothing;
    const Negotiation first = run(anonymous_acceptor);
    Acceptor acceptor = Acceptor::create(library(), anonymous_acceptor.establish.accept).value();
    bool refused = false;
    // Everything that the initiator has said, once more.
    for (std::size_t leg = 0; leg < first.legs.size() && !acceptor.established(); leg += 2) {
        const Step step = acceptor.step(first.legs[leg]);
        if (step.failed()) {
            std::cout << "    " << step.error->text() << std::endl;
            refused = true;
            break;
        }
    }
    EXPECT_EQ(first.contexts.has_value() && refused, has(Capability::replay_cache));
}

} // namespace

} // namespace gss::test
