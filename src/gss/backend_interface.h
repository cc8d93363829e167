// SPDX-License-Identifier: Apache-2.0
// What a backend implements: operations, not C calls. The public classes stand on these.
//
// Objects that are passed in belong to the same backend as the object they are passed to; the
// public classes have checked that.
#pragma once

#include <gssxx/backend.h>
#include <gssxx/bytes.h>
#include <gssxx/capability.h>
#include <gssxx/channel_bindings.h>
#include <gssxx/context_option.h>
#include <gssxx/credentials.h>
#include <gssxx/flags.h>
#include <gssxx/message.h>
#include <gssxx/name.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>
#include <gssxx/time.h>

#include "context_calls.h"
#include "credential_calls.h"
#include "credential_elements.h"
#include "mechanism_calls.h"
#include "message_calls.h"
#include "name_calls.h"
#include "renewal_calls.h"
#include "worker.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0::detail {

class BackendInterface;
using BackendPtr = std::shared_ptr<const BackendInterface>;

/// Common to all native objects: each keeps its backend alive.
class NativeObject {
public:
    explicit NativeObject(BackendPtr backend) noexcept : backend_(std::move(backend)) {}
    NativeObject(const NativeObject&) = delete;
    NativeObject& operator=(const NativeObject&) = delete;
    virtual ~NativeObject() = default;

    [[nodiscard]] const BackendPtr& backend() const noexcept { return backend_; }

private:
    BackendPtr backend_;
};

class NameInterface : public NativeObject,
                      public NameCalls,
                      public std::enable_shared_from_this<NameInterface> {
public:
    using NativeObject::NativeObject;
    [[nodiscard]] virtual Result<DisplayedName> display() const = 0;
    [[nodiscard]] virtual Result<bool> equals(const NameInterface& other) const = 0;
    [[nodiscard]] virtual Result<std::shared_ptr<NameInterface>>
    canonicalize(const Oid& mechanism) const = 0;
    [[nodiscard]] virtual Result<Buffer> export_name() const = 0;
    [[nodiscard]] virtual Result<std::shared_ptr<NameInterface>> duplicate() const = 0;
    [[nodiscard]] virtual Result<OidSet> mechanisms() const = 0;
    [[nodiscard]] virtual Result<std::string>
    local_name(const std::optional<Oid>& mechanism) const = 0;
    [[nodiscard]] virtual Result<bool> user_ok(const std::string& user) const = 0;
    [[nodiscard]] virtual Result<NameAttributes> attributes() const = 0;
    [[nodiscard]] virtual Result<NameAttribute> attribute(std::string_view name) const = 0;

private:
    [[nodiscard]] inline std::string_view backend_name() const noexcept final;
};
using NamePtr = std::shared_ptr<NameInterface>;

/// Inputs of an acquisition, owned, because a worker may outlive the caller's.
struct AcquireArguments {
    NamePtr name;
    OidSet mechanisms;
    CredentialUsage usage = CredentialUsage::initiate;
    Lifetime lifetime = Lifetime::indefinite();
    CredentialStore store; // empty: the defaults
    bool tell_lifetime = true;
};

struct StoreArguments {
    std::string cache; // no NUL inside; empty: the default one
    Oid mechanism;
    bool overwrite = false;
    bool set_default = false;
};

struct AddArguments {
    NamePtr name;
    Oid mechanism;
    CredentialUsage usage = CredentialUsage::initiate;
    Lifetime initiator_lifetime = Lifetime::indefinite();
    Lifetime acceptor_lifetime = Lifetime::indefinite();
    CredentialStore store; // empty: the defaults
};

class CredentialInterface;
using CredentialPtr = std::shared_ptr<CredentialInterface>;

struct AcquiredNative {
    CredentialPtr credential;
    OidSet mechanisms;
    Lifetime lifetime = Lifetime::not_supported();
};

struct AddedNative {
    CredentialPtr credential; // null when the element was added in place
    AddedElement element;
};

struct NativeCredentialInfo {
    NamePtr name;
    std::optional<Lifetime> lifetime;
    std::optional<CredentialUsage> usage;
    std::optional<OidSet> mechanisms;
};

