// SPDX-License-Identifier: Apache-2.0
// The pieces of a message as an argument of the native IOV calls.
#pragma once

#include <gssxx/iov.h>

#include "abi.h"
#include "library.h"

#include <array>
#include <cstddef>
#include <span>
#include <vector>

namespace gss::inline v0::rfc2744 {

/// Memory that the library allocates is released on every path, or handed on. Allocates for more
/// than 16 pieces only.
class IovArgument {
public:
    IovArgument(const Library& library, std::span<const IovBuffer> pieces);
    IovArgument(const IovArgument&) = delete;
    IovArgument& operator=(const IovArgument&) = delete;
    ~IovArgument();

    [[nodiscard]] abi::IovBufferDesc* get() noexcept { return native_.data(); }
    [[nodiscard]] int count() const noexcept { return static_cast<int>(native_.size()); }

    /// For a library that cuts padding off and ends the process when there is too much: it is
    /// checked like data, and stays.
    void make_padding_data() noexcept;
    /// After a call that tells lengths.
    void tell_needed(std::span<IovBuffer> pieces) const noexcept;
    /// After a call that has filled the pieces. False, with the pieces as they were, when the
    /// library has used more than it was given, or another place.
    [[nodiscard]] bool hand_over(std::span<IovBuffer> pieces) noexcept;

private:
    static constexpr std::size_t few = 16;

    const Library& library_;
    std::array<abi::IovBufferDesc, few> here_;
    std::vector<abi::IovBufferDesc> elsewhere_; // when there are more
    std::span<abi::IovBufferDesc> native_;
};

/// What was decrypted before its checksum had failed is nobody's to read.
void wipe_messages(std::span<const IovBuffer> pieces) noexcept;

} // namespace gss::inline v0::rfc2744
