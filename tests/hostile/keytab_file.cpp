// SPDX-License-Identifier: Apache-2.0
#include "keytab_file.h"

#include "hostile.h"

#include <stdexcept>

namespace gss::test {

namespace {

class Reader {
public:
    explicit Reader(std::string octets) : octets_(std::move(octets)) {}

    [[nodiscard]] bool at_end() const noexcept { return octets_.empty(); }
    std::string take(std::size_t size) {
        if (size > octets_.size()) {
            throw std::runtime_error("the keytab is cut");
        }
        std::string taken = octets_.substr(0, size);
        octets_.erase(0, size);
        return taken;
    }
    std::uint32_t number(std::size_t size) {
        std::uint32_t value = 0;
        for (const char octet : take(size)) {
            value = (value << 8U) | static_cast<unsigned char>(octet);
        }
        return value;
    }
    std::string counted() { return take(number(2)); }

private:
    std::string octets_;
};

std::string number(std::uint32_t value, std::size_t size) {
    std::string octets(size, '\0');
    for (std::size_t at = size; at-- > 0; value >>= 8U) {
        octets[at] = static_cast<char>(value & 0xffU);
    }
    return octets;
}

std::string counted(const std::string& text) {
    return number(static_cast<std::uint32_t>(text.size()), 2) + text;
}

} // namespace

std::vector<KeytabEntry> read_keytab(const std::filesystem::path& path) {
    Reader file(read_octets(path));
    if (file.number(2) != 0x0502) {
        throw std::runtime_error("no keytab: " + path.string());
    }
    std::vector<KeytabEntry> entries;
    while (!file.at_end()) {
        Reader record(file.take(file.number(4)));
        KeytabEntry entry;
        const std::uint32_t components = record.number(2);
        for (std::uint32_t index = 0; index <= components; ++index) {
            entry.principal.push_back(record.counted());
        }
        entry.name_type = record.number(4);
        entry.timestamp = record.number(4);
        entry.version = record.number(1);
        entry.enctype = static_cast<std::uint16_t>(record.number(2));
        entry.key = record.counted();
        if (!record.at_end()) {
            entry.version = record.number(4);
        }
        entries.push_back(std::move(entry));
    }
    return entries;
}

void write_keytab(const std::filesystem::path& path, const std::vector<KeytabEntry>& entries) {
    std::string file = number(0x0502, 2);
    for (const KeytabEntry& entry : entries) {
        std::string record = number(static_cast<std::uint32_t>(entry.principal.size() - 1), 2);
        for (const std::string& part : entry.principal) {
            record += counted(part);
        }
        record += number(entry.name_type, 4) + number(entry.timestamp, 4) +
                  number(entry.version & 0xffU, 1) + number(entry.enctype, 2) + counted(entry.key) +
                  number(entry.version, 4);
        file += number(static_cast<std::uint32_t>(record.size()), 4) + record;
    }
    write_octets(path, file);
}

} // namespace gss::test
