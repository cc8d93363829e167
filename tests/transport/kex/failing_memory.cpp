// SPDX-License-Identifier: Apache-2.0
#include "failing_memory.h"

#include <malloc.h>

#include <cstdlib>
#include <new>

// <openssl/crypto.h>: the one declaration of it that is needed here.
extern "C" int CRYPTO_set_mem_functions(void* (*allocate)(std::size_t, const char*, int),
                                        void* (*resize)(void*, std::size_t, const char*, int),
                                        void (*release)(void*, const char*, int));

namespace {

std::size_t left = 0;
bool failed = false;
std::size_t held = 0;

/// True when it is the turn of this one to fail.
bool runs_out() noexcept {
    if (left == 0 || --left != 0) {
        return false;
    }
    failed = true;
    return true;
}

void* openssl_allocate(std::size_t size, const char* /*file*/, int /*line*/) {
    return size == 0 || runs_out() ? nullptr : std::malloc(size);
}

void* openssl_resize(void* memory, std::size_t size, const char* /*file*/, int /*line*/) {
    if (size == 0) {
        std::free(memory);
        return nullptr;
    }
    return runs_out() ? nullptr : std::realloc(memory, size);
}

void openssl_release(void* memory, const char* /*file*/, int /*line*/) {
    std::free(memory);
}

void release(void* memory) noexcept {
    held -= malloc_usable_size(memory);
    std::free(memory);
}

} // namespace

namespace gss::test {

void fail_allocation(std::size_t number) noexcept {
    left = number;
    failed = false;
}

bool allocation_failed() noexcept {
    return failed;
}

std::size_t octets_held() noexcept {
    return held;
}

bool take_over_openssl() noexcept {
    return CRYPTO_set_mem_functions(openssl_allocate, openssl_resize, openssl_release) == 1;
}

} // namespace gss::test

// The array and nothrow forms of the standard library come down to these.
void* operator new(std::size_t size) {
    void* const memory = runs_out() ? nullptr : std::malloc(size == 0 ? 1 : size);
    if (memory == nullptr) {
        throw std::bad_alloc();
    }
    held += malloc_usable_size(memory);
    return memory;
}

void operator delete(void* memory) noexcept {
    release(memory);
}

void operator delete(void* memory, std::size_t /*size*/) noexcept {
    release(memory);
}
