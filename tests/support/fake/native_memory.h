// SPDX-License-Identifier: Apache-2.0
// Buffers as the fake hands them out.
#pragma once

#include "call_table.h"

#include <gssxx/bytes.h>

#include <map>
#include <mutex>

namespace gss::test {

/// Allocates output buffers. A guarded one ends exactly where a page begins that cannot be read,
/// so that whoever looks for a terminating NUL is found out.
class NativeMemory {
public:
    NativeMemory() = default;
    NativeMemory(const NativeMemory&) = delete;
    NativeMemory& operator=(const NativeMemory&) = delete;

    /// Fills @p output with a copy of @p content.
    void give(abi::BufferDesc* output, BytesView content, bool guarded);
    /// False when that memory is not from here.
    [[nodiscard]] bool release(abi::BufferDesc* buffer);

private:
    struct Block {
        void* base = nullptr;
        std::size_t mapped = 0; // 0: from the heap
    };
    [[nodiscard]] static Block map(std::size_t size, std::byte*& begin);

    std::mutex mutex_;
    std::map<void*, Block> blocks_;
};

} // namespace gss::test
