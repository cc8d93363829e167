// SPDX-License-Identifier: Apache-2.0
// What names say beside themselves (RFC 6680), and which local accounts they may act as.
#include "native_name.h"

#include "convert.h"
#include "library_backend.h"
#include "local_account.h"
#include "status.h"

#include <system_error>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

/// A buffer set that a native call yields.
class OutputBufferSet {
public:
    explicit OutputBufferSet(const Library& library) noexcept : library_(library) {}
    OutputBufferSet(const OutputBufferSet&) = delete;
    OutputBufferSet& operator=(const OutputBufferSet&) = delete;
    ~OutputBufferSet() {
        if (set_ != nullptr) {
            abi::Uint32 minor = 0;
            library_.call().release_buffer_set(&minor, &set_);
        }
    }
    [[nodiscard]] abi::BufferSetDesc** get() noexcept { return &set_; }
    [[nodiscard]] std::size_t size() const noexcept { return set_ == nullptr ? 0 : set_->count; }
    [[nodiscard]] BytesView operator[](std::size_t index) const noexcept {
        const abi::BufferDesc& buffer = set_->elements[index];
        return {static_cast<const std::byte*>(buffer.value), buffer.value ? buffer.length : 0};
    }

private:
    const Library& library_;
    abi::BufferSetDesc* set_ = nullptr;
};

/// An identifier that a native call yields for the caller to keep: MIT's gss_inquire_name does.
/// Those that the library keeps itself it does not release.
class OutputOid {
public:
    explicit OutputOid(const Library& library) noexcept : library_(library) {}
    OutputOid(const OutputOid&) = delete;
    OutputOid& operator=(const OutputOid&) = delete;
    ~OutputOid() {
        if (oid_ != nullptr && library_.call().release_oid != nullptr) {
            abi::Uint32 minor = 0;
            library_.call().release_oid(&minor, &oid_);
        }
    }
    [[nodiscard]] abi::OidDesc** receive() noexcept { return &oid_; }
    [[nodiscard]] const abi::OidDesc* get() const noexcept { return oid_; }

private:
    const Library& library_;
    abi::OidDesc* oid_ = nullptr;
};

Error refusal(const Library& library, ErrorCode code, std::string_view operation,
              std::string subject, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.backend = library.traits.name;
    details.subject = std::move(subject);
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

constexpr std::string_view localname_operation = "gss_localname";
constexpr std::string_view authorize_operation = "gss_authorize_localname";
constexpr std::string_view inquire_operation = "gss_inquire_name";
constexpr std::string_view attribute_operation = "gss_get_name_attribute";

bool is_routine(NativeStatus status, abi::Routine routine) noexcept {
    return status.routine() == static_cast<std::uint32_t>(routine);
}

} // namespace

Result<std::string> NativeName::local_name(const std::optional<Oid>& mechanism) const {
    const Library& library = library_of(*this);
    if (library.call().localname == nullptr) {
        return refusal(library, ErrorCode::unavailable, localname_operation, shown(),
                       "the library has no such call");
    }
    OidArgument oid(mechanism);
    OutputBuffer text(library);
    NativeStatus status;
    status.major = library.call().localname(&status.minor, handle_, oid.get(), text.get());
    if (status.major != abi::status_complete) {
        return error(localname_operation, status);
    }
    std::string_view account = as_text(text.view());
    if (account.ends_with('\0')) {
        account.remove_suffix(1);
    }
    if (account.empty() || account.find('\0') != std::string_view::npos) {
        return refusal(library, ErrorCode::bad_name, localname_operation, shown(),
                       "the library gave a name that no account can have");
    }
    return std::string(account);
}

