// SPDX-License-Identifier: Apache-2.0
// How the fake establishes contexts.
//
// A token of an odd number goes from the initiator to the acceptor, one of an even number back.
// The first is framed as RFC 2743 s3.1 says and sealed with the key of its target, the others are
// authenticated with the key of the context.
#include "fake_objects.h"

#include <gssxx/mechanism.h>

#include <memory>
#include <utility>

namespace gss::test {

namespace {

constexpr std::uint64_t id_initial = 0x0100;
constexpr std::uint64_t id_leg = 0x0200;
constexpr std::uint64_t id_error = 0x0300;
constexpr std::byte application_tag{0x60};

std::uint64_t service_key(std::string_view target) noexcept {
    return digest(0x5e41ce, as_bytes(target));
}

std::uint64_t digest_of(const abi::ChannelBindingsStruct* bindings) {
    if (bindings == nullptr) {
        return 0;
    }
    Writer all;
    all.number(bindings->initiator_addrtype, 4);
    all.counted(view(&bindings->initiator_address));
    all.number(bindings->acceptor_addrtype, 4);
    all.counted(view(&bindings->acceptor_address));
    all.counted(view(&bindings->application_data));
    return digest(1, all.bytes());
}

/// RFC 2743 s3.1.
Bytes framed(const Oid& mechanism, BytesView inner) {
    const Bytes der = mechanism.to_der();
    const std::size_t size = der.size() + inner.size();
    Writer out;
    out.octets({&application_tag, 1});
    if (size < 0x80) {
        out.number(size, 1);
    } else {
        out.number(0x82, 1);
        out.number(size, 2);
    }
    out.octets(der);
    out.octets(inner);
    return out.bytes();
}

struct Unframed {
    Oid mechanism;
    BytesView inner;
};

std::optional<Unframed> unframed(BytesView token) {
    Reader in(token);
    if (std::byte{static_cast<unsigned char>(in.number(1))} != application_tag) {
        return std::nullopt;
    }
    std::size_t size = in.number(1);
    if (size == 0x82) {
        size = in.number(2);
    }
    if (!in.good() || size != in.rest().size() || size < 2) {
        return std::nullopt;
    }
    const std::size_t oid_size = 2 + std::to_integer<std::size_t>(in.rest()[1]);
    const BytesView der = in.octets(oid_size);
    const Result<Oid> oid = Oid::from_der(der);
    if (!oid || !fake_mechanisms().contains(*oid)) {
        return std::nullopt;
    }
    return Unframed{*oid, in.rest()};
}

/// Appends the digest of all before it.
Bytes authenticated(const Writer& content, std::uint64_t key) {
    Writer out = content;
    out.number(digest(key, content.bytes()), 8);
    return out.bytes();
}

bool is_authentic(BytesView token, std::uint64_t key) noexcept {
    return token.size() > 8 &&
           Reader(token.last(8)).number(8) == digest(key, token.first(token.size() - 8));
}

} // namespace

ContextFlags FakeLibrary::granted(ContextFlags asked) const noexcept {
    constexpr ContextFlags known{ContextFlag::delegate_to_peer,   ContextFlag::mutual,
                                 ContextFlag::replay_detection,   ContextFlag::sequence_detection,
                                 ContextFlag::delegate_by_policy, ContextFlag::identify};
    constexpr ContextFlags always{ContextFlag::confidentiality, ContextFlag::integrity,
                                  ContextFlag::transferable};
    return ((asked & known) | always | behaviour.added) - behaviour.withheld;
}

abi::Uint32 FakeLibrary::first_initiator_step(FakeContext& context,
                                              const FakeCredential* credential,
                                              const FakeName* target,
                                              const abi::ChannelBindingsStruct* bindings,
                                              abi::BufferDesc* output) {
    context.key = digest(next_key_.fetch_add(1), {});
    context.source =
        credential != nullptr && credential->name ? credential->name->text : "user@FAKE.REALM";
    context.target = canonical(*target, context.mechanism).text;
    context.legs = context.flags.contains(ContextFlag::mutual) ? 2 : 1;
    context.legs = behaviour.legs == 0 ? context.legs : behaviour.legs;
    context.leg = 1;
    const std::uint64_t key = service_key(context.target);
    Writer content;
    content.number(id_initial, 2);
    content.number(context.legs, 1);
    content.number(context.flags.bits(), 4);
    content.number(context.key ^ key, 8);
    content.number(digest_of(bindings), 8);
    content.counted(context.source);
    content.counted(context.target);
    give(output, framed(context.mechanism, authenticated(content, key)));
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::first_acceptor_step(FakeContext& context, const FakeCredential* credential,
                                             const abi::ChannelBindingsStruct* bindings,
                                             BytesView token, Uint32* minor) {
    const std::optional<Unframed> parts = unframed(token);
    if (!parts || parts->inner.size() < 8) {
        return routine(abi::Routine::defective_token);
    }
    Reader in(parts->inner.first(parts->inner.size() - 8));
    const std::uint64_t id = in.number(2);
    context.legs = static_cast<unsigned>(in.number(1));
    const auto flags = ContextFlags::from_bits(static_cast<Uint32>(in.number(4)));
    const std::uint64_t sealed_key = in.number(8);
    const std::uint64_t bound = in.number(8);
    context.source = in.text();
    context.target = in.text();
    const std::uint64_t key = service_key(context.target);
    if (!in.done() || id != id_initial || !is_authentic(parts->inner, key)) {
        return routine(abi::Routine::defective_token);
    }
    if (credential != nullptr && credential->name && credential->name->text != context.target) {
        *minor = minor_wrong_acceptor;
        return routine(abi::Routine::no_credentials);
    }
    if (bindings != nullptr && digest_of(bindings) != bound) {
        return routine(abi::Routine::bad_bindings);
    }
    context.mechanism = parts->mechanism;
    context.flags = granted(flags);
    context.key = sealed_key ^ key;
    context.leg = 1;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::take_leg(FakeContext& context, BytesView token) const {
    Reader in(token);
    const std::uint64_t id = in.number(2);
    if (id == id_error) {
        return routine(abi::Routine::failure);
    }
    const std::uint64_t leg = in.number(1);
    if (id != id_leg || leg != context.leg + 1 || token.size() != 11 ||
        !is_authentic(token, context.key) || context.leg >= context.legs) {
        return routine(abi::Routine::defective_token);
    }
    ++context.leg;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::next_leg(FakeContext& context, abi::BufferDesc* output) {
    ++context.leg;
    if (!behaviour.empty_continuations) {
        Writer content;
        content.number(id_leg, 2);
        content.number(context.leg, 1);
        give(output, authenticated(content, context.key));
    }
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::end_step(Uint32 major, FakeContext* context,
                                  abi::ContextHandle* context_handle, abi::OidDesc** mechanism,
                                  Uint32* flags, Uint32* lifetime) {
    if (major != abi::status_complete) {
        if (behaviour.on_error == OnError::clear) {
            delete context;
            *context_handle = nullptr;
        }
        return major;
    }
    context->open = context->leg == context->legs;
    if (context->open || context->leg >= 2) {
        context->flags |= ContextFlag::protection_ready;
        context->flags = context->flags - behaviour.withheld;
    }
    if (behaviour.new_handle_each_step) {
        const std::unique_ptr<FakeContext> old(context);
        context = new FakeContext(*old);
        *context_handle = handle(context);
    }
    set(mechanism, constant(behaviour.claimed_mechanism.value_or(context->mechanism)));
    set(flags, context->flags.bits());
    set(lifetime, behaviour.step_lifetime.value_or(behaviour.context_lifetime));
    return context->open ? abi::status_complete : abi::status_continue_needed;
}

abi::Uint32 FakeLibrary::init_sec_context(
    Uint32* minor, abi::CredentialHandle credential, abi::ContextHandle* context_handle,
    abi::NameHandle target, abi::OidDesc* mechanism, Uint32 flags, Uint32 /*lifetime*/,
    abi::ChannelBindingsStruct* bindings, abi::BufferDesc* input, abi::OidDesc** actual,
    abi::BufferDesc* output, Uint32* granted_flags, Uint32* left) {
    *minor = 0;
    FakeContext* context = object(*context_handle);
    Uint32 major = abi::status_complete;
    if (context == nullptr) {
        if (!is_fake_mechanism(mechanism)) {
            return routine(abi::Routine::bad_mechanism);
        }
        if (!view(input).empty()) {
            return routine(abi::Routine::defective_token);
        }
        context = new FakeContext;
        context->initiator = true;
        context->mechanism = oid_of(mechanism).value_or(mechanism::krb5());
        context->flags = granted(ContextFlags::from_bits(flags));
        *context_handle = handle(context);
        major =
            first_initiator_step(*context, object(credential), object(target), bindings, output);
    } else {
        major = take_leg(*context, view(input));
        if (major == abi::status_complete && context->leg < context->legs) {
            major = next_leg(*context, output);
        }
    }
    return end_step(major, context, context_handle, actual, granted_flags, left);
}

abi::Uint32 FakeLibrary::accept_sec_context(Uint32* minor, abi::ContextHandle* context_handle,
                                            abi::CredentialHandle credential,
                                            abi::BufferDesc* input,
                                            abi::ChannelBindingsStruct* bindings,
                                            abi::NameHandle* source, abi::OidDesc** actual,
                                            abi::BufferDesc* output, Uint32* granted_flags,
                                            Uint32* left, abi::CredentialHandle* delegated) {
    *minor = 0;
    FakeContext* context = object(*context_handle);
    Uint32 major = abi::status_complete;
    if (context == nullptr) {
        context = new FakeContext;
        *context_handle = handle(context);
        major = first_acceptor_step(*context, object(credential), bindings, view(input), minor);
    } else {
        major = take_leg(*context, view(input));
    }
    if (major == abi::status_complete && context->leg < context->legs) {
        major = next_leg(*context, output);
    }
    if (major != abi::status_complete) {
        if (behaviour.error_tokens) {
            Writer token;
            token.number(id_error, 2);
            token.number(major, 4);
            give(output, token.bytes());
        }
        return end_step(major, context, context_handle, actual, granted_flags, left);
    }
    if (context->leg == context->legs) {
        const FakeName initiator{context->source, name_type::krb5_principal(), context->mechanism};
        if (source != nullptr) {
            *source = handle(new FakeName(initiator));
        }
        if (delegated != nullptr && context->flags.contains(ContextFlag::delegate_to_peer)) {
            const Uint32 lifetime = behaviour.credential_lifetime;
            *delegated = handle(
                new FakeCredential{initiator, {{context->mechanism, 1, lifetime, lifetime}}});
        }
    }
    return end_step(major, context, context_handle, actual, granted_flags, left);
}

abi::Uint32 FakeLibrary::delete_sec_context(Uint32* minor, abi::ContextHandle* context,
                                            abi::BufferDesc* token) {
    *minor = 0;
    delete object(*context);
    *context = nullptr;
    if (token != nullptr) {
        *token = {};
    }
    return abi::status_complete;
}

} // namespace gss::test
