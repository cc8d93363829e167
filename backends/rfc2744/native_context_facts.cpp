// SPDX-License-Identifier: Apache-2.0
// What a context tells beyond RFC 2744: pieces by OID, options, keys, and what the ticket says.
#include "native_context.h"

#include "convert.h"
#include "status.h"

#include <gssxx/mechanism.h>

#include <algorithm>
#include <array>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view inquire_operation = "gss_inquire_sec_context_by_oid";
constexpr std::string_view option_operation = "gss_set_sec_context_option";
constexpr std::string_view key_operation = "krb5::session_key";
constexpr std::string_view lucid_operation = "gss_krb5_export_lucid_sec_context";
constexpr std::string_view authtime_operation = "gsskrb5_extract_authtime_from_sec_context";
constexpr std::string_view data_operation = "gsskrb5_extract_authz_data_from_sec_context";
constexpr std::string_view flags_operation = "gss_krb5_get_tkt_flags";

/// GSS_C_INQ_SSPI_SESSION_KEY, 1.2.840.113554.1.2.2.5.5.
const Oid& session_key_question() {
    static const Oid oid = Oid::from_string("1.2.840.113554.1.2.2.5.5").value();
    return oid;
}

/// Below this identifier MIT names the encryption type: 1.2.840.113554.1.2.2.4.TYPE.
constexpr std::array enctype_prefix{
    std::byte{0x2a}, std::byte{0x86}, std::byte{0x48}, std::byte{0x86}, std::byte{0xf7},
    std::byte{0x12}, std::byte{0x01}, std::byte{0x02}, std::byte{0x02}, std::byte{0x04}};

/// The last arc of such an identifier.
std::optional<std::int32_t> enctype_in(BytesView identifier) noexcept {
    constexpr std::size_t longest = enctype_prefix.size() + 4; // 28 bits
    if (identifier.size() <= enctype_prefix.size() || identifier.size() > longest ||
        !std::equal(enctype_prefix.begin(), enctype_prefix.end(), identifier.begin())) {
        return std::nullopt;
    }
    std::int32_t value = 0;
    for (const std::byte octet : identifier.subspan(enctype_prefix.size())) {
        value = (value << 7) | std::to_integer<std::int32_t>(octet & std::byte{0x7f});
    }
    return value;
}

/// A buffer set that a native call yields; overwritten before it is released, as it may hold keys.
class OutputBufferSet {
public:
    explicit OutputBufferSet(const Library& library) noexcept : library_(library) {}
    OutputBufferSet(const OutputBufferSet&) = delete;
    OutputBufferSet& operator=(const OutputBufferSet&) = delete;
    ~OutputBufferSet() {
        if (set_ == nullptr) {
            return;
        }
        for (std::size_t index = 0; index < set_->count; ++index) {
            secure_wipe(piece(index));
        }
        abi::Uint32 minor = 0;
        library_.call().release_buffer_set(&minor, &set_);
    }
    [[nodiscard]] abi::BufferSetDesc** get() noexcept { return &set_; }
    /// Copies, since the pieces have one owner in common, which releases them together.
    [[nodiscard]] std::vector<Buffer> copies() const {
        std::vector<Buffer> pieces;
        for (std::size_t index = 0; set_ != nullptr && index < set_->count; ++index) {
            pieces.push_back(Buffer::copy_of(piece(index), Buffer::Content::secret));
        }
        return pieces;
    }

private:
    [[nodiscard]] MutableBytes piece(std::size_t index) const noexcept {
        const abi::BufferDesc& desc = set_->elements[index];
        return {static_cast<std::byte*>(desc.value), desc.value == nullptr ? 0 : desc.length};
    }
    const Library& library_;
    abi::BufferSetDesc* set_ = nullptr;
};

