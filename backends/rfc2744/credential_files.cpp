// SPDX-License-Identifier: Apache-2.0
#include "credential_files.h"

#include <gssxx/bytes.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace gss::inline v0::rfc2744 {

namespace {

constexpr std::size_t max_file_size = std::size_t{64} << 20U;

/// The content of a regular file, or errno. It has keys in it: it is overwritten in the end, and
/// lies in one place only.
struct FileContent {
    SecretBytes memory = {};
    std::size_t size = 0;
    int error = 0;

    [[nodiscard]] std::string_view octets() const noexcept {
        return as_text(memory.view().first(size));
    }
};

FileContent read_descriptor(int descriptor) {
    FileContent content;
    struct stat attributes {};
    if (fstat(descriptor, &attributes) != 0) {
        content.error = errno;
    } else if (!S_ISREG(attributes.st_mode)) {
        content.error = S_ISDIR(attributes.st_mode) ? EISDIR : EINVAL;
    }
    if (content.error != 0) {
        return content;
    }
    // What is written meanwhile is not seen, by a library that reads at this moment neither.
    content.memory =
        SecretBytes(std::min(max_file_size, static_cast<std::size_t>(attributes.st_size)));
    const MutableBytes room = content.memory.mutable_view();
    while (content.size < room.size()) {
        const ssize_t got =
            read(descriptor, room.data() + content.size, room.size() - content.size);
        if (got <= 0) {
            content.error = got < 0 ? errno : 0;
            break;
        }
        content.size += static_cast<std::size_t>(got);
    }
    return content;
}

FileContent read_file(const std::string& path) {
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        const int error = errno;
        return {.error = error};
    }
    FileContent content = read_descriptor(descriptor);
    close(descriptor);
    return content;
}

Finding cannot_read(std::string_view what, int error, ErrorCode missing, ErrorCode unreadable) {
    if (error == ENOENT || error == ENOTDIR) {
        return {missing, "the " + std::string(what) + " does not exist"};
    }
    return {unreadable, "the " + std::string(what) +
                            " cannot be read: " + std::generic_category().message(error)};
}

/// Walks over big-endian fields; once one is missing, all that follow are.
class Fields {
public:
    explicit Fields(std::string_view octets) noexcept : rest_(octets) {}

