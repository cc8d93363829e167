// SPDX-License-Identifier: Apache-2.0
#include "allocation_counter.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t calls = 0;
thread_local std::size_t held = 0;
thread_local std::size_t given = 0;
thread_local std::size_t countdown = 0; // to the call that fails; 0: none does

void release(void* memory) noexcept {
    held -= malloc_usable_size(memory);
    std::free(memory);
}

} // namespace

namespace gss::test {

std::size_t allocation_count() noexcept {
    return calls;
}

std::size_t held_bytes() noexcept {
    return held;
}

std::size_t allocated_bytes() noexcept {
    return given;
}

void fail_allocation(std::size_t n) noexcept {
    countdown = n;
}

} // namespace gss::test

// The array and nothrow forms of the standard library come down to these.
void* operator new(std::size_t size) {
    if (countdown != 0 && --countdown == 0) {
        throw std::bad_alloc();
    }
    void* memory = std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    ++calls;
    held += malloc_usable_size(memory);
    given += malloc_usable_size(memory);
    return memory;
}

void operator delete(void* memory) noexcept {
    release(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
    release(memory);
}