/// An exported context as the library lays it out; its keys are overwritten before it is freed.
class OutputLucid {
public:
    explicit OutputLucid(const Library& library) noexcept : library_(library) {}
    OutputLucid(const OutputLucid&) = delete;
    OutputLucid& operator=(const OutputLucid&) = delete;
    ~OutputLucid() {
        if (pointer_ == nullptr) {
            return;
        }
        if (const abi::LucidContextStruct* lucid = get()) {
            for (const abi::LucidKeyStruct* key :
                 {&lucid->rfc1964_kd.ctx_key, &lucid->cfx_kd.ctx_key,
                  &lucid->cfx_kd.acceptor_subkey}) {
                if (key->data != nullptr) {
                    secure_wipe({static_cast<std::byte*>(key->data), key->length});
                }
            }
        }
        abi::Uint32 minor = 0;
        library_.loaded.context_call.gss_krb5_free_lucid_sec_context(&minor, pointer_);
    }
    [[nodiscard]] void** receive() noexcept { return &pointer_; }
    /// Null unless it is of the version that we know.
    [[nodiscard]] const abi::LucidContextStruct* get() const noexcept {
        const auto* lucid = static_cast<const abi::LucidContextStruct*>(pointer_);
        return lucid != nullptr && lucid->version == 1 ? lucid : nullptr;
    }

private:
    const Library& library_;
    void* pointer_ = nullptr;
};

krb5::Key to_key(const abi::LucidKeyStruct& key) {
    return {static_cast<krb5::Enctype>(key.type),
            SecretBytes(BytesView(static_cast<const std::byte*>(key.data),
                                  key.data == nullptr ? 0 : key.length))};
}

krb5::LucidContext to_lucid(const abi::LucidContextStruct& native) {
    krb5::LucidContext lucid;
    lucid.initiator = native.initiate != 0;
    lucid.end = std::chrono::system_clock::time_point(std::chrono::seconds(native.endtime));
    lucid.send_sequence = native.send_seq;
    lucid.receive_sequence = native.recv_seq;
    if (native.protocol == 0) {
        lucid.keys = krb5::Rfc1964Keys{native.rfc1964_kd.sign_alg, native.rfc1964_kd.seal_alg,
                                       to_key(native.rfc1964_kd.ctx_key)};
        return lucid;
    }
    krb5::CfxKeys keys{to_key(native.cfx_kd.ctx_key), std::nullopt};
    if (native.cfx_kd.have_acceptor_subkey != 0) {
        keys.acceptor_subkey = to_key(native.cfx_kd.acceptor_subkey);
    }
    lucid.keys = std::move(keys);
    return lucid;
}

/// The key that protects messages: RFC 4121 s2, the acceptor's subkey when there is one.
krb5::Key take_key(krb5::LucidContext&& lucid) {
    if (auto* old = std::get_if<krb5::Rfc1964Keys>(&lucid.keys)) {
        return std::move(old->key);
    }
    auto& cfx = std::get<krb5::CfxKeys>(lucid.keys);
    return cfx.acceptor_subkey ? std::move(*cfx.acceptor_subkey) : std::move(cfx.key);
}

/// Bit 0 lowest, as RFC 4120 numbers them, into bit 0 highest.
std::uint32_t reversed(std::uint32_t bits) noexcept {
    std::uint32_t result = 0;
    for (unsigned bit = 0; bit < 32; ++bit) {
        result = (result << 1U) | ((bits >> bit) & 1U);
    }
    return result;
}

} // namespace

std::optional<Error> NativeContext::refuse_absent(std::string_view operation, Capability capability,
                                                  bool has_call) const {
    if (std::optional<Error> refused = refuse_without_context(operation)) {
        return refused;
    }
    if (has_call && mechanism_ && library_.traits.supports(capability, *mechanism_)) {
        return std::nullopt;
    }
    const std::string side = initiates_ ? "an initiator" : "an acceptor";
    return unavailable(operation,
                       has_call ? "the library does not tell " + side +
                                      " (Capability::" + std::string(to_string(capability)) + ")"
                                : std::string("the library does not export it"));
}

