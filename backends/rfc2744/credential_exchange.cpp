// SPDX-License-Identifier: Apache-2.0
// Credentials to and from other processes; what is set on them and asked of them.
#include "convert.h"
#include "credential_files.h"
#include "credential_store_calls.h"
#include "diagnose.h"
#include "library_backend.h"
#include "native_credential.h"
#include "status.h"

#include <algorithm>
#include <array>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::string_view export_operation = "gss_export_cred";
constexpr std::string_view import_operation = "gss_import_cred";
constexpr std::string_view negotiable_operation = "gss_set_neg_mechs";
constexpr std::string_view option_operation = "gss_set_cred_option";
constexpr std::string_view inquire_operation = "gss_inquire_cred_by_oid";

Error no_such_call(const Library& library, std::string_view operation) {
    return credential_refusal(library, operation, ErrorCode::unavailable, {},
                              "the library lacks this call");
}

/// The pieces that gss_inquire_cred_by_oid yields; released by the library.
class OutputBufferSet {
public:
    explicit OutputBufferSet(const Library& library) noexcept : library_(library) {}
    OutputBufferSet(const OutputBufferSet&) = delete;
    OutputBufferSet& operator=(const OutputBufferSet&) = delete;
    ~OutputBufferSet() {
        if (set_ != nullptr && library_.call().release_buffer_set != nullptr) {
            abi::Uint32 minor = 0;
            for (std::size_t index = 0; index < set_->count; ++index) {
                secure_wipe({static_cast<std::byte*>(set_->elements[index].value),
                             set_->elements[index].length});
            }
            library_.call().release_buffer_set(&minor, &set_);
        }
    }
    [[nodiscard]] abi::BufferSetDesc** get() noexcept { return &set_; }
    [[nodiscard]] std::size_t size() const noexcept { return set_ == nullptr ? 0 : set_->count; }
    [[nodiscard]] BytesView piece(std::size_t index) const noexcept {
        const abi::BufferDesc& piece = set_->elements[index];
        return {static_cast<const std::byte*>(piece.value),
                piece.value == nullptr ? 0 : piece.length};
    }

private:
    const Library& library_;
    abi::BufferSetDesc* set_ = nullptr;
};

/// The cache that an exported credential of Heimdal's names; empty when it has its tickets with it
/// or is none. The mechanism and its token, counted in 4 octets each; in there a number, of which 1
/// says that the name follows, counted as well.
std::string cache_in_token(BytesView token) {
    const auto take = [&token](std::size_t size) {
        const BytesView taken = token.first(std::min(size, token.size()));
        token = token.subspan(taken.size());
        return taken;
    };
    const auto number = [&take] {
        std::size_t value = 0;
        for (const std::byte octet : take(4)) {
            value = (value << 8U) | std::to_integer<std::size_t>(octet);
        }
        return value;
    };
    take(number()); // the mechanism
    number();
    constexpr std::size_t by_name = 1;
    return number() == by_name ? std::string(as_text(take(number()))) : std::string();
}

NativeStatus ask(const Library& library, abi::CredentialHandle handle, abi::OidDesc* question,
                 OutputBufferSet& pieces) {
    NativeStatus status;
    status.major =
        library.call().inquire_cred_by_oid(&status.minor, handle, question, pieces.get());
    return status;
}

/// The file that exported credentials name and that is neither a good cache nor a good keytab.
/// The token is the library's own business: it is looked at for the text of a failure only.
std::string bad_file_named_in(BytesView token) {
    constexpr std::string_view type = "FILE:";
    const std::string_view text = as_text(token);
    for (std::size_t begin = text.find(type); begin != std::string_view::npos;
         begin = text.find(type, begin + type.size())) {
        const auto* const end = std::find_if(text.begin() + begin, text.end(), [](char octet) {
            return octet == '"' || static_cast<unsigned char>(octet) < ' ';
        });
        std::string name(text.begin() + begin, end);
        const std::string path = file_path(name);
        if (examine_cache(path).finding && examine_keytab(path)) {
            return name;
        }
    }
    return {};
}