struct NativeMechanismCredentialInfo {
    NamePtr name;
    std::optional<Lifetime> initiator_lifetime;
    std::optional<Lifetime> acceptor_lifetime;
    std::optional<CredentialUsage> usage;
};

class CredentialInterface : public NativeObject, public CredentialCalls {
public:
    using NativeObject::NativeObject;
    [[nodiscard]] virtual Result<AddedNative> add(const AddArguments& arguments) const = 0;
    [[nodiscard]] virtual Result<AddedNative> add_in_place(const AddArguments& arguments) = 0;
    [[nodiscard]] virtual Result<NativeCredentialInfo> inquire(CredentialFields fields) const = 0;
    [[nodiscard]] virtual Result<NativeMechanismCredentialInfo>
    inquire_by_mechanism(const Oid& mechanism, CredentialFields fields) const = 0;
    [[nodiscard]] virtual Result<StoredCredentials>
    store_into(const StoreArguments& arguments) const = 0;

    [[nodiscard]] const CredentialElements& elements() const noexcept { return elements_; }
    [[nodiscard]] CredentialElements& elements() noexcept { return elements_; }

private:
    CredentialElements elements_;
};

/// Inputs of every step of an initiator, owned.
struct InitiateArguments {
    NamePtr target;
    CredentialPtr credentials; // null: default
    Oid mechanism;
    ContextFlags flags;
    Lifetime lifetime = Lifetime::indefinite();
    std::optional<ChannelBindings> bindings;
    std::vector<ContextOption> options; // set before the first step
};

/// Inputs of every step of an acceptor, owned.
struct AcceptArguments {
    CredentialPtr credentials; // null: default
    std::optional<ChannelBindings> bindings;
    bool accept_delegation = false;
};

/// What a native step came to.
struct NativeStep {
    bool complete = false; // else more, unless there is an error
    Buffer token;
    std::optional<Error> error;
    ContextFlags flags;
    Lifetime lifetime = Lifetime::not_supported();
    NamePtr initiator;       // acceptor only
    CredentialPtr delegated; // acceptor only, with accept_delegation
};

struct NativeContextInfo {
    NamePtr initiator;
    NamePtr target;
    Lifetime lifetime = Lifetime::not_supported();
    std::optional<Oid> mechanism;
    ContextFlags flags;
    bool locally_initiated = false;
    bool open = false;
};

/// The longest message or token that is handed to a library, in octets. MIT keeps lengths in 32
/// bits, in places with a sign, and adds headers to them.
inline constexpr std::size_t max_message_size = 0x7ffff000;

/// A context, half-open or established. Which calls make sense when is the public classes'
/// business; here each one yields what the native library says.
class ContextInterface : public NativeObject, public MessageCalls, public ContextCalls {
public:
    using NativeObject::NativeObject;

    /// @p token is empty on the first call only.
    [[nodiscard]] virtual NativeStep initiate(const InitiateArguments& arguments,
                                              BytesView token) = 0;
    [[nodiscard]] virtual NativeStep accept(const AcceptArguments& arguments, BytesView token) = 0;
    /// True when initiate() with this token asks nobody and waits for nothing: it meets any
    /// deadline without a thread of its own.
    [[nodiscard]] virtual bool answers_at_once(const InitiateArguments& /*arguments*/,
                                               BytesView /*token*/) const {
        return false;
    }

    [[nodiscard]] virtual Result<Buffer> get_mic(BytesView message, Qop qop) = 0;
    [[nodiscard]] virtual Result<std::size_t> get_mic_into(BytesView message, MutableBytes out,
                                                           Qop qop) = 0;
    [[nodiscard]] virtual Result<VerifiedMic> verify_mic(BytesView message, BytesView mic,
                                                         bool out_of_order) = 0;
    [[nodiscard]] virtual Result<Wrapped> wrap(BytesView message, bool seal, Qop qop) = 0;
    [[nodiscard]] virtual Result<WrappedInto> wrap_into(BytesView message, MutableBytes out,
                                                        bool seal, Qop qop) = 0;
    /// May write into @p token.
    [[nodiscard]] virtual Result<Unwrapped> unwrap(MutableBytes token, bool out_of_order) = 0;
    /// True when unwrap would leave this very token alone.
    [[nodiscard]] virtual bool leaves_alone(BytesView token) const noexcept = 0;
    [[nodiscard]] virtual Result<UnwrappedInPlace> unwrap_in_place(MutableBytes token,
                                                                   bool out_of_order) = 0;
    [[nodiscard]] virtual Result<std::size_t> wrap_size_limit(std::size_t max_token_size, bool seal,
                                                              Qop qop) const = 0;