Error NativeContext::unavailable(std::string_view operation, std::string message) const {
    ErrorDetails details;
    details.code = ErrorCode::unavailable;
    details.operation = operation;
    details.backend = library_.traits.name;
    details.mechanism = mechanism_;
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

Capability NativeContext::of_my_role(Capability on_acceptor) const noexcept {
    return initiates_ ? Capability::initiator_ticket_facts : on_acceptor;
}

Result<std::vector<Buffer>> NativeContext::inquire_by_oid(const Oid& question) const {
    if (std::optional<Error> refused =
            refuse_absent(inquire_operation, Capability::context_inquiry,
                          call().gss_inquire_sec_context_by_oid != nullptr &&
                              library_.call().release_buffer_set != nullptr)) {
        return *std::move(refused);
    }
    OidArgument oid(question);
    OutputBufferSet set(library_);
    NativeStatus status;
    status.major =
        call().gss_inquire_sec_context_by_oid(&status.minor, handle_, oid.get(), set.get());
    if (status.major != abi::status_complete) {
        return error(inquire_operation, Operation::context, status, question.to_string());
    }
    return set.copies();
}

Result<void> NativeContext::set_option(const Oid& option, std::optional<BytesView> value) {
    // A library without options for its contexts says so itself.
    if (std::optional<Error> refused = refuse_without_context(option_operation)) {
        return *std::move(refused);
    }
    if (call().gss_set_sec_context_option == nullptr) {
        return unavailable(option_operation, "the library does not export it");
    }
    OidArgument oid(option);
    Bytes copy(value ? value->begin() : BytesView().begin(),
               value ? value->end() : BytesView().end());
    abi::BufferDesc native{copy.size(), copy.data()};
    NativeStatus status;
    status.major = call().gss_set_sec_context_option(&status.minor, &handle_, oid.get(),
                                                     value ? &native : nullptr);
    secure_wipe(copy);
    if (status.major != abi::status_complete) {
        return error(option_operation, Operation::context, status, "option " + option.to_string());
    }
    return {};
}

std::optional<Error> NativeContext::set_early_options(const detail::InitiateArguments& arguments) {
    if (!arguments.options.empty() && call().gss_set_sec_context_option == nullptr) {
        return unavailable(option_operation, "the library does not export it");
    }
    for (const ContextOption& one : arguments.options) {
        OidArgument oid(one.option);
        Bytes copy = one.value.value_or(Bytes());
        abi::BufferDesc native{copy.size(), copy.data()};
        NativeStatus status;
        status.major = call().gss_set_sec_context_option(&status.minor, &handle_, oid.get(),
                                                         one.value ? &native : nullptr);
        secure_wipe(copy);
        if (status.major != abi::status_complete) {
            ErrorDetails details =
                error(option_operation, Operation::context, status,
                      "option " + one.option.to_string() + " of a context that has not begun")
                    .details();
            // Heimdal says "no context" to that, whatever the option.
            if (details.code == ErrorCode::no_context) {
                details.code = ErrorCode::unavailable;
            }
            return Error(std::move(details));
        }
    }
    return std::nullopt;
}

Result<krb5::LucidContext> NativeContext::lucid(abi::ContextHandle* handle) const {
    OutputLucid native(library_);
    NativeStatus status;
    status.major =
        call().gss_krb5_export_lucid_sec_context(&status.minor, handle, 1, native.receive());
    if (status.major != abi::status_complete) {
        return error(lucid_operation, Operation::context, status);
    }
    if (native.get() == nullptr) {
        return Error(ErrorCode::failure, std::string(lucid_operation),
                     "the library gave another version than 1");
    }
    return to_lucid(*native.get());
}

Result<krb5::Key> NativeContext::session_key() const {
    if (std::optional<Error> refused =
            refuse_absent(key_operation, Capability::session_key,
                          library_.traits.lucid_keeps_context
                              ? has_lucid()
                              : call().gss_inquire_sec_context_by_oid != nullptr)) {
        return *std::move(refused);
    }
    if (library_.traits.lucid_keeps_context) {
        abi::ContextHandle handle = handle_;
        Result<krb5::LucidContext> exported = lucid(&handle);
        return exported ? Result<krb5::Key>(take_key(*std::move(exported))) : exported.error();
    }
    const Result<std::vector<Buffer>> pieces = inquire_by_oid(session_key_question());
    if (!pieces) {
        return pieces.error();
    }
    const std::optional<std::int32_t> enctype =
        pieces->size() < 2 ? std::nullopt : enctype_in((*pieces)[1].view());
    if (!enctype) {
        return Error(ErrorCode::failure, std::string(key_operation),
                     "the library does not tell the key's encryption type");
    }
    return krb5::Key{static_cast<krb5::Enctype>(*enctype), SecretBytes((*pieces)[0].view())};
}

Result<krb5::LucidContext> NativeContext::export_lucid() {
    if (std::optional<Error> refused =
            refuse_absent(lucid_operation, Capability::lucid_export, has_lucid())) {
        return *std::move(refused);
    }
    Result<krb5::LucidContext> exported = lucid(&handle_);
    if (exported) {
        // Whoever has the keys goes on counting; two that count would use a number twice.
        destroy();
    }
    return exported;
}

Result<std::chrono::system_clock::time_point> NativeContext::authentication_time() const {
    if (std::optional<Error> refused =
            refuse_absent(authtime_operation, of_my_role(Capability::authentication_time),
                          call().gsskrb5_extract_authtime_from_sec_context != nullptr)) {
        return *std::move(refused);
    }
    std::int64_t wide = 0;
    std::uint32_t narrow = 0; // unsigned, as MIT counts until 2106
    void* out = &narrow;
    if (library_.traits.authtime_is_time_t) {
        out = &wide;
    }
    NativeStatus status;
    status.major = call().gsskrb5_extract_authtime_from_sec_context(&status.minor, handle_, out);
    if (status.major != abi::status_complete) {
        return error(authtime_operation, Operation::context, status);
    }
    const std::chrono::seconds seconds(library_.traits.authtime_is_time_t ? wide : narrow);
    return std::chrono::system_clock::time_point(seconds);
}

Result<std::optional<Buffer>> NativeContext::verified_pac() const {
    if (mechanism_ == mechanism::ntlm()) {
        return unavailable(data_operation, "a context of NTLM has no ticket");
    }
    const Result<detail::NativeContextInfo> info = inquire();
    if (!info) {
        return info.error();
    }
    if (!info->initiator) {
        return std::optional<Buffer>();
    }
    // The whole of it, where the service's key has verified the signature in it.
    const Result<NameAttribute> pac = info->initiator->attribute("urn:mspac:");
    if (!pac) { // the minor code that tells a name without it is one of the library's own numbers
        return pac.error().code() == ErrorCode::unavailable
                   ? Result<std::optional<Buffer>>(std::nullopt)
                   : pac.error();
    }
    if (!pac->authenticated || pac->values.empty()) {
        return std::optional<Buffer>();
    }
    return std::optional(Buffer::copy_of(pac->values.front().value, Buffer::Content::secret));
}

Result<std::optional<Buffer>> NativeContext::authorization_data(std::int32_t type) const {
    if (std::optional<Error> refused =
            refuse_absent(data_operation, Capability::authorization_data,
                          call().gsskrb5_extract_authz_data_from_sec_context != nullptr)) {
        return *std::move(refused);
    }
    if (initiates_) {
        // RFC 4120 s5.3: it is in the part of the ticket that only the service can decrypt.
        return unavailable(data_operation, "only an acceptor can read the ticket");
    }
    if (library_.traits.authorization_data_of_anybody) {
        return type == krb5::ad_win2k_pac
                   ? verified_pac()
                   : Result<std::optional<Buffer>>(unavailable(
                         data_operation, "the library does not tell type " + std::to_string(type) +
                                             " of the ticket from what the client has added"));
    }
    OutputBuffer data(library_);
    NativeStatus status;
    status.major = call().gsskrb5_extract_authz_data_from_sec_context(&status.minor, handle_, type,
                                                                      data.get());
    if (status.major == abi::status_complete) {
        return std::optional(data.take(Buffer::Content::secret));
    }
    constexpr std::uint32_t no_entry = 2; // ENOENT: a ticket without data of that type
    if (status.routine() == static_cast<std::uint32_t>(abi::Routine::failure) &&
        status.minor == no_entry) {
        return std::optional<Buffer>();
    }
    return error(data_operation, Operation::context, status, "type " + std::to_string(type));
}

Result<krb5::TicketFlags> NativeContext::ticket_flags() const {
    if (std::optional<Error> refused =
            refuse_absent(flags_operation, of_my_role(Capability::ticket_flags),
                          call().gss_krb5_get_tkt_flags != nullptr)) {
        return *std::move(refused);
    }
    std::uint32_t bits = 0;
    NativeStatus status;
    status.major = call().gss_krb5_get_tkt_flags(&status.minor, handle_, &bits);
    if (status.major != abi::status_complete) {
        return error(flags_operation, Operation::context, status);
    }
    return krb5::TicketFlags::from_bits(library_.traits.ticket_flags_from_lowest ? reversed(bits)
                                                                                 : bits);
}

} // namespace gss::inline v0::rfc2744
