// SPDX-License-Identifier: Apache-2.0
#include "convert.h"

#include <gssxx/mechanism.h>
#include <gssxx/result.h>

#include <algorithm>
#include <utility>

namespace gss::inline v0::rfc2744 {

namespace {

using ReleaseBuffer = abi::Uint32 (*)(abi::Uint32*, abi::BufferDesc*);

/// MIT keeps the memory of a buffer that says it is empty; Heimdal does not look at the size.
std::size_t releasable_size(std::size_t size) noexcept {
    return size == 0 ? 1 : size;
}

abi::BufferDesc view_of(const Bytes& octets) noexcept {
    return octets.empty() ? abi::BufferDesc{} : input_buffer(octets);
}

} // namespace

OidSetArgument::OidSetArgument(const OidSet& oids) {
    members_.reserve(oids.size());
    for (const Oid& oid : oids) {
        members_.push_back(*OidArgument(oid).get());
    }
    set_ = {members_.size(), members_.data()};
}

BindingsArgument::BindingsArgument(const std::optional<ChannelBindings>& bindings) noexcept
    : given_(bindings.has_value()) {
    if (bindings) {
        native_.initiator_addrtype = static_cast<abi::Uint32>(bindings->initiator_address_type);
        native_.initiator_address = view_of(bindings->initiator_address);
        native_.acceptor_addrtype = static_cast<abi::Uint32>(bindings->acceptor_address_type);
        native_.acceptor_address = view_of(bindings->acceptor_address);
        native_.application_data = view_of(bindings->application_data);
    }
}

void OutputBuffer::release_native(Buffer::NativeFunction native, std::byte* data,
                                  std::size_t size) noexcept {
    abi::Uint32 minor = 0;
    abi::BufferDesc desc{releasable_size(size), data};
    reinterpret_cast<ReleaseBuffer>(native)(&minor, &desc);
}

void OutputBuffer::release() noexcept {
    abi::Uint32 minor = 0;
    desc_.length = releasable_size(desc_.length);
    library_.call().release_buffer(&minor, &desc_);
}

OutputOidSet::~OutputOidSet() {
    if (set_ != nullptr) {
        abi::Uint32 minor = 0;
        library_.call().release_oid_set(&minor, &set_);
    }
}

OidSet OutputOidSet::copy() const {
    OidSet oids;
    for (std::size_t index = 0; set_ != nullptr && index < set_->count; ++index) {
        if (const std::optional<Oid> oid = to_oid(&set_->elements[index])) {
            oids.insert(*oid);
        }
    }
    return oids;
}

std::optional<Oid> to_oid(const abi::OidDesc* oid) {
    if (oid == nullptr || oid->elements == nullptr) {
        return std::nullopt;
    }
    // Almost every call yields one of these, which need no check.
    for (const Oid* known : {&mechanism::krb5(), &mechanism::spnego()}) {
        if (is_oid(oid, *known)) {
            return *known;
        }
    }
    Result<Oid> copy =
        Oid::from_content({static_cast<const std::byte*>(oid->elements), oid->length});
    return copy ? std::optional<Oid>(*std::move(copy)) : std::nullopt;
}

abi::Uint32 to_native(const Lifetime& lifetime) noexcept {
    const std::optional<std::chrono::seconds> duration = lifetime.duration();
    if (!duration || duration->count() == 0) {
        return abi::lifetime_indefinite;
    }
    constexpr std::chrono::seconds longest(abi::lifetime_indefinite - 1);
    return static_cast<abi::Uint32>(std::min(*duration, longest).count());
}

} // namespace gss::inline v0::rfc2744
