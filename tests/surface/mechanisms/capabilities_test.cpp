// SPDX-License-Identifier: Apache-2.0
// Contexts and names: what calls on them come to, beside what the backend says.
#include "capabilities.h"

#include <algorithm>
#include <array>

namespace gss::test {

namespace {

TEST_P(Capabilities, Contexts) {
    told(Capability::contexts, on_contexts([&](ContextPair& both) {
             expect_working(both, both.initiator.mechanism());
             return true;
         }));
}

TEST_P(Capabilities, ContextExport) {
    told(Capability::context_export, on_contexts([&](ContextPair& both) {
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
         }));
}

TEST_P(Capabilities, ChannelBindings) {
    const auto bound = [&](std::string_view initiator, std::string_view acceptor) {
        NegotiationOptions binding = options();
        binding.establish.initiate.channel_bindings = bindings(initiator);
        binding.establish.accept.channel_bindings = bindings(acceptor);
        return run(binding);
    };
    const Negotiation same = bound("one", "one");
    told(Capability::channel_bindings,
         same.contexts.has_value() && !bound("one", "other").contexts.has_value());
    const auto says_so = [](const Negotiation& negotiation) {
        return negotiation.contexts &&
               negotiation.contexts->acceptor.context.flags().contains(ContextFlag::channel_bound);
    };
    NegotiationOptions unbound = options();
    unbound.establish.accept.channel_bindings = bindings("one");
    told(Capability::channel_bound_flag,
         says_so(same) && !says_so(run(options())) && !says_so(run(unbound)));
}

TEST_P(Capabilities, Delegation) {
    NegotiationOptions delegating = options();
    delegating.establish.initiate.flags.insert(ContextFlag::delegate_to_peer);
    delegating.establish.accept.accept_delegation = true;
    const Negotiation negotiation = run(delegating);
    told(Capability::delegation, negotiation.contexts.has_value() &&
                                     negotiation.contexts->acceptor.delegated.has_value() &&
                                     good(negotiation.contexts->acceptor.delegated->inquire()));
}

TEST_P(Capabilities, InputNeverWritten) {
    told(Capability::input_never_written, on_contexts([&](ContextPair& both) {
             bool same = true;
             for (const Seal seal : {Seal::required, Seal::integrity_only}) {
                 const Buffer token = both.initiator.wrap(pattern(100), seal).value().token;
                 Bytes copy(token.view().begin(), token.view().end());
                 same = good(both.acceptor.context.unwrap(MutableBytes(copy))) &&
                        text(copy) == text(token) && same;
             }
             return same;
         }));
}

TEST_P(Capabilities, OutOfOrderDelivery) {
    told(Capability::out_of_order_delivery, on_contexts([&](ContextPair& both) {
             SecurityContext& reader = both.acceptor.context;
             if (!good(reader.accept_out_of_order())) {
                 return false;
             }
             const Buffer first = both.initiator.get_mic(as_bytes("1")).value();
             const Buffer second = both.initiator.get_mic(as_bytes("2")).value();
             return good(reader.verify_mic(as_bytes("2"), second)) &&
                    !good(reader.verify_mic(as_bytes("not 1"), first)) &&
                    good(reader.verify_mic(as_bytes("1"), first));
         }));
}

TEST_P(Capabilities, MemoryOfTheCaller) {
    // The calls themselves work everywhere; what differs is who writes, so the library has to
    // have what writes there: MICs on pieces, too.
    bool writes = false;
    const bool works = on_contexts([&](ContextPair& both) {
        Bytes memory(4096);
        const auto wrapped = both.initiator.wrap_into(pattern(100), memory);
        writes = calls().get_mic_iov != nullptr && calls().wrap_iov != nullptr;
        return good(wrapped) &&
               good(both.acceptor.context.unwrap_in_place(
                   MutableBytes(memory).first(wrapped->size))) &&
               good(both.initiator.get_mic_into(pattern(100), memory));
    });
    for (const Capability capability :
         {Capability::wrap_in_caller_memory, Capability::mic_in_caller_memory,
          Capability::unwrap_in_caller_memory}) {
        told(capability, works && writes);
    }
}

TEST_P(Capabilities, Pieces) {
    told(Capability::iov, on_contexts([&](ContextPair& both) {
             Bytes data = pattern(100);
             std::array pieces{IovBuffer::to_allocate(IovType::header),
                               IovBuffer::of(IovType::data, data),
                               IovBuffer::to_allocate(IovType::padding),
                               IovBuffer::to_allocate(IovType::trailer)};
             return good(both.initiator.wrap_iov(pieces)) &&
                    good(both.acceptor.context.unwrap_iov(pieces)) &&
                    text(data) == text(pattern(100));
         }));
    told(Capability::iov_stream, on_contexts([&](ContextPair& both) {
             Buffer token = both.initiator.wrap(pattern(100)).value().token;
             std::array pieces{IovBuffer::of(IovType::stream, token.mutable_view()),
                               IovBuffer::of(IovType::data, {})};
             return good(both.acceptor.context.unwrap_iov(pieces));
         }));
    told(Capability::iov_mic, on_contexts([&](ContextPair& both) {
             Bytes data = pattern(100);
             std::array pieces{IovBuffer::of(IovType::data, data),
                               IovBuffer::to_allocate(IovType::mic_token)};
             return good(both.initiator.get_mic_iov(pieces)) &&
                    good(both.acceptor.context.verify_mic_iov(pieces));
         }));
}

TEST_P(Capabilities, AssociatedDataAndPseudoRandomOctets) {
    told(Capability::aead, on_contexts([&](ContextPair& both) {
             const auto wrapped = both.initiator.wrap_aead(pattern(100), as_bytes("beside"));
             return good(wrapped) &&
                    good(both.acceptor.context.unwrap_aead(wrapped->token, as_bytes("beside")));
         }));
    told(Capability::pseudo_random, on_contexts([&](ContextPair& both) {
             const auto one = both.initiator.pseudo_random(PrfKey::full, as_bytes("in"), 40);
             const auto other =
                 both.acceptor.context.pseudo_random(PrfKey::full, as_bytes("in"), 40);
             return good(one) && good(other) && text(one->view()) == text(other->view());
         }));
}

TEST_P(Capabilities, LocalNames) {
    told(Capability::local_names, on_contexts([&](ContextPair& both) {
             return good(both.acceptor.initiator.value().local_name()) &&
                    good(both.acceptor.initiator.value().user_ok("root")) &&
                    good(both.acceptor.initiator.value().canonicalize(mechanism::krb5()));
         }));
}

TEST_P(Capabilities, NameAttributes) {
    // They come from a PAC, which Heimdal's KDC does not give.
    told(Capability::name_attributes, on_contexts([&](ContextPair& both) {
             const Result<NameAttributes> found = both.acceptor.initiator.value().attributes();
             return good(found) && !found->names.empty() &&
                    good(both.acceptor.initiator.value().attribute(found->names.front()));
         }),
         !has_heimdal_kdc());
}

TEST_P(Capabilities, AttributesOfNamesThatAreSetAndTravel) {
    told(Capability::name_attribute_setting, on_contexts([&](ContextPair& both) {
             // What a caller set is listed and travels; as a value only the KDC's are told.
             const Result<Name> marked = both.acceptor.initiator.value().set_attribute(
                 "urn:mspac:77", as_bytes("of our own"));
             const auto found =
                 marked ? marked->attributes() : Result<NameAttributes>(marked.error());
             const auto exported =
                 marked ? marked->export_composite() : Result<Buffer>(marked.error());
             return good(found) && good(exported) &&
                    std::count(found->names.begin(), found->names.end(), "urn:mspac:77") == 1 &&
                    text(*exported).find("of our own") != std::string::npos;
         }),
         !has_heimdal_kdc());
    told(Capability::name_attribute_deletion, on_contexts([&](ContextPair& both) {
             bool any = false;
             for (const std::string_view name : {"urn:mspac:", "urn:mspac:16", "auth-indicators"}) {
                 any = good(both.acceptor.initiator.value().delete_attribute(name)) || any;
             }
             return any;
         }));
    told(Capability::composite_names, on_contexts([&](ContextPair& both) {
             const Name& name = both.acceptor.initiator.value();
             const Result<Buffer> exported = name.export_composite();
             const auto imported = exported ? Name::import_composite(library(), *exported)
                                            : Result<Name>(exported.error());
             return good(imported) &&
                    imported->display().value().text == name.display().value().text;
         }));
}

TEST_P(Capabilities, AttributesOfTheMechanism) {
    const Mechanism tested(library(), mechanism());
    const Result<MechanismAttributes> found = tested.attributes();
    told(Capability::mechanism_attributes, good(found) && !found->known.empty());
}

TEST_P(Capabilities, SaslNames) {
    const Result<SaslName> name = Mechanism(library(), mechanism()).sasl_name();
    const bool works = good(name) && good(Mechanism::from_sasl_name(library(), name->sasl_name)) &&
                       Mechanism::from_sasl_name(library(), name->sasl_name)->oid() == mechanism();
    told(Capability::sasl_names, works);
}

} // namespace

} // namespace gss::test
