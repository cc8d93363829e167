// SPDX-License-Identifier: Apache-2.0
// Between our values and the C ABI's.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/channel_bindings.h>
#include <gssxx/oid.h>
#include <gssxx/time.h>

#include "abi.h"
#include "library.h"

#include <optional>
#include <utility>
#include <vector>

namespace gss::inline v0::rfc2744 {

/// Native calls take mutable pointers to their inputs and do not write there, but for unwrapping,
/// where the caller sees to it.
[[nodiscard]] inline std::byte* as_mutable(BytesView octets) noexcept {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): the one place for it
    return const_cast<std::byte*>(octets.data());
}

/// A view as an input buffer.
[[nodiscard]] inline abi::BufferDesc input_buffer(BytesView octets) noexcept {
    return {octets.size(), as_mutable(octets)};
}

/// An Oid as an argument; no Oid is GSS_C_NO_OID.
class OidArgument {
public:
    explicit OidArgument(const std::optional<Oid>& oid) noexcept
        : OidArgument(oid ? &*oid : nullptr) {}
    explicit OidArgument(const Oid& oid) noexcept : OidArgument(&oid) {}
    [[nodiscard]] abi::OidDesc* get() noexcept { return desc_.elements ? &desc_ : nullptr; }

private:
    explicit OidArgument(const Oid* oid) noexcept {
        if (oid != nullptr) {
            desc_.length = static_cast<abi::Uint32>(oid->content().size());
            desc_.elements = as_mutable(oid->content());
        }
    }
    abi::OidDesc desc_;
};

/// An OidSet as an argument; an empty set is GSS_C_NO_OID_SET.
class OidSetArgument {
public:
    explicit OidSetArgument(const OidSet& oids);
    [[nodiscard]] abi::OidSetDesc* get() noexcept { return set_.count == 0 ? nullptr : &set_; }

private:
    std::vector<abi::OidDesc> members_;
    abi::OidSetDesc set_;
};

/// Channel bindings as an argument; none are GSS_C_NO_CHANNEL_BINDINGS.
class BindingsArgument {
public:
    explicit BindingsArgument(const std::optional<ChannelBindings>& bindings) noexcept;
    [[nodiscard]] abi::ChannelBindingsStruct* get() noexcept { return given_ ? &native_ : nullptr; }

private:
    abi::ChannelBindingsStruct native_;
    bool given_;
};

/// An output buffer of a native call: released on every path, or handed on as a Buffer.
class OutputBuffer {
public:
    explicit OutputBuffer(const Library& library) noexcept : library_(library) {}
    OutputBuffer(const OutputBuffer&) = delete;
    OutputBuffer& operator=(const OutputBuffer&) = delete;
    ~OutputBuffer() {
        if (desc_.value != nullptr) {
            release();
        }
    }
    [[nodiscard]] abi::BufferDesc* get() noexcept { return &desc_; }
    [[nodiscard]] BytesView view() const noexcept {
        return {static_cast<const std::byte*>(desc_.value), desc_.value ? desc_.length : 0};
    }
    /// Passes the native memory on.
    [[nodiscard]] Buffer take(Buffer::Content content) noexcept {
        const abi::BufferDesc owned = std::exchange(desc_, {});
        if (owned.value == nullptr) {
            return {};
        }
        return {static_cast<std::byte*>(owned.value), owned.length, &release_native,
                reinterpret_cast<Buffer::NativeFunction>(library_.call().release_buffer), content};
    }
    /// Overwrites the octets before they are released.
    void wipe() noexcept { secure_wipe({static_cast<std::byte*>(desc_.value), view().size()}); }

private:
    static void release_native(Buffer::NativeFunction native, std::byte* data,
                               std::size_t size) noexcept;
    void release() noexcept;
    const Library& library_;
    abi::BufferDesc desc_;
};

/// An OID set that a native call yields.
class OutputOidSet {
public:
    explicit OutputOidSet(const Library& library) noexcept : library_(library) {}
    OutputOidSet(const OutputOidSet&) = delete;
    OutputOidSet& operator=(const OutputOidSet&) = delete;
    ~OutputOidSet();
    [[nodiscard]] abi::OidSetDesc** get() noexcept { return &set_; }
    /// A copy; members that are no well-formed identifiers are left out.
    [[nodiscard]] OidSet copy() const;

private:
    const Library& library_;
    abi::OidSetDesc* set_ = nullptr;
};

/// True when a library yields just that identifier.
[[nodiscard]] inline bool is_oid(const abi::OidDesc* yielded, const Oid& known) noexcept {
    return yielded != nullptr && yielded->elements != nullptr &&
           as_text({static_cast<const std::byte*>(yielded->elements), yielded->length}) ==
               as_text(known.content());
}

/// A copy of an identifier that a library yields; nothing for null or malformed ones.
[[nodiscard]] std::optional<Oid> to_oid(const abi::OidDesc* oid);

[[nodiscard]] inline Lifetime to_lifetime(abi::Uint32 seconds) noexcept {
    return seconds == abi::lifetime_indefinite ? Lifetime::indefinite()
                                               : Lifetime(std::chrono::seconds(seconds));
}

/// What to ask for: zero and indefinite are the library's longest; longer than 32 bits is as long
/// as 32 bits can say.
[[nodiscard]] abi::Uint32 to_native(const Lifetime& lifetime) noexcept;

} // namespace gss::inline v0::rfc2744
