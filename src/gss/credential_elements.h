// SPDX-License-Identifier: Apache-2.0
// What a credential was acquired for, element by element.
#pragma once

#include <gssxx/credentials.h>
#include <gssxx/mechanism.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace gss::inline v0::detail {

/// Not every library looks: Heimdal 7.8 crashes on an accepting credential that is to initiate,
/// and accepts with an initiating one as if it had been none. What is not known here is left to
/// the library.
class CredentialElements {
public:
    void insert(const Oid& mechanism, CredentialUsage usage) {
        elements_.emplace_back(mechanism, usage);
    }
    void insert(const OidSet& mechanisms, CredentialUsage usage) {
        for (const Oid& mechanism : mechanisms) {
            insert(mechanism, usage);
        }
    }

    [[nodiscard]] bool contains(const Oid& mechanism) const noexcept {
        return std::any_of(elements_.begin(), elements_.end(),
                           [&](const auto& element) { return element.first == mechanism; });
    }
    /// False when an element that would be used is for accepting only.
    [[nodiscard]] bool may_initiate(const Oid& mechanism) const noexcept {
        return std::none_of(elements_.begin(), elements_.end(), [&](const auto& element) {
            // SPNEGO uses the elements of what it negotiates.
            return element.second == CredentialUsage::accept &&
                   (element.first == mechanism || mechanism == mechanism::spnego());
        });
    }
    /// False when every element is for initiating only.
    [[nodiscard]] bool may_accept() const noexcept {
        return elements_.empty() ||
               std::any_of(elements_.begin(), elements_.end(), [](const auto& element) {
                   return element.second != CredentialUsage::initiate;
               });
    }

private:
    std::vector<std::pair<Oid, CredentialUsage>> elements_;
};

} // namespace gss::inline v0::detail
