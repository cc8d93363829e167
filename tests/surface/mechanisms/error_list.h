// SPDX-License-Identifier: Apache-2.0
// tests/coverage/unreachable_errors.txt: what a backend never says, and why.
#pragma once

#include <gssxx/error.h>

#include <string>
#include <string_view>
#include <vector>

namespace gss::test {

/// A row "name | backend | reason". The name is of an ErrorCode, of a status of RFC 2744 s3.9.1
/// ("GSS_S_..."), or "class " and of an ErrorClass.
struct ListedError {
    std::string name;
    std::string backend;
    std::string reason;
};

[[nodiscard]] const std::vector<ListedError>& listed_errors();
[[nodiscard]] bool is_listed(std::string_view name, std::string_view backend);

/// Every normalised code.
[[nodiscard]] std::vector<ErrorCode> all_error_codes();

} // namespace gss::test
