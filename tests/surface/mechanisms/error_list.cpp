// SPDX-License-Identifier: Apache-2.0
#include "error_list.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>

namespace gss::test {

namespace {

std::string trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    const std::size_t end = text.find_last_not_of(' ');
    return begin == std::string_view::npos ? "" : std::string(text.substr(begin, end - begin + 1));
}

std::vector<ListedError> read_list() {
    std::ifstream file(GSSXX_UNREACHABLE_ERRORS);
    if (!file) {
        throw std::runtime_error("cannot read " GSSXX_UNREACHABLE_ERRORS);
    }
    std::vector<ListedError> rows;
    std::string line;
    while (std::getline(file, line)) {
        if (line.empty() || line.front() == '#') {
            continue;
        }
        const std::size_t first = line.find('|');
        const std::size_t second = line.find('|', first + 1);
        if (second == std::string::npos) {
            throw std::runtime_error("not name | backend | reason: " + line);
        }
        rows.push_back({trimmed(line.substr(0, first)),
                        trimmed(line.substr(first + 1, second - first - 1)),
                        trimmed(line.substr(second + 1))});
    }
    return rows;
}

} // namespace

const std::vector<ListedError>& listed_errors() {
    static const std::vector<ListedError> rows = read_list();
    return rows;
}

bool is_listed(std::string_view name, std::string_view backend) {
    const auto& rows = listed_errors();
    return std::any_of(rows.begin(), rows.end(), [&](const ListedError& row) {
        return row.name == name && row.backend == backend;
    });
}

std::vector<ErrorCode> all_error_codes() {
    std::vector<ErrorCode> codes;
    for (int number = 0; number <= static_cast<int>(ErrorCode::damaged_export); ++number) {
        codes.push_back(static_cast<ErrorCode>(number));
    }
    return codes;
}

} // namespace gss::test