    [[nodiscard]] virtual Result<NativeContextInfo> inquire() const = 0;
    [[nodiscard]] virtual Result<Lifetime> remaining_lifetime() const = 0;
    /// The context is gone after success.
    [[nodiscard]] virtual Result<Buffer> export_context() = 0;
    [[nodiscard]] virtual Result<void> process_token(BytesView token) = 0;
    [[nodiscard]] virtual Result<Buffer> delete_with_token() = 0;
    /// What the library named last; nothing before that.
    [[nodiscard]] virtual const std::optional<Oid>& mechanism() const noexcept = 0;
    /// False when there is no native context (any more).
    [[nodiscard]] virtual bool exists() const noexcept = 0;
};
using ContextPtr = std::unique_ptr<ContextInterface>;

class BackendInterface : public std::enable_shared_from_this<BackendInterface>,
                         public MechanismCalls,
                         public RenewalCalls,
                         public CredentialBackendCalls {
public:
    BackendInterface() = default;
    BackendInterface(const BackendInterface&) = delete;
    BackendInterface& operator=(const BackendInterface&) = delete;
    ~BackendInterface() override = default;

    [[nodiscard]] std::string_view name() const noexcept override = 0;
    [[nodiscard]] virtual std::string_view library() const noexcept = 0;
    /// Equal for two backend objects on one loaded library, whose objects therefore mix.
    [[nodiscard]] virtual const void* identity() const noexcept = 0;
    [[nodiscard]] virtual bool supports(Capability capability,
                                        const Oid& mechanism) const noexcept = 0;
    [[nodiscard]] virtual Result<OidSet> mechanisms() const = 0;
    [[nodiscard]] virtual Result<OidSet> name_types(const Oid& mechanism) const = 0;
    [[nodiscard]] virtual Result<std::vector<std::string>>
    status_text(StatusKind kind, std::uint32_t code, const std::optional<Oid>& mechanism) const = 0;
    [[nodiscard]] virtual Result<void> preload() const = 0;

    [[nodiscard]] virtual Result<NamePtr> import_name(BytesView octets,
                                                      const std::optional<Oid>& type) const = 0;
    [[nodiscard]] virtual Result<AcquiredNative>
    acquire(const AcquireArguments& arguments) const = 0;
    [[nodiscard]] virtual Result<AddedNative>
    add_to_default(const AddArguments& arguments) const = 0;
    [[nodiscard]] virtual Result<NativeCredentialInfo>
    inquire_default_credential(CredentialFields fields) const = 0;
    /// A context that does not exist natively yet.
    [[nodiscard]] virtual ContextPtr new_context() const = 0;
    [[nodiscard]] virtual Result<ContextPtr> import_context(BytesView native_token) const = 0;

    /// Threads for calls with a deadline.
    [[nodiscard]] const Workers& workers() const noexcept { return workers_; }

private:
    Workers workers_;
};

std::string_view NameInterface::backend_name() const noexcept {
    return backend() ? backend()->name() : std::string_view();
}

/// True when native objects of the two may meet in one call.
[[nodiscard]] inline bool same_library(const BackendPtr& left, const BackendPtr& right) noexcept {
    return left == right || (left && right && left->name() == right->name() &&
                             left->identity() == right->identity());
}

/// How a backend is found and opened: one entry per backend that was built in.
struct BackendEntry {
    std::string_view name;
    std::string_view library; // the usual soname
    Result<BackendPtr> (*open)(std::string_view library);
};

/// The built-in backends, in the default order. Written by the build from its list of backends.
[[nodiscard]] std::vector<BackendEntry> backend_list();

} // namespace gss::inline v0::detail
