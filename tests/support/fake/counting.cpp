// SPDX-License-Identifier: Apache-2.0
#include "counting.h"

#include "access.h"
#include "library_backend.h"

#include <utility>

namespace gss::test {

namespace {

using abi::BufferDesc;
using abi::BufferSetDesc;
using abi::ChannelBindingsStruct;
using abi::ContextHandle;
using abi::CredentialHandle;
using abi::IovBufferDesc;
using abi::KeyValueSetDesc;
using abi::NameHandle;
using abi::OidDesc;
using abi::OidSetDesc;
using abi::Uint32;

constexpr std::array kind_names{
    std::string_view("name"),   std::string_view("credential"), std::string_view("context"),
    std::string_view("buffer"), std::string_view("OID set"),    std::string_view("buffer set"),
    std::string_view("OID"),
};

constexpr Uint32 bad_structure = 3U << abi::calling_shift; // GSS_S_CALL_BAD_STRUCTURE

template <typename T>
const void* at(T* const* output) noexcept {
    return output == nullptr ? nullptr : *output;
}

} // namespace

std::string_view name_of(CountingLibrary::Kind kind) noexcept {
    return kind_names[static_cast<std::size_t>(kind)];
}

CountingLibrary::CountingLibrary(rfc2744::Library library)
    : original_(std::move(library)), table_(counting_calls()), library_(original_) {
    library_.loaded.call = table_.functions();
}

Backend CountingLibrary::backend() const {
    return detail::Access::backend(rfc2744::make_backend(library_));
}

CallTable CountingLibrary::counting_calls() {
    CallTable calls;
#define GSSXX_FORWARD(name, parameters) calls.name = original_.call().name;
    GSSXX_RFC2744_SYMBOLS(GSSXX_FORWARD, GSSXX_FORWARD)
#undef GSSXX_FORWARD
    count_names(calls);
    count_credentials(calls);
    count_stores(calls);
    count_attributes(calls);
    count_mechanisms(calls);
    count_contexts(calls);
    count_messages(calls);
    count_iov(calls);
    count_releases(calls);
    return calls;
}

void CountingLibrary::gave(Kind kind, const void* what, Call by) {
    if (what != nullptr) {
        const std::lock_guard lock(mutex_);
        outstanding_[static_cast<std::size_t>(kind)][what].push_back(by);
        ++handed_out_[static_cast<std::size_t>(kind)];
    }
}

void CountingLibrary::gave(const BufferDesc* buffer, Call by) {
    gave(Kind::buffer, buffer == nullptr ? nullptr : buffer->value, by);
}

bool CountingLibrary::took(Kind kind, const void* what, Call by) {
    const std::lock_guard lock(mutex_);
    auto& things = outstanding_[static_cast<std::size_t>(kind)];
    const auto found = things.find(what);
    if (found == things.end()) {
        faults_.push_back(std::string(name_of(by)) + " of a " + std::string(name_of(kind)) +
                          " that is not outstanding");
        return false;
    }
    // Some libraries count references: the same handle may be handed out more than once.
    found->second.pop_back();
    if (found->second.empty()) {
        things.erase(found);
    }
    return true;
}

void CountingLibrary::context_changed(const void* before, const void* after, Call by) {
    if (before == after) {
        return;
    }
    if (before != nullptr) {
        static_cast<void>(took(Kind::context, before, by));
    }
    gave(Kind::context, after, by);
}

void CountingLibrary::count_names(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    calls.import_name = [this, native](Uint32* minor, BufferDesc* text, OidDesc* type,
                                       NameHandle* name) {
        const Uint32 major = native.import_name(minor, text, type, name);
        gave(Kind::name, at(name), Call::import_name);
        return major;
    };
    calls.canonicalize_name = [this, native](Uint32* minor, NameHandle input, OidDesc* mechanism,
                                             NameHandle* name) {
        const Uint32 major = native.canonicalize_name(minor, input, mechanism, name);
        gave(Kind::name, at(name), Call::canonicalize_name);
        return major;
    };
    calls.duplicate_name = [this, native](Uint32* minor, NameHandle input, NameHandle* name) {
        const Uint32 major = native.duplicate_name(minor, input, name);
        gave(Kind::name, at(name), Call::duplicate_name);
        return major;
    };
    calls.display_name = [this, native](Uint32* minor, NameHandle name, BufferDesc* text,
                                        OidDesc** type) {
        const Uint32 major = native.display_name(minor, name, text, type);
        gave(text, Call::display_name);
        return major;
    };
    calls.export_name = [this, native](Uint32* minor, NameHandle name, BufferDesc* exported) {
        const Uint32 major = native.export_name(minor, name, exported);
        gave(exported, Call::export_name);
        return major;
    };
    calls.indicate_mechs = [this, native](Uint32* minor, OidSetDesc** set) {
        const Uint32 major = native.indicate_mechs(minor, set);
        gave(Kind::oid_set, at(set), Call::indicate_mechs);
        return major;
    };
    calls.inquire_names_for_mech = [this, native](Uint32* minor, OidDesc* mechanism,
                                                  OidSetDesc** set) {
        const Uint32 major = native.inquire_names_for_mech(minor, mechanism, set);
        gave(Kind::oid_set, at(set), Call::inquire_names_for_mech);
        return major;
    };
    calls.inquire_mechs_for_name = [this, native](Uint32* minor, NameHandle name,
                                                  OidSetDesc** set) {
        const Uint32 major = native.inquire_mechs_for_name(minor, name, set);
        gave(Kind::oid_set, at(set), Call::inquire_mechs_for_name);
        return major;
    };
    calls.display_status = [this, native](Uint32* minor, Uint32 code, int kind, OidDesc* mechanism,
                                          Uint32* message_context, BufferDesc* text) {
        const Uint32 major =
            native.display_status(minor, code, kind, mechanism, message_context, text);
        gave(text, Call::display_status);
        return major;
    };
}

void CountingLibrary::count_credentials(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    calls.acquire_cred = [this, native](Uint32* minor, NameHandle name, Uint32 lifetime,
                                        OidSetDesc* desired, int usage, CredentialHandle* output,
                                        OidSetDesc** actual, Uint32* left) {
        const Uint32 major =
            native.acquire_cred(minor, name, lifetime, desired, usage, output, actual, left);
        gave(Kind::credential, at(output), Call::acquire_cred);
        gave(Kind::oid_set, at(actual), Call::acquire_cred);
        return major;
    };
    calls.add_cred = [this, native](Uint32* minor, CredentialHandle input, NameHandle name,
                                    OidDesc* mechanism, int usage, Uint32 initiator,
                                    Uint32 acceptor, CredentialHandle* output, OidSetDesc** actual,
                                    Uint32* initiator_left, Uint32* acceptor_left) {
        const Uint32 major =
            native.add_cred(minor, input, name, mechanism, usage, initiator, acceptor, output,
                            actual, initiator_left, acceptor_left);
        gave(Kind::credential, at(output), Call::add_cred);
        gave(Kind::oid_set, at(actual), Call::add_cred);
        return major;
    };
    calls.inquire_cred = [this, native](Uint32* minor, CredentialHandle input, NameHandle* name,
                                        Uint32* lifetime, int* usage, OidSetDesc** mechanisms) {
        const Uint32 major = native.inquire_cred(minor, input, name, lifetime, usage, mechanisms);
        gave(Kind::name, at(name), Call::inquire_cred);
        gave(Kind::oid_set, at(mechanisms), Call::inquire_cred);
        return major;
    };
    calls.inquire_cred_by_mech = [this, native](Uint32* minor, CredentialHandle input,
                                                OidDesc* mechanism, NameHandle* name,
                                                Uint32* initiator, Uint32* acceptor, int* usage) {
        const Uint32 major =
            native.inquire_cred_by_mech(minor, input, mechanism, name, initiator, acceptor, usage);
        gave(Kind::name, at(name), Call::inquire_cred_by_mech);
        return major;
    };
}

/// Both ways to a credential of a store; a library has one of them.
void CountingLibrary::count_stores(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    if (native.acquire_cred_from != nullptr) {
        calls.acquire_cred_from = [this, native](Uint32* minor, NameHandle name, Uint32 lifetime,
                                                 OidSetDesc* desired, int usage,
                                                 KeyValueSetDesc* store, CredentialHandle* output,
                                                 OidSetDesc** actual, Uint32* left) {
            const Uint32 major = native.acquire_cred_from(minor, name, lifetime, desired, usage,
                                                          store, output, actual, left);
            gave(Kind::credential, at(output), Call::acquire_cred_from);
            gave(Kind::oid_set, at(actual), Call::acquire_cred_from);
            return major;
        };
    }
    if (native.store_cred_into != nullptr) {
        calls.store_cred_into = [this, native](Uint32* minor, CredentialHandle input, int usage,
                                               OidDesc* mechanism, Uint32 overwrite,
                                               Uint32 as_default, KeyValueSetDesc* store,
                                               OidSetDesc** stored, int* stored_usage) {
            const Uint32 major = native.store_cred_into(minor, input, usage, mechanism, overwrite,
                                                        as_default, store, stored, stored_usage);
            gave(Kind::oid_set, at(stored), Call::store_cred_into);
            return major;
        };
    }
    if (native.krb5_import_cred != nullptr) {
        calls.krb5_import_cred = [this, native](Uint32* minor, abi::CacheHandle cache,
                                                abi::PrincipalHandle principal,
                                                abi::KeytabHandle keytab,
                                                CredentialHandle* output) {
            const Uint32 major = native.krb5_import_cred(minor, cache, principal, keytab, output);
            gave(Kind::credential, at(output), Call::krb5_import_cred);
            return major;
        };
    }
}

void CountingLibrary::count_attributes(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    calls.localname = [this, native](Uint32* minor, NameHandle name, OidDesc* mechanism,
                                     BufferDesc* text) {
        const Uint32 major = native.localname(minor, name, mechanism, text);
        gave(text, Call::localname);
        return major;
    };
    calls.inquire_name = [this, native](Uint32* minor, NameHandle name, int* is_mechanism_name,
                                        OidDesc** mechanism, BufferSetDesc** attributes) {
        const Uint32 major =
            native.inquire_name(minor, name, is_mechanism_name, mechanism, attributes);
        gave(Kind::buffer_set, at(attributes), Call::inquire_name);
        gave(Kind::oid, at(mechanism), Call::inquire_name);
        return major;
    };
    calls.get_name_attribute = [this, native](Uint32* minor, NameHandle name, BufferDesc* attribute,
                                              int* authenticated, int* complete, BufferDesc* value,
                                              BufferDesc* display, int* more) {
        const Uint32 major = native.get_name_attribute(minor, name, attribute, authenticated,
                                                       complete, value, display, more);
        gave(value, Call::get_name_attribute);
        gave(display, Call::get_name_attribute);
        return major;
    };
    calls.release_oid = [this, native](Uint32* minor, OidDesc** oid) {
        return *oid == nullptr || took(Kind::oid, *oid, Call::release_oid)
                   ? native.release_oid(minor, oid)
                   : bad_structure;
    };
    calls.release_buffer_set = [this, native](Uint32* minor, BufferSetDesc** set) {
        return *set == nullptr || took(Kind::buffer_set, *set, Call::release_buffer_set)
                   ? native.release_buffer_set(minor, set)
                   : bad_structure;
    };
}

void CountingLibrary::count_mechanisms(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    calls.display_name_ext = [this, native](Uint32* minor, NameHandle name, OidDesc* type,
                                            BufferDesc* text) {
        const Uint32 major = native.display_name_ext(minor, name, type, text);
        gave(text, Call::display_name_ext);
        return major;
    };
    calls.export_name_composite = [this, native](Uint32* minor, NameHandle name,
                                                 BufferDesc* exported) {
        const Uint32 major = native.export_name_composite(minor, name, exported);
        gave(exported, Call::export_name_composite);
        return major;
    };
    calls.inquire_attrs_for_mech = [this, native](Uint32* minor, OidDesc* mechanism,
                                                  OidSetDesc** has, OidSetDesc** known) {
        const Uint32 major = native.inquire_attrs_for_mech(minor, mechanism, has, known);
        gave(Kind::oid_set, at(has), Call::inquire_attrs_for_mech);
        gave(Kind::oid_set, at(known), Call::inquire_attrs_for_mech);
        return major;
    };
    calls.display_mech_attr = [this, native](Uint32* minor, OidDesc* attribute, BufferDesc* name,
                                             BufferDesc* brief, BufferDesc* full) {
        const Uint32 major = native.display_mech_attr(minor, attribute, name, brief, full);
        for (const BufferDesc* text : {name, brief, full}) {
            gave(text, Call::display_mech_attr);
        }
        return major;
    };
    calls.inquire_saslname_for_mech = [this, native](Uint32* minor, OidDesc* mechanism,
                                                     BufferDesc* sasl, BufferDesc* name,
                                                     BufferDesc* description) {
        const Uint32 major =
            native.inquire_saslname_for_mech(minor, mechanism, sasl, name, description);
        for (const BufferDesc* text : {sasl, name, description}) {
            gave(text, Call::inquire_saslname_for_mech);
        }
        return major;
    };
}

void CountingLibrary::count_contexts(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    calls.init_sec_context =
        [this, native](Uint32* minor, CredentialHandle credential, ContextHandle* context,
                       NameHandle target, OidDesc* mechanism, Uint32 flags, Uint32 lifetime,
                       ChannelBindingsStruct* bindings, BufferDesc* input, OidDesc** actual,
                       BufferDesc* output, Uint32* granted, Uint32* left) {
            const void* before = *context;
            const Uint32 major =
                native.init_sec_context(minor, credential, context, target, mechanism, flags,
                                        lifetime, bindings, input, actual, output, granted, left);
            context_changed(before, *context, Call::init_sec_context);
            gave(output, Call::init_sec_context);
            return major;
        };
    calls.accept_sec_context = [this, native](Uint32* minor, ContextHandle* context,
                                              CredentialHandle credential, BufferDesc* input,
                                              ChannelBindingsStruct* bindings, NameHandle* source,
                                              OidDesc** actual, BufferDesc* output, Uint32* granted,
                                              Uint32* left, CredentialHandle* delegated) {
        const void* before = *context;
        const Uint32 major =
            native.accept_sec_context(minor, context, credential, input, bindings, source, actual,
                                      output, granted, left, delegated);
        context_changed(before, *context, Call::accept_sec_context);
        gave(output, Call::accept_sec_context);
        gave(Kind::name, at(source), Call::accept_sec_context);
        gave(Kind::credential, at(delegated), Call::accept_sec_context);
        return major;
    };
    calls.inquire_context = [this, native](Uint32* minor, ContextHandle context, NameHandle* source,
                                           NameHandle* target, Uint32* lifetime,
                                           OidDesc** mechanism, Uint32* flags, int* local,
                                           int* open) {
        const Uint32 major = native.inquire_context(minor, context, source, target, lifetime,
                                                    mechanism, flags, local, open);
        gave(Kind::name, at(source), Call::inquire_context);
        gave(Kind::name, at(target), Call::inquire_context);
        return major;
    };
    calls.export_sec_context = [this, native](Uint32* minor, ContextHandle* context,
                                              BufferDesc* token) {
        const void* before = *context;
        const Uint32 major = native.export_sec_context(minor, context, token);
        context_changed(before, *context, Call::export_sec_context);
        gave(token, Call::export_sec_context);
        return major;
    };
    calls.import_sec_context = [this, native](Uint32* minor, BufferDesc* token,
                                              ContextHandle* context) {
        const void* before = *context;
        const Uint32 major = native.import_sec_context(minor, token, context);
        context_changed(before, *context, Call::import_sec_context);
        return major;
    };
}

void CountingLibrary::count_messages(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    calls.get_mic = [this, native](Uint32* minor, ContextHandle context, Uint32 qop,
                                   BufferDesc* message, BufferDesc* mic) {
        const Uint32 major = native.get_mic(minor, context, qop, message, mic);
        gave(mic, Call::get_mic);
        return major;
    };
    calls.wrap = [this, native](Uint32* minor, ContextHandle context, int seal, Uint32 qop,
                                BufferDesc* message, int* sealed, BufferDesc* token) {
        const Uint32 major = native.wrap(minor, context, seal, qop, message, sealed, token);
        gave(token, Call::wrap);
        return major;
    };
    calls.unwrap = [this, native](Uint32* minor, ContextHandle context, BufferDesc* token,
                                  BufferDesc* message, int* sealed, Uint32* qop) {
        const Uint32 major = native.unwrap(minor, context, token, message, sealed, qop);
        gave(message, Call::unwrap);
        return major;
    };
}

/// Parts that the library allocated, and says so, are its to release.
void CountingLibrary::count_iov(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    const auto note = [this](const IovBufferDesc* iov, int count, Call by) {
        for (int index = 0; index < count; ++index) {
            if ((iov[index].type & abi::iov_flag_allocated) != 0) {
                gave(&iov[index].buffer, by);
            }
        }
    };
    if (native.wrap_iov != nullptr) {
        calls.wrap_iov = [native, note](Uint32* minor, ContextHandle context, int seal, Uint32 qop,
                                        int* sealed, IovBufferDesc* iov, int count) {
            const Uint32 major = native.wrap_iov(minor, context, seal, qop, sealed, iov, count);
            note(iov, count, Call::wrap_iov);
            return major;
        };
    }
    if (native.unwrap_iov != nullptr) {
        calls.unwrap_iov = [native, note](Uint32* minor, ContextHandle context, int* sealed,
                                          Uint32* qop, IovBufferDesc* iov, int count) {
            const Uint32 major = native.unwrap_iov(minor, context, sealed, qop, iov, count);
            note(iov, count, Call::unwrap_iov);
            return major;
        };
    }
    if (native.get_mic_iov != nullptr) {
        calls.get_mic_iov = [native, note](Uint32* minor, ContextHandle context, Uint32 qop,
                                           IovBufferDesc* iov, int count) {
            const Uint32 major = native.get_mic_iov(minor, context, qop, iov, count);
            note(iov, count, Call::get_mic_iov);
            return major;
        };
    }
    if (native.release_iov_buffer != nullptr) {
        calls.release_iov_buffer = [this, native](Uint32* minor, IovBufferDesc* iov, int count) {
            for (int index = 0; index < count; ++index) {
                const void* memory = iov[index].buffer.value;
                if ((iov[index].type & abi::iov_flag_allocated) != 0 && memory != nullptr &&
                    !took(Kind::buffer, memory, Call::release_iov_buffer)) {
                    return bad_structure;
                }
            }
            return native.release_iov_buffer(minor, iov, count);
        };
    }
}

void CountingLibrary::count_releases(CallTable& calls) {
    const rfc2744::Functions& native = original_.call();
    // Noted before the native release: afterwards another thread may get the same address.
    calls.release_name = [this, native](Uint32* minor, NameHandle* name) {
        return *name == nullptr || took(Kind::name, *name, Call::release_name)
                   ? native.release_name(minor, name)
                   : bad_structure;
    };
    calls.release_cred = [this, native](Uint32* minor, CredentialHandle* credential) {
        return *credential == nullptr || took(Kind::credential, *credential, Call::release_cred)
                   ? native.release_cred(minor, credential)
                   : bad_structure;
    };
    calls.release_buffer = [this, native](Uint32* minor, BufferDesc* buffer) {
        return buffer->value == nullptr || took(Kind::buffer, buffer->value, Call::release_buffer)
                   ? native.release_buffer(minor, buffer)
                   : bad_structure;
    };
    calls.release_oid_set = [this, native](Uint32* minor, OidSetDesc** set) {
        return *set == nullptr || took(Kind::oid_set, *set, Call::release_oid_set)
                   ? native.release_oid_set(minor, set)
                   : bad_structure;
    };
    calls.delete_sec_context = [this, native](Uint32* minor, ContextHandle* context,
                                              BufferDesc* token) {
        if (*context != nullptr && !took(Kind::context, *context, Call::delete_sec_context)) {
            return bad_structure;
        }
        const Uint32 major = native.delete_sec_context(minor, context, token);
        gave(token, Call::delete_sec_context);
        return major;
    };
}

std::size_t CountingLibrary::outstanding() const {
    std::size_t sum = 0;
    for (std::size_t kind = 0; kind < outstanding_.size(); ++kind) {
        sum += outstanding(static_cast<Kind>(kind));
    }
    return sum;
}

std::size_t CountingLibrary::outstanding(Kind kind) const {
    const std::lock_guard lock(mutex_);
    std::size_t sum = 0;
    for (const auto& entry : outstanding_[static_cast<std::size_t>(kind)]) {
        sum += entry.second.size();
    }
    return sum;
}

std::size_t CountingLibrary::handed_out(Kind kind) const {
    const std::lock_guard lock(mutex_);
    return handed_out_[static_cast<std::size_t>(kind)];
}

std::vector<std::string> CountingLibrary::faults() const {
    const std::lock_guard lock(mutex_);
    return faults_;
}

std::string CountingLibrary::report() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& fault : faults_) {
        text += fault + "\n";
    }
    for (std::size_t kind = 0; kind < outstanding_.size(); ++kind) {
        for (const auto& entry : outstanding_[kind]) {
            for (const Call by : entry.second) {
                text += "a " + std::string(kind_names[kind]) + " of " + std::string(name_of(by)) +
                        " was never given back\n";
            }
        }
    }
    return text;
}

} // namespace gss::test
