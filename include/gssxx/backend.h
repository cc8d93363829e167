// SPDX-License-Identifier: Apache-2.0
// A backend: one native GSSAPI library, opened at run time.
#pragma once

#include <gssxx/capability.h>
#include <gssxx/export.h>
#include <gssxx/mechanism.h>
#include <gssxx/oid.h>
#include <gssxx/result.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gss::inline v0 {

namespace detail {
class BackendInterface;
struct Access;
} // namespace detail

/// What opening a backend came to.
struct BackendStatus {
    std::string name;    ///< "mit", "heimdal"
    std::string library; ///< the soname that was tried
    bool available = false;
    std::string reason; ///< why not, naming library or symbol; empty when available
    friend bool operator==(const BackendStatus&, const BackendStatus&) = default;
};

/// Which of the two status words a text is wanted for.
enum class StatusKind : std::uint8_t { major, minor };

/// A handle to an opened native library. Copies share it; any number of threads may use it.
///
/// Two backends live side by side in one process. Objects of different backends do not mix:
/// such calls fail with Error{misuse}. Opening maps the library, resolves its symbols and reads
/// no configuration; see preload().
class GSSXX_EXPORT Backend {
public:
    /// The first backend that opens, in the built-in order: mit, heimdal. Fails with
    /// backend_unavailable, naming every library that was looked for.
    [[nodiscard]] static Result<Backend> open_default();
    /// Opens the backend of that name with its usual soname.
    [[nodiscard]] static Result<Backend> open(std::string_view name);
    /// Opens the backend of that name on a library of the caller's choice: a soname or an
    /// absolute path. A library of another family is refused.
    [[nodiscard]] static Result<Backend> open_library(std::string_view name,
                                                      std::string_view library);
    /// Tries every backend that was built in, in the default order.
    [[nodiscard]] static std::vector<BackendStatus> available();

    /// "mit", "heimdal".
    [[nodiscard]] std::string_view name() const noexcept;
    /// The soname or path that was opened.
    [[nodiscard]] std::string_view library() const noexcept;

    /// True when a real call of that kind on a real object of @p mechanism succeeds here. Of
    /// mechanisms that are no fixed part of a library (NTLM on MIT is a plugin), only where it
    /// offers them now; that reads its list.
    [[nodiscard]] bool supports(Capability capability,
                                const Oid& mechanism = mechanism::krb5()) const noexcept;

    /// The mechanisms that the library offers (gss_indicate_mechs, RFC 2744 s5.17). Reads the
    /// library's configuration on first use.
    [[nodiscard]] Result<OidSet> mechanisms() const;
    /// The name types of @p mechanism (gss_inquire_names_for_mech, RFC 2744 s5.24).
    [[nodiscard]] Result<OidSet> name_types(const Oid& mechanism) const;
    /// All texts for a status word (gss_display_status, RFC 2744 s5.11), at most 8 messages and
    /// 4 KiB. A minor word is only meaningful together with its mechanism.
    [[nodiscard]] Result<std::vector<std::string>>
    status_text(StatusKind kind, std::uint32_t code,
                const std::optional<Oid>& mechanism = std::nullopt) const;

    /// Makes the library load its mechanisms and configuration files now, so that a process may
    /// give up the right to open files afterwards. Ticket caches and keytabs are still read when
    /// they are used.
    [[nodiscard]] Result<void> preload() const;

    /// True for handles on one loaded library; their objects may meet in one call.
    GSSXX_EXPORT friend bool operator==(const Backend& left, const Backend& right) noexcept;

private:
    friend struct detail::Access;
    explicit Backend(std::shared_ptr<const detail::BackendInterface> self) noexcept
        : self_(std::move(self)) {}

    std::shared_ptr<const detail::BackendInterface> self_;
};

} // namespace gss::inline v0

/// Equal backends have equal hashes; those of one name have, too.
template <>
struct std::hash<gss::Backend> {
    std::size_t operator()(const gss::Backend& backend) const noexcept {
        return std::hash<std::string_view>{}(backend.name());
    }
};
