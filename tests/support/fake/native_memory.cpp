// SPDX-License-Identifier: Apache-2.0
#include "native_memory.h"

#include <algorithm>
#include <new>
#include <system_error>

#include <sys/mman.h>
#include <unistd.h>

namespace gss::test {

NativeMemory::Block NativeMemory::map(std::size_t size, std::byte*& begin) {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    const std::size_t readable = (size / page + 1) * page;
    void* base =
        mmap(nullptr, readable + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) {
        throw std::bad_alloc();
    }
    auto* end = static_cast<std::byte*>(base) + readable;
    if (mprotect(end, page, PROT_NONE) != 0) {
        throw std::system_error(errno, std::generic_category(), "mprotect");
    }
    // No NUL before the text either.
    std::fill(static_cast<std::byte*>(base), end, std::byte{'#'});
    begin = end - size;
    return {base, readable + page};
}

void NativeMemory::give(abi::BufferDesc* output, BytesView content, bool guarded) {
    std::byte* begin = nullptr;
    Block block;
    if (guarded && !content.empty()) {
        block = map(content.size(), begin);
    } else {
        begin = static_cast<std::byte*>(::operator new(content.size() + 1));
        block.base = begin;
    }
    std::copy(content.begin(), content.end(), begin);
    output->length = content.size();
    output->value = begin;
    const std::lock_guard lock(mutex_);
    blocks_[begin] = block;
}

bool NativeMemory::release(abi::BufferDesc* buffer) {
    if (buffer->value == nullptr) {
        return true;
    }
    Block block;
    {
        const std::lock_guard lock(mutex_);
        const auto found = blocks_.find(buffer->value);
        if (found == blocks_.end()) {
            return false;
        }
        block = found->second;
        blocks_.erase(found);
    }
    if (block.mapped != 0) {
        munmap(block.base, block.mapped);
    } else {
        ::operator delete(block.base);
    }
    *buffer = {};
    return true;
}

} // namespace gss::test
