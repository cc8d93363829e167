// SPDX-License-Identifier: Apache-2.0
// Which cache of a collection its name stands for.
#pragma once

#include "library.h"

#include <optional>
#include <string>

namespace gss::inline v0::rfc2744 {

/// Makes @p cache ("DIR::/folder/tkt1") the one that its collection stands for; unavailable for
/// types without such a choice.
[[nodiscard]] std::optional<Error> make_chosen(const Library& library, const std::string& cache);

/// True when caches of that name's type belong to collections with a choice.
[[nodiscard]] bool has_choice(const Library& library, const std::string& cache);

} // namespace gss::inline v0::rfc2744
