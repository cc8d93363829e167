// SPDX-License-Identifier: Apache-2.0
#include <gssxx/realm/ccache_file.h>

#include "fault.h"
#include "folder.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace gss::inline v0::realm {

namespace {

constexpr std::uint16_t format_4 = 0x0504;
constexpr std::uint16_t tag_clock_offset = 1;

/// Walks over big-endian fields; once something is missing, all that follows is.
class FieldWalk {
public:
    explicit FieldWalk(std::string_view content) : content_(content) {}

    [[nodiscard]] bool intact() const noexcept { return intact_; }
    [[nodiscard]] bool at_end() const noexcept { return !intact_ || at_ == content_.size(); }
    [[nodiscard]] std::size_t at() const noexcept { return at_; }

    void skip(std::size_t count) {
        intact_ = intact_ && count <= content_.size() - at_;
        at_ += intact_ ? count : 0;
    }
    std::uint32_t number(std::size_t octets) {
        const std::size_t from = at_;
        skip(octets);
        std::uint32_t value = 0;
        for (std::size_t i = from; intact_ && i < at_; ++i) {
            value = (value << 8) | static_cast<unsigned char>(content_[i]);
        }
        return value;
    }
    void skip_sized() { skip(number(4)); }
    void skip_principal() {
        skip(4); // name type
        const std::uint32_t components = number(4);
        for (std::uint32_t i = 0; intact_ && i <= components; ++i) {
            skip_sized(); // the realm, then the components
        }
    }
    /// Addresses and authorization data have the same shape.
    void skip_typed_list() {
        const std::uint32_t count = number(4);
        for (std::uint32_t i = 0; intact_ && i < count; ++i) {
            skip(2);
            skip_sized();
        }
    }

private:
    std::string_view content_;
    std::size_t at_ = 0;
    bool intact_ = true;
};

Error corrupt(const std::filesystem::path& path) {
    return fault(ErrorCode::ccache_corrupt, "change a ticket cache", path.string(),
                 "it is not a ticket cache file of version 4");
}

/// Where the four times (auth, start, end, renew-till) of each ticket are.
std::optional<std::vector<std::size_t>> find_times(std::string_view content) {
    FieldWalk walk(content);
    if (walk.number(2) != format_4) {
        return std::nullopt;
    }
    walk.skip(walk.number(2));
    walk.skip_principal();
    std::vector<std::size_t> times;
    while (!walk.at_end()) {
        walk.skip_principal(); // client
        walk.skip_principal(); // server
        walk.skip(2);          // enctype
        walk.skip_sized();     // session key
        times.push_back(walk.at());
        walk.skip(4 * sizeof(std::uint32_t));
        walk.skip(1 + 4); // is_skey, flags
        walk.skip_typed_list();
        walk.skip_typed_list();
        walk.skip_sized(); // ticket
        walk.skip_sized(); // second ticket
    }
    return walk.intact() ? std::optional(std::move(times)) : std::nullopt;
}

void put_number(std::string& content, std::size_t at, std::uint32_t value, std::size_t octets) {
    for (std::size_t i = octets; i-- > 0; value >>= 8) {
        content[at + i] = static_cast<char>(value & 0xffU);
    }
}

/// False when the time leaves its 32 bits. Zero means "no such time" and stays.
bool shift_time(std::string& content, std::size_t at, std::chrono::seconds by) {
    const std::uint32_t old = FieldWalk(std::string_view(content).substr(at)).number(4);
    if (old == 0) {
        return true;
    }
    const std::int64_t moved = std::int64_t{old} + by.count();
    if (moved <= 0 || moved > std::numeric_limits<std::uint32_t>::max()) {
        return false;
    }
    put_number(content, at, static_cast<std::uint32_t>(moved), 4);
    return true;
}

using Change = std::function<Result<void>(std::string& content)>;

Result<void> change_file(const std::filesystem::path& path, const Change& change) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) {
        return fault(ErrorCode::ccache_not_found, "change a ticket cache", path.string(),
                     "there is no such file");
    }
    std::string content = read_file(path);
    auto changed = change(content);
    return changed ? write_file(path, content) : changed;
}

Result<void> shift(const std::filesystem::path& path, const std::vector<std::size_t>& which,
                   std::chrono::seconds by) {
    return change_file(path, [&](std::string& content) -> Result<void> {
        const auto tickets = find_times(content);
        if (!tickets) {
            return corrupt(path);
        }
        for (const std::size_t times : *tickets) {
            for (const std::size_t index : which) {
                if (!shift_time(content, times + 4 * index, by)) {
                    return fault(ErrorCode::malformed_parameter, "change a ticket cache",
                                 path.string(), "a time would leave its 32 bits");
                }
            }
        }
        return {};
    });
}

} // namespace

Result<void> shift_ticket_times(const std::filesystem::path& ccache, std::chrono::seconds by) {
    return shift(ccache, {0, 1, 2, 3}, by);
}

Result<void> shift_ticket_ends(const std::filesystem::path& ccache, std::chrono::seconds by) {
    return shift(ccache, {2}, by);
}

Result<void> set_clock_offset(const std::filesystem::path& ccache, std::chrono::seconds offset) {
    if (offset.count() < std::numeric_limits<std::int32_t>::min() ||
        offset.count() > std::numeric_limits<std::int32_t>::max()) {
        return fault(ErrorCode::malformed_parameter, "change a ticket cache", ccache.string(),
                     "the offset does not fit 32 bits");
    }
    return change_file(ccache, [&](std::string& content) -> Result<void> {
        if (!find_times(content)) {
            return corrupt(ccache);
        }
        // One header field: tag, length, seconds, microseconds.
        std::string header(2 + 2 + 2 + 4 + 4, '\0');
        put_number(header, 0, 12, 2);
        put_number(header, 2, tag_clock_offset, 2);
        put_number(header, 4, 8, 2);
        put_number(header, 6, static_cast<std::uint32_t>(offset.count()), 4);
        const std::size_t old = 2 + FieldWalk(std::string_view(content).substr(2)).number(2);
        content.replace(2, old, header);
        return {};
    });
}

} // namespace gss::inline v0::realm
