// SPDX-License-Identifier: Apache-2.0
#include <gssxx/format.h>

#include "escape.h"

#include <array>
#include <cstdio>
#include <functional>
#include <utility>

namespace gss::inline v0 {

namespace {

std::string hexadecimal(BytesView octets) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(octets.size() * 2);
    for (const std::byte octet : octets) {
        text += digits[std::to_integer<std::size_t>(octet) >> 4U];
        text += digits[std::to_integer<std::size_t>(octet) & 15U];
    }
    return text;
}

// Put together piece by piece: of sums that begin with a literal GCC 12 warns without a cause.
std::string enclosed(char before, std::string_view text, char behind) {
    std::string whole;
    whole.reserve(text.size() + 2);
    whole += before;
    whole += text;
    whole += behind;
    return whole;
}

std::string in_brackets(std::string_view text) {
    return enclosed('(', text, ')');
}

std::string octets(std::size_t size) {
    return in_brackets(std::to_string(size) + " octets");
}

std::string_view yes_or_no(bool value) {
    return value ? "yes" : "no";
}

/// "{a: 1, b: 2}".
class Fields {
public:
    Fields& add(std::string_view name, std::string_view text) {
        text_.append(text_.size() == 1 ? "" : ", ").append(name).append(": ").append(text);
        return *this;
    }
    Fields& add(std::string_view name, bool value) { return add(name, yes_or_no(value)); }
    /// Nothing for a value that is not there.
    template <typename T>
    Fields& add(std::string_view name, const std::optional<T>& value) {
        return value ? add(name, std::string_view(to_string(*value))) : *this;
    }
    [[nodiscard]] std::string take() { return std::move(text_) + "}"; }

private:
    std::string text_ = "{";
};

template <typename List, typename Text>
std::string joined(const List& list, Text text) {
    std::string all;
    for (const auto& each : list) {
        all += all.empty() ? "" : ", ";
        all += text(each);
    }
    return enclosed('{', all, '}');
}

using OidName = std::pair<const Oid& (*)(), std::string_view>;
constexpr std::array oid_names{
    OidName{&mechanism::krb5, "krb5"},
    OidName{&mechanism::spnego, "SPNEGO"},
    OidName{&mechanism::iakerb, "IAKERB"},
    OidName{&mechanism::ntlm, "NTLM"},
    OidName{&mechanism::ms_krb5, "Microsoft's krb5"},
    OidName{&name_type::user, "user"},
    OidName{&name_type::machine_uid, "machine uid"},
    OidName{&name_type::string_uid, "string uid"},
    OidName{&name_type::hostbased_service, "hostbased service"},
    OidName{&name_type::anonymous, "anonymous"},
    OidName{&name_type::exported, "exported"},
    OidName{&name_type::composite_export, "composite export"},
    OidName{&name_type::krb5_principal, "krb5 principal"},
};

} // namespace

std::string to_string(const Oid& oid) {
    for (const auto& [known, name] : oid_names) {
        if (known() == oid) {
            return oid.to_string() + " (" + std::string(name) + ")";
        }
    }
    return oid.to_string();
}

std::string to_string(const OidSet& oids) {
    return joined(oids, [](const Oid& oid) { return to_string(oid); });
}

std::string to_string(const NativeStatus& status) {
    std::array<char, 48> text{};
    static_cast<void>(std::snprintf(text.data(), text.size(), "major 0x%08x minor %u", status.major,
                                    status.minor));
    return text.data();
}

std::string to_string(const Error& error) {
    return error.text();
}

std::string to_string(const Lifetime& lifetime) {
    if (const auto duration = lifetime.duration()) {
        return std::to_string(duration->count()) + " s";
    }
    return lifetime.is_indefinite() ? "indefinite" : "not supported";
}

std::string to_string(const Backend& backend) {
    return std::string(backend.name()) + " (" + escape_control_characters(backend.library()) + ")";
}

std::string to_string(const BackendStatus& status) {
    return status.name + " (" + escape_control_characters(status.library) +
           "): " + (status.available ? "available" : escape_control_characters(status.reason));
}

std::string to_string(const Buffer& buffer) {
    return buffer.is_secret() ? octets(buffer.size()) : hexadecimal(buffer.view());
}

std::string to_string(const SecretBytes& secret) {
    return octets(secret.size());
}

std::string to_string(const Mechanism& mechanism) {
    return to_string(mechanism.oid()) + " of " + std::string(mechanism.backend().name());
}

std::string to_string(const MechanismAttributes& attributes) {
    return Fields()
        .add("attributes", to_string(attributes.attributes))
        .add("known", to_string(attributes.known))
        .take();
}

std::string to_string(const MechanismAttributeText& text) {
    return escape_control_characters(text.name) + " (" +
           escape_control_characters(text.short_description) + ")";
}

std::string to_string(const SaslName& name) {
    return Fields()
        .add("SASL", escape_control_characters(name.sasl_name))
        .add("mechanism", escape_control_characters(name.mechanism))
        .add("description", escape_control_characters(name.description))
        .take();
}

std::string to_string(const Name& name) {
    const Result<DisplayedName> displayed = name.display();
    return displayed ? escape_control_characters(displayed->text)
                     : in_brackets(displayed.error().text());
}

std::string to_string(const DisplayedName& name) {
    return escape_control_characters(name.text) +
           (name.type ? " of type " + to_string(*name.type) : "");
}

