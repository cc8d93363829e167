// SPDX-License-Identifier: Apache-2.0
// Tells packagers' tools which libraries are opened at run time: the ELF note of the
// "dlopen metadata" specification (owner "FDO", type 0x407c0c0a, a JSON text).
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gss::inline v0::rfc2744 {

inline constexpr std::uint32_t dlopen_note_type = 0x407c0c0a;

/// One note with a JSON text of Size - 1 characters and its NUL, padded as ELF notes are.
template <std::size_t Size>
struct alignas(4) DlopenNote {
    std::uint32_t name_size = 4;
    std::uint32_t description_size = Size;
    std::uint32_t type = dlopen_note_type;
    std::array<char, 4> name{'F', 'D', 'O', '\0'};
    std::array<char, (Size + 3) / 4 * 4> description{};
};

template <std::size_t Size>
// NOLINTNEXTLINE(modernize-avoid-c-arrays): a literal and its size
[[nodiscard]] constexpr DlopenNote<Size> make_dlopen_note(const char (&json)[Size]) {
    DlopenNote<Size> note;
    std::copy_n(json, Size, note.description.begin());
    return note;
}

} // namespace gss::inline v0::rfc2744
