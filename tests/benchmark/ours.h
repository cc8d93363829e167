// SPDX-License-Identifier: Apache-2.0
// The work as users of gssxx write it.
#pragma once

#include <gssxx/gssxx.h>

#include <string_view>

namespace gss::bench {

inline constexpr std::string_view target_name = "host@localhost";
/// With mutual authentication no library looks into its replay cache, a file.
inline constexpr ContextFlags wanted_flags =
    default_context_flags | ContextFlags(ContextFlag::confidentiality);

/// Both ends of a context.
struct OurPair {
    SecurityContext initiator;
    AcceptedContext accepted;
    [[nodiscard]] SecurityContext& acceptor() noexcept { return accepted.context; }
};

/// What establishing needs each time: made once, as a server or client does.
class OurParties {
public:
    explicit OurParties(const Backend& backend);
    [[nodiscard]] OurPair establish() const;

private:
    Backend backend_;
    Name target_;
    Credentials initiator_;
    Credentials acceptor_;
};

/// Octets that do not repeat with a short period.
[[nodiscard]] Bytes pattern(std::size_t size);

} // namespace gss::bench
