// SPDX-License-Identifier: Apache-2.0
// Where credentials are kept: keys and values in place of the environment and krb5.conf.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>
#include <gssxx/result.h>

#include <cstddef>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace gss::inline v0 {

/// A credential store: a few keys, each with a value. Copies are cheap and share the values, which
/// are overwritten before their memory is given back, since one may be a password.
///
/// | key           | value, and what it is for                                                  |
/// |---------------|----------------------------------------------------------------------------|
/// | ccache        | the credential cache of an initiator, "FILE:/run/app/cache", "MEMORY:app"   |
/// | client_keytab | a keytab from which an initiator gets tickets when the cache has none       |
/// | keytab        | the keytab of an acceptor, "FILE:/etc/app.keytab"                           |
/// | rcache        | the replay cache of an acceptor, "dfl:/var/tmp/app", "none:"                |
/// | password      | the password of the initiator, whose name must be given                     |
/// | verify        | the principal, "" for any, whose key in keytab the KDC's answer to a        |
/// |               | password must fit                                                           |
///
/// A key that the usage has no need of is ignored, so that one store serves both ends. One that the
/// backend never serves is Error{unavailable}, whatever the usage: see Capability
/// (credential_store_extras for client_keytab, password and verify, replay_cache_choice for
/// rcache). Neither of them is left out where it would be missed: malformed_parameter for verify
/// without a password, and for a password with a ccache or client_keytab, or for accepting only;
/// bad_name for a password without a name. The keys are checked here, because native libraries
/// silently ignore what they do not know.
class GSSXX_EXPORT CredentialStore {
public:
    using Element = std::pair<std::string_view, std::string_view>; ///< key and value

    CredentialStore() noexcept = default;
    /// A store with these elements; fails as set() does.
    [[nodiscard]] static Result<CredentialStore> of(std::initializer_list<Element> elements);

    /// Adds an element. Fails with misuse, naming the key, for an unknown key;
    /// duplicate_element for one that the store has; malformed_parameter for a value that is empty
    /// (but of verify) or has a NUL inside. Never shows the value. The store is as before then.
    [[nodiscard]] Result<void> set(std::string_view key, std::string_view value);
    /// The value of a key, as a view into the store; nothing when it has none.
    [[nodiscard]] std::optional<std::string_view> find(std::string_view key) const noexcept;
    /// All elements in the order in which they were set, as views into the store.
    [[nodiscard]] std::vector<Element> elements() const;
    [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

    /// Visits the elements in the order in which they were set: `for (auto [key, value] : store)`.
    class const_iterator {
    public:
        using value_type = Element;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;

        const_iterator() noexcept = default;
        [[nodiscard]] Element operator*() const noexcept { return store_->element(index_); }
        const_iterator& operator++() noexcept {
            ++index_;
            return *this;
        }
        const_iterator operator++(int) noexcept {
            const const_iterator before = *this;
            ++index_;
            return before;
        }
        friend bool operator==(const const_iterator&, const const_iterator&) noexcept = default;

    private:
        friend class CredentialStore;
        const_iterator(const CredentialStore* store, std::size_t index) noexcept
            : store_(store), index_(index) {}
        const CredentialStore* store_ = nullptr;
        std::size_t index_ = 0;
    };
    /// Good until the store changes or goes.
    [[nodiscard]] const_iterator begin() const noexcept { return {this, 0}; }
    [[nodiscard]] const_iterator end() const noexcept { return {this, entries_.size()}; }
    /// Equal when both have the same elements, in whatever order.
    GSSXX_EXPORT friend bool operator==(const CredentialStore& left,
                                        const CredentialStore& right) noexcept;

private:
    [[nodiscard]] Element element(std::size_t index) const noexcept;

    struct Entry {
        std::string_view key;                     // one of the known ones, which live for ever
        std::shared_ptr<const SecretBytes> value; // with a NUL behind it
    };
    std::vector<Entry> entries_;
};

} // namespace gss::inline v0
