// SPDX-License-Identifier: Apache-2.0
// The client's side of gssapi-keyex (RFC 4462 s4).
#pragma once

#include "engine_core.h"

#include <gssxx/ssh/user_auth.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gss::inline v0::ssh::detail {

enum class KeyexState : std::uint8_t {
    unstarted,
    asked, ///< the MIC is being made
    result ///< the request was sent
};
enum class KeyexCell : std::uint8_t {
    ignore,
    unimplemented,
    refused,
    result,
    success,
    trivial,
    fail,
    held
};

namespace keyex_table {
using enum KeyexCell;
// clang-format off
inline constexpr std::array<std::array<KeyexCell, 5>, 3> cells{{
    //                3              51       52       53      the rest
    /* unstarted */ {{ignore,        ignore,  trivial, ignore, fail}},
    /* asked     */ {{held,          refused, trivial, held,   held}},
    /* result    */ {{unimplemented, result,  success, ignore, fail}},
}};
// clang-format on
} // namespace keyex_table

[[nodiscard]] KeyexCell keyex_cell(KeyexState state, std::uint8_t number) noexcept;

class ClientKeyexCore final : public EngineCore {
public:
    explicit ClientKeyexCore(const ClientKeyexOptions& options);
    Fed start();

private:
    void on_message(BytesView payload) override;
    [[nodiscard]] bool interrupts(BytesView payload) const noexcept override;
    void on_mic(MicAnswer&& answer) override;

    Fed begin();
    void take_refusal(BytesView payload, bool partial_counts);
    void broken(std::string_view what);
    [[nodiscard]] AuthDone done() const;

    ClientKeyexOptions options_; ///< without the session id
    SecretBytes session_id_;
    KeyexState state_ = KeyexState::unstarted;
};

} // namespace gss::inline v0::ssh::detail
