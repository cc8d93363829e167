// SPDX-License-Identifier: Apache-2.0
// Object identifiers and sets of them.
#pragma once

#include <gssxx/bytes.h>
#include <gssxx/export.h>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0 {

template <typename T>
class Result;

/// An object identifier, held as the content octets of its DER encoding (no tag, no length), as
/// in gss_OID_desc (RFC 2744 s3.4). A value type; up to 15 octets need no allocation.
class GSSXX_EXPORT Oid {
public:
    /// The longest content that is accepted, in octets.
    static constexpr std::size_t max_size = 128;

    /// From the content octets. Fails with malformed_parameter when they are empty, longer than
    /// max_size, or not a sequence of minimal base-128 numbers (X.690 s8.19).
    [[nodiscard]] static Result<Oid> from_content(BytesView content);
    /// From a whole DER element `06 len content`; trailing octets are an error.
    [[nodiscard]] static Result<Oid> from_der(BytesView element);
    /// From "1.2.840.113554.1.2.2" or "{1 2 840 113554 1 2 2}".
    [[nodiscard]] static Result<Oid> from_string(std::string_view text);
    /// From the numbers themselves; at least two, the first 0 to 2, the second below 40 unless
    /// the first is 2.
    [[nodiscard]] static Result<Oid> from_integers(std::span<const std::uint64_t> numbers);

    /// The content octets, alive as long as this object.
    [[nodiscard]] BytesView content() const noexcept { return as_bytes(content_); }
    /// The DER element: tag 06, length, content.
    [[nodiscard]] Bytes to_der() const;
    /// "1.2.840.113554.1.2.2". Numbers over 64 bits are written out in full.
    [[nodiscard]] std::string to_string() const;

    friend bool operator==(const Oid&, const Oid&) noexcept = default;
    /// Octet order; the same in every process, so it can be stored.
    friend std::strong_ordering operator<=>(const Oid&, const Oid&) noexcept = default;

private:
    explicit Oid(std::string content) noexcept : content_(std::move(content)) {}
    std::string content_;
};

/// A set of object identifiers that keeps the order of insertion, because in mechanism lists the
/// order is a preference (RFC 4178, RFC 4462 s3.2).
class GSSXX_EXPORT OidSet {
public:
    using const_iterator = std::vector<Oid>::const_iterator;
    using value_type = Oid;

    OidSet() = default;
    OidSet(std::initializer_list<Oid> oids);

    /// True when @p oid is a member.
    [[nodiscard]] bool contains(const Oid& oid) const noexcept;
    /// Appends @p oid; false when it was there already.
    bool insert(const Oid& oid);
    /// Removes @p oid; false when it was not there.
    bool erase(const Oid& oid);
    [[nodiscard]] std::size_t size() const noexcept { return oids_.size(); }
    [[nodiscard]] bool empty() const noexcept { return oids_.empty(); }
    [[nodiscard]] const Oid& operator[](std::size_t index) const noexcept { return oids_[index]; }
    [[nodiscard]] const_iterator begin() const noexcept { return oids_.begin(); }
    [[nodiscard]] const_iterator end() const noexcept { return oids_.end(); }
    /// Equal when both have the same members, in whatever order.
    GSSXX_EXPORT friend bool operator==(const OidSet& left, const OidSet& right) noexcept;

private:
    std::vector<Oid> oids_;
};

} // namespace gss::inline v0

/// Hashes the content octets.
template <>
struct std::hash<gss::Oid> {
    std::size_t operator()(const gss::Oid& oid) const noexcept {
        return std::hash<std::string_view>{}(gss::as_text(oid.content()));
    }
};

/// Equal sets have equal hashes, whatever the order of their members.
template <>
struct std::hash<gss::OidSet> {
    std::size_t operator()(const gss::OidSet& oids) const noexcept {
        std::size_t sum = oids.size();
        for (const gss::Oid& oid : oids) {
            sum += std::hash<gss::Oid>{}(oid);
        }
        return sum;
    }
};
