// SPDX-License-Identifier: Apache-2.0
#include "sources.h"

#include <array>

namespace gss::inline v0::rfc2744 {

Krb5Context::Krb5Context(const Krb5Functions& krb5) noexcept : krb5_(krb5) {
    if (krb5.init_context == nullptr || krb5.free_context == nullptr ||
        krb5.init_context(&context_) != 0) {
        context_ = nullptr;
    }
}

Krb5Context::~Krb5Context() {
    if (context_ != nullptr) {
        krb5_.free_context(context_);
    }
}

std::string Krb5Context::default_cache() const {
    const char* name = context_ == nullptr || krb5_.cc_default_name == nullptr
                           ? nullptr
                           : krb5_.cc_default_name(context_);
    return name == nullptr ? std::string() : std::string(name);
}

std::string Krb5Context::default_keytab() const {
    std::array<char, 1024> name{};
    const bool known = context_ != nullptr && krb5_.kt_default_name != nullptr &&
                       krb5_.kt_default_name(context_, name.data(), name.size() - 1) == 0;
    return known ? std::string(name.data()) : std::string();
}

Sources default_sources(const Krb5Context& context, CredentialUsage usage) {
    Sources sources;
    if (usage != CredentialUsage::accept) {
        sources.cache = context.default_cache();
    }
    if (usage != CredentialUsage::initiate) {
        sources.keytab = context.default_keytab();
    }
    return sources;
}

Sources default_sources(const Library& library, CredentialUsage usage) {
    return default_sources(Krb5Context(library.loaded.krb5), usage);
}

std::string describe(const Sources& sources) {
    const std::string kind = sources.chosen ? "" : "default ";
    std::string text;
    if (!sources.cache.empty()) {
        text = kind + "cache " + sources.cache;
    }
    if (!sources.keytab.empty()) {
        text += (text.empty() ? "" : ", ") + kind + "keytab " + sources.keytab;
    }
    return text;
}

} // namespace gss::inline v0::rfc2744