Result<bool> NativeName::user_ok(const std::string& user) const {
    const Library& library = library_of(*this);
    const auto subject = [&] { return shown() + " as account " + user; };
    if (library.call().authorize_localname == nullptr) {
        return refusal(library, ErrorCode::unavailable, authorize_operation, subject(),
                       "the library has no such call");
    }
    if (form_ != NameForm::mechanism) {
        // Anybody may write a name down; only a mechanism's own has been looked at by it.
        return refusal(library, ErrorCode::name_not_mechanism_name, authorize_operation, subject(),
                       "only mechanism names are authorized: canonicalize it first");
    }
    const LocalAccount account = look_up_account(user);
    if (account.error != 0) {
        return refusal(library, ErrorCode::failure, authorize_operation, subject(),
                       "the account cannot be looked up: " +
                           std::generic_category().message(account.error));
    }
    if (!account.exists) {
        return false; // Heimdal 7.8 says yes for "x@DEFAULT-REALM" and any "x"
    }
    const Result<detail::NamePtr> local = backend()->import_name(as_bytes(user), name_type::user());
    if (!local) {
        return local.error();
    }
    NativeStatus status;
    status.major = library.call().authorize_localname(&status.minor, handle_, handle_of(*local));
    if (status.major == abi::status_complete) {
        return true;
    }
    // The last rule that was asked says which of the two it is.
    if (is_routine(status, abi::Routine::unauthorized) ||
        is_routine(status, abi::Routine::unavailable)) {
        return false;
    }
    return make_error(library,
                      {authorize_operation, Operation::name, status, std::nullopt, subject()});
}

Result<NameAttributes> NativeName::attributes() const {
    const Library& library = library_of(*this);
    if (library.call().inquire_name == nullptr || library.call().release_buffer_set == nullptr ||
        !library.traits.supports(Capability::name_attributes, mechanism::krb5())) {
        return refusal(library, ErrorCode::unavailable, inquire_operation, shown(),
                       "the library gives no attributes of names");
    }
    int is_mechanism_name = 0;
    OutputOid mechanism(library);
    OutputBufferSet set(library);
    NativeStatus status;
    status.major = library.call().inquire_name(&status.minor, handle_, &is_mechanism_name,
                                               mechanism.receive(), set.get());
    if (status.major != abi::status_complete) {
        return error(inquire_operation, status);
    }
    if (set.size() > max_name_attributes) {
        return refusal(library, ErrorCode::failure, inquire_operation, shown(),
                       std::to_string(set.size()) + " attributes, more than " +
                           std::to_string(max_name_attributes));
    }
    NameAttributes attributes;
    attributes.is_mechanism_name = is_mechanism_name != 0;
    attributes.mechanism = to_oid(mechanism.get());
    attributes.names.reserve(set.size());
    for (std::size_t index = 0; index < set.size(); ++index) {
        attributes.names.emplace_back(as_text(set[index]));
    }
    return attributes;
}

Result<NameAttribute> NativeName::attribute(std::string_view name) const {
    const Library& library = library_of(*this);
    const auto subject = [&] { return shown() + " attribute " + std::string(name); };
    if (library.call().get_name_attribute == nullptr ||
        !library.traits.supports(Capability::name_attributes, mechanism::krb5())) {
        return refusal(library, ErrorCode::unavailable, attribute_operation, subject(),
                       "the library gives no attributes of names");
    }
    abi::BufferDesc asked = input_buffer(name.empty() ? as_bytes("").first(0) : as_bytes(name));
    NameAttribute attribute{{}, true, true};
    std::size_t size = 0;
    int more = -1; // RFC 6680 s7.5: so it begins, and 0 is the end
    while (more != 0) {
        OutputBuffer value(library);
        OutputBuffer display(library);
        int authenticated = 0;
        int complete = 0;
        NativeStatus status;
        status.major =
            library.call().get_name_attribute(&status.minor, handle_, &asked, &authenticated,
                                              &complete, value.get(), display.get(), &more);
        if (status.major != abi::status_complete) {
            return make_error(
                library, {attribute_operation, Operation::name, status, std::nullopt, subject()});
        }
        size += value.view().size() + display.view().size();
        if (attribute.values.size() == max_attribute_values || size > max_attribute_size) {
            return refusal(library, ErrorCode::failure, attribute_operation, subject(),
                           "more values, or larger ones, than are read of one attribute");
        }
        attribute.values.push_back({Bytes(value.view().begin(), value.view().end()),
                                    std::string(as_text(display.view()))});
        attribute.authenticated = attribute.authenticated && authenticated != 0;
        attribute.complete = attribute.complete && complete != 0;
    }
    return attribute;
}

} // namespace gss::inline v0::rfc2744