/// What was imported cannot be used, and @p error does not say why.
Error unusable_import(const Error& error, BytesView token) {
    Sources sources;
    sources.cache = bad_file_named_in(token);
    sources.chosen = true;
    ErrorDetails details = error.details();
    details.operation = import_operation;
    details.subject = sources.cache.empty() ? "exported credentials" : describe(sources);
    if (std::optional<Finding> finding = diagnose(details.code, Operation::credential, sources)) {
        details.code = finding->code;
        details.messages.push_back(std::move(finding->message));
    }
    return Error(std::move(details));
}

} // namespace

std::string cache_behind(const Library& library, abi::CredentialHandle handle) {
    if (library.call().inquire_cred_by_oid == nullptr) {
        return {};
    }
    // GSS_KRB5_COPY_CCACHE_X, 1.2.752.43.13.1: Heimdal's gss_krb5_copy_ccache asks the same.
    std::array<unsigned char, 6> octets{0x2a, 0x85, 0x70, 0x2b, 0x0d, 0x01};
    abi::OidDesc question{octets.size(), octets.data()};
    OutputBufferSet pieces(library);
    const NativeStatus status = ask(library, handle, &question, pieces);
    if (status.major != abi::status_complete || pieces.size() == 0) {
        return {};
    }
    std::string name(as_text(pieces.piece(0)));
    return name.substr(0, name.find('\0'));
}

Result<detail::CredentialPtr> copy_by_export(const NativeCredential& original,
                                             std::string_view operation) {
    const Library& library = library_of(original);
    if (library.call().export_cred == nullptr || library.call().import_cred == nullptr) {
        return no_such_call(library, operation);
    }
    OutputBuffer token(library);
    NativeStatus status;
    status.major = library.call().export_cred(&status.minor, original.handle(), token.get());
    OutputCredential copy(original.backend());
    if (status.major == abi::status_complete) {
        status.major = library.call().import_cred(&status.minor, token.get(), copy.get());
    }
    token.wipe();
    if (status.major != abi::status_complete) {
        return make_error(library, {operation, Operation::credential, status, std::nullopt,
                                    subject_of(original.origin().name)});
    }
    detail::CredentialPtr owned = copy.take(original.origin());
    if (!owned) {
        return credential_refusal(library, operation, ErrorCode::failure, {},
                                  "the library reported success and gave no credential");
    }
    return owned;
}

Result<Buffer> NativeCredential::export_credentials() const {
    const Library& library = library_of(*this);
    if (library.call().export_cred == nullptr) {
        return no_such_call(library, export_operation);
    }
    if (!library.traits.supports(Capability::acceptor_credential_export, mechanism::krb5())) {
        const Result<detail::NativeCredentialInfo> info = inquire(CredentialField::usage);
        if (info && info->usage && *info->usage != CredentialUsage::initiate) {
            return credential_refusal(library, export_operation, ErrorCode::unavailable,
                                      subject_of(origin_.name),
                                      "the library exports initiating credentials only");
        }
    }
    OutputBuffer token(library);
    NativeStatus status;
    status.major = library.call().export_cred(&status.minor, handle_, token.get());
    if (status.major != abi::status_complete) {
        return make_error(library, {export_operation, Operation::credential, status, std::nullopt,
                                    subject_of(origin_.name)});
    }
    if (token.view().empty()) {
        return credential_refusal(library, export_operation, ErrorCode::failure,
                                  subject_of(origin_.name),
                                  "the library reported success and exported nothing");
    }
    return token.take(Buffer::Content::secret);
}

