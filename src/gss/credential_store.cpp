// SPDX-License-Identifier: Apache-2.0
#include <gssxx/credential_store.h>

#include "escape.h"

#include <algorithm>
#include <array>
#include <string>

namespace gss::inline v0 {

namespace {

constexpr std::string_view operation = "make a credential store";

// What MIT knows; Heimdal's later versions have the same keys.
constexpr std::array<std::string_view, 6> known_keys{"ccache", "client_keytab", "keytab",
                                                     "rcache", "password",      "verify"};

Error refusal(ErrorCode code, std::string_view key, std::string message) {
    ErrorDetails details;
    details.code = code;
    details.operation = operation;
    details.subject = "key \"" + escape_control_characters(key) + "\"";
    details.messages.push_back(std::move(message));
    return Error(std::move(details));
}

std::string all_keys() {
    std::string text;
    for (const std::string_view key : known_keys) {
        text.append(text.empty() ? "" : ", ").append(key);
    }
    return text;
}

/// @p text with a NUL behind it, as native libraries want it.
std::shared_ptr<const SecretBytes> terminated(std::string_view text) {
    auto octets = std::make_shared<SecretBytes>(text.size() + 1);
    std::ranges::copy(as_bytes(text), octets->data());
    return octets;
}

} // namespace

Result<CredentialStore> CredentialStore::of(std::initializer_list<Element> elements) {
    CredentialStore store;
    for (const auto& [key, value] : elements) {
        if (const Result<void> set = store.set(key, value); !set) {
            return set.error();
        }
    }
    return store;
}

Result<void> CredentialStore::set(std::string_view key, std::string_view value) {
    const auto* known = std::find(known_keys.begin(), known_keys.end(), key);
    if (known == known_keys.end()) {
        return refusal(ErrorCode::misuse, key, "no such key; there are " + all_keys());
    }
    if (find(key)) {
        return refusal(ErrorCode::duplicate_element, key, "the store has this key");
    }
    if (value.empty() && key != "verify") {
        return refusal(ErrorCode::malformed_parameter, key, "the value is empty");
    }
    if (value.find('\0') != std::string_view::npos) {
        return refusal(ErrorCode::malformed_parameter, key, "a NUL octet inside the value");
    }
    entries_.push_back({*known, terminated(value)});
    return {};
}

std::optional<std::string_view> CredentialStore::find(std::string_view key) const noexcept {
    for (const Entry& entry : entries_) {
        if (entry.key == key) {
            return as_text(entry.value->view().first(entry.value->size() - 1));
        }
    }
    return std::nullopt;
}

std::vector<CredentialStore::Element> CredentialStore::elements() const {
    std::vector<Element> all;
    all.reserve(entries_.size());
    for (const Entry& entry : entries_) {
        all.emplace_back(entry.key, as_text(entry.value->view().first(entry.value->size() - 1)));
    }
    return all;
}

CredentialStore::Element CredentialStore::element(std::size_t index) const noexcept {
    const Entry& entry = entries_[index];
    return {entry.key, as_text(entry.value->view().first(entry.value->size() - 1))};
}

bool operator==(const CredentialStore& left, const CredentialStore& right) noexcept {
    bool same = left.size() == right.size();
    for (const CredentialStore::Entry& entry : left.entries_) {
        const auto other =
            std::find_if(right.entries_.begin(), right.entries_.end(),
                         [&](const CredentialStore::Entry& each) { return each.key == entry.key; });
        same = same && other != right.entries_.end() && *entry.value == *other->value;
    }
    return same;
}

} // namespace gss::inline v0
