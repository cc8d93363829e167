// SPDX-License-Identifier: Apache-2.0
// The fake's attributes of names, and its rules about local accounts: "user@FAKE.REALM" is "user".
#include "fake_objects.h"

#include <gssxx/mechanism.h>
#include <gssxx/name.h>

#include <algorithm>

namespace gss::test {

namespace {

constexpr std::string_view realm = "@FAKE.REALM";

/// The account of a name; empty when it maps to none.
std::string account_of(const FakeName& name) {
    const std::string text = canonical(name, mechanism::krb5()).text;
    const std::string account = text.substr(0, text.find('@'));
    return text.ends_with(realm) && account.find('/') == std::string::npos ? account
                                                                           : std::string();
}

/// All attributes of a name: those that the library gives to all, and its own.
std::vector<FakeAttribute> attributes_of(const FakeName& name, const FakeBehaviour& behaviour) {
    std::vector<FakeAttribute> all = behaviour.attributes;
    all.insert(all.end(), name.set.begin(), name.set.end());
    return all;
}

FakeAttribute* find(std::vector<FakeAttribute>& all, BytesView name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const FakeAttribute& known) {
        return known.name == as_text(name);
    });
    return found == all.end() ? nullptr : &*found;
}

} // namespace

abi::Uint32 FakeLibrary::localname(Uint32* minor, abi::NameHandle name, abi::OidDesc* mechanism,
                                   abi::BufferDesc* text) {
    *minor = 0;
    if (!is_fake_mechanism(mechanism)) {
        return routine(abi::Routine::bad_mechanism);
    }
    const std::string account = account_of(*object(name));
    if (account.empty()) {
        return routine(abi::Routine::unavailable);
    }
    give(text, account);
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::authorize_localname(Uint32* minor, abi::NameHandle name,
                                             abi::NameHandle user) {
    *minor = 0;
    if (!object(name)->mechanism) {
        return routine(abi::Routine::name_not_mechanism_name);
    }
    return account_of(*object(name)) == object(user)->text ? abi::status_complete
                                                           : routine(abi::Routine::unauthorized);
}

abi::Uint32 FakeLibrary::inquire_name(Uint32* minor, abi::NameHandle name, int* is_mechanism_name,
                                      abi::OidDesc** mechanism, abi::BufferSetDesc** attributes) {
    *minor = 0;
    const bool known = object(name)->mechanism.has_value();
    set(is_mechanism_name, known ? 1 : 0);
    if (!known) {
        return abi::status_complete; // no mechanism and no set, as MIT does it
    }
    if (mechanism != nullptr) { // a copy, as MIT does it
        *mechanism = new abi::OidDesc(*constant(*object(name)->mechanism));
    }
    const std::vector<FakeAttribute> all = attributes_of(*object(name), behaviour);
    const std::size_t count = all.size();
    if (count != 0) {
        auto* result = new abi::BufferSetDesc{count, new abi::BufferDesc[count]};
        for (std::size_t index = 0; index < count; ++index) {
            give(&result->elements[index], all[index].name);
        }
        *attributes = result;
    }
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::get_name_attribute(Uint32* minor, abi::NameHandle name,
                                            abi::BufferDesc* attribute, int* authenticated,
                                            int* complete, abi::BufferDesc* value,
                                            abi::BufferDesc* display, int* more) {
    *minor = 0;
    std::vector<FakeAttribute> all = attributes_of(*object(name), behaviour);
    const FakeAttribute* found = find(all, gss::test::view(attribute));
    // Counted downwards from -1, as MIT's modules do it.
    const auto index = static_cast<std::size_t>(-1 - *more);
    if (!object(name)->mechanism || found == nullptr || *more >= 0 ||
        (found->values.size() <= index && !behaviour.endless_values)) {
        return routine(abi::Routine::unavailable);
    }
    const auto& [content, text] = found->values[std::min(index, found->values.size() - 1)];
    give(value, content);
    if (!text.empty()) {
        give(display, text);
    }
    *authenticated = found->authenticated ? 1 : 0;
    *complete = found->complete ? 1 : 0;
    *more = index + 1 < found->values.size() || behaviour.endless_values ? *more - 1 : 0;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::set_name_attribute(Uint32* minor, abi::NameHandle name, int complete,
                                            abi::BufferDesc* attribute, abi::BufferDesc* value) {
    *minor = 0;
    if (!object(name)->mechanism || find(behaviour.attributes, gss::test::view(attribute))) {
        return routine(abi::Routine::unavailable);
    }
    std::vector<FakeAttribute>& own = object(name)->set;
    FakeAttribute* found = find(own, gss::test::view(attribute));
    if (found == nullptr) {
        own.push_back({std::string(as_text(gss::test::view(attribute))), {}, false, false});
        found = &own.back();
    } else if (found->complete) {
        return routine(abi::Routine::failure);
    }
    found->values.emplace_back(as_text(gss::test::view(value)), "");
    found->complete = complete != 0;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::delete_name_attribute(Uint32* minor, abi::NameHandle name,
                                               abi::BufferDesc* attribute) {
    *minor = 0;
    const std::size_t gone = std::erase_if(object(name)->set, [&](const FakeAttribute& known) {
        return known.name == as_text(gss::test::view(attribute));
    });
    return gone == 0 ? routine(abi::Routine::unavailable) : abi::status_complete;
}

abi::Uint32 FakeLibrary::release_oid(Uint32* minor, abi::OidDesc** oid) {
    *minor = 0;
    delete *oid;
    *oid = nullptr;
    return abi::status_complete;
}

abi::Uint32 FakeLibrary::release_buffer_set(Uint32* minor, abi::BufferSetDesc** set) {
    *minor = 0;
    if (*set != nullptr) {
        for (std::size_t index = 0; index < (*set)->count; ++index) {
            static_cast<void>(memory_.release(&(*set)->elements[index]));
        }
        delete[](*set)->elements;
        delete *set;
        *set = nullptr;
    }
    return abi::status_complete;
}

} // namespace gss::test