Result<detail::AcquiredNative> LibraryBackend::import_credentials(BytesView native_token) const {
    if (library_.call().import_cred == nullptr) {
        return no_such_call(library_, import_operation);
    }
    if (std::optional<Error> refused =
            refuse_damaged_cache(library_, import_operation, cache_in_token(native_token))) {
        return *std::move(refused);
    }
    abi::BufferDesc input = input_buffer(native_token);
    const detail::BackendPtr self = shared_from_this();
    OutputCredential credential(self);
    NativeStatus status;
    status.major = library_.call().import_cred(&status.minor, &input, credential.get());
    if (status.major != abi::status_complete) {
        return make_error(library_,
                          {import_operation, Operation::credential, status, std::nullopt, {}});
    }
    CredentialOrigin origin;
    if (*credential.get() != nullptr && library_.traits.crashes_on_damaged_files) {
        // The token may be but a name of a file, which is looked at before each use.
        origin.guarded.cache = cache_behind(library_, *credential.get());
        origin.guarded.chosen = true;
    }
    origin.unknown_lifetime = library_.traits.imported_lives_for_ever;
    detail::AcquiredNative imported;
    imported.credential = credential.take(std::move(origin));
    if (!imported.credential) {
        return credential_refusal(library_, import_operation, ErrorCode::failure, {},
                                  "the library reported success and gave no credential");
    }
    Result<detail::NativeCredentialInfo> info = imported.credential->inquire(
        CredentialFields{CredentialField::lifetime, CredentialField::mechanisms});
    if (!info) {
        return unusable_import(info.error(), native_token);
    }
    imported.mechanisms = info->mechanisms.value_or(OidSet());
    imported.lifetime = info->lifetime.value_or(Lifetime::not_supported());
    return imported;
}

Result<void> NativeCredential::set_negotiable_mechanisms(const OidSet& mechanisms) {
    const Library& library = library_of(*this);
    if (library.call().set_neg_mechs == nullptr) {
        return no_such_call(library, negotiable_operation);
    }
    OidSetArgument wanted(mechanisms);
    NativeStatus status;
    status.major = library.call().set_neg_mechs(&status.minor, handle_, wanted.get());
    if (status.major != abi::status_complete) {
        return make_error(library, {negotiable_operation, Operation::credential, status,
                                    mechanism::spnego(), subject_of(origin_.name)});
    }
    return {};
}

Result<void> NativeCredential::set_option(const Oid& option, std::optional<BytesView> value) {
    const Library& library = library_of(*this);
    if (library.call().set_cred_option == nullptr) {
        return no_such_call(library, option_operation);
    }
    OidArgument oid(option);
    // Heimdal wants a buffer, also for an option without a value.
    abi::BufferDesc input = value ? input_buffer(*value) : abi::BufferDesc{};
    abi::CredentialHandle handle = handle_;
    NativeStatus status;
    status.major = library.call().set_cred_option(&status.minor, &handle, oid.get(), &input);
    handle_ = handle;
    if (status.major != abi::status_complete) {
        Error error = make_error(library, {option_operation, Operation::credential, status,
                                           std::nullopt, "option " + option.to_string()});
        return error;
    }
    return {};
}

Result<std::vector<Buffer>> NativeCredential::inquire_by_oid(const Oid& question) const {
    const Library& library = library_of(*this);
    if (library.call().inquire_cred_by_oid == nullptr) {
        return no_such_call(library, inquire_operation);
    }
    OidArgument oid(question);
    OutputBufferSet pieces(library);
    const NativeStatus status = ask(library, handle_, oid.get(), pieces);
    if (status.major != abi::status_complete) {
        return make_error(library, {inquire_operation, Operation::credential, status, std::nullopt,
                                    "question " + question.to_string()});
    }
    std::vector<Buffer> copies;
    copies.reserve(pieces.size());
    for (std::size_t index = 0; index < pieces.size(); ++index) {
        copies.push_back(Buffer::copy_of(pieces.piece(index), Buffer::Content::secret));
    }
    return copies;
}

} // namespace gss::inline v0::rfc2744
