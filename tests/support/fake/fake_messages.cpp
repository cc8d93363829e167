// SPDX-License-Identifier: Apache-2.0
// The fake's calls on contexts that exist: messages, inquiries, export and import.
//
// A MIC is 12 octets of header and 8 of digest; a wrap token is 12 octets of header, 8 of digest
// and the message, which is encrypted where that was asked for. The digest covers header and
// message under the key of the context; the header holds direction and number.
#include "fake_objects.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <array>

namespace gss::test {

namespace {

constexpr std::uint64_t id_mic = 0x464d;
constexpr std::uint64_t id_wrap = 0x4657;
constexpr std::uint64_t id_export = 0x4658;
constexpr std::uint64_t from_acceptor = 1;
constexpr std::uint64_t sealed_bit = 2;
constexpr std::size_t header_size = 12;
constexpr std::size_t digest_size = 8;
constexpr std::uint64_t export_key = 0xe4907;

struct Header {
    std::uint64_t id = 0;
    std::uint64_t bits = 0;
    std::uint64_t number = 0;
};

Bytes encode(const Header& header) {
    Writer out;
    out.number(header.id, 2);
    out.number(header.bits, 1);
    out.number(0xff, 1);
    out.number(header.number, 8);
    return out.bytes();
}

std::optional<Header> decode(BytesView octets, std::uint64_t id, const FakeContext& context) {
    Reader in(octets);
    Header header;
    header.id = in.number(2);
    header.bits = in.number(1);
    const std::uint64_t filler = in.number(1);
    header.number = in.number(8);
    const std::uint64_t peer = context.initiator ? from_acceptor : 0;
    if (!in.good() || header.id != id || filler != 0xff || (header.bits & from_acceptor) != peer ||
        (header.bits & ~(from_acceptor | sealed_bit)) != 0) {
        return std::nullopt;
    }
    return header;
}

std::uint64_t digest_of(const FakeContext& context, const Header& header, BytesView message,
                        Weakness weakness) {
    if (weakness == Weakness::ignored_octet && !message.empty()) {
        message = message.first(message.size() - 1);
    }
    Writer all;
    all.octets(encode(header));
    all.octets(message);
    return digest(context.key, all.bytes());
}

Bytes encode_number(std::uint64_t number) {
    Writer out;
    out.number(number, digest_size);
    return out.bytes();
}

bool seals(const FakeContext& context, int asked) noexcept {
    return asked != 0 && context.flags.contains(ContextFlag::confidentiality);
}

Header next_header(FakeContext& context, std::uint64_t id, bool sealed) {
    return {id, (context.initiator ? 0 : from_acceptor) | (sealed ? sealed_bit : 0),
            context.sent++};
}

/// The header and digest, and @p message encrypted in place.
Bytes protect(FakeContext& context, MutableBytes message, bool sealed, Weakness weakness) {
    const Header header = next_header(context, id_wrap, sealed);
    Writer out;
    out.octets(encode(header));
    out.number(digest_of(context, header, message, weakness), digest_size);
    if (sealed) {
        apply_key_stream(message, context.key, header.number * 2 + (header.bits & from_acceptor));
    }
    return out.bytes();
}

abi::IovBufferDesc* part(abi::IovBufferDesc* iov, int count, abi::Uint32 type) noexcept {
    for (int index = 0; index < count; ++index) {
        if ((iov[index].type & ~abi::iov_flag_allocated) == type) {
            return &iov[index];
        }
    }
    return nullptr;
}

} // namespace

abi::Uint32 SequenceWindow::note(std::uint64_t number, ContextFlags flags) noexcept {
    const bool replays = flags.contains(ContextFlag::replay_detection);
    const bool order = flags.contains(ContextFlag::sequence_detection);
    if (!replays && !order) {
        return abi::status_complete;
    }
    if (number >= expected_) {
        const std::uint64_t step = number - expected_ + 1;
        seen_ = (step < 64 ? seen_ << step : 0) | 1U;
        expected_ = number + 1;
        return step > 1 && order ? abi::status_gap_token : abi::status_complete;
    }
    const std::uint64_t back = expected_ - 1 - number;
    if (back >= 64) {
        return abi::status_old_token;
    }
    const std::uint64_t bit = std::uint64_t{1} << back;
    if ((seen_ & bit) != 0) {
        return abi::status_duplicate_token;
    }
    seen_ |= bit;
    return order ? abi::status_unsequenced_token : abi::status_complete;
}

abi::Uint32 FakeLibrary::usable(const FakeContext* context) const noexcept {
    if (context == nullptr) {
        return inaccessible_read | routine(abi::Routine::no_context);
    }
    if (context->ended || !context->flags.contains(ContextFlag::protection_ready)) {
        return routine(abi::Routine::no_context);
    }
    return behaviour.context_expired ? routine(abi::Routine::context_expired)
                                     : abi::status_complete;
}

abi::Uint32 FakeLibrary::check(const FakeContext& /*context*/, std::uint64_t want, BytesView found,
                               bool mic) const noexcept {
    const Bytes expected = encode_number(want);
    const bool cut = mic && behaviour.weakness == Weakness::accepts_cut;
    const std::size_t size = cut ? std::min(found.size(), digest_size) : digest_size;
    const bool equal =
        (cut || found.size() == digest_size) &&
        std::equal(found.begin(),
                   found.begin() + static_cast<std::ptrdiff_t>(std::min(size, found.size())),
                   expected.begin());
    const bool good = mic && behaviour.weakness == Weakness::inverted_check ? !equal : equal;
    return good ? abi::status_complete : routine(abi::Routine::bad_mic);
}

abi::Uint32 FakeLibrary::get_mic(Uint32* minor, abi::ContextHandle handle, Uint32 qop,
                                 abi::BufferDesc* message, abi::BufferDesc* mic) {
    *minor = 0;
    FakeContext* context = object(handle);
    if (const Uint32 major = usable(context)) {
        return major;
    }
    if (qop != 0) {
        return routine(abi::Routine::bad_qop);
    }
    const Header header = next_header(*context, id_mic, false);
    Writer out;
    out.octets(encode(header));
    out.number(digest_of(*context, header, view(message), behaviour.weakness), digest_size);
    give(mic, out.bytes());
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::verify_mic(Uint32* minor, abi::ContextHandle handle,
                                    abi::BufferDesc* message, abi::BufferDesc* mic, Uint32* qop) {
    *minor = 0;
    FakeContext* context = object(handle);
    if (const Uint32 major = usable(context)) {
        return major;
    }
    const std::optional<Header> header = decode(view(mic), id_mic, *context);
    if (!header) {
        return routine(abi::Routine::defective_token);
    }
    if (behaviour.weakness == Weakness::supplementary) {
        return abi::status_gap_token;
    }
    const std::uint64_t want = digest_of(*context, *header, view(message), behaviour.weakness);
    if (const Uint32 major = check(*context, want, view(mic).subspan(header_size), true)) {
        return major;
    }
    set(qop, Uint32{0});
    return behaviour.weakness == Weakness::accepts_replays
               ? abi::status_complete
               : context->window.note(header->number, context->flags);
}

abi::Uint32 FakeLibrary::wrap(Uint32* minor, abi::ContextHandle handle, int seal, Uint32 qop,
                              abi::BufferDesc* message, int* sealed, abi::BufferDesc* token) {
    *minor = 0;
    FakeContext* context = object(handle);
    if (const Uint32 major = usable(context)) {
        return major;
    }
    if (qop != 0) {
        return routine(abi::Routine::bad_qop);
    }
    Bytes body(view(message).begin(), view(message).end());
    Bytes out = protect(*context, body, seals(*context, seal), behaviour.weakness);
    out.insert(out.end(), body.begin(), body.end());
    set(sealed, seals(*context, seal) ? 1 : 0);
    give(token, out);
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::unwrap(Uint32* minor, abi::ContextHandle handle, abi::BufferDesc* token,
                                abi::BufferDesc* message, int* sealed, Uint32* qop) {
    *minor = 0;
    FakeContext* context = object(handle);
    if (const Uint32 major = usable(context)) {
        return major;
    }
    const Bytes copy(view(token).begin(), view(token).end());
    // What native libraries do when they decrypt in place.
    std::fill_n(static_cast<std::byte*>(token->value), token->length, std::byte{0xa5});
    const std::optional<Header> header = decode(copy, id_wrap, *context);
    if (!header || copy.size() < header_size + digest_size) {
        return routine(abi::Routine::defective_token);
    }
    Bytes body(copy.begin() + header_size + digest_size, copy.end());
    const bool was_sealed = (header->bits & sealed_bit) != 0;
    if (was_sealed) {
        apply_key_stream(body, context->key, header->number * 2 + (header->bits & from_acceptor));
    }
    const std::uint64_t want = digest_of(*context, *header, body, behaviour.weakness);
    const BytesView found = BytesView(copy).subspan(header_size, digest_size);
    if (const Uint32 major = check(*context, want, found, false)) {
        return major;
    }
    give(message, body);
    set(sealed, was_sealed ? 1 : 0);
    set(qop, Uint32{0});
    if (behaviour.weakness == Weakness::supplementary) {
        return abi::status_gap_token;
    }
    return behaviour.weakness == Weakness::accepts_replays
               ? abi::status_complete
               : context->window.note(header->number, context->flags);
}

abi::Uint32 FakeLibrary::wrap_size_limit(Uint32* minor, abi::ContextHandle handle, int /*seal*/,
                                         Uint32 qop, Uint32 token_size, Uint32* message_size) {
    *minor = 0;
    if (const Uint32 major = usable(object(handle))) {
        return major;
    }
    constexpr Uint32 overhead = header_size + digest_size;
    *message_size = token_size > overhead ? token_size - overhead : 0;
    return qop == 0 ? abi::status_complete : routine(abi::Routine::bad_qop);
}

abi::Uint32 FakeLibrary::wrap_iov_length(Uint32* minor, abi::ContextHandle handle, int seal,
                                         Uint32 /*qop*/, int* sealed, abi::IovBufferDesc* iov,
                                         int count) {
    *minor = 0;
    FakeContext* context = object(handle);
    if (const Uint32 major = usable(context)) {
        return major;
    }
    for (const abi::Uint32 type : {abi::iov_padding, abi::iov_trailer}) {
        if (abi::IovBufferDesc* empty = part(iov, count, type)) {
            empty->buffer.length = 0;
        }
    }
    part(iov, count, abi::iov_header)->buffer.length = header_size + digest_size;
    set(sealed, seals(*context, seal) ? 1 : 0);
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::wrap_iov(Uint32* minor, abi::ContextHandle handle, int seal, Uint32 qop,
                                  int* sealed, abi::IovBufferDesc* iov, int count) {
    *minor = 0;
    FakeContext* context = object(handle);
    if (const Uint32 major = usable(context)) {
        return major;
    }
    if (qop != 0) {
        return routine(abi::Routine::bad_qop);
    }
    abi::IovBufferDesc* data = part(iov, count, abi::iov_data);
    const Bytes header =
        protect(*context, {static_cast<std::byte*>(data->buffer.value), data->buffer.length},
                seals(*context, seal), behaviour.weakness);
    abi::IovBufferDesc* place = part(iov, count, abi::iov_header);
    if ((place->type & abi::iov_flag_allocated) != 0) {
        give(&place->buffer, header);
    } else {
        std::copy(header.begin(), header.end(), static_cast<std::byte*>(place->buffer.value));
    }
    set(sealed, seals(*context, seal) ? 1 : 0);
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::unwrap_iov(Uint32* minor, abi::ContextHandle handle, int* sealed,
                                    Uint32* qop, abi::IovBufferDesc* iov, int count) {
    abi::IovBufferDesc* stream = part(iov, count, abi::iov_stream);
    abi::IovBufferDesc* data = part(iov, count, abi::iov_data);
    const std::size_t size = stream->buffer.length;
    Bytes copy(view(&stream->buffer).begin(), view(&stream->buffer).end());
    abi::BufferDesc token{copy.size(), copy.data()};
    abi::BufferDesc message;
    const Uint32 major = unwrap(minor, handle, &token, &message, sealed, qop);
    if (message.value != nullptr) {
        auto* inside = static_cast<std::byte*>(stream->buffer.value) + (size - message.length);
        std::copy_n(static_cast<const std::byte*>(message.value), message.length, inside);
        data->buffer = {message.length, inside};
        static_cast<void>(memory_.release(&message));
    }
    return major;
}

abi::Uint32 FakeLibrary::release_iov_buffer(Uint32* minor, abi::IovBufferDesc* iov, int count) {
    *minor = 0;
    for (int index = 0; index < count; ++index) {
        if ((iov[index].type & abi::iov_flag_allocated) != 0 &&
            !memory_.release(&iov[index].buffer)) {
            return bad_structure;
        }
    }
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::get_mic_iov_length(Uint32* minor, abi::ContextHandle handle,
                                            Uint32 /*qop*/, abi::IovBufferDesc* iov, int count) {
    *minor = 0;
    if (const Uint32 major = usable(object(handle))) {
        return major;
    }
    part(iov, count, abi::iov_mic_token)->buffer.length = header_size + digest_size;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::get_mic_iov(Uint32* minor, abi::ContextHandle handle, Uint32 qop,
                                     abi::IovBufferDesc* iov, int count) {
    abi::BufferDesc mic;
    const Uint32 major =
        get_mic(minor, handle, qop, &part(iov, count, abi::iov_data)->buffer, &mic);
    if (mic.value != nullptr) {
        abi::BufferDesc& place = part(iov, count, abi::iov_mic_token)->buffer;
        std::copy(view(&mic).begin(), view(&mic).end(), static_cast<std::byte*>(place.value));
        place.length = mic.length;
        static_cast<void>(memory_.release(&mic));
    }
    return major;
}

abi::Uint32 FakeLibrary::context_time(Uint32* minor, abi::ContextHandle handle, Uint32* left) {
    *minor = 0;
    if (const Uint32 major = usable(object(handle))) {
        return major;
    }
    *left = behaviour.context_lifetime;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::inquire_context(Uint32* minor, abi::ContextHandle handle,
                                         abi::NameHandle* source, abi::NameHandle* target,
                                         Uint32* lifetime, abi::OidDesc** mechanism, Uint32* flags,
                                         int* local, int* open) {
    *minor = 0;
    const FakeContext* context = object(handle);
    if (context == nullptr || context->ended) {
        return routine(abi::Routine::no_context);
    }
    const auto name = [context](const std::string& text) {
        return gss::test::handle(
            new FakeName{text, name_type::krb5_principal(), context->mechanism});
    };
    if (source != nullptr && !context->source.empty()) {
        *source = name(context->source);
    }
    if (target != nullptr && !context->target.empty()) {
        *target = name(context->target);
    }
    set(lifetime, behaviour.context_expired ? 0 : behaviour.context_lifetime);
    set(mechanism, constant(behaviour.claimed_mechanism.value_or(context->mechanism)));
    set(flags, context->flags.bits());
    set(local, context->initiator ? 1 : 0);
    set(open, context->open ? 1 : 0);
    return behaviour.context_expired ? routine(abi::Routine::context_expired)
                                     : abi::status_complete;
}

abi::Uint32 FakeLibrary::process_context_token(Uint32* minor, abi::ContextHandle handle,
                                               abi::BufferDesc* /*token*/) {
    *minor = 0;
    FakeContext* context = object(handle);
    if (!behaviour.process_token_ends_context) {
        return routine(abi::Routine::defective_token);
    }
    context->ended = true;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::export_sec_context(Uint32* minor, abi::ContextHandle* handle,
                                            abi::BufferDesc* token) {
    *minor = 0;
    const FakeContext* context = object(*handle);
    if (context->ended || !context->open) {
        return routine(abi::Routine::no_context);
    }
    Writer out;
    out.number(id_export, 2);
    out.number(context->initiator ? 1 : 0, 1);
    out.number(context->legs, 1);
    out.number(context->key, 8);
    out.number(context->flags.bits(), 4);
    out.number(context->sent, 8);
    out.number(context->window.expected(), 8);
    out.number(context->window.seen(), 8);
    out.counted(context->mechanism.content());
    out.counted(context->source);
    out.counted(context->target);
    out.number(digest(export_key, out.bytes()), digest_size);
    give(token, out.bytes());
    delete context;
    *handle = nullptr;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::import_sec_context(Uint32* minor, abi::BufferDesc* token,
                                            abi::ContextHandle* handle) {
    *minor = 0;
    const BytesView all = view(token);
    if (all.size() < digest_size || Reader(all.last(digest_size)).number(digest_size) !=
                                        digest(export_key, all.first(all.size() - digest_size))) {
        return routine(abi::Routine::defective_token);
    }
    Reader in(all.first(all.size() - digest_size));
    auto* context = new FakeContext;
    static_cast<void>(in.number(2));
    context->initiator = in.number(1) != 0;
    context->legs = static_cast<unsigned>(in.number(1));
    context->leg = context->legs;
    context->key = in.number(8);
    context->flags = ContextFlags::from_bits(static_cast<Uint32>(in.number(4)));
    context->sent = in.number(8);
    const std::uint64_t expected = in.number(8);
    context->window.restore(expected, in.number(8));
    context->mechanism = Oid::from_content(in.counted()).value();
    context->source = in.text();
    context->target = in.text();
    context->open = true;
    *handle = gss::test::handle(context);
    return abi::status_complete;
}

} // namespace gss::test
