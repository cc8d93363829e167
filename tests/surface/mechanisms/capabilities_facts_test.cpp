// SPDX-License-Identifier: Apache-2.0
// What contexts tell and let set, beside what the backend says.
#include "capabilities.h"

#include <gssxx/krb5/context.h>

#include <chrono>
#include <utility>
#include <vector>

namespace gss::test {

namespace {

TEST_P(Capabilities, ContextInquiry) {
    const Oid key = Oid::from_string("1.2.840.113554.1.2.2.5.5").value();
    told(Capability::context_inquiry, on_contexts([&](ContextPair& both) {
             const auto one = both.initiator.inquire_by_oid(key);
             const auto other = both.acceptor.context.inquire_by_oid(key);
             return good(one) && good(other) && !one->empty() && !other->empty() &&
                    text(one->front()) == text(other->front());
         }));
}

TEST_P(Capabilities, ContextOptions) {
    // Heimdal's of Kerberos (one octet) and that of gss-ntlmssp (four).
    const std::vector<ContextOption> known{
        {Oid::from_string("1.2.752.43.13.4").value(), Bytes(1, std::byte{1})},
        {Oid::from_string("1.3.6.1.4.1.7165.655.1.3").value(), Bytes(4)}};
    told(Capability::context_options, on_contexts([&](ContextPair& both) {
             bool any = false;
             for (const ContextOption& each : known) {
                 any = good(both.initiator.set_option(each.option, each.value)) || any;
             }
             return any && good(both.initiator.get_mic(as_bytes("m")));
         }));
    bool early = false;
    for (const ContextOption& each : known) {
        NegotiationOptions with = options();
        with.establish.initiate.context_options = {each};
        early = run(with).contexts.has_value() || early;
    }
    told(Capability::early_context_options, early);
}

TEST_P(Capabilities, DceStyle) {
    NegotiationOptions dce = options();
    dce.establish.initiate.flags |= ContextFlag::dce_style | ContextFlag::confidentiality;
    dce.establish.initiate.required = ContextFlag::dce_style;
    dce.establish.accept.required = ContextFlag::dce_style;
    Negotiation negotiation = run(dce);
    bool works = false;
    if (negotiation.contexts) {
        const Buffer mic = negotiation.contexts->initiator.get_mic(as_bytes("m")).value();
        works = good(negotiation.contexts->acceptor.context.verify_mic(as_bytes("m"), mic)) &&
                negotiation.legs.size() > 2;
    }
    told(Capability::dce_style, works);
}

TEST_P(Capabilities, Keys) {
    told(Capability::session_key, on_contexts([&](ContextPair& both) {
             const Result<krb5::Key> one = krb5::session_key(both.initiator);
             const Result<krb5::Key> other = krb5::session_key(both.acceptor.context);
             return good(one) && good(other) && one->enctype == other->enctype &&
                    text(one->octets.view()) == text(other->octets.view());
         }));
    told(Capability::lucid_export, on_contexts([&](ContextPair& both) {
             const auto one = krb5::export_lucid(std::move(both.initiator));
             const auto other = krb5::export_lucid(std::move(both.acceptor.context));
             const auto octets = [](const krb5::LucidContext& context) {
                 return text(std::get<krb5::CfxKeys>(context.keys).key.octets.view());
             };
             return good(one) && good(other) && octets(*one) == octets(*other);
         }));
}

TEST_P(Capabilities, FactsOfTheTicket) {
    const auto recent = [](const Result<std::chrono::system_clock::time_point>& time) {
        return good(time) && *time <= std::chrono::system_clock::now() &&
               *time > std::chrono::system_clock::now() - std::chrono::minutes(10);
    };
    const auto forwardable = [](const Result<krb5::TicketFlags>& flags) {
        return good(flags) && flags->contains(krb5::TicketFlag::forwardable);
    };
    told(Capability::authentication_time, on_contexts([&](ContextPair& both) {
             return recent(krb5::authentication_time(both.acceptor.context));
         }));
    told(Capability::ticket_flags, on_contexts([&](ContextPair& both) {
             return forwardable(krb5::ticket_flags(both.acceptor.context));
         }));
    told(Capability::initiator_ticket_facts, on_contexts([&](ContextPair& both) {
             return recent(krb5::authentication_time(both.initiator)) &&
                    forwardable(krb5::ticket_flags(both.initiator));
         }));
    told(Capability::authorization_data, on_contexts([&](ContextPair& both) {
             // The one type that every library tells; a KDC of Heimdal has none.
             const auto pac = krb5::authorization_data(both.acceptor.context, krb5::ad_win2k_pac);
             return good(pac) &&
                    pac->has_value() == (shared_realm().kdc_kind() == realm::KdcKind::mit);
         }));
}

} // namespace

} // namespace gss::test