std::string to_string(const NameInfo& info) {
    return Fields()
        .add("mechanism name", info.is_mechanism_name)
        .add("mechanism", info.mechanism)
        .take();
}

std::string to_string(const NameAttributes& attributes) {
    return Fields()
        .add("mechanism name", attributes.is_mechanism_name)
        .add("mechanism", attributes.mechanism)
        .add("attributes",
             joined(attributes.names,
                    [](const std::string& name) { return escape_control_characters(name); }))
        .take();
}

std::string to_string(const NameAttribute& attribute) {
    return Fields()
        .add("values", joined(attribute.values,
                              [](const AttributeValue& value) {
                                  return value.display.empty()
                                             ? hexadecimal(value.value)
                                             : escape_control_characters(value.display);
                              }))
        .add("authenticated", attribute.authenticated)
        .add("complete", attribute.complete)
        .take();
}

std::string to_string(const CredentialStore& store) {
    Fields fields;
    for (const auto& [key, value] : store) {
        fields.add(key,
                   key == "password" ? octets(value.size()) : escape_control_characters(value));
    }
    return fields.take();
}

std::string to_string(const CredentialInfo& info) {
    return Fields()
        .add("name", info.name)
        .add("lifetime", info.lifetime)
        .add("usage", info.usage)
        .add("mechanisms", info.mechanisms)
        .take();
}

std::string to_string(const MechanismCredentialInfo& info) {
    return Fields()
        .add("name", info.name)
        .add("initiator lifetime", info.initiator_lifetime)
        .add("acceptor lifetime", info.acceptor_lifetime)
        .add("usage", info.usage)
        .take();
}

std::string to_string(const StoredCredentials& stored) {
    return Fields()
        .add("mechanisms", to_string(stored.mechanisms))
        .add("usage", to_string(stored.usage))
        .take();
}

std::string to_string(const AddedElement& element) {
    return Fields()
        .add("mechanisms", to_string(element.mechanisms))
        .add("initiator lifetime", to_string(element.initiator_lifetime))
        .add("acceptor lifetime", to_string(element.acceptor_lifetime))
        .take();
}

std::string to_string(const Credentials& credentials) {
    const Result<CredentialInfo> info = credentials.inquire();
    return info ? to_string(*info) : in_brackets(info.error().text());
}

std::string to_string(const ChannelBindings& bindings) {
    return Fields()
        .add("initiator", to_string(bindings.initiator_address_type) + " " +
                              hexadecimal(bindings.initiator_address))
        .add("acceptor", to_string(bindings.acceptor_address_type) + " " +
                             hexadecimal(bindings.acceptor_address))
        .add("application data", octets(bindings.application_data.size()))
        .take();
}

std::string to_string(const ContextInfo& info) {
    return Fields()
        .add("initiator", info.initiator_name)
        .add("target", info.target_name)
        .add("lifetime", to_string(info.lifetime))
        .add("mechanism", info.mechanism)
        .add("flags", to_string(info.flags))
        .add("locally initiated", info.locally_initiated)
        .add("open", info.open)
        .take();
}

std::string to_string(const SecurityContext& context) {
    const Result<ContextInfo> info = context.inquire();
    return info ? to_string(*info) : in_brackets(info.error().text());
}

std::string to_string(const ExportedContext& exported) {
    return Fields()
        .add("backend", exported.backend())
        .add("token", octets(exported.native_token().size()))
        .take();
}

std::string to_string(const ExportedCredentials& exported) {
    return Fields()
        .add("backend", exported.backend())
        .add("token", octets(exported.native_token().size()))
        .take();
}

std::string to_string(const ContextOption& option) {
    return to_string(option.option) + ": " +
           (option.value ? octets(option.value->size()) : "no value");
}

std::string to_string(const Step& step) {
    Fields fields;
    fields.add("status", to_string(step.status)).add("token", octets(step.token.size()));
    return fields.add("error", step.error).take();
}

std::string to_string(const Wrapped& wrapped) {
    return Fields().add("token", octets(wrapped.token.size())).add("sealed", wrapped.sealed).take();
}

std::string to_string(const WrappedInto& wrapped) {
    return Fields().add("token", octets(wrapped.size)).add("sealed", wrapped.sealed).take();
}

std::string to_string(const Unwrapped& unwrapped) {
    return Fields()
        .add("message", octets(unwrapped.message.size()))
        .add("sealed", unwrapped.sealed)
        .add("qop", std::to_string(unwrapped.qop))
        .add("order", to_string(unwrapped.order))
        .take();
}

std::string to_string(const VerifiedMic& verified) {
    return Fields()
        .add("qop", std::to_string(verified.qop))
        .add("order", to_string(verified.order))
        .take();
}

std::string to_string(const IovBuffer& piece) {
    return Fields()
        .add("type", to_string(piece.type))
        .add("octets", octets(piece.octets.size()))
        .add("allocate", piece.allocate)
        .add("needed", std::to_string(piece.needed))
        .take();
}

std::string to_string(const UnwrappedIov& unwrapped) {
    return Fields()
        .add("sealed", unwrapped.sealed)
        .add("qop", std::to_string(unwrapped.qop))
        .add("order", to_string(unwrapped.order))
        .take();
}

std::string to_string(const SelfTestReport& report) {
    return Fields()
        .add("accepted", std::to_string(report.accepted))
        .add("refused", std::to_string(report.refused))
        .take();
}

} // namespace gss::inline v0