    [[nodiscard]] bool intact() const noexcept { return intact_; }
    [[nodiscard]] bool more() const noexcept { return intact_ && !rest_.empty(); }
    [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

    std::string_view take(std::size_t size) noexcept {
        if (size > rest_.size()) {
            intact_ = false;
        }
        if (!intact_) {
            return {};
        }
        const std::string_view taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::uint32_t number(std::size_t size) noexcept {
        std::uint32_t value = 0;
        for (const char octet : take(size)) {
            value = (value << 8U) | static_cast<unsigned char>(octet);
        }
        return value;
    }
    std::string_view counted(std::size_t size_of_count) noexcept {
        return take(number(size_of_count));
    }

private:
    std::string_view rest_;
    bool intact_ = true;
};

/// A principal of a cache file.
struct Principal {
    std::string text;
    bool is_ticket_granting = false;
};

Principal take_principal(Fields& fields) {
    Principal principal;
    fields.number(4); // name type
    const std::uint32_t components = fields.number(4);
    const std::string_view realm = fields.counted(4);
    for (std::uint32_t index = 0; fields.intact() && index < components; ++index) {
        const std::string_view component = fields.counted(4);
        principal.is_ticket_granting =
            principal.is_ticket_granting || (index == 0 && component == "krbtgt");
        principal.text.append(index == 0 ? "" : "/").append(component);
    }
    principal.text.append("@").append(realm);
    return principal;
}

/// A ticket as far as it matters here.
struct Ticket {
    bool is_configuration = false; // notes of the library's own, disguised as tickets
    bool is_ticket_granting = false;
    std::uint32_t end_time = 0;
};

/// Addresses and authorization data have the same shape.
void skip_typed_list(Fields& fields) {
    const std::uint32_t count = fields.number(4);
    for (std::uint32_t index = 0; fields.intact() && index < count; ++index) {
        fields.number(2);
        fields.counted(4);
    }
}

Ticket take_ticket(Fields& fields, std::uint32_t version) {
    constexpr std::uint32_t version_3 = 0x0503; // writes the enctype twice
    Ticket ticket;
    take_principal(fields); // the client
    const Principal server = take_principal(fields);
    ticket.is_configuration = server.text.ends_with("@X-CACHECONF:");
    ticket.is_ticket_granting = server.is_ticket_granting;
    fields.take(version == version_3 ? 4 : 2);
    fields.counted(4); // the session key
    fields.take(8);    // when it was issued, when it starts
    ticket.end_time = fields.number(4);
    fields.take(4 + 1 + 4); // renewable until, "is a session key", flags
    skip_typed_list(fields);
    skip_typed_list(fields);
    fields.counted(4); // the ticket
    fields.counted(4); // the second ticket
    return ticket;
}

/// Whether any ticket can still be used: a ticket-granting one where there are such.
class Usability {
public:
    void note(const Ticket& ticket) noexcept {
        if (ticket.is_configuration || (granting_ && !ticket.is_ticket_granting)) {
            return;
        }
        if (ticket.is_ticket_granting && !granting_) {
            granting_ = true;
            until_ = 0;
        }
        any_ = true;
        until_ = std::max(until_, std::int64_t{ticket.end_time});
    }
    [[nodiscard]] std::int64_t until() const noexcept { return until_; }
    [[nodiscard]] std::optional<Finding> finding() const {
        if (!any_) {
            return Finding{ErrorCode::ccache_not_found, "the credential cache holds no ticket"};
        }
        if (until_ <= now_) {
            return Finding{ErrorCode::credentials_expired,
                           "the tickets in the credential cache have expired"};
        }
        return std::nullopt;
    }

private:
    std::int64_t now_ = std::chrono::duration_cast<std::chrono::seconds>(
                            std::chrono::system_clock::now().time_since_epoch())
                            .count();
    bool any_ = false;
    bool granting_ = false;
    std::int64_t until_ = 0;
};

Finding corrupt_cache(std::string_view reason) {
    return {ErrorCode::ccache_corrupt, "the credential cache is damaged: " + std::string(reason)};
}

Finding corrupt_keytab(std::string_view reason) {
    return {ErrorCode::keytab_corrupt, "the keytab is damaged: " + std::string(reason)};
}

/// True for a record that holds all of an entry's fields.
bool is_keytab_entry(std::string_view record, std::uint32_t version) {
    constexpr std::uint32_t version_1 = 0x0501; // counts the realm as a component
    Fields fields(record);
    const std::uint32_t count = fields.number(2);
    const std::uint32_t strings = version == version_1 ? count : count + 1;
    for (std::uint32_t index = 0; fields.intact() && index < strings; ++index) {
        fields.counted(2);
    }
    // Name type (not in version 1), time, version and type of the key.
    fields.take((version == version_1 ? 0U : 4U) + 4 + 1 + 2);
    fields.counted(2);
    return fields.intact();
}

/// Types of names of both families, without their colon.
constexpr std::array<std::string_view, 9> cache_types{"FILE", "DIR", "KEYRING", "KCM", "MEMORY",
                                                      "API",  "SCC", "MSLSA",   "KSL"};
constexpr std::array<std::string_view, 10> keytab_types{
    "FILE", "WRFILE", "MEMORY", "ANY", "JAVA14", "AFSKEYFILE", "HDB", "HDBGET", "KDB", "SRVTAB"};

template <std::size_t size>
bool has_unknown_type(std::string_view name,
                      const std::array<std::string_view, size>& types) noexcept {
    const std::size_t colon = name.find(':');
    return !name.starts_with('/') && colon != std::string_view::npos &&
           std::find(types.begin(), types.end(), name.substr(0, colon)) == types.end();
}

} // namespace

std::optional<Finding> examine_cache_type(std::string_view name) {
    return has_unknown_type(name, cache_types)
               ? std::optional(
                     Finding{ErrorCode::ccache_unreadable, "no known type of credential cache"})
               : std::nullopt;
}

std::optional<Finding> examine_keytab_type(std::string_view name) {
    return has_unknown_type(name, keytab_types)
               ? std::optional(Finding{ErrorCode::keytab_unreadable, "no known type of keytab"})
               : std::nullopt;
}

std::string file_path(std::string_view name) {
    for (const std::string_view type : {"FILE:", "WRFILE:", "JAVA14:"}) {
        if (name.starts_with(type)) {
            return std::string(name.substr(type.size()));
        }
    }
    // Without a type it is a file's, also when the path is a relative one.
    const bool is_path = name.starts_with('/') || name.find(':') == std::string_view::npos;
    return is_path ? std::string(name) : std::string();
}

std::string file_of_cache(std::string_view name) {
    constexpr std::string_view folder_type = "DIR:";
    if (!name.starts_with(folder_type)) {
        return file_path(name);
    }
    const std::string path(name.substr(folder_type.size()));
    if (path.starts_with(':')) {
        return path.substr(1);
    }
    // The first line of that file is the name of the chosen one; without it, both take "tkt".
    const FileContent primary = read_file(path + "/primary");
    const std::string_view line = primary.octets().substr(0, primary.octets().find('\n'));
    return path + "/" + (line.empty() ? "tkt" : std::string(line));
}

ExaminedCache examine_cache(const std::string& path) {
    const FileContent file = read_file(path);
    if (file.error != 0) {
        return {cannot_read("credential cache", file.error, ErrorCode::ccache_not_found,
                            ErrorCode::ccache_unreadable),
                {}};
    }
    if (file.octets().empty()) {
        return {corrupt_cache("the file is empty"), {}};
    }
    constexpr std::uint32_t version_4 = 0x0504;
    Fields fields(file.octets());
    const std::uint32_t version = fields.number(2);
    if (version < 0x0501 || version > version_4) {
        return {corrupt_cache("no known version number"), {}};
    }
    if (version < 0x0503) {
        return {}; // in the byte order of the machine that wrote it, decades ago
    }
    if (version == version_4) {
        fields.counted(2); // the header
    }
    ExaminedCache examined;
    const Principal owner = take_principal(fields);
    Usability usability;
    while (fields.more()) {
        usability.note(take_ticket(fields, version));
    }
    if (!fields.intact()) {
        examined.finding = corrupt_cache("it ends inside a field");
        return examined;
    }
    examined.principal = owner.text;
    examined.finding = usability.finding();
    examined.until = usability.until();
    return examined;
}

std::optional<Finding> examine_for_damage(std::string_view cache) {
    const std::string path = file_of_cache(cache);
    std::optional<Finding> finding = path.empty() ? std::nullopt : examine_cache(path).finding;
    return finding && finding->code == ErrorCode::ccache_corrupt ? finding : std::nullopt;
}

std::optional<Finding> examine_keytab(const std::string& path) {
    const FileContent file = read_file(path);
    if (file.error != 0) {
        return cannot_read("keytab", file.error, ErrorCode::keytab_not_found,
                           ErrorCode::keytab_unreadable);
    }
    if (file.octets().empty()) {
        return corrupt_keytab("the file is empty");
    }
    Fields fields(file.octets());
    const std::uint32_t version = fields.number(2);
    if (version == 0x0501) {
        return std::nullopt; // in the byte order of the machine that wrote it
    }
    if (version != 0x0502) {
        return corrupt_keytab("no known version number");
    }
    bool any = false;
    while (fields.more()) {
        const auto size = static_cast<std::int32_t>(fields.number(4));
        if (size == 0) {
            break; // the end, by both libraries
        }
        const auto length = static_cast<std::size_t>(size < 0 ? -std::int64_t{size} : size);
        const std::string_view record = fields.take(length);
        if (!fields.intact() || (size > 0 && !is_keytab_entry(record, version))) {
            return corrupt_keytab("it ends inside an entry");
        }
        any = any || size > 0; // a negative size marks a hole
    }
    if (!fields.intact()) {
        return corrupt_keytab("it ends inside an entry");
    }
    return any ? std::nullopt
               : std::optional(Finding{ErrorCode::key_not_found, "the keytab holds no key"});
}

} // namespace gss::inline v0::rfc2744
