// SPDX-License-Identifier: Apache-2.0
#include "fake_krb5.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>
#include <utility>

namespace gss::test {

namespace {

namespace abi = rfc2744::abi;

constexpr std::string_view realm = "@FAKE.REALM";
constexpr std::int32_t not_found = -1765328203; // KRB5_KT_NOTFOUND
constexpr std::int32_t bad_name = -1765328245;  // KRB5_CC_BADNAME
constexpr std::int32_t parse_malformed = -1765328250;

template <typename Handle>
Handle as(void* object) noexcept {
    return reinterpret_cast<Handle>(object);
}
FakeCache& object(abi::CacheHandle handle) {
    return *reinterpret_cast<FakeCache*>(handle);
}
FakeKeytab& object(abi::KeytabHandle handle) {
    return *reinterpret_cast<FakeKeytab*>(handle);
}
FakePrincipal& object(abi::PrincipalHandle handle) {
    return *reinterpret_cast<FakePrincipal*>(handle);
}

std::string after_type(const std::string& name) {
    return name.substr(name.find(':') + 1);
}

/// Whose cache it is; nothing for one that does not exist.
std::string owner_of(const FakeCache& cache) {
    if (cache.name.starts_with("MEMORY:")) {
        return after_type(cache.name);
    }
    std::ifstream file(after_type(cache.name));
    std::string last;
    for (std::string line; std::getline(file, line);) {
        last = line;
    }
    return last;
}

std::int32_t fake_cc_get_principal(abi::Krb5ContextHandle /*context*/, abi::CacheHandle cache,
                                   abi::PrincipalHandle* principal) {
    const std::string owner = owner_of(object(cache));
    if (owner.empty()) {
        return ENOENT;
    }
    *principal = as<abi::PrincipalHandle>(new FakePrincipal{owner + std::string(realm)});
    return 0;
}

bool has_key(const FakeKeytab& keytab, const std::string& principal) {
    const std::string keys = "," + after_type(keytab.name) + ",";
    return keys.find("," + principal.substr(0, principal.find('@')) + ",") != std::string::npos;
}

} // namespace

rfc2744::Krb5Functions fake_krb5() {
    rfc2744::Krb5Functions krb5;
    krb5.init_context = [](auto* context) {
        *context = as<abi::Krb5ContextHandle>(new int(0));
        return std::int32_t{0};
    };
    krb5.free_context = [](auto context) { delete reinterpret_cast<int*>(context); };
    krb5.cc_default_name = [](auto /*context*/) { return "MEMORY:user"; };
    krb5.kt_default_name = [](auto /*context*/, char* name, std::size_t size) {
        std::strncpy(name, "MEMORY:host/server", size);
        return std::int32_t{0};
    };
    krb5.cc_resolve = [](auto /*context*/, const char* name, auto* cache) {
        if (std::string_view(name).find(':') == std::string_view::npos) {
            return bad_name;
        }
        *cache = as<abi::CacheHandle>(new FakeCache{name});
        return std::int32_t{0};
    };
    krb5.cc_close = [](auto /*context*/, auto cache) {
        delete &object(cache);
        return std::int32_t{0};
    };
    krb5.cc_destroy = krb5.cc_close;
    krb5.cc_get_principal = &fake_cc_get_principal;
    krb5.kt_resolve = [](auto /*context*/, const char* name, auto* keytab) {
        *keytab = as<abi::KeytabHandle>(new FakeKeytab{name});
        return std::int32_t{0};
    };
    krb5.kt_close = [](auto /*context*/, auto keytab) {
        delete &object(keytab);
        return std::int32_t{0};
    };
    krb5.kt_have_content = [](auto /*context*/, auto keytab) {
        return after_type(object(keytab).name).empty() ? not_found : std::int32_t{0};
    };
    krb5.kt_get_entry = [](auto /*context*/, auto keytab, auto principal, std::uint32_t /*version*/,
                           std::int32_t /*enctype*/, auto* /*entry*/) {
        return has_key(object(keytab), object(principal).text) ? std::int32_t{0} : not_found;
    };
    krb5.kt_free_entry = [](auto /*context*/, auto* /*entry*/) { return std::int32_t{0}; };
    krb5.parse_name = [](auto /*context*/, const char* text, auto* principal) {
        if (*text == '\0') {
            return parse_malformed;
        }
        *principal = as<abi::PrincipalHandle>(new FakePrincipal{text});
        return std::int32_t{0};
    };
    krb5.unparse_name = [](auto /*context*/, auto principal, char** text) {
        *text = strdup(object(principal).text.c_str());
        return std::int32_t{0};
    };
    krb5.free_principal = [](auto /*context*/, auto principal) { delete &object(principal); };
    krb5.free_unparsed_name = [](auto /*context*/, char* text) { std::free(text); };
    return krb5;
}

namespace {

CountingKrb5* current = nullptr;

/// Calls the original unless a failure is due; notes what it puts into @p output.
template <typename Output, typename Function, typename... Arguments>
std::int32_t counted(const char* kind, Output* output, Function function, Arguments... arguments) {
    if (const std::optional<std::int32_t> failure = current->failure()) {
        return *failure;
    }
    const std::int32_t code = function(arguments...);
    if (code == 0) {
        current->gave(kind, *output);
    }
    return code;
}

template <typename Function, typename... Arguments>
std::int32_t asked(Function function, Arguments... arguments) {
    const std::optional<std::int32_t> failure = current->failure();
    return failure ? *failure : function(arguments...);
}

} // namespace

CountingKrb5::CountingKrb5(const rfc2744::Krb5Functions& original) : original_(original) {
    if (std::exchange(current, this) != nullptr) {
        std::abort();
    }
}

CountingKrb5::~CountingKrb5() {
    current = nullptr;
}

rfc2744::Krb5Functions CountingKrb5::functions() {
    rfc2744::Krb5Functions krb5 = current->original();
    krb5.init_context = [](auto* out) {
        return counted("context", out, current->original().init_context, out);
    };
    krb5.free_context = [](auto context) {
        if (current->took("context", context)) {
            current->original().free_context(context);
        }
    };
    krb5.cc_resolve = [](auto context, const char* name, auto* out) {
        return counted("cache", out, current->original().cc_resolve, context, name, out);
    };
    krb5.cc_close = [](auto context, auto cache) {
        return current->took("cache", cache) ? current->original().cc_close(context, cache)
                                             : std::int32_t{EINVAL};
    };
    krb5.cc_destroy = [](auto context, auto cache) {
        current->note_destroyed();
        return current->took("cache", cache) ? current->original().cc_destroy(context, cache)
                                             : std::int32_t{EINVAL};
    };
    krb5.cc_get_principal = [](auto context, auto cache, auto* out) {
        return counted("principal", out, current->original().cc_get_principal, context, cache, out);
    };
    krb5.kt_resolve = [](auto context, const char* name, auto* out) {
        return counted("keytab", out, current->original().kt_resolve, context, name, out);
    };
    krb5.kt_close = [](auto context, auto keytab) {
        return current->took("keytab", keytab) ? current->original().kt_close(context, keytab)
                                               : std::int32_t{EINVAL};
    };
    krb5.kt_have_content = [](auto context, auto keytab) {
        return asked(current->original().kt_have_content, context, keytab);
    };
    krb5.kt_get_entry = [](auto context, auto keytab, auto principal, std::uint32_t version,
                           std::int32_t enctype, auto* entry) {
        abi::KeytabEntryStruct** out = &entry;
        return counted("keytab entry", out, current->original().kt_get_entry, context, keytab,
                       principal, version, enctype, entry);
    };
    krb5.kt_free_entry = [](auto context, auto* entry) {
        return current->took("keytab entry", entry)
                   ? current->original().kt_free_entry(context, entry)
                   : std::int32_t{EINVAL};
    };
    krb5.parse_name = [](auto context, const char* text, auto* out) {
        return counted("principal", out, current->original().parse_name, context, text, out);
    };
    krb5.unparse_name = [](auto context, auto principal, char** out) {
        return counted("text", out, current->original().unparse_name, context, principal, out);
    };
    krb5.free_principal = [](auto context, auto principal) {
        if (current->took("principal", principal)) {
            current->original().free_principal(context, principal);
        }
    };
    krb5.free_unparsed_name = [](auto context, char* text) {
        if (current->took("text", text)) {
            current->original().free_unparsed_name(context, text);
        }
    };
    return krb5;
}

void CountingKrb5::fail_nth(std::size_t n, std::int32_t code) {
    const std::lock_guard lock(mutex_);
    countdown_ = n;
    code_ = code;
    hit_ = false;
}

bool CountingKrb5::was_hit() const {
    const std::lock_guard lock(mutex_);
    return hit_;
}

std::size_t CountingKrb5::handed_out() const {
    const std::lock_guard lock(mutex_);
    return handed_out_;
}

std::size_t CountingKrb5::destroyed() const {
    const std::lock_guard lock(mutex_);
    return destroyed_;
}

void CountingKrb5::note_destroyed() {
    const std::lock_guard lock(mutex_);
    ++destroyed_;
}

std::optional<std::int32_t> CountingKrb5::failure() {
    const std::lock_guard lock(mutex_);
    if (countdown_ == 0 || --countdown_ != 0) {
        return std::nullopt;
    }
    hit_ = true;
    return code_;
}

void CountingKrb5::gave(const char* kind, const void* handle) {
    const std::lock_guard lock(mutex_);
    ++handed_out_;
    if (!outstanding_.emplace(kind, handle).second) {
        faults_.push_back("the same " + std::string(kind) + " was given out twice");
    }
}

bool CountingKrb5::took(const char* kind, const void* handle) {
    const std::lock_guard lock(mutex_);
    if (outstanding_.erase({kind, handle}) == 0) {
        faults_.push_back("a " + std::string(kind) + " that is not outstanding was given back");
        return false;
    }
    return true;
}

std::string CountingKrb5::report() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& fault : faults_) {
        text += fault + "\n";
    }
    for (const auto& thing : outstanding_) {
        text += "a " + thing.first + " of libkrb5 was never given back\n";
    }
    return text;
}

} // namespace gss::test
