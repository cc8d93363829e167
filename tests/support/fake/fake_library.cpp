// SPDX-License-Identifier: Apache-2.0
#include "fake_library.h"

#include "access.h"
#include "fake_krb5.h"
#include "fake_objects.h"
#include "library_backend.h"

#include <gssxx/mechanism.h>

#include <utility>

namespace gss::test {

namespace {

bool supports(Capability capability, const Oid& mechanism) {
    return capability != Capability::input_never_written && fake_mechanisms().contains(mechanism);
}

bool leaves_alone(BytesView /*token*/) {
    return false; // the fake's unwrap does scribble over its input
}

} // namespace

struct FakeLibrary::Constant {
    Oid oid;
    abi::OidDesc native;
};

FakeLibrary::FakeLibrary(std::string name, bool iov)
    : family_(std::move(name)), iov_(iov), table_(own_calls()) {}

FakeLibrary::~FakeLibrary() = default;

CallTable FakeLibrary::own_calls() {
    CallTable calls;
#define GSSXX_BIND(name, parameters)                                                               \
    calls.name = [this](auto... arguments) { return name(arguments...); };
    GSSXX_RFC2744_SYMBOLS(GSSXX_BIND, GSSXX_BIND)
#undef GSSXX_BIND
    if (imports()) {
        calls.acquire_cred_from = nullptr;
        calls.store_cred_into = nullptr;
    }
    return calls;
}

rfc2744::Library FakeLibrary::library() {
    rfc2744::Library library;
    library.loaded.path = "lib" + family_ + ".so";
    library.loaded.call = table_.functions();
    library.traits.name = family_;
    library.traits.family_symbol = "fake";
    library.traits.iov_in_caller_memory = iov_;
    library.traits.unwrap_leaves_alone = &leaves_alone;
    library.traits.supports = &supports;
    library.traits.acquires_from_store_by_import = imports();
    if (imports()) {
        library.loaded.krb5 = fake_krb5();
    }
    return library;
}

Backend FakeLibrary::backend() {
    return detail::Access::backend(rfc2744::make_backend(library()));
}

abi::OidDesc* FakeLibrary::constant(const Oid& oid) {
    const std::lock_guard lock(mutex_);
    for (Constant& known : constants_) {
        if (known.oid == oid) {
            return &known.native;
        }
    }
    Constant& added = constants_.emplace_back(Constant{oid, {}});
    added.native.length = static_cast<Uint32>(added.oid.content().size());
    added.native.elements = const_cast<std::byte*>(added.oid.content().data());
    return &added.native;
}

void FakeLibrary::give(abi::BufferDesc* output, BytesView content) {
    if (output != nullptr) {
        memory_.give(output, content, behaviour.guarded_buffers);
    }
}

void FakeLibrary::give_set(abi::OidSetDesc** output, const OidSet& oids) {
    if (output == nullptr) {
        return;
    }
    auto* set = new abi::OidSetDesc{oids.size(), new abi::OidDesc[oids.size()]};
    for (std::size_t index = 0; index < oids.size(); ++index) {
        set->elements[index] = *constant(oids[index]);
    }
    *output = set;
}

const OidSet& fake_mechanisms() {
    static const OidSet set{mechanism::krb5(), mechanism::spnego()};
    return set;
}

std::optional<Oid> oid_of(const abi::OidDesc* oid) {
    if (oid == nullptr) {
        return std::nullopt;
    }
    return Oid::from_content({static_cast<const std::byte*>(oid->elements), oid->length}).value();
}

bool is_fake_mechanism(const abi::OidDesc* oid) {
    return oid == nullptr || fake_mechanisms().contains(*oid_of(oid));
}

abi::Uint32 FakeLibrary::release_buffer(Uint32* minor, abi::BufferDesc* buffer) {
    *minor = 0;
    return memory_.release(buffer) ? abi::status_complete : bad_structure;
}

abi::Uint32 FakeLibrary::release_oid_set(Uint32* minor, abi::OidSetDesc** set) {
    *minor = 0;
    if (*set != nullptr) {
        delete[](*set)->elements;
        delete *set;
        *set = nullptr;
    }
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::indicate_mechs(Uint32* minor, abi::OidSetDesc** set) {
    *minor = 0;
    give_set(set, fake_mechanisms());
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::display_status(Uint32* minor, Uint32 code, int kind,
                                        abi::OidDesc* /*mechanism*/, Uint32* message_context,
                                        abi::BufferDesc* text) {
    *minor = 0;
    if (kind == abi::status_kind_mechanism) {
        *message_context = 0;
        give(text, "fake minor code " + std::to_string(code));
        return abi::status_complete;
    }
    if (kind != abi::status_kind_gss) {
        return routine(abi::Routine::bad_status);
    }
    // Two messages when there are supplementary bits besides an error, as RFC 2744 s5.11 wants.
    const Uint32 supplementary = code & ~abi::error_mask;
    const bool both = (code & abi::error_mask) != 0 && supplementary != 0;
    if (both && *message_context == 0) {
        *message_context = 1;
        give(text, "fake error " + std::to_string(code >> abi::routine_shift));
    } else {
        *message_context = 0;
        give(text, both || (code & abi::error_mask) == 0
                       ? "fake supplementary " + std::to_string(supplementary)
                       : "fake error " + std::to_string(code >> abi::routine_shift));
    }
    return abi::status_complete;
}

} // namespace gss::test
